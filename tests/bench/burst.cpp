/* SPDX-License-Identifier: MIT */
/*
 * Edges counted by the virtual board's own generator, and what each kind of reader
 * got of them and knows that it lost: burst EDGES HZ, HZ 0 for as fast as their
 * handlers allow. Writes "burst HZ READER EDGES GOT KNOWN-LOST" for each; what
 * is missing then was lost without a trace.
 */
#include "bench.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <gpiohub/ring.hpp>
#include <poll.h>
#include <span>
#include <unistd.h>

using namespace bench;

namespace
{

/* Nothing for so long: the generator has ended, and so have we. */
constexpr int silence_ms = 3000;

struct Wave {
	unsigned hz;
	unsigned long edges;
};

struct Tally {
	unsigned long got = 0;
	unsigned long lost = 0;
};

bool sleep_for(int fd)
{
	pollfd wait = {.fd = fd, .events = POLLIN, .revents = 0};
	return must(poll(&wait, 1, silence_ms), "poll") > 0;
}

void print(const Wave &wave, const char *reader, const Tally &tally)
{
	wait_generated();
	std::printf(
		"burst %u %s %lu %lu %lu\n", wave.hz, reader, wave.edges, tally.got, tally.lost);
	std::fflush(stdout);
}

bool is_edge(const gpiohub_event &event)
{
	return event.type == GPIOHUB_EVENT_RISING || event.type == GPIOHUB_EVENT_FALLING;
}

void mapped(const Wave &wave)
{
	gpiohub::Device hub = open_hub(Chip::Board);
	must(hub.subscribe(bit(in_line)));
	const std::uint64_t begin = must(hub.seek_end());
	const gpiohub::MappedRing ring = must(hub.map_ring());
	const gpiohub::MappedCursor mapped = must(hub.map_cursor());
	gpiohub::Cursor cursor = mapped.cursor();
	gpiohub::RingReader reader(ring.view(), begin);
	std::array<gpiohub_event, 1024> events;
	Tally tally;

	generate(wave.hz, wave.edges);
	for (;;) {
		const gpiohub::Batch batch = reader.read(events);
		tally.lost += batch.lost;
		for (const auto &event : std::span(events).first(batch.count))
			tally.got += is_edge(event);
		if (batch.count == 0 && cursor.prepare_sleep(reader) && !sleep_for(hub.fd()))
			break;
	}
	print(wave, "mapped", tally);
}

void stream(const Wave &wave)
{
	gpiohub::Device hub = open_hub(Chip::Board);
	must(hub.subscribe(bit(in_line)));
	must(hub.seek_end());
	std::array<gpiohub_event, 1024> events;
	Tally tally;

	generate(wave.hz, wave.edges);
	while (sleep_for(hub.fd()))
		for (const auto &event : std::span(events).first(must(hub.read(events)))) {
			tally.got += is_edge(event);
			if (event.type == GPIOHUB_EVENT_LOST)
				tally.lost += event.levels;
		}
	print(wave, "read", tally);
}

void chardev(const Wave &wave, const char *reader, unsigned buffer)
{
	const int fd = request_line(Chip::Board, in_line, both_edges, buffer);
	std::array<gpio_v2_line_event, 1024> events;
	Tally tally;

	generate(wave.hz, wave.edges);
	while (sleep_for(fd)) {
		const auto size = static_cast<std::size_t>(
			must(read(fd, events.data(), sizeof(events)), "read"));
		const std::size_t count = size / sizeof(events[0]);
		tally.got += count;
		/* Counted from 1 by the kernel; what is not here was overwritten. */
		tally.lost = events[count - 1].line_seqno - tally.got;
	}
	print(wave, reader, tally);
	close(fd);
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 3)
		fail("usage: burst EDGES HZ");
	const Wave wave = {static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)),
		std::strtoul(argv[1], nullptr, 10)};
	mapped(wave);
	stream(wave);
	chardev(wave, "chardev-16", 0);
	chardev(wave, "chardev-1024", 1024);
}
