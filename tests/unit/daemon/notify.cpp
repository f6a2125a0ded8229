/* SPDX-License-Identifier: MIT */
#include "notify.hpp"

#include "notify_socket.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

using namespace gpiohub;
using namespace gpiohub::daemon;

TEST_CASE("the service manager is told when there is one")
{
	{
		const NotifySocket manager;
		notify("READY=1");
		CHECK(manager.next() == "READY=1");
	}
	notify("STOPPING=1"); /* nobody there: nothing happens */
}

TEST_CASE("reloading is told with the time at which it began")
{
	const NotifySocket manager;
	const auto now = [] {
		return std::chrono::duration_cast<std::chrono::microseconds>(
			std::chrono::steady_clock::now().time_since_epoch())
			.count();
	};
	const auto before = now();
	notify_reloading();
	const auto after = now();
	const std::string word = manager.next();
	const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
	REQUIRE(word.starts_with(head));
	const auto told = std::stoll(word.substr(head.size()));
	CHECK(told >= before);
	CHECK(told <= after);
}
