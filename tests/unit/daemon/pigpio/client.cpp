/* SPDX-License-Identifier: MIT */
/* How requests come and replies go, whatever they are about. */
#include "bench.hpp"

#include <chrono>

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

TEST_CASE("each command is answered in order, with its parameters, however they come")
{
	Bench bench;
	BenchClient client = bench.connect();
	SECTION("one after the other")
	{
		CHECK(client.call(kPigpv) == 79);
		CHECK(client.call(kHwver) == 0xa02082);
	}
	SECTION("many at once")
	{
		for (std::uint32_t i = 0; i < 1000; i++)
			client.send(kPigpv, i, 2 * i);
		for (std::uint32_t i = 0; i < 1000; i++) {
			const Header header = client.reply();
			REQUIRE(header.p1 == i);
			REQUIRE(header.p2 == 2 * i);
			REQUIRE(header.last == 79);
		}
	}
	SECTION("byte by byte")
	{
		const auto bytes = wire::to_bytes(Header{kPigpv, 1, 2, 4});
		for (const std::byte byte : bytes) {
			client.send_bytes({&byte, 1});
			CHECK(client.waiting() == 0);
		}
		client.send_bytes(std::as_bytes(std::span("abc")));
		CHECK(client.reply().last == 79);
	}
}

TEST_CASE("a number that no command has is answered with an error, and is no end")
{
	Bench bench;
	BenchClient client = bench.connect();
	for (const std::uint32_t number : {25u, 79u + 41u, 127u, 128u, 0xffff'ffffu})
		CHECK(client.call(number) == res_of(Status::UnknownCommand));
	CHECK(client.call(kPigpv) == 79);
}

TEST_CASE("commands and errors are counted with everybody's")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kPigpv) == 79);
	CHECK(client.call(kRead, 60) == res_of(Status::BadGpio));
	CHECK(client.call(kMics, 1) == 0);
	CHECK(bench.counters.commands == 3);
	CHECK(bench.counters.errors == 1);
}

TEST_CASE("an extension of 65,535 bytes is taken, a longer one ends the connection")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kPigpv, 0, 0, std::string(65'535, 'x')) == 79);
	client.send_bytes(wire::to_bytes(Header{kPigpv, 0, 0, 65'536}));
	CHECK(client.is_over());
	CHECK(bench.front->clients() == 0);
}

TEST_CASE("who says half of a request and goes leaves nothing")
{
	Bench bench;
	BenchClient client = bench.connect();
	client.send_bytes(wire::to_bytes(Header{kPigpv, 0, 0, 60'000}));
	const std::string half(30'000, 'x');
	client.send_bytes(std::as_bytes(std::span(half)));
	(void)client.waiting();
	CHECK(bench.budget.left < Inbox::Budget{}.left);
	client.close();
	for (int i = 0; i < 10; i++)
		bench.reactor->turn(0);
	CHECK(bench.front->clients() == 0);
	CHECK(bench.budget.left == Inbox::Budget{}.left);
}

TEST_CASE("who sends all and then only reads is answered")
{
	Bench bench;
	BenchClient client = bench.connect();
	client.send(kPigpv);
	client.send(kMics, 2000);
	client.send(kPigpv, 7);
	CHECK(client.reply().last == 79);
	CHECK(client.reply().command == kMics);
	CHECK(client.reply().p1 == 7);
}

TEST_CASE("a delay holds up its own connection, and no other")
{
	Bench bench;
	BenchClient slow = bench.connect();
	BenchClient other = bench.connect();
	const auto begin = std::chrono::steady_clock::now();
	slow.send(kMils, 50);
	slow.send(kPigpv);
	CHECK(other.call(kPigpv) == 79);
	CHECK(slow.waiting() == 0);
	CHECK(slow.reply().command == kMils);
	CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(50));
	CHECK(slow.reply().command == kPigpv);
}

TEST_CASE("a delay beyond what the interface allows is refused")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kMils, 60'001) == res_of(Status::BadMillis));
	CHECK(client.call(kMics, 1'000'001) == res_of(Status::BadMicros));
	CHECK(client.call(kMics, 1) == 0);
}

TEST_CASE("ticks are the microseconds of the events' clock")
{
	Bench bench;
	BenchClient client = bench.connect();
	const std::uint32_t before = tick_of(monotonic_ns());
	client.send(kTick);
	const std::uint32_t told = client.reply().last;
	const std::uint32_t after = tick_of(monotonic_ns());
	CHECK(told - before <= after - before);
}

TEST_CASE("what has no meaning here is kept for who asks")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kPads, 0, 5) == 0);
	CHECK(client.call(kPadg, 0) == 6);
	CHECK(client.call(kPads, 3, 5) == res_of(Status::BadPad));
	CHECK(client.call(kPads, 0, 17) == res_of(Status::BadStrength));
}

TEST_CASE("nobody runs a program here, nor reads a file")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kShell, 0, 0, "reboot") == res_of(Status::BadScriptName));
	CHECK(client.call(kFo, 0, 0, "/etc/shadow") == res_of(Status::NoFileAccess));
}

TEST_CASE("what a client set up is told with its name, also when it has gone")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 1) == 0);
	CHECK(client.call(kPwm, 5, 100) == 0);
	CHECK(client.call(kFg, 6, 100) == 0);
	CHECK(client.call(kSlro, 12, 9600, words({8})) == 0);
	CHECK(client.call(kProc, 0, 0, "halt") == 0);
	CHECK(client.call(kWvag, 0, 0, words({1, 0, 10})) == 1);
	CHECK(client.call(kWvcre) == 0);
	CHECK(client.call(kNoib) == 0);
	client.close();
	(void)bench.connect().call(kTick);
	std::string all;
	for (const MadeStats &made : bench.front->made()) {
		CHECK(made.who == "127.0.0.1 port 1");
		all += made.what + "; ";
	}
	CHECK(all ==
		"output on GPIO 4; PWM on GPIO 5; watchdog or filter on GPIO 6; "
		"serial input on GPIO 12; script 0; wave 0; ");
}

TEST_CASE("a client that has had its commands of a second waits, and loses none")
{
	Bench bench;
	bench.front->renew(ClientLimits{.commands_per_second = 5});
	BenchClient client = bench.connect();
	BenchClient other = bench.connect();
	const auto begin = std::chrono::steady_clock::now();
	for (std::uint32_t i = 0; i < 7; i++)
		client.send(kPigpv, i);
	for (std::uint32_t i = 0; i < 5; i++)
		CHECK(client.reply().p1 == i);
	CHECK(other.call(kPigpv) == 79);
	for (std::uint32_t i = 5; i < 7; i++)
		CHECK(client.reply().p1 == i);
	CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(900));
}

TEST_CASE("commands of who hangs up without reading the replies are done all the same")
{
	Bench bench;
	BenchClient other = bench.connect();
	SECTION("at once")
	{
		BenchClient client = bench.connect();
		for (std::uint32_t gpio = 4; gpio < 12; gpio++)
			client.send(kWrite, gpio, 1);
		client.close();
		(void)other.waiting();
		CHECK(bench.fake->owners[11] != nullptr);
	}
	SECTION("after a time")
	{
		BenchClient client = bench.connect();
		client.send(kWrite, 4, 1);
		client.send(kMils, 50);
		client.send(kWrite, 4, 0);
		client.send(kWrite, 5, 1);
		client.close();
		(void)other.waiting();
		CHECK(bench.fake->owners[5] == nullptr);
		CHECK(bench.front->clients() == 2);
		CHECK(other.call(kMils, 100) == 0);
		CHECK(bench.fake->owners[5] != nullptr);
	}
	SECTION("more than is taken at once")
	{
		BenchClient client = bench.connect();
		for (std::uint32_t i = 0; i < 1000; i++)
			client.send(kWrite, 4, i % 2, std::string(60, 'x'));
		client.send(kWrite, 5, 1);
		client.close();
		for (int i = 0; i < 100; i++)
			(void)other.waiting();
		CHECK(bench.fake->owners[5] != nullptr);
	}
	for (int i = 0; i < 10; i++)
		(void)other.waiting();
	CHECK(bench.front->clients() == 1);
}

TEST_CASE("no time at all is a delay, too")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kMics, 0) == 0);
	CHECK(client.call(kMils, 0) == 0);
}
