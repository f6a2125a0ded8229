/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/pwm.hpp"

#include "bench.hpp"

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

TEST_CASE("of the 18 frequencies the nearest is taken")
{
	CHECK(nearest_frequency(800) == 800);
	CHECK(nearest_frequency(0) == 10);
	CHECK(nearest_frequency(4'000'000'000) == 8000);
	CHECK(nearest_frequency(5900) == 4000);
	CHECK(nearest_frequency(6100) == 8000);
	CHECK(nearest_frequency(50) == 50);
	CHECK(real_range(800) == 250);
	CHECK(real_range(8000) == 25);
	CHECK(real_range(10) == 20'000);
}

TEST_CASE("a duty is a square wave of that share, which changes with a cycle")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kGdc, 4) == res_of(Status::NotPwmGpio));
	CHECK(client.call(kPwm, 4, 51) == 0);
	REQUIRE(bench.fake->plays.size() == 1);
	const FakePlay &play = bench.fake->plays[0];
	CHECK(play.play.flags == GPIOHUB_PLAY_AT_CYCLE);
	CHECK(play.play.lines == 1 << 4);
	REQUIRE(play.steps.size() == 4);
	CHECK(play.steps[0].op == GPIOHUB_STEP_LOOP);
	CHECK(play.steps[0].count == 0);
	CHECK(play.steps[1].set == 1 << 4);
	CHECK(play.steps[1].wait_ns == 250'000);
	CHECK(play.steps[2].clear == 1 << 4);
	CHECK(play.steps[2].wait_ns == 1'000'000);
	CHECK(client.call(kGdc, 4) == 51);
	CHECK(client.call(kPfg, 4) == 800);
}

TEST_CASE("none at all, and all the time, are levels and no pattern that goes on for ever")
{
	Bench bench;
	BenchClient client = bench.connect();
	for (const std::uint32_t duty : {0u, 255u}) {
		CHECK(client.call(kPwm, 4, duty) == 0);
		const FakePlay &play = bench.fake->plays.back();
		REQUIRE(play.steps.size() == 1);
		CHECK(play.steps[0].set == (duty == 0 ? 0 : 1 << 4));
		CHECK(play.steps[0].clear == (duty == 0 ? 1 << 4 : 0));
	}
}

TEST_CASE("a range of duties keeps the share, and is remembered")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kPwm, 4, 51) == 0);
	CHECK(client.call(kPrs, 4, 1000) == 250);
	CHECK(client.call(kPrg, 4) == 1000);
	CHECK(client.call(kGdc, 4) == 200);
	CHECK(client.call(kPwm, 4, 1001) == res_of(Status::BadDutyCycle));
	CHECK(client.call(kPrs, 4, 24) == res_of(Status::BadDutyRange));
	CHECK(client.call(kPrs, 4, 40'001) == res_of(Status::BadDutyRange));
	CHECK(client.call(kPfs, 4, 50) == 50);
	CHECK(client.call(kPrrg, 4) == 4000);
	CHECK(bench.fake->plays.back().steps[1].wait_ns == 4'000'000);
}

TEST_CASE("a servo's pulse comes fifty times a second")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kGpw, 4) == res_of(Status::NotServoGpio));
	CHECK(client.call(kServo, 4, 1500) == 0);
	const FakePlay &play = bench.fake->plays.back();
	CHECK(play.steps[1].wait_ns == 1'500'000);
	CHECK(play.steps[2].wait_ns == 18'500'000);
	CHECK(client.call(kGpw, 4) == 1500);
	CHECK(client.call(kServo, 4, 499) == res_of(Status::BadPulseWidth));
	CHECK(client.call(kServo, 4, 2501) == res_of(Status::BadPulseWidth));
	CHECK(client.call(kServo, 4, 0) == 0);
	CHECK(bench.fake->plays.back().steps.size() == 1);
}

TEST_CASE("a write ends what plays there, and nothing is left of it")
{
	Bench bench;
	BenchClient client = bench.connect();
	for (std::uint32_t duty = 1; duty < 100; duty++)
		CHECK(client.call(kPwm, 4, duty) == 0);
	CHECK(client.call(kServo, 5, 1500) == 0);
	CHECK(client.call(kWrite, 4, 1) == 0);
	CHECK(client.call(kGdc, 4) == res_of(Status::NotPwmGpio));
	CHECK(client.call(kGpw, 5) == 1500);
	/* The one that was first may be the one that plays: it is ended too. */
	for (const FakePlay &play : bench.fake->plays)
		CHECK((play.id > 1 || play.play.lines != 1 << 4));
}

TEST_CASE("patterns that the hub tells are over are forgotten")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kPwm, 4, 51) == 0);
	gpiohub_event event{};
	event.type = GPIOHUB_EVENT_PATTERN;
	event.line = 4;
	event.value = bench.fake->plays[0].id;
	bench.fake->plays.clear();
	bench.fake->publish({event});
	for (int i = 0; i < 10; i++)
		bench.reactor->turn(0);
	const std::size_t before = bench.fake->submits;
	CHECK(client.call(kWrite, 4, 1) == 0);
	/* The guard, the level: nothing to cancel. */
	CHECK(bench.fake->submits == before + 2);
}

TEST_CASE("who makes an output of what is one stops no PWM")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kPwm, 4, 100) == 0);
	CHECK(client.call(kModes, 4, kModeOutput) == 0);
	CHECK(client.call(kGdc, 4) == 100);
	CHECK(client.call(kModes, 4, kModeInput) == 0);
	CHECK(client.call(kGdc, 4) == res_of(Status::NotPwmGpio));
}

TEST_CASE("a frequency that cannot be had is not told")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kPwm, 4, 100) == 0);
	bench.fake->refuse_plays = EDQUOT;
	CHECK(client.call(kPfs, 4, 100) < 0);
	CHECK(client.call(kPfg, 4) == 800);
}
