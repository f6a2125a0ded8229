/* SPDX-License-Identifier: MIT */
/* How requests come and replies go, whatever they are about. */
#include "bench.hpp"

#include <chrono>

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

namespace
{

enum : std::uint32_t {
	kRead = 3,
	kTick = 16,
	kVersion = 17,
	kInterface = 26,
	kMillis = 47,
	kMicros = 46,
	kPads = 102,
	kPadGet = 103
};

} // namespace

TEST_CASE("each command is answered in order, with its parameters, however they come")
{
	Bench bench;
	BenchClient client = bench.connect();
	SECTION("one after the other")
	{
		CHECK(client.call(kInterface) == 79);
		CHECK(client.call(kVersion) == 0xa02082);
	}
	SECTION("many at once")
	{
		for (std::uint32_t i = 0; i < 1000; i++)
			client.send(kInterface, i, 2 * i);
		for (std::uint32_t i = 0; i < 1000; i++) {
			const Header header = client.reply();
			REQUIRE(header.p1 == i);
			REQUIRE(header.p2 == 2 * i);
			REQUIRE(header.last == 79);
		}
	}
	SECTION("byte by byte")
	{
		const auto bytes = wire::to_bytes(Header{kInterface, 1, 2, 4});
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
	CHECK(client.call(kInterface) == 79);
}

TEST_CASE("an extension of 65,535 bytes is taken, a longer one ends the connection")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kInterface, 0, 0, std::string(65'535, 'x')) == 79);
	client.send_bytes(wire::to_bytes(Header{kInterface, 0, 0, 65'536}));
	CHECK(client.is_over());
	CHECK(bench.front->clients() == 0);
}

TEST_CASE("who says half of a request and goes leaves nothing")
{
	Bench bench;
	BenchClient client = bench.connect();
	client.send_bytes(wire::to_bytes(Header{kInterface, 0, 0, 60'000}));
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
	client.send(kInterface);
	client.send(kMicros, 2000);
	client.send(kInterface, 7);
	CHECK(client.reply().last == 79);
	CHECK(client.reply().command == kMicros);
	CHECK(client.reply().p1 == 7);
}

TEST_CASE("a delay holds up its own connection, and no other")
{
	Bench bench;
	BenchClient slow = bench.connect();
	BenchClient other = bench.connect();
	const auto begin = std::chrono::steady_clock::now();
	slow.send(kMillis, 50);
	slow.send(kInterface);
	CHECK(other.call(kInterface) == 79);
	CHECK(slow.waiting() == 0);
	CHECK(slow.reply().command == kMillis);
	CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(50));
	CHECK(slow.reply().command == kInterface);
}

TEST_CASE("a delay beyond what the interface allows is refused")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kMillis, 60'001) == res_of(Status::BadMillis));
	CHECK(client.call(kMicros, 1'000'001) == res_of(Status::BadMicros));
	CHECK(client.call(kMicros, 1) == 0);
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
	CHECK(client.call(kPadGet, 0) == 6);
	CHECK(client.call(kPads, 3, 5) == res_of(Status::BadPad));
	CHECK(client.call(kPads, 0, 17) == res_of(Status::BadStrength));
}

TEST_CASE("nobody runs a program here, nor reads a file")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(110, 0, 0, "reboot") == res_of(Status::BadScriptName));
	CHECK(client.call(104, 0, 0, "/etc/shadow") == res_of(Status::NoFileAccess));
}

TEST_CASE("what a client set up is told with its name, also when it has gone")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(4, 4, 1) == 0);                  /* WRITE */
	CHECK(client.call(5, 5, 100) == 0);                /* PWM */
	CHECK(client.call(97, 6, 100) == 0);               /* FG */
	CHECK(client.call(42, 12, 9600, words({8})) == 0); /* SLRO */
	CHECK(client.call(38, 0, 0, "halt") == 0);
	CHECK(client.call(28, 0, 0, words({1, 0, 10})) == 1);
	CHECK(client.call(49) == 0);
	CHECK(client.call(99) == 0);
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
