/* SPDX-License-Identifier: MIT */
#include "listener.hpp"

#include "captured_log.hpp"
#include "socket.hpp"

#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <vector>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

/* A listener on a port of the loopback, and clients of it. */
struct Bench {
	Bench()
	{
		auto socket = *listen_tcp("127.0.0.1", 0);
		socklen_t size = sizeof(address);
		::getsockname(socket.get(), reinterpret_cast<sockaddr *>(&address), &size);
		listener = *Listener::create(*reactor, std::move(socket),
			[this](UniqueFd client) { accepted.push_back(std::move(client)); });
	}

	void connect(UniqueFd &client)
	{
		CHECK(::connect(client.get(), reinterpret_cast<sockaddr *>(&address),
			      sizeof(address)) == 0);
	}

	UniqueFd client()
	{
		UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
		connect(fd);
		return fd;
	}

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	sockaddr_in address{};
	std::vector<UniqueFd> accepted;
	std::unique_ptr<Listener> listener;
};

} // namespace

TEST_CASE("every client is handed on")
{
	Bench bench;
	std::vector<UniqueFd> clients;
	for (int i = 0; i < 40; i++)
		clients.push_back(bench.client());
	while (bench.accepted.size() < 40)
		bench.reactor->turn(10'000);
	CHECK(bench.accepted.size() == 40);
}

TEST_CASE("out of descriptors it turns clients away, sleeps, and recovers")
{
	Bench bench;
	UniqueFd before(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	bench.connect(before);

	/* No more descriptors than there are now; the checks come when there are. */
	rlimit old{};
	::getrlimit(RLIMIT_NOFILE, &old);
	UniqueFd highest(::dup(0));
	const rlimit none{static_cast<rlim_t>(highest.get()), old.rlim_max};
	highest.reset();
	const int limited = ::setrlimit(RLIMIT_NOFILE, &none);
	bench.reactor->turn(10'000);
	pollfd poll{before.get(), POLLIN, 0};
	const int told = ::poll(&poll, 1, 10'000);
	bench.reactor->turn(0);
	const int restored = ::setrlimit(RLIMIT_NOFILE, &old);
	REQUIRE(limited == 0);
	REQUIRE(restored == 0);
	CHECK(bench.accepted.empty());
	CHECK(told == 1); /* that it is over */

	const UniqueFd after = bench.client();
	bench.reactor->turn(10'000);
	CHECK(bench.accepted.size() == 1);
}

TEST_CASE("how many clients were turned away is told once a second")
{
	Bench bench;
	std::vector<UniqueFd> clients;
	for (int i = 0; i < 20; i++)
		clients.push_back(bench.client());
	const CapturedLog log;
	rlimit old{};
	::getrlimit(RLIMIT_NOFILE, &old);
	UniqueFd highest(::dup(0));
	const rlimit none{static_cast<rlim_t>(highest.get()), old.rlim_max};
	highest.reset();
	const int limited = ::setrlimit(RLIMIT_NOFILE, &none);
	for (int i = 0; i < 20; i++)
		bench.reactor->turn(0);
	const int restored = ::setrlimit(RLIMIT_NOFILE, &old);
	REQUIRE(limited == 0);
	REQUIRE(restored == 0);
	CHECK(log.text().empty());
	bench.reactor->turn(10'000);
	CHECK(log.text() ==
		"gpiohubd: out of file descriptors: 20 clients were turned away (see "
		"LimitNOFILE)\n");
}
