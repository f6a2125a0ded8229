/* SPDX-License-Identifier: MIT */
#include "backend/soft_claims.hpp"

#include "soft_bench.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

std::uint32_t guard_value(gpiohub_guard guard, gpiohub_end why, unsigned code = 0)
{
	return static_cast<std::uint32_t>(guard) | code << 8 |
		static_cast<std::uint32_t>(why) << 24;
}

/* The parts without the hub and its thread: the test says what time it is. */
struct Parts {
	FakePins pins;
	SoftStream stream{8};
	SoftLines lines{pins, stream};
	Alarm alarm{[](std::uint64_t) { return Alarm::kNever; }};
	SoftPlayer player{lines, stream, alarm};
	SoftClaims claims{lines, stream, player, alarm};
	SoftSession session;
};

} // namespace

TEST_CASE("a line has one owner, and the other is told which line it is")
{
	SoftBench bench;
	auto other = *bench.hub->own();
	REQUIRE(claim(*bench.owner, 0b0110).code == 0);
	const auto refused = claim(*other, 0b1100);
	CHECK(refused.code == EBUSY);
	CHECK(refused.line == 2);
	CHECK(bench.state().owned == 0b0110);
	CHECK(claim(*other, 0b1000).code == 0);
}

TEST_CASE("a line that is used elsewhere refuses all of a claim")
{
	SoftBench bench;
	bench.pins->used_elsewhere = 0b10;
	const auto refused = claim(*bench.owner, 0b11);
	CHECK(refused.code == EBUSY);
	CHECK(refused.line == 1);
	CHECK(bench.state().owned == 0);
	CHECK(bench.pins->taken == 0);
}

TEST_CASE("a claim that is refused leaves the owner what it had")
{
	SoftBench bench;
	REQUIRE(claim(*bench.owner, 0b01).code == 0);
	bench.pins->used_elsewhere = 0b10;
	REQUIRE(claim(*bench.owner, 0b11).code == EBUSY);
	CHECK(claim(**bench.hub->own(), 0b01).code == EBUSY);
	CHECK(bench.pins->taken == 0b01);
}

TEST_CASE("claiming changes nothing on the pin")
{
	SoftBench bench;
	REQUIRE(claim(*bench.owner, 1, GPIOHUB_GUARD_LEVELS, 1).code == 0);
	CHECK(bench.pins->driven.empty());
	CHECK(bench.events->rest().empty());
}

TEST_CASE("only the owner drives, and only outputs")
{
	SoftBench bench;
	CHECK(set(*bench.owner, 1, 1).code == EPERM);
	CHECK(configure(*bench.owner, 1, GPIOHUB_DIRECTION_OUTPUT).code == EPERM);
	REQUIRE(claim(*bench.owner, 1).code == 0);
	CHECK(set(*bench.owner, 1, 1).code == EIO);
	REQUIRE(configure(*bench.owner, 1, GPIOHUB_DIRECTION_OUTPUT).code == 0);
	CHECK(set(*bench.owner, 1, 1).code == 0);
	const auto refused = set(*bench.owner, 0b11, 0);
	CHECK(refused.code == EPERM);
	CHECK(refused.line == 1);
	CHECK(bench.state().levels == 1);
}

TEST_CASE("when an owner goes its lines become what it declared")
{
	SoftBench bench;
	REQUIRE(own_outputs(*bench.owner, 0b111, 0b011));
	REQUIRE(claim(*bench.owner, 0b010, GPIOHUB_GUARD_KEEP).code == 0);
	REQUIRE(claim(*bench.owner, 0b100, GPIOHUB_GUARD_LEVELS, 0b100).code == 0);
	bench.events->rest();
	bench.owner.reset();

	const gpiohub_guard guards[] = {
		GPIOHUB_GUARD_INPUT, GPIOHUB_GUARD_KEEP, GPIOHUB_GUARD_LEVELS};
	for (std::uint8_t line = 0; line < 3; line++) {
		const auto event = bench.events->next(GPIOHUB_EVENT_GUARD);
		CHECK(event.line == line);
		CHECK(event.value == guard_value(guards[line], GPIOHUB_END_CLOSED));
	}
	CHECK(bench.pins->settings[0].direction == GPIOHUB_DIRECTION_INPUT);
	CHECK(bench.pins->taken == 0b110);
	const gpiohub_state state = bench.state();
	CHECK(state.owned == 0);
	CHECK(state.kept == 0b110);
	CHECK(state.outputs == 0b110);
	CHECK(state.levels == 0b110);
}

TEST_CASE("what is kept is the next owner's as it was left")
{
	SoftBench bench;
	REQUIRE(own_outputs(*bench.owner, 1, 1));
	REQUIRE(claim(*bench.owner, 1, GPIOHUB_GUARD_KEEP).code == 0);
	bench.owner = *bench.hub->own();
	REQUIRE(claim(*bench.owner, 1).code == 0);
	CHECK(bench.state().kept == 0);
	CHECK(set(*bench.owner, 1, 0).code == 0);
}

TEST_CASE("a guard that the pins refuse is told with the reason")
{
	SoftBench bench;
	REQUIRE(own_outputs(*bench.owner, 1));
	REQUIRE(claim(*bench.owner, 1, GPIOHUB_GUARD_LEVELS, 1).code == 0);
	bench.pins->broken = 1;
	bench.owner.reset();
	CHECK(bench.events->next(GPIOHUB_EVENT_GUARD).value ==
		guard_value(GPIOHUB_GUARD_LEVELS, GPIOHUB_END_CLOSED, EIO));
}

TEST_CASE("releasing applies the guard, of all lines or none")
{
	SoftBench bench;
	REQUIRE(own_outputs(*bench.owner, 0b01));
	const auto refused = submit(*bench.owner, GPIOHUB_OP_RELEASE, 0b11);
	CHECK(refused.code == EPERM);
	CHECK(refused.line == 1);
	CHECK(bench.state().owned == 0b01);
	CHECK(submit(*bench.owner, GPIOHUB_OP_RELEASE, 0b01).code == 0);
	CHECK(bench.events->next(GPIOHUB_EVENT_GUARD).value ==
		guard_value(GPIOHUB_GUARD_INPUT, GPIOHUB_END_RELEASED));
	CHECK(bench.state().outputs == 0);
}

TEST_CASE("who is silent for longer than his heartbeat loses those lines, and no others")
{
	Parts parts;
	Guard guard(GPIOHUB_GUARD_INPUT);
	REQUIRE(parts.claims.claim(parts.session, 0b01, guard).ok());
	guard.heartbeat_us = 2000;
	REQUIRE(parts.claims.claim(parts.session, 0b10, guard).ok());

	const std::uint64_t due = parts.session.kicked_ns + 2'000'000;
	CHECK(parts.claims.look_for_silent(due - 1) == due);
	CHECK(parts.session.owned == 0b11);
	parts.session.kicked_ns += 500'000;
	CHECK(parts.claims.look_for_silent(due) == due + 500'000);
	CHECK(parts.session.owned == 0b11);
	CHECK(parts.claims.look_for_silent(due + 500'000) == Alarm::kNever);
	CHECK(parts.session.owned == 0b01);
}

TEST_CASE("a heartbeat that stops applies the guard")
{
	SoftBench bench;
	REQUIRE(claim(*bench.owner, 1, GPIOHUB_GUARD_INPUT, 0, 1000).code == 0);
	CHECK(bench.events->next(GPIOHUB_EVENT_GUARD).value ==
		guard_value(GPIOHUB_GUARD_INPUT, GPIOHUB_END_SILENT));
	CHECK(submit(*bench.owner, GPIOHUB_OP_KICK).code == EPERM);
}

TEST_CASE("a claim that is none changes nothing")
{
	SoftBench bench;
	CHECK(claim(*bench.owner, 1, GPIOHUB_GUARD_INPUT, 1).code == EINVAL);
	CHECK(claim(*bench.owner, 1, GPIOHUB_GUARD_LEVELS, 0b11).code == EINVAL);
	CHECK(claim(*bench.owner, 1, GPIOHUB_GUARD_KEEP, 0, 999).code == EINVAL);
	CHECK(submit(*bench.owner, GPIOHUB_OP_CLAIM, 1, 4).code == EINVAL);
	CHECK(claim(*bench.owner, 0x100).code == ENXIO);
	CHECK(bench.state().owned == 0);
}
