/* SPDX-License-Identifier: MIT */
/*
 * Any requests at all: each has one reply, well-formed, whatever came before. GPIOHUB_LONG:
 * ten million of them.
 */
#include "../device_directory.hpp"
#include "bench.hpp"

#include <cstdlib>
#include <random>

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

namespace
{

constexpr std::uint32_t kNumbers = 121; /* above all of them */

class Generator
{
public:
	explicit Generator(unsigned seed) : random_(seed) {}

	std::uint32_t below(std::uint32_t limit)
	{
		return static_cast<std::uint32_t>(random_()) % limit;
	}

	pigpio::Request request(std::string &extension)
	{
		pigpio::Request request;
		request.command =
			below(50) == 0 ? static_cast<std::uint32_t>(random_()) : below(kNumbers);
		request.p1 = number();
		request.p2 = number();
		extension = bytes();
		if (request.command == kProc)
			extension = script();
		bit_bus(request.command, extension);
		if (request.command == kNoib)
			request.command = 0;
		/* Some are refused, none takes its time. */
		if (request.command == kMics || request.command == kMils)
			request.p1 = below(2) == 0 ? 0 : 100'000'000;
		return request;
	}

private:
	std::uint32_t number()
	{
		switch (below(8)) {
		case 0:
			return static_cast<std::uint32_t>(random_());
		case 1:
			return std::uint32_t{1} << below(32);
		case 2:
			return below(3000);
		default:
			return below(34);
		}
	}

	/* Fast ones, and little that goes over them. */
	void bit_bus(std::uint32_t command, std::string &extension)
	{
		if (command == kBi2co)
			extension = words({below(2) * 500'000});
		if (command == kBspio)
			extension = words(
				{below(34), below(34), below(34), below(2) * 250'000, number()});
		if (command == kBspix)
			extension.resize(below(9), 'x');
		if (command == kBi2cz && below(2) == 0) {
			extension.clear();
			for (std::uint32_t i = below(12); i > 0; i--)
				extension += static_cast<char>(below(9));
		}
	}

	std::string bytes()
	{
		std::string bytes;
		switch (below(6)) {
		case 0:
			bytes.resize(below(64));
			break;
		case 1:
			bytes = words({number(), number(), number()});
			break;
		case 2:
			for (std::uint32_t i = below(8); i > 0; i--)
				bytes += words({1U << below(28), 1U << below(28), below(500)});
			return bytes;
		case 3:
			/* A chain, perhaps. */
			for (std::uint32_t i = below(12); i > 0; i--)
				bytes += below(2) == 0 ? '\xff' : static_cast<char>(below(4));
			return bytes;
		case 4:
			if (below(500) == 0)
				bytes.assign(below(65'535), 'x');
			return bytes;
		default:
			return words({number()});
		}
		for (char &byte : bytes)
			byte = below(4) == 0 ? byte : static_cast<char>(random_());
		return bytes;
	}

	std::string script()
	{
		static const std::array<const char *, 26> kWords{"tag 1", "jmp 1", "jz 1", "w 4 1",
			"p 5 p0", "lda 7", "sta v1", "inr v1", "dcr p0", "push v1", "pop v2",
			"call 1", "ret", "wait 16", "evtwt 8", "mils 1", "mics 5", "add 3", "div 0",
			"halt", "wvtx 0", "nb 0 255", "x v1 v2", "garbage", "bi2co 4 5 500000",
			"bi2cc 4"};
		std::string text;
		for (std::uint32_t i = below(12); i > 0; i--)
			text += std::string(kWords[below(kWords.size())]) + " ";
		return text;
	}

	std::mt19937 random_;
};

/* What the hub would tell meanwhile. */
void happen(Bench &bench, Generator &any, std::uint64_t &now)
{
	for (const FakePlay &play : bench.fake->plays) {
		gpiohub_event event{};
		event.type = GPIOHUB_EVENT_PATTERN;
		event.line = static_cast<__u8>(std::countr_zero(play.play.lines));
		event.value = play.id;
		event.time_ns = now;
		bench.fake->publish({event});
	}
	bench.fake->plays.clear();
	for (int i = 0; i < 20; i++) {
		now += any.below(2'000'000);
		bench.edge(any.below(32), any.below(2) == 0, now);
	}
	if (any.below(100) == 0) {
		bench.front->hub_gone(*bench.hub);
		bench.front->hub_came(*bench.hub);
	}
}

} // namespace

TEST_CASE("whatever is asked has one reply, and nothing is broken by it")
{
	const int count = std::getenv("GPIOHUB_LONG") != nullptr ? 10'000'000 : 100'000;
	const DeviceDirectory pipes;
	Settings settings = panel_settings();
	settings.pipes = pipes.path;
	Bench bench(settings);
	/* No bus, no file: these are the machine's. */
	bench.front->renew(panel("0-31", 0b1111));
	BenchClient client = bench.connect();
	client.has_extension = false;
	/* Handles 0 to 7, which the other one has told what to watch. */
	BenchClient watcher = bench.connect();
	for (int i = 0; i < 8; i++)
		(void)watcher.call(kNoib);
	Generator any(2026);
	std::string extension;
	std::uint64_t now = monotonic_ns();
	for (int i = 0; i < count; i++) {
		const pigpio::Request request = any.request(extension);
		client.send(request.command, request.p1, request.p2, extension);
		client.has_extension = request.command == kSlr || request.command == kProcp ||
			request.command == kBi2cz || request.command == kBspix;
		const Header reply = client.reply();
		const auto res = static_cast<std::int32_t>(reply.last);
		REQUIRE(reply.command == request.command);
		REQUIRE(reply.p1 == request.p1);
		REQUIRE(reply.p2 == request.p2);
		if (request.command >= kNumbers)
			REQUIRE(res == res_of(Status::UnknownCommand));
		if (request.command == kProcp)
			REQUIRE((res < 0 || res == 44));
		if (i % 50 == 0)
			happen(bench, any, now);
		if (i % 5000 == 0)
			watcher.drain();
	}
	CHECK(bench.front->clients() == 2);
}
