// SPDX-License-Identifier: GPL-2.0
/*
 * Lines that flood: masked, told, tried, and given back. The rates are low, so that
 * an emulated guest can exceed them. Storms on a board that sleeps: sleeping.c.
 */
#define _GNU_SOURCE
#include <sched.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)

/* Changes per second that are allowed, and the frequency of a flood. */
#define RATE	"1000"
#define HERTZ	10000
#define FOR_EVER	100000000

/* Everything but what driving in between would add. */
#define KINDS	(GPIOHUB_KINDS_EDGES | GPIOHUB_KIND(GPIOHUB_EVENT_KNOWN) | \
		 GPIOHUB_KIND(GPIOHUB_EVENT_STORM))

/* Watches a line that floods, and has read that it storms. */
static int storming(void)
{
	int fd = device_open(O_RDWR);

	fixture_option("storm_rate", RATE);
	device_subscribe(fd, FREE, KINDS);
	board_generate(LINE_FREE, HERTZ, FOR_EVER);
	CHECK_EQ(device_until(fd, GPIOHUB_EVENT_STORM, LINE_FREE).value, 1);
	return fd;
}

/* The storm is over, and the level is known again: reads so far. */
static void calm(int fd)
{
	struct gpiohub_event event;

	CHECK_EQ(device_until(fd, GPIOHUB_EVENT_STORM, LINE_FREE).value, 0);
	event = device_next(fd);
	CHECK_EQ(event.type, GPIOHUB_EVENT_KNOWN);
	CHECK_EQ(event.value, 1);
	CHECK_EQ(!!(event.levels & FREE), board_pin(LINE_FREE));
}

/* A change now arrives as ever. */
static void works(int fd)
{
	struct gpiohub_event event;
	bool level = !board_pin(LINE_FREE);

	board_level(LINE_FREE, level);
	event = device_next(fd);
	CHECK_EQ(event.type, level ? GPIOHUB_EVENT_RISING : GPIOHUB_EVENT_FALLING);
	CHECK_EQ(event.flags & GPIOHUB_EVENT_FLAG_MISSED, 0);
	device_expect_empty(fd);
}

static void flood_is_told(void)
{
	int reader = device_open(O_RDONLY);
	struct mapped mapped = mapped_open(reader, false);
	struct gpiohub_event storm, known;
	struct gpiohub_state state;
	char text[32];
	int fd = storming();

	storm = device_until(reader, GPIOHUB_EVENT_STORM, LINE_FREE);
	known = device_next(reader);
	CHECK_EQ(storm.value, 1);
	CHECK_EQ(known.type, GPIOHUB_EVENT_KNOWN);
	CHECK_EQ(known.line, LINE_FREE);
	CHECK_EQ(known.value, 0);
	CHECK_EQ(known.seq, storm.seq + 1);
	CHECK_EQ(known.levels & FREE, 0);
	state = mapped_state(&mapped);
	CHECK_EQ(state.storming, FREE);
	CHECK_EQ(state.known & FREE, 0);
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags,
		 GPIOHUB_LINE_HELD | GPIOHUB_LINE_WATCHED | GPIOHUB_LINE_STORMING);
	CHECK_EQ(fixture_read("/sys/class/gpiohub/gpiohub0/storming", text, sizeof(text)), 0);
	CHECK_EQ(strcmp(text, "0000000000000100"), 0);
}

/* In a second, a tenth of the rate at most while it lasts, and what it took to see it. */
static void flood_is_masked(void)
{
	unsigned long edges = 4 * HERTZ;
	int fd = device_open(O_RDONLY);
	struct board_counts counts;
	__u64 begun, ms;

	fixture_option("storm_rate", RATE);
	device_subscribe(fd, FREE, KINDS);
	begun = fixture_now();
	board_generate(LINE_FREE, HERTZ, edges);
	board_wait_generated(60);
	ms = (fixture_now() - begun) / 1000000;
	counts = board_counts(LINE_FREE);
	ktap_say("%lu of %lu edges interrupted in %llu ms", counts.delivered, counts.edges, ms);
	CHECK_EQ(counts.edges, edges);
	CHECK_LE(counts.delivered, 300 + ms / 5);
}

static void calm_is_told(void)
{
	int fd = storming();

	board_stop(LINE_FREE);
	calm(fd);
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags,
		 GPIOHUB_LINE_HELD | GPIOHUB_LINE_WATCHED | GPIOHUB_LINE_KNOWN);
	works(fd);
}

/*
 * Storms begin and end in turn, and edges are where the line is known. Where the guest stood
 * still a storm may be over and begin again before the line was looked at.
 */
static void storm_and_calm_alternate(void)
{
	struct gpiohub_event event;
	unsigned int storms = 0;
	int fd = device_open(O_RDONLY);
	bool storm = false, known = true;

	fixture_option("storm_rate", RATE);
	device_subscribe(fd, FREE, KINDS);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_KNOWN);
	board_generate(LINE_FREE, HERTZ, 6 * HERTZ);
	board_wait_generated(60);
	do {
		event = device_next(fd);
		if (event.type == GPIOHUB_EVENT_STORM) {
			CHECK_EQ(event.value, !storm);
			storm = event.value;
			storms += storm;
		} else if (event.type == GPIOHUB_EVENT_KNOWN) {
			CHECK_EQ(event.value, !known);
			CHECK_EQ(event.value, !storm);
			known = event.value;
		} else {
			CHECK(known && !storm);
		}
	} while (storm || !known || !storms || device_poll(fd, 0));
	/* One; more where the guest stands still for longer than a trial. */
	ktap_say("%u storms", storms);
	CHECK_LE(storms, 6);
}

static void get_asks_chip(void)
{
	int fd = storming();

	board_stop(LINE_FREE);
	CHECK_EQ(!!device_get(fd, FREE), board_pin(LINE_FREE));
	calm(fd);
}

static void others_notice_nothing(void)
{
	unsigned long i, count = ktap_count(200);
	int other = device_open(O_RDONLY);
	int fd = storming();

	device_subscribe(other, FREE2, GPIOHUB_KINDS_EDGES);
	board_generate(LINE_FREE + 1, 100, count);
	for (i = 0; i < count; i++) {
		struct gpiohub_event event = device_next(other);

		CHECK_EQ(event.flags, 0);
		CHECK_EQ(event.type, i % 2 ? GPIOHUB_EVENT_FALLING : GPIOHUB_EVENT_RISING);
	}
	device_expect_empty(other);
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags & GPIOHUB_LINE_STORMING,
		 GPIOHUB_LINE_STORMING);
}

/* No storm between now and a message. */
static void expect_no_storm(int fd)
{
	device_subscribe(fd, FREE, GPIOHUB_KIND(GPIOHUB_EVENT_STORM) |
			 GPIOHUB_KIND(GPIOHUB_EVENT_MESSAGE));
	device_message(fd, "end");
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_MESSAGE);
}

static void below_rate_is_no_storm(void)
{
	unsigned long count = 3000;
	int fd = device_open(O_RDWR);

	fixture_option("storm_rate", "10000");
	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	board_generate(LINE_FREE, 500, count);
	board_wait_generated(60);
	CHECK_EQ(board_counts(LINE_FREE).delivered, count);
	expect_no_storm(fd);
}

static void bounce_is_no_storm(void)
{
	int fd = device_open(O_RDWR);

	fixture_option("storm_rate", "1");
	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	board_generate(LINE_FREE, 0, 15);
	board_wait_generated(60);
	CHECK_EQ(board_counts(LINE_FREE).delivered, 15);
	expect_no_storm(fd);
}

static void rate_0_is_no_protection(void)
{
	unsigned long count = 25000;
	int fd = device_open(O_RDWR);

	fixture_option("storm_rate", "0");
	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	board_generate(LINE_FREE, 0, count);
	board_wait_generated(100);
	CHECK_EQ(board_counts(LINE_FREE).delivered, count);
	expect_no_storm(fd);
}

/* As it would be after a mistake: the rate is looked at anew while it storms. */
static void rate_0_ends_it(void)
{
	int fd = storming();

	fixture_option("storm_rate", "0");
	CHECK_EQ(device_until(fd, GPIOHUB_EVENT_STORM, LINE_FREE).value, 0);
	device_until(fd, GPIOHUB_EVENT_RISING, LINE_FREE);
}

static void unwatching_ends_it(void)
{
	int reader = device_open(O_RDONLY);
	int fd = storming();
	struct gpiohub_event event;

	device_until(reader, GPIOHUB_EVENT_STORM, LINE_FREE);
	device_subscribe(fd, 0, KINDS);
	CHECK_EQ(device_until(reader, GPIOHUB_EVENT_STORM, LINE_FREE).value, 0);
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags, 0);
	board_stop(LINE_FREE);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	device_subscribe(fd, FREE, KINDS);
	event = device_next(fd);
	CHECK_EQ(event.type, GPIOHUB_EVENT_KNOWN);
	CHECK_EQ(event.value, 1);
	works(fd);
}

static void driving_ends_it(void)
{
	int fd = storming();
	struct mapped mapped = mapped_open(fd, false);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, 0);
	CHECK_EQ(mapped_state(&mapped).storming, 0);
	CHECK_EQ(mapped_state(&mapped).known & FREE, FREE);
	board_stop(LINE_FREE);
	board_float(LINE_FREE);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	device_input(fd, FREE);
	while (device_until(fd, GPIOHUB_EVENT_KNOWN, LINE_FREE).value != 1)
		;
	works(fd);
}

static void going_ends_it(void)
{
	int reader = device_open(O_RDONLY);
	int fd = storming();

	device_until(reader, GPIOHUB_EVENT_STORM, LINE_FREE);
	board_unbind();
	CHECK_EQ(device_until(reader, GPIOHUB_EVENT_STORM, LINE_FREE).value, 0);
	CHECK_EQ(device_until(reader, GPIOHUB_EVENT_GONE, LINE_FREE).value, 1);
	board_bind();
	while (device_until(reader, GPIOHUB_EVENT_KNOWN, LINE_FREE).value != 1)
		;
	CHECK_OK(lseek(fd, 0, SEEK_END));
	works(fd);
}

static void deleting_hub_ends_it(void)
{
	int fd = storming();
	struct gpiohub_event event;

	fixture_hub_delete();
	CHECK_EQ(device_until(fd, GPIOHUB_EVENT_STORM, LINE_FREE).value, 0);
	while (read(fd, &event, sizeof(event)) > 0)
		;
	CHECK_EQ(errno, ENODEV);
	close(fd);
	CHECK_EQ(fixture_module_unload("gpiohub"), 0);
	CHECK(fixture_module_load("gpiohub", ""));
}

/* Sometimes before it storms again, sometimes after that. */
static void watchers_come_and_go(void)
{
	unsigned long i, count = ktap_count(300);
	int fd = storming();

	for (i = 0; i < count; i++) {
		device_subscribe(fd, 0, KINDS);
		CHECK_OK(lseek(fd, 0, SEEK_END));
		device_subscribe(fd, FREE, KINDS);
		if (i % 8 == 0)
			device_until(fd, GPIOHUB_EVENT_STORM, LINE_FREE);
	}
	board_stop(LINE_FREE);
	device_subscribe(fd, 0, KINDS);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	device_subscribe(fd, FREE, KINDS);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_KNOWN);
	works(fd);
}

/* Its interrupt is noted in the interrupt, its level read in a thread. */
static void open_drain_storms(void)
{
	struct gpiohub_config config = {
		.lines = FREE,
		.levels = FREE,
		.direction = GPIOHUB_DIRECTION_OUTPUT,
		.bias = GPIOHUB_BIAS_PULL_UP,
		.drive = GPIOHUB_DRIVE_OPEN_DRAIN,
	};
	int fd = device_open(O_RDWR);
	struct board_counts counts;
	unsigned long edges = 2 * HERTZ;

	fixture_option("storm_rate", RATE);
	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	CHECK_OK(ioctl(fd, GPIOHUB_CONFIGURE, &config));
	device_subscribe(fd, FREE, KINDS);
	board_generate(LINE_FREE, HERTZ, edges);
	CHECK_EQ(device_until(fd, GPIOHUB_EVENT_STORM, LINE_FREE).value, 1);
	board_wait_generated(60);
	while (device_until(fd, GPIOHUB_EVENT_STORM, LINE_FREE).value)
		;
	counts = board_counts(LINE_FREE);
	ktap_say("%lu of %lu edges interrupted", counts.delivered, counts.edges);
	CHECK_LT(counts.delivered, edges / 4);
	CHECK_EQ(device_until(fd, GPIOHUB_EVENT_KNOWN, LINE_FREE).value, 1);
}

static void run_on(unsigned int processor)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		ktap_skip("needs two processors");
}

/* It floods on another processor, for a thread that is held up may keep interrupts off. */
static void first_sample_is_late(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_event event;
	bool storm;

	fixture_option("storm_rate", RATE);
	run_on(1);
	board_generate(LINE_FREE, HERTZ, FOR_EVER);
	run_on(0);
	fixture_hold_up("first_sample", 1000);
	device_subscribe(fd, FREE, KINDS);
	event = device_next(fd);
	CHECK_EQ(event.type, GPIOHUB_EVENT_STORM);
	board_stop(LINE_FREE);
	do {
		storm = event.value;
		event = device_next(fd);
	} while (event.type == GPIOHUB_EVENT_STORM);
	CHECK(!storm);
	CHECK_EQ(event.type, GPIOHUB_EVENT_KNOWN);
	CHECK_EQ(event.value, 1);
}

static const struct ktap_case cases[] = {
	{ "a line that floods is told, and not known any more", flood_is_told, 0 },
	{ "a line that floods is masked", flood_is_masked, 0 },
	{ "a line that is calm again is told, and known", calm_is_told, 0 },
	{ "storm and calm alternate, and no edge is between them", storm_and_calm_alternate, 0 },
	{ "GET asks the chip while a line storms", get_asks_chip, 0 },
	{ "other lines notice nothing of a storm", others_notice_nothing, 0 },
	{ "a line below the rate does not storm", below_rate_is_no_storm, 0 },
	{ "a bounce is no storm, however low the rate", bounce_is_no_storm, 0 },
	{ "no line storms with rate 0", rate_0_is_no_protection, 0 },
	{ "a storm ends when the rate becomes 0", rate_0_ends_it, 0 },
	{ "a storm ends when nobody watches any more", unwatching_ends_it, 0 },
	{ "a storm ends when the line is driven", driving_ends_it, 0 },
	{ "a storm ends when the board goes", going_ends_it, 0 },
	{ "a storm ends with its hub", deleting_hub_ends_it, 0 },
	{ "watchers come and go in a storm", watchers_come_and_go, 0 },
	{ "an open-drain line storms as well", open_drain_storms, 0 },
	{ "a line that floods from the first is not known before it is calm",
	  first_sample_is_late, 0 },
};

FIXTURE_MAIN(cases)
