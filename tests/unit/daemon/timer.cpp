/* SPDX-License-Identifier: MIT */
#include "timer.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub::daemon;
using namespace std::chrono_literals;

TEST_CASE("a timer calls back once, not before its time")
{
	auto reactor = *Reactor::create();
	int expired = 0;
	auto timer = *Timer::create(*reactor, [&] { expired++; });
	const auto begin = std::chrono::steady_clock::now();
	timer->arm(5ms);
	while (expired == 0)
		reactor->turn();
	CHECK(std::chrono::steady_clock::now() - begin >= 5ms);
	reactor->turn(0);
	CHECK(expired == 1);
}

TEST_CASE("a timer of the time of day calls back when it is that late")
{
	auto reactor = *Reactor::create();
	int expired = 0;
	auto timer = *Timer::create(
		*reactor, [&] { expired++; }, Timer::Clock::Wall);
	const auto when = std::chrono::system_clock::now() + 5ms;
	timer->arm_at(when);
	while (expired == 0)
		reactor->turn();
	CHECK(std::chrono::system_clock::now() >= when);
	timer->arm_at(std::chrono::system_clock::time_point{});
	while (expired == 1)
		reactor->turn();
	SUCCEED("what is past is now");
}

TEST_CASE("a timer that is cancelled after it expired does not call back")
{
	auto reactor = *Reactor::create();
	auto late = *Timer::create(*reactor, [] { FAIL("was cancelled"); });
	late->arm(0ns);
	bool is_over = false;
	auto marker = *Timer::create(*reactor, [&] { is_over = true; });
	marker->arm(1ms);
	late->cancel();
	while (!is_over)
		reactor->turn();
}

TEST_CASE("arming again replaces what was armed")
{
	auto reactor = *Reactor::create();
	bool expired = false;
	auto timer = *Timer::create(*reactor, [&] { expired = true; });
	timer->arm(1h);
	timer->arm(1ms);
	while (!expired)
		reactor->turn();
	SUCCEED();
}
