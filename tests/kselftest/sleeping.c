// SPDX-License-Identifier: GPL-2.0
/*
 * The same on a board that cannot be reached from interrupts, as behind I2C:
 * times are taken in a thread, and quick edges may run together.
 */
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"
#include "power.h"

#define OUT	BIT_OF(LINE_OUT)
#define IN	BIT_OF(LINE_IN)
#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)

static void line_sleeps(void)
{
	int fd = device_open(O_RDONLY);

	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags, GPIOHUB_LINE_HELD |
		 GPIOHUB_LINE_WATCHED | GPIOHUB_LINE_KNOWN | GPIOHUB_LINE_SLEEPS);
}

static void edge_says_threaded(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_event event;

	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	board_level(LINE_FREE, true);
	event = device_next(fd);
	CHECK_EQ(event.type, GPIOHUB_EVENT_RISING);
	CHECK_EQ(event.flags, GPIOHUB_EVENT_FLAG_THREADED);
	CHECK_EQ(event.levels & FREE, FREE);
	board_level(LINE_FREE, false);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_FALLING);
}

static void driven_is_published(void)
{
	int fd = device_open(O_RDWR);
	struct gpiohub_event event;

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, 0);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	device_set(fd, FREE, FREE);
	CHECK(board_pin(LINE_FREE));
	event = device_next(fd);
	CHECK_EQ(event.type, GPIOHUB_EVENT_RISING);
	CHECK_EQ(event.flags & GPIOHUB_EVENT_FLAG_DRIVEN, GPIOHUB_EVENT_FLAG_DRIVEN);
	device_expect_empty(fd);
}

static void one_by_one_in_order(void)
{
	unsigned long i, count = ktap_count(200);
	struct gpiohub_event event;
	int fd = device_open(O_RDWR);
	__u64 last = 0;

	device_claim(fd, OUT, GPIOHUB_GUARD_INPUT);
	device_output(fd, OUT, 0);
	device_subscribe(fd, IN, GPIOHUB_KINDS_EDGES);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	for (i = 0; i < count; i++) {
		device_set(fd, OUT, i % 2 ? 0 : OUT);
		event = device_next(fd);
		CHECK_EQ(event.line, LINE_IN);
		CHECK_EQ(event.type, i % 2 ? GPIOHUB_EVENT_FALLING : GPIOHUB_EVENT_RISING);
		CHECK_LE(last, event.time_ns);
		last = event.time_ns;
	}
	CHECK_EQ(board_counts(LINE_IN).edges, count);
}

/*
 * The edges are made before the thread comes to look: then it sees the same
 * level again and again, and every interrupt says that a change was missed.
 */
static void missed_is_flagged(void)
{
	unsigned long count = ktap_count(100), missed = 0, events;
	int fd = device_open(O_RDWR);
	struct gpiohub_event event;
	struct board_counts counts;
	struct mapped mapped;
	__u64 level = 0;

	mapped = mapped_open(fd, false);
	device_claim(fd, OUT, GPIOHUB_GUARD_INPUT);
	device_output(fd, OUT, 0);
	device_subscribe(fd, IN, GPIOHUB_KINDS_EDGES);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	device_toggle(fd, OUT, count + 1);
	do
		counts = board_counts(LINE_IN);
	while (counts.delivered + counts.lost < counts.edges);
	CHECK_EQ(counts.edges, count + 1);
	for (events = 0; events < counts.delivered; events++) {
		event = device_next(fd);
		CHECK_EQ(event.levels & IN, event.type == GPIOHUB_EVENT_RISING ? IN : 0);
		/* Without the flag it alternates. */
		CHECK_EQ((event.levels & IN) == level, !!(event.flags & GPIOHUB_EVENT_FLAG_MISSED));
		missed += (event.levels & IN) == level;
		level = event.levels & IN;
	}
	device_expect_empty(fd);
	ktap_say("%lu edges, %lu events, %lu flagged", count + 1, events, missed);
	CHECK_EQ(level, IN);
	CHECK_EQ(mapped_state(&mapped).line[LINE_IN].missed, missed);
	CHECK_EQ(mapped_state(&mapped).line[LINE_IN].rising +
		 mapped_state(&mapped).line[LINE_IN].falling, events);
}

static void generated_slowly_are_exact(void)
{
	unsigned long i, count = ktap_count(100);
	int fd = device_open(O_RDONLY);

	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	for (i = 0; i < count; i++) {
		board_generate(LINE_FREE, 0, 1);
		CHECK_EQ(device_next(fd).flags, GPIOHUB_EVENT_FLAG_THREADED);
		board_wait_generated(60);
	}
	device_expect_empty(fd);
	CHECK_EQ(board_counts(LINE_FREE).edges, count);
}

static void get_asks_chip(void)
{
	int fd = device_open(O_RDONLY);

	board_level(LINE_FREE, true);
	CHECK_EQ(device_get(fd, FREE | FREE2), FREE);
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags & GPIOHUB_LINE_HELD, 0);
}

static void guard_is_applied(void)
{
	int fd = device_open(O_RDWR);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_claim(fd, FREE2, GPIOHUB_GUARD_KEEP);
	device_output(fd, FREE | FREE2, FREE | FREE2);
	close(fd);
	CHECK(!board_drives(LINE_FREE));
	CHECK(board_drives(LINE_FREE + 1));
	CHECK(board_pin(LINE_FREE + 1));
}

static void board_goes_and_returns(void)
{
	int fd = device_open(O_RDONLY);
	int reader = device_open(O_RDONLY);

	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	board_unbind();
	CHECK_EQ(device_poll(fd, FOREVER) & (POLLHUP | POLLERR), POLLHUP | POLLERR);
	board_bind();
	device_until(reader, GPIOHUB_EVENT_KNOWN, LINE_FREE);
	while (device_until(reader, GPIOHUB_EVENT_KNOWN, LINE_FREE).value != 1)
		;
	board_level(LINE_FREE, true);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_RISING);
}

/* Masked at the chip: its thread is not kept busy by a line that nobody hears. */
static void flood_is_masked(void)
{
	unsigned long edges = 20000;
	int fd = device_open(O_RDONLY);
	struct board_counts counts;
	__u64 begun, ms;
	bool level;

	fixture_option("storm_rate", "500");
	device_subscribe(fd, FREE, GPIOHUB_KIND(GPIOHUB_EVENT_KNOWN) |
			 GPIOHUB_KIND(GPIOHUB_EVENT_STORM));
	CHECK_EQ(device_next(fd).value, 1);
	begun = fixture_now();
	board_generate(LINE_FREE, 5000, edges);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_STORM);
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags, GPIOHUB_LINE_HELD |
		 GPIOHUB_LINE_WATCHED | GPIOHUB_LINE_SLEEPS | GPIOHUB_LINE_STORMING);
	board_wait_generated(60);
	ms = (fixture_now() - begun) / 1000000;
	while (device_until(fd, GPIOHUB_EVENT_STORM, LINE_FREE).value)
		;
	CHECK_EQ(device_until(fd, GPIOHUB_EVENT_KNOWN, LINE_FREE).value, 1);
	counts = board_counts(LINE_FREE);
	ktap_say("%lu of %lu edges interrupted in %llu ms", counts.delivered, counts.edges, ms);
	CHECK_EQ(counts.edges, edges);
	CHECK_LE(counts.delivered, 200 + ms / 5);
	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	level = !board_pin(LINE_FREE);
	board_level(LINE_FREE, level);
	/* The storm's last interrupt may be late, and a miss. */
	while (!!(device_next(fd).levels & FREE) != level)
		;
}

static void board_goes_in_a_storm(void)
{
	int fd = device_open(O_RDONLY);

	fixture_option("storm_rate", "500");
	device_subscribe(fd, FREE, GPIOHUB_KIND(GPIOHUB_EVENT_STORM) |
			 GPIOHUB_KIND(GPIOHUB_EVENT_GONE));
	board_generate(LINE_FREE, 5000, 1000000);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_STORM);
	board_unbind();
	while (device_until(fd, GPIOHUB_EVENT_STORM, LINE_FREE).value)
		;
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_GONE);
}

static void changes_in_sleep_follow(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_event event;

	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES | GPIOHUB_KIND(GPIOHUB_EVENT_SUSPENDED));
	board_generate(LINE_FREE, 10, 1000000);
	power_test(POWER_DEVICES, 1);
	CHECK_EQ(device_until(fd, GPIOHUB_EVENT_SUSPENDED, GPIOHUB_NO_LINE).value, 1);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_SUSPENDED);
	CHECK_EQ(device_next(fd).flags, GPIOHUB_EVENT_FLAG_MISSED);
	event = device_next(fd);
	CHECK_EQ(event.flags, GPIOHUB_EVENT_FLAG_THREADED);
}

/* What a rule chose waits for a thread, which is slow here. */
static void rules_drive_before_sleep(void)
{
	struct gpiohub_rule rule = { .id = 1, .trigger = LINE_IN, .set = FREE,
		.kinds = GPIOHUB_KIND(GPIOHUB_EVENT_RISING),
		.holdoff_ns = GPIOHUB_HOLDOFF_MIN_NS };
	int fd = device_driving(OUT | FREE), reader = device_open(O_RDONLY);
	struct gpiohub_event event;

	fixture_hold_up("slow_work", 3000);
	CHECK_OK(ioctl(fd, GPIOHUB_RULE_ADD, &rule));
	device_set(fd, OUT, OUT);
	device_until(reader, GPIOHUB_EVENT_RULE, LINE_IN);
	power_test(POWER_DEVICES, 0);
	do {
		event = device_next(reader);
		CHECK(event.type != GPIOHUB_EVENT_SUSPENDED || event.value);
	} while (event.type != GPIOHUB_EVENT_RISING || event.line != LINE_FREE);
}

static const struct ktap_case cases[] = {
	{ "a line of a sleeping chip says so", line_sleeps, 0 },
	{ "an edge says that its time was taken in a thread", edge_says_threaded, 0 },
	{ "what we drive is published", driven_is_published, 0 },
	{ "edges with a wait between them all arrive in order", one_by_one_in_order, 0 },
	{ "edges that ran together are flagged", missed_is_flagged, 0 },
	{ "generated edges with a wait between them all arrive", generated_slowly_are_exact, 0 },
	{ "GET asks the chip", get_asks_chip, 0 },
	{ "guards are applied", guard_is_applied, 0 },
	{ "the board goes and comes back", board_goes_and_returns, 0 },
	{ "a line that floods is masked", flood_is_masked, 0 },
	{ "the board goes in a storm", board_goes_in_a_storm, 0 },
	{ "what changed while the machine slept follows, flagged", changes_in_sleep_follow, 0 },
	{ "what a rule chose is driven before the machine sleeps", rules_drive_before_sleep, 0 },
};

FIXTURE_MAIN_WITH(cases, fixture_setup_sleeping)
