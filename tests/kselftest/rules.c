// SPDX-License-Identifier: GPL-2.0
/* Rules: what they react to, what they do, whose they are. */
#include <pthread.h>
#include <stdio.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "steps.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define FREE3	BIT_OF(LINE_FREE + 2)
#define OUT	BIT_OF(LINE_OUT)
#define IN	BIT_OF(LINE_IN)

/* What is not said is the usual: LINE_IN, its rising edge, the shortest hold-off. */
#define RULE(rule_id, ...)	usual((struct gpiohub_rule) { .id = (rule_id), __VA_ARGS__ })

static struct gpiohub_rule usual(struct gpiohub_rule rule)
{
	if (!rule.trigger)
		rule.trigger = LINE_IN;
	if (!rule.kinds)
		rule.kinds = GPIOHUB_KIND(GPIOHUB_EVENT_RISING);
	if (!rule.holdoff_ns)
		rule.holdoff_ns = GPIOHUB_HOLDOFF_MIN_NS;
	return rule;
}

static int reader, owner;

/* The trigger is watched also when no rule does, so that what did not happen is seen. */
static void begin(__u64 lines)
{
	int watcher = device_open(O_RDONLY);

	owner = device_driving(lines | OUT);
	device_subscribe(watcher, IN, GPIOHUB_KINDS_EDGES);
	reader = device_open(O_RDONLY);
}

static int try_add(int fd, struct gpiohub_rule rule)
{
	return ioctl(fd, GPIOHUB_RULE_ADD, &rule) ? errno : 0;
}

static void add(int fd, struct gpiohub_rule rule)
{
	int error = try_add(fd, rule);

	if (error)
		KTAP_FAIL_WITH("rule %u: %s", rule.id, strerror(error));
}

static int try_delete(int fd, __u32 id)
{
	return ioctl(fd, GPIOHUB_RULE_DEL, &id) ? errno : 0;
}

/* The trigger rises and is seen. */
static struct gpiohub_event pulse(void)
{
	device_set(owner, OUT, OUT);
	return device_until(reader, GPIOHUB_EVENT_RISING, LINE_IN);
}

/* It falls and is seen: two changes that are quick run together where a thread reads. */
static void pulse_over(void)
{
	device_set(owner, OUT, 0);
	device_until(reader, GPIOHUB_EVENT_FALLING, LINE_IN);
}

static void effect_follows_cause(void)
{
	struct gpiohub_event cause, rule, effect;

	begin(FREE);
	add(owner, RULE(3, .set = FREE));
	cause = pulse();
	rule = device_until(reader, GPIOHUB_EVENT_RULE, LINE_IN);
	CHECK_EQ(rule.value, 3);
	effect = device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
	CHECK_EQ(effect.flags, GPIOHUB_EVENT_FLAG_DRIVEN);
	CHECK_EQ(rule.seq, cause.seq + 1);
#ifndef FIXTURE_SLEEPING
	/* Elsewhere a thread drives it. */
	CHECK_EQ(effect.seq, rule.seq + 1);
#endif
	CHECK(board_pin(LINE_FREE));
}

static void clears_and_toggles(void)
{
	begin(FREE | FREE2);
	device_set(owner, FREE, FREE);
	add(owner, RULE(1, .clear = FREE, .toggle = FREE2));
	pulse();
	device_until(reader, GPIOHUB_EVENT_FALLING, LINE_FREE);
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE + 1);
	pulse_over();
	pulse();
	device_until(reader, GPIOHUB_EVENT_FALLING, LINE_FREE + 1);
}

static void only_its_edge(void)
{
	begin(FREE | FREE2);
	add(owner, RULE(1, .kinds = GPIOHUB_KIND(GPIOHUB_EVENT_FALLING), .set = FREE));
	add(owner, RULE(2, .kinds = GPIOHUB_KINDS_EDGES, .toggle = FREE2));
	device_set(owner, OUT, OUT);
	CHECK_EQ(device_until(reader, GPIOHUB_EVENT_RULE, LINE_IN).value, 2);
	CHECK(!board_pin(LINE_FREE));
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE + 1);
	device_set(owner, OUT, 0);
	CHECK_EQ(device_until(reader, GPIOHUB_EVENT_RULE, LINE_IN).value, 1);
	device_until(reader, GPIOHUB_EVENT_FALLING, LINE_FREE + 1);
}

static void only_on_its_condition(void)
{
	begin(FREE | FREE2);
	/* A condition on what we drive, and on an input that it watches for that. */
	add(owner, RULE(1, .mask = FREE2 | FREE3, .value = FREE2, .set = FREE));
	board_level(LINE_FREE + 2, false);
	pulse();
	pulse_over();
	CHECK(!board_pin(LINE_FREE));
	device_set(owner, FREE2, FREE2);
	board_level(LINE_FREE + 2, true);
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE + 2);
	pulse();
	pulse_over();
	CHECK(!board_pin(LINE_FREE));
	board_level(LINE_FREE + 2, false);
	device_until(reader, GPIOHUB_EVENT_FALLING, LINE_FREE + 2);
	pulse();
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
}

/* A line that storms has no level: least of all a low one. */
static void unknown_level_meets_no_condition(void)
{
	begin(FREE | FREE2);
	fixture_option("storm_rate", "1000");
	device_subscribe(device_open(O_RDONLY), FREE3, GPIOHUB_KINDS_EDGES);
	board_generate(LINE_FREE + 2, 10000, 100000000);
	device_until(reader, GPIOHUB_EVENT_STORM, LINE_FREE + 2);
	add(owner, RULE(1, .mask = FREE3, .value = 0, .set = FREE));
	add(owner, RULE(2, .mask = FREE3, .value = FREE3, .set = FREE));
	add(owner, RULE(3, .set = FREE2));
	pulse();
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE + 1);
	CHECK(!board_pin(LINE_FREE));
}

static void one_shot_fires_once(void)
{
	begin(FREE);
	add(owner, RULE(1, .flags = GPIOHUB_RULE_ONE_SHOT, .toggle = FREE));
	pulse();
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
	CHECK_EQ(try_delete(owner, 1), ENOENT);
	/* It watched its trigger, which nobody does now. */
	while (device_line_info(reader, LINE_IN).watchers > 1)
		;
}

static void rests_for_its_holdoff(void)
{
	struct gpiohub_wait wait = { .lines = FREE, .count = 1,
		.kinds = GPIOHUB_KIND(GPIOHUB_EVENT_RISING) };
	unsigned int i, rules = 0;
	struct gpiohub_event event;

	begin(FREE);
	wait.since = device_head();
	add(owner, RULE(1, .holdoff_ns = 3600 * 1000 * MS, .toggle = FREE));
	for (i = 0; i < 5; i++) {
		pulse();
		device_set(owner, OUT, 0);
		do {
			event = device_next(reader);
			rules += event.type == GPIOHUB_EVENT_RULE;
		} while (event.type != GPIOHUB_EVENT_FALLING || event.line != LINE_IN);
	}
	CHECK_LE(rules, 1);
	/* A thread may have its own time for it. */
	CHECK_OK(ioctl(reader, GPIOHUB_WAIT, &wait));
	CHECK(board_pin(LINE_FREE));
}

static void driven_triggers_nothing(void)
{
	begin(FREE | FREE2);
	/* An output that is watched. */
	add(owner, RULE(1, .trigger = LINE_FREE + 1, .set = FREE));
	device_toggle(owner, FREE2, 4);
	CHECK(!board_pin(LINE_FREE));
}

static void later_rule_has_the_last_word(void)
{
	struct gpiohub_event event;
	unsigned int driven = 0;
	bool over = false;

	begin(FREE);
	add(owner, RULE(1, .clear = FREE));
	add(owner, RULE(2, .set = FREE));
	add(owner, RULE(3, .toggle = FREE));
	add(owner, RULE(4, .toggle = FREE));
	pulse();
	/* Driven once, whatever each of them wanted; a thread may have its own time for it. */
	device_set(owner, OUT, 0);
	do {
		event = device_next(reader);
		driven += event.line == LINE_FREE;
		over |= event.type == GPIOHUB_EVENT_FALLING && event.line == LINE_IN;
	} while (!over || !driven);
	CHECK_EQ(driven, 1);
	CHECK(board_pin(LINE_FREE));
}

/* Also where it was added in the place of one that is gone. */
static void last_added_is_the_last(void)
{
	unsigned int i;

	begin(FREE);
	for (i = 1; i <= GPIOHUB_MAX_RULES; i++)
		add(owner, RULE(i, .clear = FREE));
	CHECK_EQ(try_delete(owner, 5), 0);
	CHECK_EQ(try_delete(owner, 40), 0);
	add(owner, RULE(i, .clear = FREE));
	add(owner, RULE(i + 1, .set = FREE));
	pulse();
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
	CHECK(board_pin(LINE_FREE));
}

/* Where a thread drives what a rule chose, it is not driven yet. */
static void set_comes_after_it(void)
{
	begin(FREE | FREE2);
	fixture_hold_up("slow_work", 1000);
	add(owner, RULE(1, .set = FREE | FREE2));
	pulse();
	device_set(owner, FREE, 0);
	/* The last of what it chose. */
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE + 1);
	CHECK(!board_pin(LINE_FREE));
}

static void new_owner_comes_after_it(void)
{
	__u64 level;
	int fd;

	begin(0);
	fd = device_driving(FREE | FREE2);
	device_claim(fd, FREE | FREE2, GPIOHUB_GUARD_KEEP);
	add(fd, RULE(1, .flags = GPIOHUB_RULE_HUB, .set = FREE | FREE2));
	close(fd);
	fixture_hold_up("slow_work", 1000);
	pulse();
	device_claim(owner, FREE, GPIOHUB_GUARD_INPUT);
	level = device_get(owner, FREE);
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE + 1);
	CHECK_EQ(device_get(owner, FREE), level);
}

static void stops_patterns_first(void)
{
	begin(FREE | FREE2);
	steps_wave(owner, 7, FREE, 0, MS, MS, 0);
	steps_wave(owner, 8, FREE2, 0, MS, MS, 0);
	add(owner, RULE(1, .flags = GPIOHUB_RULE_ONE_SHOT, .clear = FREE, .stop = FREE2));
	pulse();
	steps_expect_end(reader, 7, GPIOHUB_OUTCOME_RULE);
	steps_expect_end(reader, 8, GPIOHUB_OUTCOME_RULE);
	device_set(owner, FREE2, 0);
	while (board_pin(LINE_FREE))
		;
}

static void starts_a_pattern(void)
{
	const struct gpiohub_step steps[] = { STEP_SET(FREE, 100 * US), STEP_CLEAR(FREE, 0) };
	unsigned int i;

	begin(FREE);
	steps_play(owner, PLAY(9, FREE, steps, .start = GPIOHUB_START_RULE,
			       .flags = GPIOHUB_PLAY_STANDING));
	add(owner, RULE(1, .start = 9));
	for (i = 0; i < 3; i++) {
		pulse();
		device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
		steps_expect_end(reader, 9, GPIOHUB_OUTCOME_DONE);
		pulse_over();
	}
}

static void latch_holds_until_claimed_again(void)
{
	struct gpiohub_levels set = { .lines = FREE, .levels = FREE };
	const struct gpiohub_step steps[] = { STEP_SET(FREE, MS) };

	begin(FREE);
	device_set(owner, FREE, FREE);
	add(owner, RULE(1, .flags = GPIOHUB_RULE_LATCH | GPIOHUB_RULE_ONE_SHOT, .clear = FREE));
	pulse();
	device_until(reader, GPIOHUB_EVENT_FALLING, LINE_FREE);
	CHECK_ERRNO(ioctl(owner, GPIOHUB_SET, &set), EBUSY);
	CHECK_EQ(set.line, LINE_FREE);
	CHECK_EQ(steps_try_play(owner, PLAY(1, FREE, steps)), EBUSY);
	CHECK_EQ(device_line_info(reader, LINE_FREE).flags & GPIOHUB_LINE_LATCHED,
		 GPIOHUB_LINE_LATCHED);
	CHECK(!board_pin(LINE_FREE));
	device_claim(owner, FREE, GPIOHUB_GUARD_INPUT);
	device_set(owner, FREE, FREE);
	CHECK(board_pin(LINE_FREE));
}

/* Drives the line high until it is refused. */
static void *drive_on(void *data)
{
	struct gpiohub_levels set = { .lines = FREE | FREE2, .levels = FREE | FREE2 };

	while (!ioctl(owner, GPIOHUB_SET, &set))
		;
	CHECK_EQ(errno, EBUSY);
	return data;
}

/* One of the lines is driven by a thread on any board. */
static void latch_comes_between(void)
{
	struct gpiohub_config config = { .lines = FREE, .direction = GPIOHUB_DIRECTION_OUTPUT,
		.drive = GPIOHUB_DRIVE_OPEN_DRAIN };
	unsigned long i, count = fixture_count(100);
	pthread_t driver;

	begin(FREE | FREE2);
	CHECK_OK(ioctl(owner, GPIOHUB_CONFIGURE, &config));
	for (i = 0; i < count; i++) {
		add(owner, RULE(1, .flags = GPIOHUB_RULE_LATCH | GPIOHUB_RULE_ONE_SHOT,
				.clear = FREE2));
		CHECK_EQ(pthread_create(&driver, NULL, drive_on, NULL), 0);
		device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE + 1);
		pulse();
		CHECK_EQ(pthread_join(driver, NULL), 0);
		/* Whoever drove it last before it was refused, this is the end of it. */
		device_until(reader, GPIOHUB_EVENT_FALLING, LINE_FREE + 1);
		CHECK(!board_pin(LINE_FREE + 1));
		pulse_over();
		device_claim(owner, FREE2, GPIOHUB_GUARD_INPUT);
		CHECK_OK(lseek(reader, 0, SEEK_END));
		CHECK(!board_pin(LINE_FREE + 1));
	}
}

#ifndef FIXTURE_SLEEPING
/* A batch goes on by what holds when a line's turn comes again, not by what held before. */
static void latch_comes_within_a_batch(void)
{
	struct gpiohub_command commands[] = {
		{ .op = GPIOHUB_OP_SET, .mask = FREE, .value = FREE },
		{ .op = GPIOHUB_OP_SET, .mask = OUT, .value = OUT },
		{ .op = GPIOHUB_OP_SET, .mask = FREE, .value = FREE },
	};
	struct gpiohub_submit submit = {
		.commands = (uintptr_t)commands, .count = ARRAY_SIZE(commands),
	};

	begin(FREE);
	add(owner, RULE(1, .flags = GPIOHUB_RULE_LATCH, .clear = FREE));
	CHECK_ERRNO(ioctl(owner, GPIOHUB_SUBMIT, &submit), EBUSY);
	CHECK_EQ(submit.done, 2);
	CHECK_EQ(submit.line, LINE_FREE);
	CHECK(!board_pin(LINE_FREE));
}
#endif

static void ends_with_its_file(void)
{
	int fd;

	begin(0);
	fd = device_driving(FREE);
	device_claim(fd, FREE, GPIOHUB_GUARD_KEEP);
	add(fd, RULE(1, .set = FREE));
	close(fd);
	pulse();
	pulse_over();
	CHECK(!board_pin(LINE_FREE));
}

static void hub_keeps_what_it_was_handed(void)
{
	int fd;

	begin(0);
	fd = device_driving(FREE);
	device_claim(fd, FREE, GPIOHUB_GUARD_KEEP);
	add(fd, RULE(1, .flags = GPIOHUB_RULE_HUB, .set = FREE));
	close(fd);
	pulse();
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
	CHECK(board_pin(LINE_FREE));
	/* The same user deletes it by another file. */
	CHECK_EQ(try_delete(owner, 1), 0);
	CHECK_EQ(try_delete(owner, 1), ENOENT);
}

/* Another user's rule drives nothing of ours. */
static void claimed_by_another_it_is_lost(void)
{
	pid_t child;
	int fd;

	begin(0);
	fixture_allow_all();
	child = ktap_fork();
	if (!child) {
		fixture_become(USER_A);
		fd = device_driving(FREE);
		add(fd, RULE(1, .flags = GPIOHUB_RULE_HUB, .set = FREE));
		_exit(KTAP_PASS);
	}
	ktap_join(child);
	fd = device_driving(FREE);
	pulse();
	pulse_over();
	CHECK(!board_pin(LINE_FREE));
	/* Root may delete it, another user not. */
	child = ktap_fork();
	if (!child) {
		fixture_become(USER_B);
		CHECK_EQ(try_delete(device_open(O_RDWR), 1), ENOENT);
		_exit(KTAP_PASS);
	}
	ktap_join(child);
	CHECK_EQ(try_delete(owner, 1), 0);
}

static void listed_and_counted(void)
{
	char path[96], text[256], expected[96];

	begin(FREE);
	snprintf(path, sizeof(path), "/sys/class/gpiohub/%s/rules",
		 fixture_node() + strlen("/dev/"));
	add(owner, RULE(17, .toggle = FREE));
	pulse();
	pulse_over();
	pulse();
	pulse_over();
	CHECK_EQ(fixture_read(path, text, sizeof(text)), 0);
	snprintf(expected, sizeof(expected), "17 0 %u r 2", LINE_IN);
	CHECK(!strcmp(text, expected));
	/* Which user has which rules is nobody else's business. */
	fixture_become(USER_A);
	CHECK_EQ(fixture_read(path, text, sizeof(text)), EACCES);
}

static void wrong_rules_are_refused(void)
{
	struct gpiohub_rule good = RULE(1, .set = FREE), rule;

	begin(FREE);
	rule = good, rule.id = 0;
	CHECK_EQ(try_add(owner, rule), EINVAL);
	rule = good, rule.flags = 8;
	CHECK_EQ(try_add(owner, rule), EINVAL);
	rule = good, rule.kinds = 0;
	CHECK_EQ(try_add(owner, rule), EINVAL);
	rule = good, rule.kinds = GPIOHUB_KIND(GPIOHUB_EVENT_KNOWN);
	CHECK_EQ(try_add(owner, rule), EINVAL);
	rule = good, rule.value = FREE2;
	CHECK_EQ(try_add(owner, rule), EINVAL);
	rule = good, rule.clear = FREE;
	CHECK_EQ(try_add(owner, rule), EINVAL);
	rule = good, rule.toggle = FREE;
	CHECK_EQ(try_add(owner, rule), EINVAL);
	rule = good, rule.set = 0;
	CHECK_EQ(try_add(owner, rule), EINVAL);
	rule = good, rule.holdoff_ns = GPIOHUB_HOLDOFF_MIN_NS - 1;
	CHECK_EQ(try_add(owner, rule), EINVAL);
	rule = good, rule.holdoff_ns = 0;
	CHECK_EQ(try_add(owner, rule), EINVAL);
	rule = good, rule.start = 1, rule.flags = GPIOHUB_RULE_HUB;
	CHECK_EQ(try_add(owner, rule), EINVAL);
	rule = good, rule.reserved[1] = 1;
	CHECK_EQ(try_add(owner, rule), EINVAL);
	rule = good, rule.trigger = BOARD_LINES;
	CHECK_EQ(try_add(owner, rule), ENXIO);
	rule = good, rule.mask = BIT_OF(BOARD_LINES);
	CHECK_EQ(try_add(owner, rule), ENXIO);
	rule = good, rule.set = FREE2;
	CHECK_EQ(try_add(owner, rule), EPERM);
	rule = good, rule.stop = FREE2;
	CHECK_EQ(try_add(owner, rule), EPERM);
	CHECK_EQ(device_line_info(reader, LINE_IN).watchers, 1);
	CHECK_EQ(try_add(owner, good), 0);
	CHECK_EQ(try_add(owner, good), EEXIST);
}

/* A pattern that is always behind keeps whoever drives it busy. */
static void has_its_turn(void)
{
	const struct gpiohub_step steps[] = { STEP_LOOP(0), STEP_SET(FREE, 0),
		STEP_CLEAR(FREE, GPIOHUB_CYCLE_MIN_NS), STEP_END };
	unsigned int i;

	begin(FREE | FREE2);
	fixture_option("pattern_cpu", "100");
	add(owner, RULE(1, .toggle = FREE2));
	steps_play(owner, PLAY(1, FREE, steps));
	device_until(reader, GPIOHUB_EVENT_FALLING, LINE_FREE);
	/* Only what follows is looked for: the pattern writes faster than it is read. */
	for (i = 0; i < 4; i++) {
		struct gpiohub_wait wait = { .lines = FREE2, .kinds = GPIOHUB_KINDS_EDGES,
			.count = 1, .since = device_head() };

		device_set(owner, OUT, i % 2 ? 0 : OUT);
		if (i % 2 == 0)
			CHECK_OK(ioctl(reader, GPIOHUB_WAIT, &wait));
	}
	CHECK_EQ(device_line_info(reader, LINE_FREE).flags & GPIOHUB_LINE_PLAYING,
		 GPIOHUB_LINE_PLAYING);
}

static void hub_has_so_many(void)
{
	unsigned int i;

	begin(FREE);
	for (i = 1; i <= GPIOHUB_MAX_RULES; i++)
		add(owner, RULE(i, .set = FREE));
	CHECK_EQ(try_add(owner, RULE(i, .set = FREE)), ENOSPC);
	CHECK_EQ(try_delete(owner, 5), 0);
	add(owner, RULE(i, .set = FREE));
	fixture_option("user_rules", "10");
	close(owner);
	begin(FREE);
	fixture_become(USER_A);
	for (i = 1; i <= 10; i++)
		add(owner, RULE(i, .set = FREE));
}

static const struct ktap_case cases[] = {
	{ "the effect follows its cause in the ring", effect_follows_cause, 0 },
	{ "a rule clears and toggles", clears_and_toggles, 0 },
	{ "a rule fires at its edges alone", only_its_edge, 0 },
	{ "a rule fires on its condition alone", only_on_its_condition, 0 },
	{ "a level that is not known meets no condition", unknown_level_meets_no_condition, 0 },
	{ "a one-shot rule fires once and is gone", one_shot_fires_once, 0 },
	{ "a rule rests for its hold-off", rests_for_its_holdoff, 0 },
	{ "what we drive triggers nothing", driven_triggers_nothing, 0 },
	{ "of several rules the last has the last word, and a line is driven once",
	  later_rule_has_the_last_word, 0 },
	{ "the rule that was added last has the last word, whatever was deleted",
	  last_added_is_the_last, 0 },
	{ "a SET after a rule has the last word", set_comes_after_it, 0 },
	{ "what a rule chose before a claim is not driven after it", new_owner_comes_after_it, 0 },
	{ "a rule stops patterns before it drives", stops_patterns_first, 0 },
	{ "a rule starts a pattern, again and again", starts_a_pattern, 0 },
	{ "a latch holds until the line is claimed again", latch_holds_until_claimed_again, 0 },
	{ "a latch that comes between SETs has the last word", latch_comes_between, 120 },
#ifndef FIXTURE_SLEEPING
	{ "a latch that comes within a batch ends it", latch_comes_within_a_batch, 0 },
#endif
	{ "a rule ends with its file", ends_with_its_file, 0 },
	{ "a rule that was handed to the hub stays", hub_keeps_what_it_was_handed, 0 },
	{ "a rule loses lines that another user claims", claimed_by_another_it_is_lost, 0 },
	{ "rules are listed and counted", listed_and_counted, 0 },
	{ "rules that are wrong are refused", wrong_rules_are_refused, 0 },
	{ "a rule has its turn beside a pattern that is always behind", has_its_turn, 60 },
	{ "a hub has so many rules", hub_has_so_many, 0 },
};

FIXTURE_MAIN(cases)
