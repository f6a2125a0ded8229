/* SPDX-License-Identifier: MIT */
#include "watchdog.hpp"

#include "notify_socket.hpp"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <cstdlib>
#include <string>

using namespace gpiohub::daemon;
using namespace std::chrono_literals;

namespace
{

/* What a service manager that watches says to process `pid`, "": to whom it may concern. */
std::optional<std::chrono::microseconds> patience(const char *usec, const std::string &pid)
{
	::setenv("WATCHDOG_USEC", usec, 1);
	if (!pid.empty())
		::setenv("WATCHDOG_PID", pid.c_str(), 1);
	const auto answer = watchdog_patience();
	::unsetenv("WATCHDOG_USEC");
	::unsetenv("WATCHDOG_PID");
	return answer;
}

} // namespace

TEST_CASE("nobody waits for a word who does not say so")
{
	CHECK_FALSE(watchdog_patience());
	CHECK(patience("30000000", "") == 30s);
	CHECK(patience("30000000", std::to_string(::getpid())) == 30s);
	CHECK_FALSE(patience("30000000", std::to_string(::getppid())));
	CHECK_FALSE(patience("30000000", "me"));
	for (const char *wrong : {"", "0", "-1", "30s", "99999999999999999999"})
		CHECK_FALSE(patience(wrong, ""));
}

TEST_CASE("the manager hears from us before its patience ends, again and again")
{
	const NotifySocket manager;
	auto reactor = *Reactor::create();
	bool has_ended = false;
	std::string heard;
	auto end = *Timer::create(*reactor, [&] {
		heard = manager.next();
		has_ended = true;
	});
	end->arm(20ms);
	const auto watchdog = Watchdog::create(*reactor, 20ms);
	REQUIRE(watchdog.ok());
	for (int period = 0; period < 3; period++) {
		/* Whatever holds the loop up, what is due first is called first. */
		while (!has_ended)
			reactor->turn();
		CHECK(heard == "WATCHDOG=1");
		while (!manager.next().empty()) {
		}
		has_ended = false;
		end->arm(20ms);
	}
}

TEST_CASE("a loop that does not turn says nothing")
{
	const NotifySocket manager;
	auto reactor = *Reactor::create();
	const auto watchdog = Watchdog::create(*reactor, 1ms);
	CHECK(manager.next().empty());
	reactor->turn();
	CHECK(manager.next() == "WATCHDOG=1");
}
