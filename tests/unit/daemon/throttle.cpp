/* SPDX-License-Identifier: MIT */
#include "throttle.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub::daemon;
using namespace std::chrono_literals;

TEST_CASE("so many are taken in a second, then it calls when there are more")
{
	auto reactor = *Reactor::create();
	int called = 0;
	Throttle throttle(*reactor, [&] { called++; });
	const auto begin = std::chrono::steady_clock::now();
	for (int i = 0; i < 3; i++)
		CHECK(throttle.take(3));
	CHECK_FALSE(throttle.is_on());
	CHECK_FALSE(throttle.take(3));
	CHECK(throttle.is_on());
	while (called == 0)
		reactor->turn();
	CHECK(std::chrono::steady_clock::now() - begin >= 1s);
	CHECK_FALSE(throttle.is_on());
	CHECK(throttle.take(3));
}

TEST_CASE("without a limit all are taken")
{
	auto reactor = *Reactor::create();
	Throttle throttle(*reactor, [] { FAIL("nobody waits"); });
	for (int i = 0; i < 10'000; i++)
		CHECK(throttle.take(0));
}
