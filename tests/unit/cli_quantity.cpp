/* SPDX-License-Identifier: MIT */
#include "quantity.hpp"

#include <catch2/catch.hpp>
#include <cerrno>

using namespace gpiohub;
using namespace gpiohub::cli;

namespace
{

/* Through the parser: "" or what it complains of. */
std::string parsed(const std::string &text, std::uint64_t &ns)
{
	CLI::App app;
	add_duration_option(app, "WIDTH", ns, "how long");
	try {
		app.parse(std::vector<std::string>{text});
	} catch (const CLI::ParseError &error) {
		return error.what();
	}
	return "";
}

std::string wave(std::string_view frequency, std::string_view duty)
{
	const auto pwm = parse_pwm(frequency, duty);
	if (!pwm)
		return pwm.error().what;
	return std::to_string(pwm->period_ns) + " " + std::to_string(pwm->width_ns);
}

} // namespace

TEST_CASE("an option takes a duration, and says which one is none")
{
	std::uint64_t ns = 0;
	CHECK(parsed("1.5ms", ns).empty());
	CHECK(ns == 1'500'000);
	CHECK_THAT(parsed("1500", ns),
		Catch::Contains("WIDTH") && Catch::Contains("\"1500\" is no duration"));
	CHECK(ns == 1'500'000);
}

TEST_CASE("a square wave is said by frequency or period, and duty or width")
{
	CHECK(wave("50", "7.5%") == "20000000 1500000");
	CHECK(wave("50Hz", "25") == "20000000 5000000");
	CHECK(wave("1.5kHz", "50%") == "666667 333333");
	CHECK(wave("1MHz", "50%") == "1000 500");
	CHECK(wave("20ms", "1.5ms") == "20000000 1500000");
	CHECK(wave("50Hz", "1500us") == "20000000 1500000");
	CHECK(wave("3s", "100%") == "3000000000 3000000000");
	CHECK(wave("3s", "0") == "3000000000 0");
	CHECK(wave("333333333ns", "100%") == "333333333 333333333");
}

TEST_CASE("what is no frequency and no duty cycle is said with what to write")
{
	CHECK_THAT(wave("fast", "50%"), Catch::Contains("\"fast\" is no frequency"));
	CHECK_THAT(wave("50", "half"), Catch::Contains("\"half\" is no duty cycle"));
	CHECK_THAT(wave("-50", "50%"), Catch::Contains("a frequency is at most 1000 kHz"));
	CHECK_THAT(wave("0", "50%"), Catch::Contains("a frequency is"));
	CHECK_THAT(wave("0s", "50%"), Catch::Contains("a frequency is"));
	CHECK_THAT(wave("50", "101%"), Catch::Contains("0 to 100 %"));
	CHECK_THAT(wave("", "50"), Catch::Contains("no frequency"));
}
