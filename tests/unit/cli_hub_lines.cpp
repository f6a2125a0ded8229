/* SPDX-License-Identifier: MIT */
#include "hub_lines.hpp"

#include "fake_board.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::cli;

TEST_CASE("lines of one hub are one mask")
{
	FakeBoard board({0, 1});
	const auto lines = find_lines_of_one_hub(board, {"1:4", "1:0-1"});
	REQUIRE(lines.ok());
	CHECK(lines->hub == 1);
	CHECK(lines->mask == 0b10011);
}

TEST_CASE("lines of several hubs are none of one")
{
	FakeBoard board({0, 1});
	const auto lines = find_lines_of_one_hub(board, {"0", "1:4"});
	REQUIRE_FALSE(lines.ok());
	CHECK(lines.error().code == EINVAL);
	CHECK_THAT(lines.error().what, Catch::Contains("all must be of one hub"));
}

TEST_CASE("a pattern's lines are found on the board")
{
	FakeBoard board({0, 1});
	const auto pattern = find_pattern(board, "1:4=1 1ms 1:5=0");
	REQUIRE(pattern.ok());
	CHECK(pattern->hub == 1);
	CHECK(pattern->pattern.lines == 0b110000);
}

TEST_CASE("what a pattern's lines say wrong is told with its place")
{
	FakeBoard board({0, 1});
	CHECK_THAT(find_pattern(board, "4=1 1ms 1:5=0").error().what,
		Catch::Contains("column 9: lines of hub 0 and of hub 1"));
	CHECK_THAT(find_pattern(board, "9=1 1ms").error().what,
		Catch::Contains("column 1: gpiohub0 has no line 9, only 0 to 7"));
	CHECK_THAT(find_pattern(board, "1ms").error().what, Catch::Contains("drives no line"));
}
