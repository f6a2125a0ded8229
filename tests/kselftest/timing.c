// SPDX-License-Identifier: GPL-2.0
/*
 * When patterns drive: to the microsecond. Only where the guest's time follows its
 * instructions (tests/vm/run --exact-time --env GPIOHUB_EXACT_TIME=1); elsewhere the
 * machine under it stands still when it likes.
 */
#include <stdlib.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "steps.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define OUT	BIT_OF(LINE_OUT)

/* What a timer interrupt takes to come, and a step to be driven, at most. */
#define SLACK	(30 * US)

static int reader, owner;

static void begin(__u64 lines)
{
	if (!getenv("GPIOHUB_EXACT_TIME"))
		ktap_skip("needs a guest whose time is exact");
	owner = device_driving(lines);
	reader = device_open(O_RDONLY);
}

/* Late, but not too late. */
static void expect_time(__u64 due, __u64 came)
{
	CHECK_LE(due, came);
	CHECK_LE(came, due + SLACK);
}

static struct gpiohub_event next_edge(void)
{
	struct gpiohub_event event;

	do {
		event = device_next(reader);
	} while (event.type != GPIOHUB_EVENT_RISING && event.type != GPIOHUB_EVENT_FALLING);
	return event;
}

static void ten_thousand_edges(void)
{
	unsigned int periods = 5000, i;
	__u64 at, high = 70 * US, low = 130 * US;
	const struct gpiohub_step steps[] = { STEP_LOOP(periods), STEP_SET(FREE, high),
		STEP_CLEAR(FREE, low), STEP_END };
	struct ending ending;
	__u64 first;

	begin(FREE);
	first = device_head();
	at = fixture_now() + 10 * MS;
	steps_play(owner, PLAY(1, FREE, steps, .start = GPIOHUB_START_AT, .start_ns = at));
	CHECK_OK(fsync(owner));
	/* Nothing else happened: the edges, and how it ended. */
	CHECK_EQ(device_head() - first, 2 * periods + 2);
	for (i = 0; i < periods; i++) {
		expect_time(at + i * (high + low), next_edge().time_ns);
		expect_time(at + i * (high + low) + high, next_edge().time_ns);
	}
	ending = steps_until_end(reader, 1);
	CHECK_EQ(ending.driven, 2 * periods);
	expect_time(at + periods * (high + low), ending.time_ns);
	CHECK_LE(ending.late_max, SLACK);
	CHECK_LE(ending.late_mean, ending.late_max);
	CHECK_LT(0, ending.late_mean);
}

static void pwm(unsigned int hz, unsigned int percent, unsigned int periods)
{
	__u64 period = 1000000000ULL / hz, high = period * percent / 100, rose, fell, last = 0;
	static __u32 id;
	unsigned int i;

	steps_wave(owner, ++id, FREE, periods, high, period - high, 0);
	for (i = 0; i < periods; i++) {
		rose = next_edge().time_ns;
		fell = next_edge().time_ns;
		/* Each is late a little: so long, and so much more or less. */
		CHECK_LE(high, fell - rose + SLACK);
		CHECK_LE(fell - rose, high + SLACK);
		if (last) {
			CHECK_LE(period, rose - last + SLACK);
			CHECK_LE(rose - last, period + SLACK);
		}
		last = rose;
	}
	CHECK_EQ(steps_until_end(reader, id).driven, 2 * periods);
}

static void pwm_over_its_range(void)
{
	static const unsigned int hz[] = { 20, 50, 400, 1000, 2500, 5000 };
	static const unsigned int percent[] = { 1, 10, 33, 50, 90, 99 };
	unsigned int i, j;

	begin(FREE);
	for (i = 0; i < ARRAY_SIZE(hz); i++)
		for (j = 0; j < ARRAY_SIZE(percent); j++)
			pwm(hz[i], percent[j], 20);
}

static __u64 duty(unsigned int i)
{
	return (100 + i * 37 % 800) * US;
}

/* Never another width than those asked for, nor one twice in a row or left out. */
static void thousand_duties(void)
{
	unsigned int i, changes = 1000;
	__u64 rose, fell, last = 0, high;

	begin(FREE);
	steps_wave(owner, 1, FREE, 0, duty(1), MS - duty(1), 0);
	for (i = 1; i <= changes; i++) {
		high = duty(i);
		rose = next_edge().time_ns;
		/* While it is high: it may not be cut. */
		if (i < changes)
			steps_wave(owner, i + 1, FREE, 0, duty(i + 1), MS - duty(i + 1),
				   GPIOHUB_PLAY_AT_CYCLE);
		fell = next_edge().time_ns;
		CHECK_LE(high, fell - rose + SLACK);
		CHECK_LE(fell - rose, high + SLACK);
		if (last) {
			CHECK_LE(MS, rose - last + SLACK);
			CHECK_LE(rose - last, MS + SLACK);
		}
		last = rose;
	}
	steps_cancel(owner, 0, 0);
}

static void parts_are_as_exact(void)
{
	unsigned int parts = 50, i, j;
	const struct gpiohub_step steps[] = { STEP_LOOP(10), STEP_SET(FREE, 50 * US),
		STEP_CLEAR(FREE, 50 * US), STEP_END };
	__u64 at;

	begin(FREE);
	at = fixture_now() + 20 * MS;
	for (i = 0; i < parts; i++)
		steps_play(owner, PLAY(i + 1, FREE, steps,
				       .flags = i + 1 < parts ? GPIOHUB_PLAY_MORE : 0,
				       .start = i ? GPIOHUB_START_NOW : GPIOHUB_START_AT,
				       .start_ns = i ? 0 : at));
	for (i = 0; i < parts; i++) {
		for (j = 0; j < 20; j++)
			expect_time(at + (i * 20 + j) * 50 * US, next_edge().time_ns);
		steps_expect_end(reader, i + 1, GPIOHUB_OUTCOME_DONE);
	}
}

static void edge_is_its_time(void)
{
	const struct gpiohub_step steps[] = { { .wait_ns = 100 * US }, STEP_SET(FREE, 0) };
	struct gpiohub_event cause;

	begin(FREE | OUT);
	steps_play(owner, PLAY(1, FREE, steps, .start = GPIOHUB_START_EDGE,
			       .start_line = LINE_IN,
			       .start_kinds = GPIOHUB_KIND(GPIOHUB_EVENT_RISING)));
	device_set(owner, OUT, OUT);
	cause = device_until(reader, GPIOHUB_EVENT_RISING, LINE_IN);
	expect_time(cause.time_ns + 100 * US,
		    device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE).time_ns);
}

static const struct ktap_case cases[] = {
	{ "10,000 edges are driven, each at its time", ten_thousand_edges, 300 },
	{ "PWM is exact over its range", pwm_over_its_range, 300 },
	{ "1,000 changes of the duty cut and double no pulse", thousand_duties, 300 },
	{ "a pattern in parts is as exact as a whole one", parts_are_as_exact, 300 },
	{ "a pattern that an edge starts counts from that edge", edge_is_its_time, 300 },
};

FIXTURE_MAIN(cases)
