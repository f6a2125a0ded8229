/* SPDX-License-Identifier: MIT */
#include <gpiohub/line_spec.hpp>

#include <catch2/catch.hpp>
#include <cerrno>

using namespace gpiohub;

TEST_CASE("parts are split at commas, hubs and ranges")
{
	const auto specs = parse_lines("4,0-7,GPIO4,1:4,gpiohub1:0-7,1:LED");
	REQUIRE(specs.ok());
	CHECK(*specs ==
		std::vector<LineSpec>{{{}, 4, 4, {}}, {{}, 0, 7, {}}, {{}, 0, 0, "GPIO4"},
			{std::uint8_t{1}, 4, 4, {}}, {std::uint8_t{1}, 0, 7, {}},
			{std::uint8_t{1}, 0, 0, "LED"}});
}

TEST_CASE("a name may look a little like a number")
{
	for (const char *name : {"SPI0-CS", "4a", "-4", "4-", "1-2-3", "a:4", "gpiohubx:4"}) {
		const auto specs = parse_lines(name);
		REQUIRE(specs.ok());
		REQUIRE(specs->size() == 1);
		CHECK(specs->front().name == name);
	}
}

TEST_CASE("what names no line is refused")
{
	for (const char *text :
		{"", ",", "4,", ",4", "1:", "64", "7-64", "7-0", "99999999999999999999"}) {
		const auto specs = parse_lines(text);
		REQUIRE_FALSE(specs.ok());
		CHECK(specs.error().code == EINVAL);
	}
}
