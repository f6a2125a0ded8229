/* SPDX-License-Identifier: MIT */
/*
 * What nobody can do without: bare SOCKET CLIENTS SIZE HZ COUNT waits for so many clients
 * and one more, then writes them bursts of events, each in one frame of gpiohub's and
 * with one write(2) to each client. Bursts that it is late for go together, up to 256
 * events, as the daemon does it.
 */
#include "../bench.hpp"

#include <gpiohub/fd.hpp>
#include <gpiohub/wire.hpp>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace wire = gpiohub::wire;
using bench::must;

namespace
{

constexpr std::uint32_t most = 256;

gpiohub::UniqueFd listen_on(const std::string &path)
{
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	path.copy(address.sun_path, sizeof(address.sun_path) - 1);
	gpiohub::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
	must(::bind(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)),
		path.c_str());
	must(::listen(socket.get(), 1024), "listen");
	return socket;
}

/* One frame, the same for all clients. */
class Frame
{
public:
	/* Events from `seq` on. */
	std::span<const std::byte> of(std::uint64_t seq, std::uint32_t count)
	{
		const auto header = wire::events_header(0, count, 0);
		std::memcpy(bytes_.data(), &header, sizeof(header));
		gpiohub_event event{};
		for (std::uint32_t i = 0; i < count; i++) {
			event.seq = seq + i;
			std::memcpy(bytes_.data() + sizeof(header) + i * sizeof(event), &event,
				sizeof(event));
		}
		return std::span(bytes_).first(sizeof(header) + count * sizeof(event));
	}

private:
	std::array<std::byte, sizeof(wire::FrameHeader) + most * sizeof(gpiohub_event)> bytes_;
};

/* Readable `hz` times a second, watched by the epoll instance. */
gpiohub::UniqueFd timer_of(unsigned long hz, int epoll)
{
	gpiohub::UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
	itimerspec times{};
	times.it_interval.tv_sec = hz == 1 ? 1 : 0;
	times.it_interval.tv_nsec = hz == 1 ? 0 : static_cast<long>(1'000'000'000 / hz);
	times.it_value = times.it_interval;
	must(::timerfd_settime(timer.get(), 0, &times, nullptr), "timerfd_settime");
	epoll_event event{};
	event.events = EPOLLIN;
	must(::epoll_ctl(epoll, EPOLL_CTL_ADD, timer.get(), &event), "epoll_ctl");
	return timer;
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 6)
		bench::fail("bare SOCKET CLIENTS SIZE HZ COUNT");
	const auto clients = std::strtoul(argv[2], nullptr, 10);
	const auto size = static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10));
	const auto hz = std::strtoul(argv[4], nullptr, 10);
	const std::uint64_t total = size * std::strtoull(argv[5], nullptr, 10);

	const gpiohub::UniqueFd listener = listen_on(argv[1]);
	std::vector<int> sockets;
	while (sockets.size() < clients + 1)
		sockets.push_back(static_cast<int>(
			must(::accept(listener.get(), nullptr, nullptr), "accept")));
	sockets.pop_back(); /* who came last only says that it begins */

	const gpiohub::UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
	const gpiohub::UniqueFd timer = timer_of(hz, epoll.get());
	Frame frame;
	std::uint64_t late = 0; /* events that are due */
	for (std::uint64_t sent = 0; sent < total;) {
		if (late == 0) {
			epoll_event event{};
			must(::epoll_wait(epoll.get(), &event, 1, -1), "epoll_wait");
			std::uint64_t due = 0;
			must(::read(timer.get(), &due, sizeof(due)), "timerfd");
			late = std::min(due * size, total - sent);
		}
		const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(late, most));
		const auto bytes = frame.of(sent, count);
		for (const int socket : sockets)
			must(::write(socket, bytes.data(), bytes.size()), "write");
		sent += count;
		late -= count;
	}
	pause();
}
