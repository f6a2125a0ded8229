/* SPDX-License-Identifier: MIT */
#include "soft_bench.hpp"

#include <gpiohub/clock.hpp>
#include <gpiohub/report.hpp>

#include <catch2/catch.hpp>

#include <cerrno>
#include <thread>

using namespace gpiohub;
using namespace gpiohub::daemon;

TEST_CASE("the first sample of a line that is watched is an event, and then it is known")
{
	SoftBench bench;
	bench.pins->levels = 0b010;
	REQUIRE(bench.watch->subscribe(0b011).ok());
	const auto events = bench.events->rest();
	REQUIRE(events.size() == 2);
	for (std::uint8_t line = 0; line < 2; line++) {
		CHECK(events[line].seq == line);
		CHECK(events[line].type == GPIOHUB_EVENT_KNOWN);
		CHECK(events[line].line == line);
		CHECK(events[line].value == 1);
	}
	CHECK(events[1].levels == 0b010);
	CHECK(bench.state().known == 0b011);
	CHECK(bench.state().watched == 0b011);
	CHECK(bench.state().held == 0b011);
}

TEST_CASE("a line that nobody watches any more is unknown, and let go")
{
	SoftBench bench;
	bench.pins->levels = 1;
	REQUIRE(bench.watch->subscribe(1).ok());
	REQUIRE(bench.watch->subscribe(0).ok());
	const auto events = bench.events->rest();
	REQUIRE(events.size() == 2);
	CHECK(events[1].type == GPIOHUB_EVENT_KNOWN);
	CHECK(events[1].value == 0);
	CHECK(events[1].levels == 0);
	CHECK(bench.pins->armed == 0);
	CHECK(bench.pins->taken == 0);
	CHECK(bench.state().held == 0);
}

TEST_CASE("an edge of a watched line is an event, in the state page too")
{
	SoftBench bench;
	REQUIRE(bench.watch->subscribe(0b100).ok());
	const std::uint64_t now = monotonic_ns();
	bench.pins->happen(2, true, now);
	const auto event = bench.events->next(GPIOHUB_EVENT_RISING);
	CHECK(event.line == 2);
	CHECK(event.flags == 0);
	CHECK(event.value == 0);
	CHECK(event.time_ns == now);
	CHECK(event.levels == 0b100);
	const gpiohub_state state = bench.state();
	CHECK(state.levels == 0b100);
	CHECK(state.seq == 2);
	CHECK(state.line[2].rising == 1);
	CHECK(state.line[2].falling == 0);
	CHECK(state.line[2].last_ns == now);
}

TEST_CASE("an edge of an earlier arming, or of a line that is not armed, is none")
{
	SoftBench bench;
	const std::uint64_t before = monotonic_ns();
	REQUIRE(bench.watch->subscribe(1).ok());
	bench.events->rest();
	bench.pins->happen(0, true, before);
	bench.pins->happen(1, true);
	CHECK(bench.events->rest().empty());
}

TEST_CASE("an edge that the first sample has seen is not published again")
{
	SoftBench bench;
	bench.pins->levels = 1;
	REQUIRE(bench.watch->subscribe(1).ok());
	bench.events->next();
	bench.pins->happen(0, true, bench.pins->armed_ns);
	CHECK(bench.events->rest().empty());
}

TEST_CASE("two equal samples in a row tell that something was missed")
{
	SoftBench bench;
	REQUIRE(bench.watch->subscribe(1).ok());
	bench.pins->happen(0, true);
	bench.pins->happen(0, true);
	bench.events->next(GPIOHUB_EVENT_RISING);
	CHECK(bench.events->next().flags == GPIOHUB_EVENT_FLAG_MISSED);
	CHECK(bench.state().line[0].missed == 1);
	CHECK(bench.state().line[0].rising == 2);
}

TEST_CASE("times never decrease, and an event tells how much earlier it was")
{
	SoftBench bench;
	REQUIRE(bench.watch->subscribe(0b11).ok());
	const std::uint64_t now = monotonic_ns();
	bench.pins->happen(0, true, now + 1000);
	bench.pins->happen(1, true, now + 300);
	CHECK(bench.events->next(GPIOHUB_EVENT_RISING).value == 0);
	const auto late = bench.events->next();
	CHECK(late.time_ns == now + 1000);
	CHECK(late.value == 700);
}

TEST_CASE("a reader is woken when the ring comes to what it asked for, and not before")
{
	SoftBench bench;
	REQUIRE(bench.watch->subscribe(1).ok());
	bench.events->rest();
	Cursor cursor = bench.watch->view().cursor;
	REQUIRE(cursor.prepare_sleep(bench.events->reader(), 3));
	pollfd poll{bench.watch->view().fd, POLLIN, 0};
	for (int i = 0; i < 2; i++) {
		bench.pins->happen(0, i == 0);
		CHECK(::poll(&poll, 1, 0) == 0);
	}
	bench.pins->happen(0, true);
	CHECK(::poll(&poll, 1, 0) == 1);
}

TEST_CASE("who is lapped knows exactly how many events it lost")
{
	SoftBench bench;
	REQUIRE(bench.watch->subscribe(1).ok());
	constexpr std::size_t kEdges = SoftStream::kRecords + 10;
	for (std::size_t i = 0; i < kEdges; i++)
		bench.pins->happen(0, i % 2 == 0);
	CHECK(bench.events->rest().size() == SoftStream::kRecords);
	/* Those edges, and the first sample. */
	CHECK(bench.events->lost() == kEdges + 1 - SoftStream::kRecords);
}

TEST_CASE("a subscription is all or nothing, and its error has the line")
{
	SoftBench bench;
	REQUIRE(bench.watch->subscribe(0b0001).ok());
	bench.events->rest();
	const auto refused = [&](std::uint64_t lines, int code, unsigned line) {
		const auto subscribed = bench.watch->subscribe(lines);
		REQUIRE_FALSE(subscribed.ok());
		CHECK(subscribed.error().code == code);
		CHECK(subscribed.error().line == line);
		CHECK(bench.pins->armed == 0b0001);
		CHECK(bench.pins->taken == 0b0001);
		CHECK(bench.state().watched == 0b0001);
	};
	SECTION("used by somebody else")
	{
		bench.pins->used_elsewhere = 0b0100;
		refused(0b0110, EBUSY, 2);
	}
	SECTION("without an interrupt")
	{
		bench.pins->without_interrupt = 0b1000;
		refused(0b1010, EOPNOTSUPP, 3);
	}
	SECTION("not there")
	{
		refused(0x100, ENXIO, 8);
	}
}

TEST_CASE("a line stays armed as long as anybody watches it")
{
	SoftBench bench;
	auto other = *bench.hub->watch();
	REQUIRE(bench.watch->subscribe(1).ok());
	REQUIRE(other->subscribe(1).ok());
	REQUIRE(bench.watch->subscribe(0).ok());
	CHECK(bench.pins->armed == 1);
	other.reset();
	CHECK(bench.pins->armed == 0);
}

TEST_CASE("the pins are asked for a level that is not known, and let go again")
{
	SoftBench bench;
	bench.pins->levels = 0b110;
	CHECK(*bench.watch->get(0b011) == 0b010);
	CHECK(bench.pins->taken == 0);
	bench.pins->used_elsewhere = 0b100;
	const auto refused = bench.watch->get(0b110);
	REQUIRE_FALSE(refused.ok());
	CHECK(refused.error().code == EBUSY);
	CHECK(refused.error().line == 2);
}

TEST_CASE("what is said of a hub and its lines")
{
	SoftBench bench;
	const auto info = *bench.watch->info();
	CHECK(info.abi_version == GPIOHUB_ABI_VERSION);
	CHECK(info.lines == 8);
	CHECK(info.records == bench.watch->view().ring.size);
	CHECK(std::string(info.name) == "gpiohub0");
	CHECK(std::string(info.label) == "fake");
	CHECK(info.epoch != SoftBench().hub->info().epoch);

	REQUIRE(own_outputs(*bench.owner, 0b10));
	const auto line = *bench.watch->line_info(1);
	CHECK(line.info.offset == 101);
	CHECK(std::string(line.name) == "PIN");
	CHECK(line.info.flags == (GPIOHUB_LINE_HELD | GPIOHUB_LINE_OWNED | GPIOHUB_LINE_KNOWN));
	CHECK(line.info.direction == GPIOHUB_DIRECTION_OUTPUT);
	CHECK(line.info.guard == GPIOHUB_GUARD_INPUT);
	CHECK(line.info.owner_pid == static_cast<__u32>(::getpid()));
	CHECK(bench.watch->line_info(8).error().code == ENXIO);
}

TEST_CASE("what is in use has its end when the pins are gone, and then each line is told gone")
{
	SoftBench bench;
	REQUIRE(bench.watch->subscribe(0b100).ok());
	REQUIRE(claim(*bench.owner, 0b011, GPIOHUB_GUARD_LEVELS).code == 0);
	REQUIRE(configure(*bench.owner, 0b011, GPIOHUB_DIRECTION_OUTPUT, 0b011).code == 0);
	const Pattern endless{0b001, {gpiohub_step{0b001, 0, 1'000'000'000'000, 0, 0}}};
	REQUIRE(play(*bench.owner, 7, endless).code == 0);
	const std::uint64_t heartbeat = 0b10000;
	REQUIRE(claim(*bench.owner, heartbeat, GPIOHUB_GUARD_KEEP, 0, 3'600'000'000U).code == 0);
	bench.events->rest();
	bench.pins->go();

	const auto pattern = bench.events->next();
	CHECK(pattern.type == GPIOHUB_EVENT_PATTERN);
	CHECK(pattern.value == 7);
	const auto report = bench.events->next();
	CHECK(report.value == (GPIOHUB_OUTCOME_FAILED | ENODEV << 16));
	for (std::uint8_t line = 0; line < 2; line++) {
		const auto guard = bench.events->next(GPIOHUB_EVENT_GUARD);
		CHECK(guard.line == line);
		CHECK(guard.value == (GPIOHUB_GUARD_LEVELS | ENODEV << 8 | GPIOHUB_END_GONE << 24));
	}
	CHECK(bench.events->next(GPIOHUB_EVENT_GUARD).line == 4);
	for (std::uint8_t line = 0; line < 8; line++) {
		const auto gone = bench.events->next(GPIOHUB_EVENT_GONE);
		CHECK(gone.line == line);
		CHECK(gone.value == 1);
		CHECK((gone.levels >> line & 1) == 0);
	}
	CHECK(bench.events->rest().empty());
	const gpiohub_state state = bench.state();
	CHECK(state.gone == 0xff);
	CHECK((state.known | state.held | state.owned | state.kept | state.playing | state.levels |
		      state.outputs) == 0);
	CHECK(bench.pins->taken == 0);
}

TEST_CASE("a hub whose pins are gone answers everything with that, and publishes no more")
{
	SoftBench bench;
	REQUIRE(own_outputs(*bench.owner, 1, 1));
	bench.pins->go();
	bench.events->rest();
	CHECK(bench.hub->is_gone());
	CHECK(bench.watch->info().error().code == ENODEV);
	CHECK(bench.watch->line_info(0).error().code == ENODEV);
	CHECK(bench.watch->get(1).error().code == ENODEV);
	CHECK(bench.watch->subscribe(1).error().code == ENODEV);
	CHECK(claim(*bench.owner, 1).code == ENODEV);
	CHECK(set(*bench.owner, 1, 0).code == ENODEV);
	CHECK(bench.owner->message("hello").error().code == ENODEV);
	CHECK(bench.hub->watch().error().code == ENODEV);
	CHECK(bench.hub->own().error().code == ENODEV);
	bench.pins->happen(0, false);
	bench.pins->go();
	bench.owner.reset();
	CHECK(bench.events->rest().empty());
}

TEST_CASE("who sleeps on a hub is hung up on when its pins are gone")
{
	SoftBench bench;
	pollfd poll{bench.watch->view().fd, POLLIN, 0};
	REQUIRE(::poll(&poll, 1, 0) == 0);
	std::thread puller([&] { bench.pins->go(); });
	REQUIRE(::poll(&poll, 1, 10'000) == 1);
	CHECK((poll.revents & POLLHUP) != 0);
	/* It says so only when the last event is in the ring. */
	CHECK(bench.events->next(GPIOHUB_EVENT_GONE).line == 0);
	puller.join();
}
