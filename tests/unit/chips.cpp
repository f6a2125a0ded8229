/* SPDX-License-Identifier: MIT */
/* What holds on every machine; boards with chips are for the end-to-end tests. */
#include <gpiohub/chips.hpp>

#include <catch2/catch.hpp>
#include <cerrno>

using namespace gpiohub;

TEST_CASE("a chip that is not there is said to be missing")
{
	const auto lines = chip_lines("no such chip");
	REQUIRE_FALSE(lines.ok());
	CHECK(lines.error().code == ENOENT);
	CHECK(lines.error().what == "no GPIO chip is called no such chip");

	CHECK(chip_line("no such chip", 0).error().code == ENOENT);
}

TEST_CASE("every chip that is listed can be looked at")
{
	const auto chips = list_chips();
	REQUIRE(chips.ok());
	for (const Chip &chip : *chips) {
		const auto lines = chip_lines(chip.name);
		REQUIRE(lines.ok());
		CHECK(lines->size() == chip.lines);
		CHECK(chip_line(chip.name, chip.lines).error().code == ENOENT);
	}
}
