/* SPDX-License-Identifier: MIT */
#include "soft_bench.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;

TEST_CASE("what is driven is in the ring in the order in which the pins were driven")
{
	SoftBench bench;
	REQUIRE(own_outputs(*bench.owner, 0b111));
	bench.events->rest();
	bench.pins->driven.clear();
	REQUIRE(set(*bench.owner, 0b111, 0b101).code == 0);
	REQUIRE(set(*bench.owner, 0b110, 0b010).code == 0);

	/* Line 1 was driven to what it was: no change, no event. */
	const std::vector<std::pair<unsigned, bool>> pins{
		{0, true}, {1, false}, {2, true}, {1, true}, {2, false}};
	CHECK(bench.pins->driven == pins);
	std::vector<std::pair<unsigned, bool>> ring;
	for (const gpiohub_event &event : bench.events->rest()) {
		CHECK(event.flags == GPIOHUB_EVENT_FLAG_DRIVEN);
		ring.emplace_back(event.line, event.type == GPIOHUB_EVENT_RISING);
	}
	CHECK(ring ==
		std::vector<std::pair<unsigned, bool>>{
			{0, true}, {2, true}, {1, true}, {2, false}});
}

TEST_CASE("a new output drives its level from the first moment, and is known")
{
	SoftBench bench;
	REQUIRE(claim(*bench.owner, 0b11).code == 0);
	REQUIRE(configure(*bench.owner, 0b11, GPIOHUB_DIRECTION_OUTPUT, 0b10).code == 0);
	CHECK(bench.pins->levels == 0b10);
	const std::vector<int> types{GPIOHUB_EVENT_KNOWN, GPIOHUB_EVENT_CONFIGURED,
		GPIOHUB_EVENT_KNOWN, GPIOHUB_EVENT_CONFIGURED};
	CHECK(bench.events->rest_types() == types);
	CHECK(bench.state().outputs == 0b11);
	CHECK(bench.state().known == 0b11);
	CHECK(bench.state().levels == 0b10);
}

TEST_CASE("configuring an output again does not touch its level")
{
	SoftBench bench;
	REQUIRE(own_outputs(*bench.owner, 1, 1));
	REQUIRE(configure(*bench.owner, 1, GPIOHUB_DIRECTION_OUTPUT, 0, GPIOHUB_BIAS_PULL_UP)
			.code == 0);
	CHECK(bench.pins->levels == 1);
	CHECK(bench.state().levels == 1);
}

TEST_CASE("a watched line that becomes an output is watched by what is driven")
{
	SoftBench bench;
	REQUIRE(bench.watch->subscribe(1).ok());
	REQUIRE(own_outputs(*bench.owner, 1));
	CHECK(bench.pins->armed == 0);
	REQUIRE(configure(*bench.owner, 1, GPIOHUB_DIRECTION_INPUT).code == 0);
	CHECK(bench.pins->armed == 1);
	CHECK(bench.state().known == 1);
	CHECK(bench.state().outputs == 0);
}

TEST_CASE("the event of a configuration tells direction, bias and drive")
{
	SoftBench bench;
	REQUIRE(claim(*bench.owner, 1).code == 0);
	REQUIRE(configure(*bench.owner, 1, GPIOHUB_DIRECTION_OUTPUT, 0, GPIOHUB_BIAS_PULL_UP,
			GPIOHUB_DRIVE_OPEN_DRAIN, 500)
			.code == 0);
	const auto event = bench.events->next(GPIOHUB_EVENT_CONFIGURED);
	CHECK(event.value == (2 | 2 << 8 | 2 << 16));
	CHECK(bench.pins->settings[0].debounce_us == 500);
	/* Others may pull it as well. */
	CHECK(bench.state().known == 0);
}

TEST_CASE("what the pins cannot do changes nothing, and the error has the line")
{
	SoftBench bench;
	REQUIRE(bench.watch->subscribe(0b10).ok());
	REQUIRE(claim(*bench.owner, 0b10).code == 0);
	bench.pins->stubborn = 0b10;
	const auto refused = configure(*bench.owner, 0b10, GPIOHUB_DIRECTION_OUTPUT);
	CHECK(refused.code == EOPNOTSUPP);
	CHECK(refused.line == 1);
	CHECK(bench.pins->armed == 0b10);
	CHECK(bench.state().known == 0b10);
	CHECK(bench.state().outputs == 0);
}

TEST_CASE("what the pins refuse to drive ends a set at that line")
{
	SoftBench bench;
	REQUIRE(own_outputs(*bench.owner, 0b111));
	bench.pins->broken = 0b010;
	const auto refused = set(*bench.owner, 0b111, 0b111);
	CHECK(refused.code == EIO);
	CHECK(refused.line == 1);
	CHECK(bench.state().levels == 0b001);
}

TEST_CASE("a line found as an output drives what it drove when only its pull is configured")
{
	SoftBench bench;
	bench.pins->settings[0].direction = GPIOHUB_DIRECTION_OUTPUT;
	bench.pins->levels = 1;
	REQUIRE(claim(*bench.owner, 1).code == 0);
	REQUIRE(configure(*bench.owner, 1, GPIOHUB_DIRECTION_AS_IS, 0, GPIOHUB_BIAS_PULL_UP).code ==
		0);
	CHECK(bench.pins->driven == std::vector<std::pair<unsigned, bool>>{{0, true}});
	CHECK(bench.pins->settings[0].bias == GPIOHUB_BIAS_PULL_UP);
}
