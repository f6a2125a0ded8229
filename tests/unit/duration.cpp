/* SPDX-License-Identifier: MIT */
#include <gpiohub/duration.hpp>

#include <catch2/catch.hpp>
#include <cerrno>

using namespace gpiohub;

TEST_CASE("durations are numbers with a unit, exactly")
{
	CHECK(*parse_duration("1ns") == 1);
	CHECK(*parse_duration("500us") == 500'000);
	CHECK(*parse_duration("7µs") == 7'000);
	CHECK(*parse_duration("1.5ms") == 1'500'000);
	CHECK(*parse_duration("0.1us") == 100);
	CHECK(*parse_duration("2s") == 2'000'000'000);
	CHECK(*parse_duration("0.000000001s") == 1);
	CHECK(*parse_duration("0s") == 0);
	CHECK(*parse_duration("18446744073709551615ns") == UINT64_MAX);
}

TEST_CASE("decimals of less than a nanosecond are cut")
{
	CHECK(*parse_duration("1.9ns") == 1);
	CHECK(*parse_duration("0.12345678987654321s") == 123'456'789);
}

TEST_CASE("what is no duration is said with what to write")
{
	const char *text = GENERATE("", "5", "ms", "-1ms", "1,5ms", "1.ms", ".5ms", "5 ms", "5mss",
		"5m", "1e3us", "0x5us", "99999999999999999999");
	const auto parsed = parse_duration(text);
	REQUIRE_FALSE(parsed.ok());
	CHECK(parsed.error().code == EINVAL);
	CHECK_THAT(parsed.error().what, Catch::Contains("500us, 1.5ms or 2s"));
}

TEST_CASE("a time beyond 64 bits is too long")
{
	const char *text = GENERATE("18446744073709551616ns", "18446744074s", "18446744073.8s",
		"99999999999999999999s");
	CHECK(parse_duration(text).error().code == ERANGE);
}

TEST_CASE("durations are told in a unit that suits them")
{
	CHECK(duration_text(0) == "0ns");
	CHECK(duration_text(999) == "999ns");
	CHECK(duration_text(1000) == "1us");
	CHECK(duration_text(1500) == "1.5us");
	CHECK(duration_text(20'000'000) == "20ms");
	CHECK(duration_text(1'234'567) == "1.234ms");
	CHECK(duration_text(86'400'000'000'000) == "86400s");
}
