/* SPDX-License-Identifier: MIT */
#include "patience.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub::daemon;
using namespace std::chrono_literals;

TEST_CASE("it is over when the time is up, counted from when it was first needed")
{
	auto reactor = *Reactor::create();
	int over = 0;
	Patience patience(*reactor, [&] { over++; });
	const auto begin = std::chrono::steady_clock::now();
	CHECK(patience.keep(true, 20ms));
	reactor->turn(10);
	CHECK(patience.keep(true, 1h));
	while (over == 0)
		reactor->turn();
	CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
	CHECK(over == 1);
}

TEST_CASE("it is not over for what is not needed any more, nor for the next one")
{
	auto reactor = *Reactor::create();
	Patience patience(*reactor, [] { FAIL("there was time"); });
	SECTION("ended")
	{
		CHECK(patience.keep(true, 5ms));
		CHECK(patience.keep(false, 5ms));
	}
	SECTION("renewed")
	{
		CHECK(patience.keep(true, 5ms));
		patience.renew();
		CHECK(patience.keep(true, 1h));
	}
	reactor->turn(20);
}
