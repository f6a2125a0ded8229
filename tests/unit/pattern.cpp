/* SPDX-License-Identifier: MIT */
#include <gpiohub/pattern.hpp>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cmath>

using namespace gpiohub;

namespace
{

/* A step as numbers, to be compared. */
using Numbers = std::vector<std::uint64_t>;

Numbers numbers(const std::vector<gpiohub_step> &steps)
{
	Numbers all;
	for (const gpiohub_step &step : steps)
		all.insert(all.end(), {step.op, step.count, step.set, step.clear, step.wait_ns});
	return all;
}

std::string fault(const std::vector<gpiohub_step> &steps)
{
	const auto found = find_fault(0b11, steps);
	return found ? std::to_string(found->step) + " " + found->what : "";
}

constexpr std::uint64_t kDrive = GPIOHUB_STEP_DRIVE;
constexpr std::uint64_t kLoop = GPIOHUB_STEP_LOOP;
constexpr std::uint64_t kEnd = GPIOHUB_STEP_END;

} // namespace

TEST_CASE("one pulse is two steps")
{
	const auto high = make_pulses(0b10, {.width_ns = 500});
	REQUIRE(high.ok());
	CHECK(high->lines == 0b10);
	CHECK(numbers(high->steps) == Numbers{kDrive, 0, 0b10, 0, 500, kDrive, 0, 0, 0b10, 0});
	CHECK(find_fault(high->lines, high->steps) == std::nullopt);

	const auto low = make_pulses(0b10, {.width_ns = 500, .high = false});
	REQUIRE(low.ok());
	CHECK(numbers(low->steps) == Numbers{kDrive, 0, 0, 0b10, 500, kDrive, 0, 0b10, 0, 0});
}

TEST_CASE("several pulses are a counted loop")
{
	const auto pulses = make_pulses(1, {.width_ns = 700, .gap_ns = 300, .count = 5});
	REQUIRE(pulses.ok());
	CHECK(numbers(pulses->steps) ==
		Numbers{kLoop, 5, 0, 0, 0, kDrive, 0, 1, 0, 700, kDrive, 0, 0, 1, 300, kEnd, 0, 0,
			0, 0});
	CHECK(find_fault(pulses->lines, pulses->steps) == std::nullopt);
}

TEST_CASE("pulses that cannot be are refused")
{
	CHECK(make_pulses(1, {.width_ns = 0}).error().code == EINVAL);
	CHECK(make_pulses(1, {.width_ns = GPIOHUB_STEP_MAX_NS + 1}).error().code == EINVAL);
	CHECK(make_pulses(1, {.width_ns = 5000, .count = 0}).error().code == EINVAL);
	CHECK(make_pulses(1, {.width_ns = 5000, .gap_ns = 0, .count = 2}).error().code == EINVAL);
	CHECK(make_pulses(1, {.width_ns = 500, .gap_ns = 499, .count = 2}).error().code == EINVAL);
	CHECK(make_pulses(1, {.width_ns = 500, .gap_ns = GPIOHUB_STEP_MAX_NS + 1}).error().code ==
		EINVAL);
}

TEST_CASE("PWM is an endless loop of high and low")
{
	const auto pwm = make_pwm(1, {.period_ns = 20'000'000, .width_ns = 1'500'000});
	REQUIRE(pwm.ok());
	CHECK(numbers(pwm->steps) ==
		Numbers{kLoop, 0, 0, 0, 0, kDrive, 0, 1, 0, 1'500'000, kDrive, 0, 0, 1, 18'500'000,
			kEnd, 0, 0, 0, 0});
	CHECK(make_pwm(1, {.period_ns = 1000, .width_ns = 1, .count = 7})->steps[0].count == 7);
}

TEST_CASE("PWM of 0 and of 100 per cent never changes the level")
{
	const auto low = make_pwm(1, {.period_ns = 1000, .width_ns = 0});
	REQUIRE(low.ok());
	CHECK(numbers(low->steps) ==
		Numbers{kLoop, 0, 0, 0, 0, kDrive, 0, 0, 1, 1000, kEnd, 0, 0, 0, 0});
	const auto high = make_pwm(1, {.period_ns = 1000, .width_ns = 1000});
	REQUIRE(high.ok());
	CHECK(numbers(high->steps) ==
		Numbers{kLoop, 0, 0, 0, 0, kDrive, 0, 1, 0, 1000, kEnd, 0, 0, 0, 0});
}

TEST_CASE("PWM is told by frequency and duty as well")
{
	const auto pwm = pwm_of(50, 7.5);
	REQUIRE(pwm.ok());
	CHECK(pwm->period_ns == 20'000'000);
	CHECK(pwm->width_ns == 1'500'000);
	CHECK(pwm_of(3, 100)->width_ns == pwm_of(3, 100)->period_ns);
	CHECK(pwm_of(3, 0)->width_ns == 0);
	CHECK(pwm_of(1'000'000, 50)->period_ns == 1000);

	CHECK(pwm_of(0, 50).error().code == EINVAL);
	CHECK(pwm_of(-50, 50).error().code == EINVAL);
	CHECK(pwm_of(NAN, 50).error().code == EINVAL);
	CHECK(pwm_of(1'100'000, 50).error().code == EINVAL);
	CHECK(pwm_of(1e-6, 50).error().code == EINVAL);
	CHECK(pwm_of(50, 101).error().code == EINVAL);
	CHECK(pwm_of(50, -1).error().code == EINVAL);
	CHECK(pwm_of(50, NAN).error().code == EINVAL);
	CHECK(make_pwm(1, {.period_ns = 999}).error().code == EINVAL);
	CHECK(make_pwm(1, {.period_ns = 2000, .width_ns = 2001}).error().code == EINVAL);
}

TEST_CASE("a pattern becomes the kernel's structure")
{
	const gpiohub_play play = make_play({0b11, {drive_step(1, 2, 3)}},
		{.flags = GPIOHUB_PLAY_STANDING,
			.start = GPIOHUB_START_EDGE,
			.start_ns = 4,
			.start_line = 5,
			.start_kinds = 6,
			.timeout_ns = 7});
	CHECK(play.lines == 0b11);
	CHECK(play.count == 1);
	CHECK(play.flags == GPIOHUB_PLAY_STANDING);
	CHECK(play.start == GPIOHUB_START_EDGE);
	CHECK(play.start_ns == 4);
	CHECK(play.start_line == 5);
	CHECK(play.start_kinds == 6);
	CHECK(play.timeout_ns == 7);
	CHECK(play.steps == 0);
	CHECK(play.id == 0);
}

TEST_CASE("what is wrong with a pattern is told with its step")
{
	const gpiohub_step wait = drive_step(0, 0, 1000);

	CHECK(fault({wait}).empty());
	CHECK(fault({loop_step(0), loop_step(2), wait, end_step(), end_step()}).empty());
	CHECK(fault({}) == "0 has 0 steps, and may have 1 to 65536");
	CHECK(fault({wait, drive_step(1, 1, 0)}) == "1 drives line 0 high and low");
	CHECK(fault({drive_step(4, 0, 0)}) == "0 drives line 2, which is none of the pattern's");
	CHECK(fault({drive_step(0, 0, GPIOHUB_STEP_MAX_NS + 1'000'000)}) ==
		"0 waits 86400.001s, and may 86400s");
	CHECK(fault({loop_step(1), wait}) == "0 begins a loop that has no end");
	CHECK(fault({wait, end_step()}) == "1 ends a loop that did not begin");
	CHECK(fault({loop_step(5), drive_step(1, 0, 999), end_step()}) ==
		"2 ends a loop that takes 999ns each time, and has to take 1us");
	CHECK(fault({{0, 0, 0, 7, 0}}) == "0 has an op 7 that is none");
	CHECK(fault({{1, 0, 0, kLoop, 0}}) == "0 is of a loop, and drives or waits");
	CHECK(fault({{1, 0, 0, kDrive, 1}}) == "0 drives, and has a count");
	CHECK(fault(std::vector(GPIOHUB_MAX_STEPS + 1, wait)) ==
		"65537 has 65537 steps, and may have 1 to 65536");

	std::vector<gpiohub_step> deep(GPIOHUB_MAX_DEPTH + 1, loop_step(1));
	CHECK(fault(deep) == "8 is nested deeper than 8 loops");
}
