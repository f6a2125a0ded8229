// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that may end for many reasons at once. In a round, threads play, wait, add
 * rules, cancel, make edges, release and close, all on one file and each at a random
 * moment. Then the stream tells: every pattern that was accepted ended once, every wait
 * returned once and said why, and nothing of them is left.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"
#include "steps.h"

#define A	BIT_OF(LINE_FREE)
#define B	BIT_OF(LINE_FREE + 1)
#define C	BIT_OF(LINE_FREE + 2)
#define OUT	BIT_OF(LINE_OUT)
#define IN	BIT_OF(LINE_IN)

/* A round is about so long: what is random in it is within this time, in ns. */
#define ROUND	(1500 * US)

#define PERIODS	3
#define PLAYS	6	/* ids 1 to this */
#define WAITS	2	/* ids from FIRST_WAIT on */
#define FIRST_WAIT	101

static struct {
	int fd;			/* the file that all is done on */
	int driver;		/* another one, which makes the edges */
	unsigned int seed;
	bool closes, releases, unplugs;
	__u64 begun;
	int play_error[PLAYS + 1];
	bool standing[PLAYS + 1];
	bool rule_deleted;
	bool playing;		/* there is something to be unplugged */
} round;

static pthread_barrier_t gate;
static bool over;

/* How the requests of all rounds ended: a race that always ends alike is none. */
static unsigned long outcomes[GPIOHUB_OUTCOME_FAILED + 1], waits_by_end[4];

/* A random moment of the round. */
static void linger(unsigned int *seed)
{
	__u64 end = round.begun + rand_r(seed) % ROUND;

	while (fixture_now() < end)
		;
}

static __u64 perhaps_a_limit(unsigned int *seed)
{
	return rand_r(seed) % 2 ? 0 : fixture_now() + rand_r(seed) % ROUND;
}

static bool one_of(int error, const int *errors)
{
	while (*errors && *errors != error)
		errors++;
	return *errors == error;
}

/* The errors that a call may give because of what the round does to its file. */
static bool excused(int error)
{
	return (round.closes && error == EBADF) ||
	       ((round.releases || round.unplugs) && error == EPERM) ||
	       (round.unplugs && (error == ENODEV || error == EIO));
}

static void plays(unsigned int seed)
{
	static const __u64 lines[] = { A, A, B, C, A | B, C };
	unsigned int id;

	for (id = 1; id <= PLAYS; id++) {
		__u64 mask = lines[id - 1];
		const struct gpiohub_step steps[] = { STEP_LOOP(PERIODS),
			STEP_SET(mask, (1 + rand_r(&seed) % 100) * US),
			STEP_CLEAR(mask, (1 + rand_r(&seed) % 100) * US), STEP_END };
		static const __u32 flags[] = { 0, GPIOHUB_PLAY_REPLACE, GPIOHUB_PLAY_AT_CYCLE,
			GPIOHUB_PLAY_MORE };
		struct gpiohub_play play = PLAY(id, mask, steps,
						.flags = flags[rand_r(&seed) % 4]);
		int error;

		if (id == 3) {
			play.start = GPIOHUB_START_EDGE;
			play.start_line = LINE_IN;
			play.start_kinds = GPIOHUB_KINDS_EDGES;
		} else if (id == 4) {
			play.start = GPIOHUB_START_RULE;
		} else if (id == 6) {
			play.start = GPIOHUB_START_AT;
			play.start_ns = fixture_now() + rand_r(&seed) % ROUND;
		}
		round.standing[id] = (id == 3 || id == 4) && rand_r(&seed) % 2;
		if (round.standing[id])
			play.flags = GPIOHUB_PLAY_STANDING;
		play.timeout_ns = perhaps_a_limit(&seed);
		error = steps_try_play(round.fd, play);
		if (error && !excused(error))
			KTAP_FAIL_WITH("play %u: %s", id, strerror(error));
		round.play_error[id] = error;
		__atomic_store_n(&round.playing, true, __ATOMIC_RELAXED);
	}
}

/* Always with a limit: a file that is closed goes when its last call returns. */
static void waits(unsigned int seed, unsigned int number)
{
	struct gpiohub_wait wait = { .lines = IN | A, .count = 1 + rand_r(&seed) % 4,
		.since = GPIOHUB_FROM_NOW, .id = FIRST_WAIT + number,
		.kinds = number ? GPIOHUB_KINDS_EDGES : GPIOHUB_KIND(GPIOHUB_EVENT_PATTERN),
		.timeout_ns = fixture_now() + rand_r(&seed) % ROUND };
	static const int ends[] = { ETIMEDOUT, ECANCELED, 0 };
	int error = ioctl(round.fd, GPIOHUB_WAIT, &wait) ? errno : 0;

	if (!one_of(error, ends) && !excused(error))
		KTAP_FAIL_WITH("wait: %s", strerror(error));
	if (error == EBADF)
		return;
	/* Whatever ended it, it counted up to there and no further. */
	CHECK_EQ(!wait.count, !error);
	if (error == ETIMEDOUT)
		CHECK_LE(wait.timeout_ns, fixture_now());
	__atomic_add_fetch(&waits_by_end[!error ? 0 : error == ETIMEDOUT ? 1 :
					 error == ECANCELED ? 2 : 3], 1, __ATOMIC_RELAXED);
}

static void waits_for_patterns(unsigned int seed)
{
	waits(seed, 0);
}

static void waits_for_edges(unsigned int seed)
{
	waits(seed, 1);
}

static void cancels(unsigned int seed)
{
	static const __u32 ids[] = { 1, 2, 3, 4, 5, 6, FIRST_WAIT, FIRST_WAIT + 1, 0 };
	unsigned int i, times = rand_r(&seed) % 6;

	for (i = 0; i < times; i++) {
		struct gpiohub_cancel cancel = { .id = ids[rand_r(&seed) % ARRAY_SIZE(ids)],
			.flags = rand_r(&seed) % 2 ? GPIOHUB_CANCEL_AT_CYCLE : 0 };

		linger(&seed);
		if (ioctl(round.fd, GPIOHUB_CANCEL, &cancel) && errno != ENOENT && !excused(errno))
			KTAP_FAIL_WITH("cancel %u: %s", cancel.id, strerror(errno));
	}
}

static void makes_edges(unsigned int seed)
{
	unsigned int i, edges = rand_r(&seed) % 6;

	for (i = 0; i < edges; i++) {
		struct gpiohub_levels set = { .lines = OUT, .levels = i % 2 ? 0 : OUT };

		linger(&seed);
		if (ioctl(round.driver, GPIOHUB_SET, &set) && !excused(errno))
			KTAP_FAIL_WITH("set: %s", strerror(errno));
	}
}

static void rules(unsigned int seed)
{
	struct gpiohub_rule rule = { .id = 1, .flags = GPIOHUB_RULE_ONE_SHOT, .trigger = LINE_IN,
		.kinds = GPIOHUB_KINDS_EDGES, .holdoff_ns = GPIOHUB_HOLDOFF_MIN_NS, .start = 4 };
	__u32 id = 1;

	if (rand_r(&seed) % 2)
		rule.clear = B, rule.stop = A;
	if (ioctl(round.fd, GPIOHUB_RULE_ADD, &rule)) {
		if (!excused(errno))
			KTAP_FAIL_WITH("rule: %s", strerror(errno));
		return;
	}
	linger(&seed);
	round.rule_deleted = !ioctl(round.fd, GPIOHUB_RULE_DEL, &id);
	if (!round.rule_deleted && errno != ENOENT && !excused(errno))
		KTAP_FAIL_WITH("rule: %s", strerror(errno));
}

static void lets_go(unsigned int seed)
{
	__u64 lines = A;

	linger(&seed);
	if (round.releases && ioctl(round.fd, GPIOHUB_RELEASE, &lines) && !excused(errno))
		KTAP_FAIL_WITH("release: %s", strerror(errno));
	if (round.closes)
		close(round.fd);
}

static void (*const roles[])(unsigned int seed) = {
	plays, waits_for_patterns, waits_for_edges, cancels, makes_edges, rules, lets_go,
};

static void *racer(void *data)
{
	unsigned int number = (uintptr_t)data;

	for (;;) {
		pthread_barrier_wait(&gate);
		if (over)
			return NULL;
		roles[number](round.seed + number);
		pthread_barrier_wait(&gate);
	}
}

/* The ends that the stream tells of, since the last time. */
static void account(int reader)
{
	unsigned int ended[PLAYS + 1] = {}, fired = 0, id;
	struct gpiohub_event event, report;

	while (read(reader, &event, sizeof(event)) == sizeof(event)) {
		CHECK_NE(event.type, GPIOHUB_EVENT_LOST);
		fired += event.type == GPIOHUB_EVENT_RULE;
		if (event.type != GPIOHUB_EVENT_PATTERN)
			continue;
		id = event.value;
		CHECK_EQ(read(reader, &report, sizeof(report)), sizeof(report));
		CHECK_EQ(report.type, GPIOHUB_EVENT_REPORT);
		CHECK_EQ(report.seq, event.seq + 1);
		CHECK_LE(1, id);
		CHECK_LE(id, PLAYS);
		CHECK_LE(report.value & 0xffff, GPIOHUB_OUTCOME_FAILED);
		outcomes[report.value & 0xffff]++;
		CHECK_LE(report.levels, 2 * PERIODS);
		if ((report.value & 0xffff) == GPIOHUB_OUTCOME_DONE)
			CHECK_EQ(report.levels, 2 * PERIODS);
		/* A standing one comes again, up to the end that is its last. */
		if (round.standing[id] && report.value == GPIOHUB_OUTCOME_DONE)
			CHECK_EQ(ended[id], 0);
		else
			ended[id]++;
	}
	CHECK_EQ(errno, EAGAIN);
	for (id = 1; id <= PLAYS; id++)
		if (ended[id] != !round.play_error[id])
			KTAP_FAIL_WITH("GPIOHUB_SEED=%u: play %u (%s) ended %u times", round.seed,
				       id, strerror(round.play_error[id]), ended[id]);
	CHECK_LE(fired + round.rule_deleted, 1);
}

/* Beyond the numbers that opening gives: after it was closed it stays closed. */
static int open_apart(__u64 lines)
{
	int fd = device_driving(lines), apart = fcntl(fd, F_DUPFD_CLOEXEC, 200);

	CHECK_OK(apart);
	close(fd);
	return apart;
}

static void run_round(int reader, const struct mapped *mapped, bool unplugs)
{
	struct gpiohub_state state;

	round.fd = open_apart(A | B | C);
	if (unplugs)
		round.driver = open_apart(OUT);
	round.closes = round.seed % 2;
	round.releases = round.seed / 2 % 4 == 0;
	round.unplugs = unplugs;
	round.rule_deleted = false;
	round.playing = false;
	round.begun = fixture_now();
	pthread_barrier_wait(&gate);
	if (unplugs) {
		__u64 until;

		while (!__atomic_load_n(&round.playing, __ATOMIC_RELAXED))
			sched_yield();
		until = fixture_now() + round.seed % (ROUND / 2);
		while (fixture_now() < until)
			;
		board_unbind();
		board_bind();
		board_wire();
	}
	pthread_barrier_wait(&gate);
	if (!round.closes)
		close(round.fd);
	if (unplugs) {
		close(round.driver);
		while (mapped_state(mapped).gone)
			;
	}
	account(reader);
	state = mapped_state(mapped);
	CHECK_EQ(state.playing | state.latched, 0);
	CHECK_EQ(state.owned & ~OUT, 0);
	CHECK_EQ(state.watched, 0);
}

static void nothing_is_left(void)
{
	fixture_expect_freed("gpiohub_wait");
	fixture_expect_freed("gpiohub_pattern");
	fixture_expect_freed("gpiohub_rule");
}

static void race(unsigned long count, bool unplugs)
{
	unsigned int seed = fixture_seed(), i;
	pthread_t threads[ARRAY_SIZE(roles)];
	int reader = device_open(O_RDONLY | O_NONBLOCK), page = device_open(O_RDWR);
	struct mapped mapped = mapped_open(page, false);
	unsigned long done;

	fixture_option("message_rate", "1000000");
	if (!unplugs)
		round.driver = open_apart(OUT);
	CHECK_EQ(pthread_barrier_init(&gate, NULL, ARRAY_SIZE(roles) + 1), 0);
	for (i = 0; i < ARRAY_SIZE(roles); i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, racer, (void *)(uintptr_t)i), 0);
	for (done = 0; done < count; done++) {
		round.seed = rand_r(&seed);
		run_round(reader, &mapped, unplugs);
	}
	over = true;
	pthread_barrier_wait(&gate);
	for (i = 0; i < ARRAY_SIZE(roles); i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
	ktap_say("%lu rounds; patterns by outcome: %lu %lu %lu %lu %lu %lu %lu - %lu - %lu",
		 count, outcomes[0], outcomes[1], outcomes[2], outcomes[3], outcomes[4],
		 outcomes[5], outcomes[6], outcomes[8], outcomes[10]);
	ktap_say("waits: %lu done, %lu timed out, %lu cancelled, %lu failed", waits_by_end[0],
		 waits_by_end[1], waits_by_end[2], waits_by_end[3]);
	nothing_is_left();
}

static void ends_once(void)
{
	race(fixture_count(1000), false);
}

static void ends_once_unplugged(void)
{
	race(ktap_count(10), true);
}

static const struct ktap_case cases[] = {
	{ "every request ends once, whatever ends it at the same time", ends_once, 300 },
	{ "every request ends once, also when the board goes and comes back meanwhile",
	  ends_once_unplugged, 300 },
};

FIXTURE_MAIN(cases)
