// SPDX-License-Identifier: GPL-2.0
/* Patterns: what they drive, how they follow one another, and how they end. */
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "steps.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define OUT	BIT_OF(LINE_OUT)
#define IN	BIT_OF(LINE_IN)

/* Long enough to be seen at work, however slow the machine. */
#define LONG	(3600 * 1000 * MS)

static int reader, owner;

static void begin(__u64 lines)
{
	owner = device_driving(lines);
	reader = device_open(O_RDONLY);
}

static unsigned long edges_until_end(__u32 id, struct ending *ending)
{
	struct gpiohub_event event;
	unsigned long edges = 0;
	__u64 last = 0;

	for (;;) {
		event = device_next(reader);
		if (event.type == GPIOHUB_EVENT_RISING || event.type == GPIOHUB_EVENT_FALLING) {
			CHECK_EQ(event.flags, GPIOHUB_EVENT_FLAG_DRIVEN);
			CHECK_LE(last, event.time_ns);
			last = event.time_ns;
			edges++;
		} else if (event.type == GPIOHUB_EVENT_PATTERN && event.value == id) {
			event = device_next(reader);
			CHECK_EQ(event.type, GPIOHUB_EVENT_REPORT);
			ending->outcome = event.value & 0xffff;
			ending->driven = event.levels;
			return edges;
		}
	}
}

static void drives_exactly_what_it_says(void)
{
	unsigned long periods = ktap_count(100);
	struct ending ending;

	begin(FREE);
	steps_wave(owner, 7, FREE, periods, 200 * US, 200 * US, 0);
	CHECK_EQ(edges_until_end(7, &ending), 2 * periods);
	CHECK_EQ(ending.outcome, GPIOHUB_OUTCOME_DONE);
	CHECK_EQ(ending.driven, 2 * periods);
	CHECK(!board_pin(LINE_FREE));
}

static void nested_loops_count(void)
{
	const struct gpiohub_step steps[] = {
		STEP_LOOP(3), STEP_SET(FREE, 100 * US), STEP_LOOP(4), STEP_SET(FREE2, 50 * US),
		STEP_CLEAR(FREE2, 50 * US), STEP_END, STEP_CLEAR(FREE, 100 * US), STEP_END,
		STEP_SET(FREE | FREE2, 0),
	};
	struct ending ending;

	begin(FREE | FREE2);
	steps_play(owner, PLAY(1, FREE | FREE2, steps));
	CHECK_EQ(edges_until_end(1, &ending), 3 * 2 + 3 * 4 * 2 + 2);
	CHECK_EQ(ending.driven, 3 * (2 + 4 * 2) + 1);
	CHECK(board_pin(LINE_FREE));
	CHECK(board_pin(LINE_FREE + 1));
}

static void never_early(void)
{
	const struct gpiohub_step steps[] = { STEP_SET(FREE, 2 * MS), STEP_CLEAR(FREE, 3 * MS),
		STEP_SET(FREE, 1 * MS) };
	static const __u64 due[] = { 0, 2 * MS, 5 * MS };
	__u64 at = fixture_now() + 20 * MS;
	struct ending ending;
	unsigned int i;

	begin(FREE);
	steps_play(owner, PLAY(1, FREE, steps, .start = GPIOHUB_START_AT, .start_ns = at));
	for (i = 0; i < ARRAY_SIZE(due); i++)
		CHECK_LE(at + due[i], device_next(reader).time_ns);
	ending = steps_until_end(reader, 1);
	CHECK_LE(at + 6 * MS, ending.time_ns);
	CHECK_LE(ending.late_mean, ending.late_max);
}

/* After one that was late more than the next, less time than asked for passes. */
static void late_step_delays_no_other(void)
{
	unsigned int i, shorter = 0, times = 500;
	__u64 last = 0;

	begin(FREE);
	steps_wave(owner, 1, FREE, times, 200 * US, 200 * US, 0);
	for (i = 0; i < 2 * times; i++) {
		__u64 now = device_next(reader).time_ns;

		shorter += last && now - last < 200 * US;
		last = now;
	}
	CHECK_LT(0, shorter);
}

static void others_play_beside_it(void)
{
	begin(FREE | FREE2);
	steps_wave(owner, 1, FREE, 0, MS, MS, 0);
	steps_wave(owner, 2, FREE2, 3, 100 * US, 100 * US, 0);
	steps_expect_end(reader, 2, GPIOHUB_OUTCOME_DONE);
	CHECK_EQ(device_line_info(reader, LINE_FREE).flags & GPIOHUB_LINE_PLAYING,
		 GPIOHUB_LINE_PLAYING);
	CHECK_EQ(device_line_info(reader, LINE_FREE + 1).flags & GPIOHUB_LINE_PLAYING, 0);
	steps_cancel(owner, 1, 0);
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_CANCELLED);
}

/* A long pattern in parts: the next begins exactly where the one before ends. */
static void parts_follow_without_a_gap(void)
{
	__u64 at = fixture_now() + 50 * MS;
	const struct gpiohub_step steps[] = { STEP_SET(FREE, 5 * MS), STEP_CLEAR(FREE, 5 * MS) };
	unsigned int i, parts = 10;
	struct gpiohub_event event;

	begin(FREE);
	for (i = 1; i <= parts; i++)
		steps_play(owner, PLAY(i, FREE, steps,
				       .flags = i < parts ? GPIOHUB_PLAY_MORE : 0,
				       .start = i == 1 ? GPIOHUB_START_AT : GPIOHUB_START_NOW,
				       .start_ns = i == 1 ? at : 0));
	for (i = 0; i < parts; i++) {
		event = device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
		CHECK_LE(at + i * 10 * MS, event.time_ns);
		event = device_until(reader, GPIOHUB_EVENT_FALLING, LINE_FREE);
		CHECK_LE(at + i * 10 * MS + 5 * MS, event.time_ns);
		steps_expect_end(reader, i + 1, GPIOHUB_OUTCOME_DONE);
	}
}

static void dry_feed_is_an_underrun(void)
{
	const struct gpiohub_step steps[] = { STEP_SET(FREE, MS) };

	begin(FREE);
	steps_play(owner, PLAY(1, FREE, steps, .flags = GPIOHUB_PLAY_MORE));
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_UNDERRUN);
	CHECK(board_pin(LINE_FREE));
}

static void queue_keeps_its_order(void)
{
	const struct gpiohub_step both[] = { STEP_SET(FREE | FREE2, MS) };
	const struct gpiohub_step one[] = { STEP_CLEAR(FREE2, MS) };

	begin(FREE | FREE2);
	steps_wave(owner, 1, FREE, 20, MS, MS, 0);
	steps_play(owner, PLAY(2, FREE | FREE2, both));
	/* Its line is free, but one that came before it waits for that as well. */
	steps_play(owner, PLAY(3, FREE2, one));
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_DONE);
	steps_expect_end(reader, 2, GPIOHUB_OUTCOME_DONE);
	steps_expect_end(reader, 3, GPIOHUB_OUTCOME_DONE);
	CHECK(!board_pin(LINE_FREE + 1));
}

static void starts_on_an_edge(void)
{
	const struct gpiohub_step steps[] = { STEP_SET(FREE, MS), STEP_CLEAR(FREE, MS) };
	struct gpiohub_event edge, event;

	begin(FREE | OUT);
	steps_play(owner, PLAY(1, FREE, steps, .start = GPIOHUB_START_EDGE,
			       .start_line = LINE_IN,
			       .start_kinds = GPIOHUB_KIND(GPIOHUB_EVENT_FALLING)));
	device_set(owner, OUT, OUT);
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_IN);
	CHECK_EQ(device_line_info(reader, LINE_FREE).flags & GPIOHUB_LINE_PLAYING, 0);
	device_set(owner, OUT, 0);
	edge = device_until(reader, GPIOHUB_EVENT_FALLING, LINE_IN);
	event = device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
	CHECK_LE(edge.time_ns, event.time_ns);
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_DONE);
	/* What armed its line is gone with it. */
	CHECK_OK(fsync(owner));
	CHECK_EQ(device_line_info(reader, LINE_IN).watchers, 0);
}

static void standing_pattern_starts_again(void)
{
	const struct gpiohub_step steps[] = { STEP_SET(FREE, 100 * US), STEP_CLEAR(FREE, 0) };
	unsigned int i;

	begin(FREE | OUT);
	steps_play(owner, PLAY(1, FREE, steps, .start = GPIOHUB_START_EDGE,
			       .flags = GPIOHUB_PLAY_STANDING, .start_line = LINE_IN,
			       .start_kinds = GPIOHUB_KIND(GPIOHUB_EVENT_RISING)));
	for (i = 0; i < 5; i++) {
		device_set(owner, OUT, OUT);
		steps_expect_end(reader, 1, GPIOHUB_OUTCOME_DONE);
		/* Quick changes run together where a thread reads. */
		device_set(owner, OUT, 0);
		device_until(reader, GPIOHUB_EVENT_FALLING, LINE_IN);
	}
	steps_cancel(owner, 1, 0);
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_CANCELLED);
}

static void replaced_at_once(void)
{
	const struct gpiohub_step low[] = { STEP_CLEAR(FREE, MS) };
	const struct gpiohub_step high[] = { STEP_SET(FREE, LONG) };

	begin(FREE);
	steps_play(owner, PLAY(1, FREE, high));
	steps_play(owner, PLAY(2, FREE, high));
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
	steps_play(owner, PLAY(3, FREE, low, .flags = GPIOHUB_PLAY_REPLACE));
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_REPLACED);
	steps_expect_end(reader, 2, GPIOHUB_OUTCOME_REPLACED);
	device_until(reader, GPIOHUB_EVENT_FALLING, LINE_FREE);
	steps_expect_end(reader, 3, GPIOHUB_OUTCOME_DONE);
}

static void stopped_with_its_cycle(void)
{
	begin(FREE);
	steps_wave(owner, 1, FREE, 0, 5 * MS, MS, 0);
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
	steps_cancel(owner, 1, GPIOHUB_CANCEL_AT_CYCLE);
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_STOPPED);
	CHECK(!board_pin(LINE_FREE));
}

/* There is no cycle to wait for. */
static void not_begun_it_stops_at_once(void)
{
	const struct gpiohub_step steps[] = { STEP_SET(FREE, MS) };

	begin(FREE | FREE2 | OUT);
	steps_play(owner, PLAY(1, FREE, steps, .start = GPIOHUB_START_EDGE,
			       .flags = GPIOHUB_PLAY_STANDING, .start_line = LINE_IN,
			       .start_kinds = GPIOHUB_KIND(GPIOHUB_EVENT_RISING)));
	steps_cancel(owner, 1, GPIOHUB_CANCEL_AT_CYCLE);
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_STOPPED);
	steps_play(owner, PLAY(2, FREE, steps, .start = GPIOHUB_START_AT,
			       .start_ns = fixture_now() + LONG));
	steps_play(owner, PLAY(3, FREE, steps, .flags = GPIOHUB_PLAY_AT_CYCLE));
	steps_expect_end(reader, 2, GPIOHUB_OUTCOME_REPLACED);
	steps_expect_end(reader, 3, GPIOHUB_OUTCOME_DONE);
}

/* Each pulse is whole: as many fallings as risings, and none shorter than any duty. */
static void duty_changes_cut_nothing(void)
{
	unsigned long i, changes = ktap_count(10);
	struct gpiohub_event event;
	__u64 rose = 0;

	begin(FREE);
	steps_wave(owner, 1, FREE, 0, 300 * US, 700 * US, 0);
	for (i = 2; i < 2 + changes; i++) {
		__u64 high = 300 * US + i % 5 * 100 * US;

		steps_wave(owner, i, FREE, 0, high, 1000 * US - high, GPIOHUB_PLAY_AT_CYCLE);
		/* It begins when the one before is over. */
		steps_expect_end(reader, i - 1, GPIOHUB_OUTCOME_REPLACED);
		event = device_next(reader);
		CHECK_EQ(event.type, GPIOHUB_EVENT_RISING);
		CHECK_LE(rose + 1000 * US, event.time_ns + MS);
		rose = event.time_ns;
	}
	steps_cancel(owner, 0, GPIOHUB_CANCEL_AT_CYCLE);
	steps_expect_end(reader, i - 1, GPIOHUB_OUTCOME_STOPPED);
}

static void playing_lines_are_busy(void)
{
	struct gpiohub_levels set = { .lines = FREE, .line = LINE_UNTOUCHED };
	struct gpiohub_config config = { .lines = FREE, .line = LINE_UNTOUCHED,
		.direction = GPIOHUB_DIRECTION_INPUT };

	begin(FREE | FREE2);
	steps_wave(owner, 1, FREE, 0, MS, MS, 0);
	CHECK_ERRNO(ioctl(owner, GPIOHUB_SET, &set), EBUSY);
	CHECK_EQ(set.line, LINE_FREE);
	CHECK_ERRNO(ioctl(owner, GPIOHUB_CONFIGURE, &config), EBUSY);
	CHECK_EQ(config.line, LINE_FREE);
	device_set(owner, FREE2, FREE2);
	steps_cancel(owner, 1, 0);
	set.line = 0;
	CHECK_OK(ioctl(owner, GPIOHUB_SET, &set));
}

static void time_limit_ends_it(void)
{
	begin(FREE);
	steps_play(owner, PLAY(1, FREE, ((const struct gpiohub_step[]) { STEP_SET(FREE, LONG) }),
			       .timeout_ns = fixture_now() + 5 * MS));
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_TIMED_OUT);
}

static void released_line_ends_it(void)
{
	begin(FREE | FREE2);
	steps_wave(owner, 1, FREE | FREE2, 0, MS, MS, 0);
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
	device_release(owner, FREE2);
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_RELEASED);
	CHECK_EQ(device_line_info(reader, LINE_FREE).flags & GPIOHUB_LINE_PLAYING, 0);
}

static void closing_ends_it(void)
{
	begin(FREE);
	steps_wave(owner, 1, FREE, 0, MS, MS, 0);
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
	close(owner);
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_RELEASED);
	CHECK(!board_drives(LINE_FREE));
}

static void fsync_waits_for_all(void)
{
	__u64 began;

	begin(FREE | FREE2);
	CHECK_OK(fsync(owner));
	began = fixture_now();
	steps_wave(owner, 1, FREE, 10, MS, MS, 0);
	steps_wave(owner, 2, FREE, 5, MS, MS, 0);
	steps_wave(owner, 3, FREE2, 12, MS, MS, 0);
	CHECK_OK(fsync(owner));
	CHECK_LE(began + 30 * MS, fixture_now());
	CHECK_EQ(device_line_info(reader, LINE_FREE).flags & GPIOHUB_LINE_PLAYING, 0);
}

static int play_error(__u64 lines, const struct gpiohub_step *steps, __u32 count, __u32 *step)
{
	struct gpiohub_play play = { .id = 1, .lines = lines, .steps = (uintptr_t)steps,
		.count = count };
	int error = ioctl(owner, GPIOHUB_PLAY, &play) ? errno : 0;

	*step = play.step;
	return error;
}

static void wrong_programs_are_refused(void)
{
	static const struct {
		const char *what;
		struct gpiohub_step steps[4];
		__u32 count, wrong;
	} programs[] = {
		{ "a loop without an end", { STEP_LOOP(2), STEP_SET(FREE, MS) }, 2, 2 },
		{ "an end without a loop", { STEP_SET(FREE, MS), STEP_END }, 2, 1 },
		{ "an empty loop", { STEP_LOOP(2), STEP_END }, 2, 1 },
		{ "a loop that does not wait", { STEP_LOOP(2), STEP_SET(FREE, 999), STEP_END }, 3, 2 },
		{ "another line", { STEP_SET(FREE2, MS) }, 1, 0 },
		{ "a line both ways", { { .set = FREE, .clear = FREE } }, 1, 0 },
		{ "more than a day", { STEP_SET(FREE, GPIOHUB_STEP_MAX_NS + 1) }, 1, 0 },
		{ "an unknown step", { { .op = 3 } }, 1, 0 },
		{ "a count without a loop", { { .set = FREE, .count = 1 } }, 1, 0 },
		{ "a loop that drives", { { .op = GPIOHUB_STEP_LOOP, .set = FREE } }, 1, 0 },
	};
	struct gpiohub_step deep[2 * (GPIOHUB_MAX_DEPTH + 1) + 1] = {};
	unsigned int i;
	__u32 step;
	int error;

	begin(FREE);
	for (i = 0; i < ARRAY_SIZE(programs); i++) {
		error = play_error(FREE, programs[i].steps, programs[i].count, &step);
		if (error != EINVAL || step != programs[i].wrong)
			KTAP_FAIL_WITH("%s: error %d, step %u", programs[i].what, error, step);
	}
	for (i = 0; i <= GPIOHUB_MAX_DEPTH; i++) {
		deep[i].op = GPIOHUB_STEP_LOOP;
		deep[ARRAY_SIZE(deep) - 1 - i].op = GPIOHUB_STEP_END;
	}
	deep[i].wait_ns = MS;
	CHECK_EQ(play_error(FREE, deep, ARRAY_SIZE(deep), &step), EINVAL);
	CHECK_EQ(step, GPIOHUB_MAX_DEPTH);
	CHECK_EQ(play_error(FREE, deep + 1, ARRAY_SIZE(deep) - 2, &step), 0);
}

static void wrong_calls_are_refused(void)
{
	const struct gpiohub_step steps[] = { STEP_SET(FREE, LONG) };
	struct gpiohub_play good, play;
	int other = device_open(O_RDWR);

	begin(FREE | FREE2);
	good = PLAY(1, FREE, steps);
	CHECK_EQ(steps_try_play(other, good), EPERM);
	play = good, play.id = 0;
	CHECK_EQ(steps_try_play(owner, play), EINVAL);
	play = good, play.lines = 0;
	CHECK_EQ(steps_try_play(owner, play), EINVAL);
	play = good, play.count = 0;
	CHECK_EQ(steps_try_play(owner, play), EINVAL);
	play = good, play.count = GPIOHUB_MAX_STEPS + 1;
	CHECK_EQ(steps_try_play(owner, play), EINVAL);
	play = good, play.flags = 1U << 4;
	CHECK_EQ(steps_try_play(owner, play), EINVAL);
	play = good, play.flags = GPIOHUB_PLAY_REPLACE | GPIOHUB_PLAY_AT_CYCLE;
	CHECK_EQ(steps_try_play(owner, play), EINVAL);
	play = good, play.flags = GPIOHUB_PLAY_STANDING;
	CHECK_EQ(steps_try_play(owner, play), EINVAL);
	play = good, play.start = 4;
	CHECK_EQ(steps_try_play(owner, play), EINVAL);
	play = good, play.start_ns = 1;
	CHECK_EQ(steps_try_play(owner, play), EINVAL);
	play = good, play.start = GPIOHUB_START_EDGE;
	CHECK_EQ(steps_try_play(owner, play), EINVAL);
	play.start_kinds = GPIOHUB_KINDS_EDGES, play.start_line = BOARD_LINES;
	CHECK_EQ(steps_try_play(owner, play), ENXIO);
	play = good, play.steps = 8;
	CHECK_EQ(steps_try_play(owner, play), EFAULT);
	device_input(owner, FREE2);
	play = good, play.lines = FREE2;
	CHECK_EQ(steps_try_play(owner, PLAY(1, FREE2, ((const struct gpiohub_step[]) {
					    STEP_SET(FREE2, MS) }))), EIO);
	CHECK_EQ(steps_try_play(owner, good), 0);
	CHECK_EQ(steps_try_play(owner, good), EEXIST);
}

/* Armed is not playing yet: one of its lines may be taken from it meanwhile. */
static void next_begins_when_it_cannot(void)
{
	const struct gpiohub_step both[] = { STEP_SET(FREE | FREE2, MS) };
	const struct gpiohub_step one[] = { STEP_SET(FREE, MS) };
	struct ending ending;

	begin(FREE | FREE2 | OUT);
	steps_play(owner, PLAY(1, FREE | FREE2, both, .start = GPIOHUB_START_EDGE,
			       .start_line = LINE_IN, .start_kinds = GPIOHUB_KINDS_EDGES));
	steps_play(owner, PLAY(2, FREE, one));
	device_input(owner, FREE2);
	device_set(owner, OUT, OUT);
	ending = steps_until_end(reader, 1);
	CHECK_EQ(ending.outcome, GPIOHUB_OUTCOME_FAILED);
	CHECK_EQ(ending.error, EIO);
	steps_expect_end(reader, 2, GPIOHUB_OUTCOME_DONE);
}

static void too_many_are_refused(void)
{
	const struct gpiohub_step steps[] = { STEP_SET(FREE, LONG) };
	unsigned int i;
	int error = 0;

	begin(FREE);
	fixture_option("user_requests", "10");
	fixture_become(USER_A);
	for (i = 1; !error && i < 100; i++)
		error = steps_try_play(owner, PLAY(i, FREE, steps));
	CHECK_EQ(error, EDQUOT);
}

static const struct ktap_case cases[] = {
	{ "a pattern drives exactly what it says", drives_exactly_what_it_says, 120 },
	{ "nested loops are counted", nested_loops_count, 0 },
	{ "no step is early", never_early, 0 },
	{ "a step that is late delays no other", late_step_delays_no_other, 0 },
	{ "patterns on other lines play beside it", others_play_beside_it, 0 },
	{ "parts follow one another without a gap", parts_follow_without_a_gap, 0 },
	{ "a feed that runs dry is an underrun and holds its levels", dry_feed_is_an_underrun, 0 },
	{ "what waits for lines keeps its order", queue_keeps_its_order, 0 },
	{ "a pattern starts on an edge", starts_on_an_edge, 0 },
	{ "a standing pattern starts again", standing_pattern_starts_again, 0 },
	{ "another replaces it and what is queued, at once", replaced_at_once, 0 },
	{ "a pattern stops with its cycle", stopped_with_its_cycle, 0 },
	{ "a pattern that has not begun stops at once, with its cycle as well",
	  not_begun_it_stops_at_once, 0 },
	{ "changing the duty cuts no pulse", duty_changes_cut_nothing, 120 },
	{ "SET and CONFIGURE of a playing line say EBUSY", playing_lines_are_busy, 0 },
	{ "its time limit ends it", time_limit_ends_it, 0 },
	{ "releasing one of its lines ends it", released_line_ends_it, 0 },
	{ "closing the file ends it before the guard", closing_ends_it, 0 },
	{ "fsync waits for a file's own patterns", fsync_waits_for_all, 0 },
	{ "programs that are wrong are refused, and which step is told", wrong_programs_are_refused, 0 },
	{ "calls that are wrong are refused", wrong_calls_are_refused, 0 },
	{ "what waits behind a pattern that cannot start begins", next_begins_when_it_cannot, 0 },
	{ "a user may have so many", too_many_are_refused, 0 },
};

FIXTURE_MAIN(cases)
