// SPDX-License-Identifier: GPL-2.0
/* How much of a processor patterns may take, and which is stopped for it. */
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "steps.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define FREE3	BIT_OF(LINE_FREE + 2)

static int reader, owner;

static void begin(__u64 lines)
{
	owner = device_driving(lines);
	reader = device_open(O_RDONLY);
}

/*
 * Percent of a processor, which a pattern can take and more: emulated timers are too slow
 * for much, but a thread is not.
 */
#ifdef FIXTURE_SLEEPING
#define GREEDY	"10"
#else
#define GREEDY	"4"
#endif

static void greedy_pattern_is_stopped(void)
{
	const struct gpiohub_step steps[] = { STEP_LOOP(0), STEP_SET(FREE, 0),
		STEP_CLEAR(FREE, GPIOHUB_CYCLE_MIN_NS), STEP_END };

	begin(FREE | FREE2);
	/*
	 * A step that an emulator is held up in counts for 2 ms. This one takes at most one in
	 * a window, whatever holds it up: never half of what there is.
	 */
	steps_wave(owner, 2, FREE2, 0, 400 * MS, 400 * MS, 0);
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE + 1);
	fixture_option("pattern_cpu", GREEDY);
	steps_play(owner, PLAY(1, FREE, steps));
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_BUDGET);
	CHECK_EQ(device_line_info(reader, LINE_FREE + 1).flags & GPIOHUB_LINE_PLAYING,
		 GPIOHUB_LINE_PLAYING);
}

/* Each step costs a thread a millisecond, at which the scheduler need not look. */
static void greedy_in_bursts_is_stopped(void)
{
	const struct gpiohub_step steps[] = { STEP_LOOP(0), STEP_SET(FREE, 10 * MS),
		STEP_CLEAR(FREE, 10 * MS), STEP_END };
	struct gpiohub_config config = { .lines = FREE, .direction = GPIOHUB_DIRECTION_OUTPUT,
		.drive = GPIOHUB_DRIVE_OPEN_DRAIN };
	struct ending ending;

	begin(FREE);
	/* So that it takes a thread on any board. */
	CHECK_OK(ioctl(owner, GPIOHUB_CONFIGURE, &config));
	fixture_option("pattern_cpu", "5");
	fixture_hold_up("gpiohub_line_play", 1);
	steps_play(owner, PLAY(1, FREE, steps));
	ending = steps_until_end(reader, 1);
	CHECK_EQ(ending.outcome, GPIOHUB_OUTCOME_BUDGET);
	/* In the first tenth of a second, over which the budget is counted. */
	CHECK_LE(ending.driven, 10);
}

/*
 * Many short patterns take more together than another file's long one, though none of
 * them alone: what they take is at their end, when they are over.
 */
static void greedy_file_is_stopped(void)
{
	const struct gpiohub_step steps[] = { STEP_SET(FREE, 10 * MS) };
	unsigned int i;
	int other;

#ifdef FIXTURE_SLEEPING
	ktap_skip("a thread does not pay for the end of a pattern");
#endif
	begin(FREE | FREE2);
	other = device_driving(FREE3);
	fixture_option("pattern_cpu", "10");
	fixture_hold_up("gpiohub_pattern_ended", 8);
	steps_wave(other, 1, FREE3, 0, 20 * MS, 20 * MS, 0);
	steps_wave(owner, 2, FREE2, 0, 10 * MS, 10 * MS, 0);
	for (i = 0; i < 30; i++)
		steps_play(owner, PLAY(10 + i, FREE, steps));
	steps_expect_end(reader, 2, GPIOHUB_OUTCOME_BUDGET);
	CHECK_EQ(device_line_info(reader, LINE_FREE + 2).flags & GPIOHUB_LINE_PLAYING,
		 GPIOHUB_LINE_PLAYING);
}

/* Each is over before it can be stopped for what it took: so the next is. */
static void short_ones_are_stopped(void)
{
	const struct gpiohub_step steps[] = { STEP_SET(FREE, 0) };
	unsigned int i, stopped = 0;

#ifdef FIXTURE_SLEEPING
	ktap_skip("a thread does not pay for the end of a pattern");
#endif
	begin(FREE);
	fixture_option("pattern_cpu", "1");
	fixture_hold_up("gpiohub_pattern_ended", 8);
	for (i = 1; i <= 10; i++)
		steps_play(owner, PLAY(i, FREE, steps));
	for (i = 1; i <= 10; i++)
		stopped += steps_until_end(reader, i).outcome == GPIOHUB_OUTCOME_BUDGET;
	ktap_say("%u of 10 stopped", stopped);
	CHECK_LT(0, stopped);
}

static const struct ktap_case cases[] = {
	{ "a pattern that takes too much of a processor is stopped alone",
	  greedy_pattern_is_stopped, 0 },
	{ "so is one that takes it in bursts, in a thread", greedy_in_bursts_is_stopped, 0 },
	{ "of the file whose patterns take most together one is stopped",
	  greedy_file_is_stopped, 0 },
	{ "so is what follows short patterns that take too much together",
	  short_ones_are_stopped, 0 },
};

FIXTURE_MAIN(cases)
