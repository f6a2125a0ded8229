/* SPDX-License-Identifier: MIT */
#include "signals.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <vector>

using namespace gpiohub::daemon;

TEST_CASE("signals are told by number, in the loop")
{
	auto reactor = *Reactor::create();
	std::vector<int> received;
	auto signals = Signals::create(
		*reactor, {SIGUSR1, SIGUSR2}, [&](int number) { received.push_back(number); });
	REQUIRE(signals.ok());
	::raise(SIGUSR2);
	CHECK(received.empty());
	reactor->turn();
	::raise(SIGUSR1);
	reactor->turn();
	CHECK(received == std::vector{SIGUSR2, SIGUSR1});
}
