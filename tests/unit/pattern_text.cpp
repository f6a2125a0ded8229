/* SPDX-License-Identifier: MIT */
#include <gpiohub/pattern_text.hpp>

#include <catch2/catch.hpp>
#include <cerrno>

using namespace gpiohub;

namespace
{

/* Short, to be compared: "+2-4 500; 3x; end". */
std::string steps_of(std::string_view text)
{
	const auto pattern = parse_pattern(text);
	if (!pattern)
		return pattern.error().what;
	std::string all;
	for (const gpiohub_step &step : pattern->steps) {
		if (!all.empty())
			all += "; ";
		if (step.op == GPIOHUB_STEP_LOOP)
			all += std::to_string(step.count) + "x";
		else if (step.op == GPIOHUB_STEP_END)
			all += "end";
		else
			all += "+" + std::to_string(step.set) + "-" + std::to_string(step.clear) +
				" " + std::to_string(step.wait_ns);
	}
	return all;
}

std::string error_of(std::string_view text)
{
	const auto pattern = parse_pattern(text);
	REQUIRE_FALSE(pattern.ok());
	CHECK(pattern.error().code == EINVAL);
	return pattern.error().what;
}

} // namespace

TEST_CASE("levels are driven, then waited after")
{
	CHECK(steps_of("1=1 500us 1=0") == "+2-0 500000; +0-2 0");
	CHECK(steps_of("1=high 1ms 1=off 2s") == "+2-0 1000000; +0-2 2000000000");
	CHECK(parse_pattern("1=1 500us 3=0")->lines == 0b1010);
}

TEST_CASE("levels without a wait between them are of the same moment")
{
	CHECK(steps_of("0-1,3=1 2=0 1us") == "+11-4 1000");
}

TEST_CASE("a wait may come first, and after another")
{
	CHECK(steps_of("1ms 2ms 0=1") == "+0-0 1000000; +0-0 2000000; +1-0 0");
}

TEST_CASE("loops are counted or endless, and nest")
{
	CHECK(steps_of("3x( 0=1 1us 0=0 1us ) 0=1") == "3x; +1-0 1000; +0-1 1000; end; +1-0 0");
	CHECK(steps_of("*(0=1 1us 2x(0=0 1us))") == "0x; +1-0 1000; 2x; +0-1 1000; end; end");
	CHECK(steps_of("0=1 2x (1us 0=0)") == "+1-0 0; 2x; +0-0 1000; +0-1 0; end");
}

TEST_CASE("a text has lines and comments")
{
	CHECK(steps_of("# servo\n0=1 1us # up\n\n0=0#down\n") == "+1-0 1000; +0-1 0");
}

TEST_CASE("what is wrong is told with its place")
{
	CHECK_THAT(error_of("0=1 500 0=0"),
		Catch::StartsWith("in the pattern, column 5: \"500\" is no duration") &&
			Catch::Contains("LINE=1 or LINE=0"));
	CHECK_THAT(error_of("0=1 1ms\n  0=2"),
		Catch::StartsWith("in the pattern, line 2, column 3: \"2\" is no level"));
	CHECK_THAT(error_of("64=1"), Catch::Contains("column 1: \"64\" is no line"));
	CHECK_THAT(error_of("=1"), Catch::Contains("column 1: \"\" is no line"));
	CHECK_THAT(error_of("0=1 0=0 1ms"), Catch::Contains("column 5: line 0 is driven twice"));
	CHECK_THAT(error_of("0=1 1ms )"), Catch::Contains("column 9: this ends a loop"));
	CHECK_THAT(error_of("0=1 2x( 1ms"), Catch::Contains("column 5: this begins a loop"));
	CHECK_THAT(error_of("0x( 1ms )"), Catch::Contains("column 1: \"0x(\" is no loop"));
	CHECK_THAT(error_of("(1ms)"), Catch::Contains("column 1: \"(\" is no loop"));
	CHECK_THAT(error_of("3( 1ms )"), Catch::Contains("write 3x( for three times"));
	CHECK_THAT(error_of("99999999999x( 1ms )"), Catch::Contains("is no loop"));
	CHECK_THAT(error_of("100000s"), Catch::Contains("column 1: \"100000s\" is too long"));
	CHECK_THAT(error_of("3x(0=1 0.5us)"),
		Catch::Contains("column 13: this ends a loop that "
				"takes 500ns each time"));
	CHECK_THAT(error_of("*( 1ms ) 0=1"), Catch::Contains("column 10: this never comes"));
	CHECK_THAT(error_of(" # nothing"), Catch::Contains("the pattern is empty"));
}

TEST_CASE("loops that are too deep, and patterns that are too long, are told")
{
	std::string deep;
	for (int i = 0; i < 9; i++)
		deep += "2x(";
	CHECK_THAT(error_of(deep + "1ms"), Catch::Contains("column 25: this is nested deeper"));

	std::string text;
	for (int i = 0; i <= GPIOHUB_MAX_STEPS; i++)
		text += "1us ";
	CHECK_THAT(error_of(text), Catch::Contains("has 65537 steps"));
}

TEST_CASE("lines may have names, which somebody else finds")
{
	const auto find = [](std::string_view name) -> Result<std::uint64_t> {
		if (name == "LED")
			return std::uint64_t{0b1000};
		return Error{ENXIO, "no line is called that"};
	};
	const auto pattern = parse_pattern("LED=1 1ms LED=0", find);
	REQUIRE(pattern.ok());
	CHECK(pattern->lines == 0b1000);
	const auto unknown = parse_pattern("LED=1 1ms\nBELL=0", find);
	REQUIRE_FALSE(unknown.ok());
	CHECK(unknown.error().what == "in the pattern, line 2, column 1: no line is called that");
}
