/* SPDX-License-Identifier: MIT */
/*
 * From an edge that finds the processor idle to the return of the read(2) that
 * waits for it: the hub's, the character device's, and for comparison a bare
 * timer's, which is what no driver can do without. The edges come from outside the
 * machine, to the PL061. The plugin counts from the processor's wait for an
 * interrupt to the mark after the read.
 */
#include "bench.hpp"
#include "marks.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <sys/timerfd.h>
#include <unistd.h>

using namespace bench;

namespace
{

constexpr unsigned edges = 1000;
constexpr unsigned pause_ms = 5;

/* Tells tests/vm/pl061 to move in_line while we sleep. It does not answer. */
void order_edge(int peer, unsigned number)
{
	const std::string order = "later " + std::to_string(in_line) + " " +
		std::to_string((number + 1) % 2) + " " + std::to_string(pause_ms) + "\n";
	must(write(peer, order.data(), order.size()), "peer");
}

/* Reads `edges` times, one thing at a time, each after a sleep. */
template <unsigned who, std::size_t size>
void read_all(int fd, int peer)
{
	char buffer[size];

	mark<MARK_OF(MARK_BEGIN, who)>();
	for (unsigned i = 0; i < edges; i++) {
		if (peer >= 0)
			order_edge(peer, i);
		const ssize_t got = read(fd, buffer, size);
		mark<MARK_OF(MARK_AWAKE, who)>();
		if (got != static_cast<ssize_t>(size))
			fail("read");
	}
	mark<MARK_OF(MARK_END, who)>();
}

void hub(int peer)
{
	gpiohub::Device hub = open_hub(Chip::Pl061);
	must(hub.subscribe(bit(in_line)));
	must(hub.seek_end());
	read_all<WHO_HUB, sizeof(gpiohub_event)>(hub.fd(), peer);
}

void chardev(int peer)
{
	const int fd = request_line(Chip::Pl061, in_line, both_edges);
	read_all<WHO_CHARDEV, sizeof(gpio_v2_line_event)>(fd, peer);
	close(fd);
}

void timer()
{
	const int fd = static_cast<int>(must(timerfd_create(CLOCK_MONOTONIC, 0), "timerfd"));
	/* Long, as idle guests go through time while the world outside takes its own. */
	const itimerspec period = {{1, 0}, {1, 0}};
	must(timerfd_settime(fd, 0, &period, nullptr), "timerfd_settime");
	read_all<WHO_TIMER, sizeof(std::uint64_t)>(fd, -1);
	close(fd);
}

} // namespace

int main()
{
	const char *path = std::getenv("GPIOHUB_PEER");
	const int peer = static_cast<int>(must(open(path ? path : "", O_RDWR), "GPIOHUB_PEER"));

	hub(peer);
	chardev(peer);
	timer();
}
