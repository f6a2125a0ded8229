/* SPDX-License-Identifier: MIT */
/*
 * What nobody can do without: echo PORT sends what comes back, with an epoll instance, one
 * read(2) and one write(2) for each request. A second thread sleeps, as the daemon's do: it
 * makes the C library's calls a few instructions longer.
 */
#include "../bench.hpp"

#include <gpiohub/fd.hpp>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <thread>

using bench::must;

namespace
{

void watch(int epoll, int fd)
{
	epoll_event event{};
	event.events = EPOLLIN;
	event.data.fd = fd;
	must(::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

gpiohub::UniqueFd listen_on(const char *port)
{
	gpiohub::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	const int on = 1;
	must(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), "SO_REUSEADDR");
	sockaddr_in address{};
	address.sin_family = AF_INET;
	address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(::bind(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)), port);
	must(::listen(socket.get(), 16), "listen");
	return socket;
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 2)
		bench::fail("echo PORT");
	std::thread([] { ::pause(); }).detach();
	const gpiohub::UniqueFd listener = listen_on(argv[1]);
	const gpiohub::UniqueFd epoll(
		static_cast<int>(must(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")));
	watch(epoll.get(), listener.get());
	std::array<char, 4096> bytes;
	for (;;) {
		epoll_event event{};
		/* It is interrupted where instructions are counted. */
		if (::epoll_wait(epoll.get(), &event, 1, -1) != 1)
			continue;
		if (event.data.fd == listener.get()) {
			const auto client = static_cast<int>(
				must(::accept(listener.get(), nullptr, nullptr), "accept"));
			const int on = 1;
			::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
			watch(epoll.get(), client);
			continue;
		}
		const auto size = ::recv(event.data.fd, bytes.data(), bytes.size(), 0);
		if (size <= 0)
			::close(event.data.fd);
		else
			must(::send(event.data.fd, bytes.data(), static_cast<std::size_t>(size), 0),
				"send");
	}
}
