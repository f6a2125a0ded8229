// SPDX-License-Identifier: GPL-2.0
/*
 * The machine goes to sleep and wakes up. On a board that sleeps itself: sleeping.c.
 */
#include <signal.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"
#include "power.h"
#include "steps.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define FOR_EVER	100000000

static void expect_suspended(int fd, unsigned int value)
{
	struct gpiohub_event event = device_next(fd);

	CHECK_EQ(event.type, GPIOHUB_EVENT_SUSPENDED);
	CHECK_EQ(event.line, GPIOHUB_NO_LINE);
	CHECK_EQ(event.value, value);
}

/* Watches, and has read what that publishes. */
static int watching(__u64 lines)
{
	int fd = device_open(O_RDWR);

	device_subscribe(fd, lines, GPIOHUB_KINDS_ALL);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	return fd;
}

static void wake(int fd, unsigned int wake)
{
	struct gpiohub_config config = { .lines = FREE, .wake = wake };

	CHECK_OK(ioctl(fd, GPIOHUB_CONFIGURE, &config));
}

static bool wakes(int fd)
{
	return device_line_info(fd, LINE_FREE).flags & GPIOHUB_LINE_WAKES;
}

/* Owns and watches a line that is to wake the machine. */
static int waking(void)
{
	int fd = watching(FREE);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	wake(fd, GPIOHUB_WAKE_ON);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	return fd;
}

static void sleep_is_told(void)
{
	int fd = watching(FREE);

	power_test(POWER_DEVICES, 0);
	expect_suspended(fd, 1);
	expect_suspended(fd, 0);
	device_expect_empty(fd);
	board_level(LINE_FREE, true);
	CHECK_EQ(device_next(fd).flags, 0);
}

/* What plays, and what waits for its turn or its edge. */
static void patterns_end(void)
{
	int fd = device_driving(FREE | FREE2), reader = device_open(O_RDONLY);

	steps_wave(fd, 1, FREE, 0, MS, MS, 0);
	steps_wave(fd, 2, FREE, 0, MS, MS, 0);
	steps_play(fd, PLAY(3, FREE2, ((const struct gpiohub_step[]) { STEP_SET(FREE2, 0) }),
			    .start = GPIOHUB_START_EDGE, .start_line = LINE_IN,
			    .start_kinds = GPIOHUB_KINDS_EDGES));
	power_test(POWER_DEVICES, 0);
	steps_expect_end(reader, 1, GPIOHUB_OUTCOME_SUSPENDED);
	steps_expect_end(reader, 2, GPIOHUB_OUTCOME_SUSPENDED);
	steps_expect_end(reader, 3, GPIOHUB_OUTCOME_SUSPENDED);
	expect_suspended(reader, 1);
}

static void two_chips_sleep_once(void)
{
	int fd;

	fixture_hub_delete();
	CHECK_EQ(fixture_module_unload("gpiohub"), 0);
	CHECK_EQ(fixture_module_unload("gpiohub_vboard"), 0);
	CHECK(fixture_module_load("gpiohub-vboard", "boards=2 lines=16 can_sleep=0,1"));
	CHECK(fixture_module_load("gpiohub", "storm_rate=0"));
	CHECK_EQ(fixture_hub_make("gpiohub-vboard.0:0-15+gpiohub-vboard.1:0-15"), 0);
	CHECK(fixture_find_hub());
	fd = device_open(O_RDONLY);
	power_test(POWER_DEVICES, 0);
	power_test(POWER_DEVICES, 0);
	expect_suspended(fd, 1);
	expect_suspended(fd, 0);
	expect_suspended(fd, 1);
	expect_suspended(fd, 0);
	device_expect_empty(fd);
	close(fd);
	fixture_hub_delete();
	CHECK_EQ(fixture_module_unload("gpiohub"), 0);
	CHECK_EQ(fixture_module_unload("gpiohub_vboard"), 0);
	CHECK(fixture_module_load("gpiohub-vboard", "can_sleep=0"));
	CHECK(fixture_module_load("gpiohub", ""));
}

/* The line changes all the time, before and after as well. */
static void changes_follow(void)
{
	int fd = watching(FREE | FREE2);
	struct mapped mapped = mapped_open(fd, false);
	struct gpiohub_event event;
	__u64 level;

	board_generate(LINE_FREE, 10, FOR_EVER);
	CHECK_EQ(device_next(fd).flags, 0);
	fixture_hold_up_all("dpm_resume_end", "1000");
	power_test(POWER_DEVICES, 0);
	board_stop(LINE_FREE);
	do {
		event = device_next(fd);
		CHECK_EQ(event.flags, 0);
	} while (event.type != GPIOHUB_EVENT_SUSPENDED);
	expect_suspended(fd, 0);
	event = device_next(fd);
	CHECK_EQ(event.line, LINE_FREE);
	CHECK_EQ(event.flags, GPIOHUB_EVENT_FLAG_MISSED);
	CHECK_EQ(mapped_state(&mapped).line[LINE_FREE].missed, 1);
	CHECK_EQ(mapped_state(&mapped).line[LINE_FREE + 1].missed, 0);
	for (level = event.levels; device_poll(fd, 0); level = event.levels) {
		event = device_next(fd);
		CHECK_EQ(event.line, LINE_FREE);
		CHECK_EQ(event.flags, 0);
		CHECK_EQ((event.levels ^ level) & FREE, FREE);
	}
	CHECK_EQ(!!(level & FREE), board_pin(LINE_FREE));
}

static void outputs_stay(void)
{
	int fd = watching(FREE);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, FREE);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	power_test(POWER_DEVICES, 0);
	expect_suspended(fd, 1);
	expect_suspended(fd, 0);
	device_expect_empty(fd);
	CHECK(board_pin(LINE_FREE));
	device_set(fd, FREE, 0);
	CHECK_EQ(device_next(fd).flags, GPIOHUB_EVENT_FLAG_DRIVEN);
}

/* Not every chip can tell what it drives: what this one tells is another's doing. */
static void outputs_are_not_asked_for(void)
{
	int fd = watching(FREE);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, FREE);
	board_level(LINE_FREE, false);
	CHECK(!board_pin(LINE_FREE));
	CHECK_OK(lseek(fd, 0, SEEK_END));
	power_test(POWER_DEVICES, 0);
	expect_suspended(fd, 1);
	expect_suspended(fd, 0);
	device_expect_empty(fd);
	CHECK_EQ(device_get(fd, FREE), FREE);
}

/* Twice as long as what comes between a heartbeat and sleep may take. */
#define HEARTBEAT_US	2000000

static int with_heartbeat(unsigned int us)
{
	struct gpiohub_claim claim = {
		.lines = FREE,
		.guard = GPIOHUB_GUARD_LEVELS,
		.levels = FREE,
		.heartbeat_us = us,
	};
	int fd = device_open(O_RDWR);

	CHECK_OK(ioctl(fd, GPIOHUB_CLAIM, &claim));
	device_output(fd, FREE, 0);
	return fd;
}

/* It sleeps for longer than a heartbeat; the owner sends four in that time while it can. */
static void heartbeats_are_not_missed(void)
{
	int reader = device_open(O_RDONLY);
	pid_t owner = ktap_fork();
	struct gpiohub_event event;

	if (!owner) {
		int fd = with_heartbeat(HEARTBEAT_US);

		for (;;) {
			CHECK_OK(ioctl(fd, GPIOHUB_KICK));
			poll(NULL, 0, HEARTBEAT_US / 4000);
		}
	}
	device_until(reader, GPIOHUB_EVENT_CONFIGURED, LINE_FREE);
	device_subscribe(reader, FREE, GPIOHUB_KIND(GPIOHUB_EVENT_GUARD));
	power_test(POWER_PROCESSES, 3);
	power_test(POWER_PROCESSES, 3);
	kill(owner, SIGKILL);
	event = device_next(reader);
	CHECK_EQ(event.type, GPIOHUB_EVENT_GUARD);
	CHECK_EQ(event.value >> 24, GPIOHUB_END_EXITED);
}

static void silence_afterwards_is_noticed(void)
{
	int reader = device_open(O_RDONLY);
	struct gpiohub_event event;
	__u64 awake;

	/* So that all is there that sleep needs. */
	power_test(POWER_PROCESSES, 0);
	with_heartbeat(HEARTBEAT_US);
	power_test(POWER_PROCESSES, 3);
	awake = fixture_now();
	event = device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
	CHECK_EQ(event.value >> 24, GPIOHUB_END_SILENT);
	/* Not for its silence in sleep. */
	CHECK_LE(awake, event.time_ns);
}

/* ms. The heartbeat is due after the sleep and before that is told to its timer. */
#define SLEEP		1000
#define DUE		3000
#define SLEEP_HELD_UP	"gpiohub:gpiohub_heartbeats_forgive,thaw_processes", "4000,1000"

/* Whoever is silent is looked at before the timers are set anew. */
static void time_counts_from_waking_up(void)
{
	int reader = device_open(O_RDONLY);
	struct gpiohub_event event;
	__u64 claimed;

	/* So that all is there that sleep needs. */
	power_test(POWER_PROCESSES, 0);
	fixture_hold_up_all(SLEEP_HELD_UP);
	claimed = fixture_now();
	with_heartbeat(DUE * 1000);
	power_test(POWER_PROCESSES, 0);
	event = device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
	CHECK_EQ(event.value >> 24, GPIOHUB_END_SILENT);
	CHECK_LE(claimed + (DUE + SLEEP) * MS, event.time_ns);
}

static void wake_is_configured(void)
{
	struct gpiohub_command command = {
		.op = GPIOHUB_OP_CONFIGURE,
		.mask = FREE,
		.arg = GPIOHUB_WAKE_ON << 24,
	};
	struct gpiohub_submit submit = { .commands = (uintptr_t)&command, .count = 1 };
	int fd = watching(FREE);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	CHECK(!wakes(fd));
	wake(fd, GPIOHUB_WAKE_ON);
	CHECK(wakes(fd));
	wake(fd, GPIOHUB_WAKE_AS_IS);
	CHECK(wakes(fd));
	wake(fd, GPIOHUB_WAKE_OFF);
	CHECK(!wakes(fd));
	CHECK_OK(ioctl(fd, GPIOHUB_SUBMIT, &submit));
	CHECK(wakes(fd));
}

/* Also where others go on watching, who could not end it. */
static void wake_ends_with_owner(void)
{
	int other = watching(FREE);
	int fd = waking();

	device_release(fd, FREE);
	CHECK(!wakes(other));
	CHECK_EQ(device_line_info(other, LINE_FREE).flags & GPIOHUB_LINE_KNOWN,
		 GPIOHUB_LINE_KNOWN);
}

static void wake_is_kept(void)
{
	int other = watching(FREE);
	int fd = waking();

	device_claim(fd, FREE, GPIOHUB_GUARD_KEEP);
	close(fd);
	CHECK(wakes(other));
	fd = device_open(O_RDWR);
	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_release(fd, FREE);
	CHECK(!wakes(other));
}

static void chip_cannot_wake(void)
{
	struct gpiohub_config config = { .lines = FREE, .wake = GPIOHUB_WAKE_ON };
	int reader = device_open(O_RDONLY);
	int fd;

	board_option("wake", "0");
	board_unbind();
	board_bind();
	board_option("wake", "1");
	while (device_until(reader, GPIOHUB_EVENT_GONE, BOARD_LINES - 1).value)
		;
	fd = watching(FREE);
	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	config.line = LINE_UNTOUCHED;
	CHECK_ERRNO(ioctl(fd, GPIOHUB_CONFIGURE, &config), EOPNOTSUPP);
	CHECK_EQ(config.line, LINE_FREE);
	CHECK(!wakes(fd));
}

/* Seconds: longer than a slow guest takes to fall asleep. The edges come at once. */
#define ALARM	8

static void edge_wakes(void)
{
	unsigned int times = 3;
	int fd = waking();
	struct gpiohub_event event;

	while (times--) {
		board_generate(LINE_FREE, 5, FOR_EVER);
		CHECK(power_sleep(ALARM));
		board_stop(LINE_FREE);
		device_until(fd, GPIOHUB_EVENT_SUSPENDED, GPIOHUB_NO_LINE);
		expect_suspended(fd, 0);
		event = device_next(fd);
		CHECK_EQ(event.line, LINE_FREE);
		CHECK_EQ(event.flags, GPIOHUB_EVENT_FLAG_MISSED);
		CHECK_OK(lseek(fd, 0, SEEK_END));
	}
}

static void others_do_not_wake(void)
{
	int fd = waking();

	wake(fd, GPIOHUB_WAKE_OFF);
	board_generate(LINE_FREE, 5, FOR_EVER);
	CHECK(!power_sleep(ALARM));
	board_stop(LINE_FREE);
	device_until(fd, GPIOHUB_EVENT_SUSPENDED, GPIOHUB_NO_LINE);
	expect_suspended(fd, 0);
	CHECK_EQ(device_next(fd).flags, GPIOHUB_EVENT_FLAG_MISSED);
}

static void administrator_forbids(void)
{
	static const char path[] =
		"/sys/bus/platform/devices/gpiohub-chip.0/power/wakeup";
	int fd = waking();

	CHECK_EQ(fixture_write(path, "disabled"), 0);
	board_generate(LINE_FREE, 5, FOR_EVER);
	CHECK(!power_sleep(ALARM));
	CHECK(wakes(fd));
}

static void storm_goes_on(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_event event;

	fixture_option("storm_rate", "1000");
	device_subscribe(fd, FREE, GPIOHUB_KIND(GPIOHUB_EVENT_STORM) |
			 GPIOHUB_KIND(GPIOHUB_EVENT_KNOWN) |
			 GPIOHUB_KIND(GPIOHUB_EVENT_SUSPENDED));
	board_generate(LINE_FREE, 5000, FOR_EVER);
	CHECK_EQ(device_until(fd, GPIOHUB_EVENT_STORM, LINE_FREE).value, 1);
	power_test(POWER_DEVICES, 1);
	device_until(fd, GPIOHUB_EVENT_SUSPENDED, GPIOHUB_NO_LINE);
	expect_suspended(fd, 0);
	board_stop(LINE_FREE);
	do
		event = device_until(fd, GPIOHUB_EVENT_STORM, LINE_FREE);
	while (event.value);
	event = device_next(fd);
	CHECK_EQ(event.type, GPIOHUB_EVENT_KNOWN);
	CHECK_EQ(!!(event.levels & FREE), board_pin(LINE_FREE));
}

static const struct ktap_case cases[] = {
	{ "going to sleep and waking up are told", sleep_is_told, 0 },
	{ "patterns end when the machine goes to sleep", patterns_end, 0 },
	{ "a hub of two chips sleeps once", two_chips_sleep_once, 0 },
	{ "what changed in sleep follows, flagged", changes_follow, 0 },
	{ "outputs stay, and are not told", outputs_stay, 0 },
	{ "an output is what was said, whatever its chip reads afterwards",
	  outputs_are_not_asked_for, 0 },
	{ "heartbeats that sleep prevents are not missed", heartbeats_are_not_missed, 0 },
	{ "a heartbeat that stops afterwards is noticed", silence_afterwards_is_noticed, 0 },
	{ "a heartbeat's time counts from waking up", time_counts_from_waking_up, 0 },
	{ "waking the machine is configured", wake_is_configured, 0 },
	{ "a line wakes the machine no more when its owner is gone", wake_ends_with_owner, 0 },
	{ "a line that is kept goes on waking the machine", wake_is_kept, 0 },
	{ "a chip that cannot wake the machine is EOPNOTSUPP", chip_cannot_wake, 0 },
	{ "an edge of a line that wakes the machine does", edge_wakes, 0 },
	{ "an edge of another line does not", others_do_not_wake, 0 },
	{ "an edge does not where the administrator forbids it", administrator_forbids, 0 },
	{ "a storm goes on after sleep", storm_goes_on, 0 },
};

FIXTURE_MAIN(cases)
