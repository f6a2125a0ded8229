// SPDX-License-Identifier: GPL-2.0
/*
 * Owners that are killed at a random moment, many of them while a pattern of theirs
 * runs: the board's own pins then show the guard levels that they declared, and nothing
 * moves any more.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "steps.h"

#define FIRST	LINE_FREE
#define LINES	4
#define ALL	(((1ULL << LINES) - 1) << FIRST)
#define ONE(n)	BIT_OF(FIRST + (n))
#define WITNESS	BIT_OF(FIRST + LINES)
#define OUT	BIT_OF(LINE_OUT)

/* How the life of an owner begins and ends. */
struct life {
	unsigned int seed;
	__u64 levels;
	bool busy;		/* killed only once it plays */
	__u64 delay_ns;		/* killed so long after that, or after it was born */
};

/* It plays, drives and reacts as much as it can, until it is killed. */
static void own(const struct life *life, int told)
{
	struct gpiohub_claim claim = { .lines = ALL, .guard = GPIOHUB_GUARD_LEVELS,
		.levels = life->levels };
	struct gpiohub_rule rule = { .id = 1, .trigger = LINE_IN, .toggle = ONE(2),
		.kinds = GPIOHUB_KINDS_EDGES, .holdoff_ns = GPIOHUB_HOLDOFF_MIN_NS };
	unsigned int seed = life->seed;
	/* Not so short that a slow board has no time left for anything else. */
	__u64 high = (200 + rand_r(&seed) % 1000) * US, low = (200 + rand_r(&seed) % 1000) * US;
	int fd = device_open(O_RDWR);

	CHECK_OK(ioctl(fd, GPIOHUB_CLAIM, &claim));
	device_output(fd, ALL, rand_r(&seed) % 2 ? ALL : 0);
	steps_wave(fd, 1, ONE(0), 0, high, low, 0);
	steps_wave(fd, 2, ONE(0) | ONE(1), 0, low, high, 0);
	CHECK_OK(ioctl(fd, GPIOHUB_RULE_ADD, &rule));
	device_claim(fd, OUT, GPIOHUB_GUARD_INPUT);
	device_output(fd, OUT, 0);
	CHECK_EQ(write(told, "", 1), 1);
	/* The rule reacts to the one, the owner drives the other. */
	for (;;)
		device_set(fd, OUT | ONE(3), rand_r(&seed) % 2 ? OUT | ONE(3) : 0);
}

static void until(__u64 end)
{
	while (fixture_now() < end)
		;
}

static void live(const struct life *life)
{
	int told[2], status;
	pid_t child;
	char byte;

	CHECK_OK(pipe(told));
	child = ktap_fork();
	if (!child)
		own(life, told[1]);
	close(told[1]);
	if (life->busy)
		CHECK_EQ(read(told[0], &byte, 1), 1);
	until(fixture_now() + life->delay_ns);
	CHECK_OK(kill(child, SIGKILL));
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(told[0]);
}

/*
 * What the stream tells of an owner's end. Return: lines that a guard was applied to;
 * @running: a pattern of his was at work. After its guard no line moves.
 */
static __u64 read_end(int reader, bool *running)
{
	__u64 guarded = 0;
	struct gpiohub_event event;

	*running = false;
	while (read(reader, &event, sizeof(event)) == sizeof(event)) {
		if (event.type == GPIOHUB_EVENT_GUARD && ALL & BIT_OF(event.line)) {
			CHECK_EQ(event.value & 0xffffff, GPIOHUB_GUARD_LEVELS);
			guarded |= BIT_OF(event.line);
		} else if (event.type == GPIOHUB_EVENT_RISING ||
			   event.type == GPIOHUB_EVENT_FALLING) {
			CHECK_EQ(BIT_OF(event.line) & guarded, 0);
		} else if (event.type == GPIOHUB_EVENT_REPORT) {
			CHECK_EQ(event.value, GPIOHUB_OUTCOME_RELEASED);
			*running |= event.levels > 0;
		}
	}
	CHECK_EQ(errno, EAGAIN);
	CHECK(guarded == 0 || guarded == ALL);
	return guarded;
}

static void expect_pins(__u64 levels)
{
	unsigned int line;

	for (line = FIRST; line < FIRST + LINES; line++) {
		CHECK(board_drives(line));
		CHECK_EQ(board_pin(line), !!(levels & BIT_OF(line)));
	}
}

static unsigned long changes(void)
{
	unsigned long sum = 0;
	unsigned int line;

	for (line = FIRST; line < FIRST + LINES; line++)
		sum += board_counts(line).edges;
	return sum;
}

/* Longer than any of the owner's steps: by the hub's own clock. */
static void let_time_pass(int witness, int reader)
{
	const struct gpiohub_step steps[] = { STEP_SET(WITNESS, 5 * MS), STEP_CLEAR(WITNESS, 0) };

	steps_play(witness, PLAY(99, WITNESS, steps));
	steps_expect_end(reader, 99, GPIOHUB_OUTCOME_DONE);
}

static void killed_anywhere(void)
{
	unsigned long i, count = ktap_count(10), playing = 0, owning = 0;
	unsigned int seed = fixture_seed();
	int reader = device_open(O_RDONLY | O_NONBLOCK), witness = device_driving(WITNESS);
	bool running;

	for (i = 0; i < count; i++) {
		struct life life = { .seed = rand_r(&seed), .busy = i % 3 != 2,
			.levels = (__u64)(rand_r(&seed) % (1 << LINES)) << FIRST,
			.delay_ns = rand_r(&seed) % (5 * MS) };
		unsigned long before;

		CHECK_OK(lseek(reader, 0, SEEK_END));
		live(&life);
		if (read_end(reader, &running) != ALL) {
			/* It never came to own them. */
			CHECK(!life.busy);
			continue;
		}
		owning++;
		playing += running;
		expect_pins(life.levels);
		before = changes();
		let_time_pass(witness, reader);
		expect_pins(life.levels);
		CHECK_EQ(changes(), before);
	}
	ktap_say("%lu killed, %lu of them owners, %lu of these in a run of a pattern", count,
		 owning, playing);
	CHECK_LE(count, 10 * playing);
	fixture_expect_freed("gpiohub_pattern");
	fixture_expect_freed("gpiohub_rule");
}

static const struct ktap_case cases[] = {
	{ "owners killed at any moment leave the levels that they declared", killed_anywhere, 300 },
};

FIXTURE_MAIN(cases)
