// SPDX-License-Identifier: GPL-2.0
/* GPIOHUB_SUBSCRIBE: lines are armed, known, shared, and let go. */
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)

static void arming_makes_known(void)
{
	int fd = device_open(O_RDONLY);
	struct mapped mapped = mapped_open(fd, false);
	struct gpiohub_event event;

	board_level(LINE_FREE, true);
	device_subscribe(fd, FREE | FREE2, GPIOHUB_KINDS_ALL);
	event = device_next(fd);
	CHECK_EQ(event.type, GPIOHUB_EVENT_KNOWN);
	CHECK_EQ(event.line, LINE_FREE);
	CHECK_EQ(event.value, 1);
	CHECK_EQ(event.levels, FREE);
	event = device_next(fd);
	CHECK_EQ(event.type, GPIOHUB_EVENT_KNOWN);
	CHECK_EQ(event.line, LINE_FREE + 1);
	CHECK_EQ(event.levels, FREE);
	CHECK_EQ(mapped_state(&mapped).known, FREE | FREE2);
	CHECK_EQ(mapped_state(&mapped).levels, FREE);
	device_expect_empty(fd);
}

static void last_one_disarms(void)
{
	int watcher = device_open(O_RDONLY);
	int other = device_open(O_RDONLY);
	struct gpiohub_event event;

	board_level(LINE_FREE, true);
	device_subscribe(watcher, FREE, GPIOHUB_KINDS_ALL);
	device_subscribe(other, FREE, GPIOHUB_KINDS_ALL);
	device_next(watcher);
	close(watcher);
	CHECK_EQ(device_line_info(other, LINE_FREE).flags & GPIOHUB_LINE_KNOWN,
		 GPIOHUB_LINE_KNOWN);
	CHECK_OK(lseek(other, 0, SEEK_END));
	device_subscribe(other, 0, GPIOHUB_KINDS_ALL);
	CHECK_EQ(device_line_info(other, LINE_FREE).flags, 0);
	CHECK_EQ(board_try_hold(LINE_FREE), 0);
	/* It is told to who sees everything. */
	other = device_open(O_RDONLY);
	CHECK_OK(lseek(other, -(off_t)sizeof(event), SEEK_END));
	event = device_next(other);
	CHECK_EQ(event.type, GPIOHUB_EVENT_KNOWN);
	CHECK_EQ(event.value, 0);
	CHECK_EQ(event.levels & FREE, 0);
}

static void replaced_disarms(void)
{
	int fd = device_open(O_RDONLY);

	device_subscribe(fd, FREE, GPIOHUB_KINDS_ALL);
	device_subscribe(fd, FREE2, GPIOHUB_KINDS_ALL);
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags, 0);
	CHECK_EQ(device_line_info(fd, LINE_FREE + 1).watchers, 1);
	CHECK_EQ(board_try_hold(LINE_FREE), 0);
	CHECK_EQ(board_try_hold(LINE_FREE + 1), EBUSY);
}

static void all_or_nothing(void)
{
	struct gpiohub_subscription subscription = { .lines = FREE | FREE2,
		.kinds = GPIOHUB_KINDS_ALL, .line = LINE_UNTOUCHED };
	int holder = board_hold(LINE_FREE + 1);
	int fd = device_open(O_RDONLY);

	CHECK_ERRNO(ioctl(fd, GPIOHUB_SUBSCRIBE, &subscription), EBUSY);
	CHECK_EQ(subscription.line, LINE_FREE + 1);
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags, 0);
	CHECK_EQ(board_try_hold(LINE_FREE), 0);
	close(holder);
	CHECK_OK(ioctl(fd, GPIOHUB_SUBSCRIBE, &subscription));
}

static void refused_leaves_the_old(void)
{
	struct gpiohub_subscription subscription = { .lines = FREE2,
		.kinds = GPIOHUB_KINDS_EDGES };
	int fd = device_open(O_RDONLY);
	int holder = board_hold(LINE_FREE + 1);

	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_SUBSCRIBE, &subscription), EBUSY);
	close(holder);
	CHECK_EQ(device_line_info(fd, LINE_FREE).watchers, 1);
	board_level(LINE_FREE, true);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_RISING);
}

static void watched_is_used(void)
{
	int fd = device_open(O_RDONLY);

	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	CHECK_EQ(board_try_hold(LINE_FREE), EBUSY);
}

static void many_share_a_line(void)
{
	int fds[20];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = device_open(O_RDONLY);
		device_subscribe(fds[i], FREE, GPIOHUB_KINDS_EDGES);
	}
	CHECK_EQ(device_line_info(fds[0], LINE_FREE).watchers, ARRAY_SIZE(fds));
	board_level(LINE_FREE, true);
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		CHECK_EQ(device_next(fds[i]).type, GPIOHUB_EVENT_RISING);
}

/* An output too: it is watched by what we drive. */
static void direction_untouched(void)
{
	int owner = device_open(O_RDWR);
	int fd = device_open(O_RDONLY);

	device_claim(owner, FREE, GPIOHUB_GUARD_INPUT);
	device_output(owner, FREE, FREE);
	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	CHECK(board_drives(LINE_FREE));
	CHECK(board_pin(LINE_FREE));
	device_set(owner, FREE, 0);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_FALLING);
	device_subscribe(fd, 0, GPIOHUB_KINDS_EDGES);
	CHECK(board_drives(LINE_FREE));
}

static void kinds_filter(void)
{
	int fd = device_open(O_RDONLY);

	device_subscribe(fd, FREE, GPIOHUB_KIND(GPIOHUB_EVENT_FALLING));
	board_level(LINE_FREE, true);
	board_level(LINE_FREE, false);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_FALLING);
	device_expect_empty(fd);
}

static void lines_filter(void)
{
	int fd = device_open(O_RDONLY);
	int other = device_open(O_RDONLY);

	device_subscribe(fd, FREE2, GPIOHUB_KINDS_EDGES);
	device_subscribe(other, FREE, GPIOHUB_KINDS_EDGES);
	board_level(LINE_FREE, true);
	CHECK_EQ(device_next(other).line, LINE_FREE);
	device_expect_empty(fd);
	board_level(LINE_FREE + 1, true);
	CHECK_EQ(device_next(fd).line, LINE_FREE + 1);
	device_expect_empty(other);
}

static void everything_before_subscribing(void)
{
	int fd = device_open(O_RDONLY);
	int other = device_open(O_RDWR);

	device_subscribe(other, FREE, GPIOHUB_KINDS_EDGES);
	device_message(other, "hello");
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_KNOWN);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_MESSAGE);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_TEXT);
}

/* A line that is watched on does not leave the stream for a moment. */
static void overlap_stays_armed(void)
{
	int fd = device_open(O_RDONLY);
	int reader = device_open(O_RDONLY);

	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	CHECK_OK(lseek(reader, 0, SEEK_END));
	device_subscribe(fd, FREE | FREE2, GPIOHUB_KINDS_EDGES);
	CHECK_EQ(device_next(reader).line, LINE_FREE + 1);
	device_expect_empty(reader);
}

static void first_sample_is_true(void)
{
	unsigned long i, count = ktap_count(30);
	int fd = device_open(O_RDONLY);

	for (i = 0; i < count; i++) {
		board_level(LINE_FREE, i % 2);
		CHECK_OK(lseek(fd, 0, SEEK_END));
		device_subscribe(fd, FREE, GPIOHUB_KINDS_ALL);
		CHECK_EQ(device_next(fd).levels & FREE, i % 2 ? FREE : 0);
		device_subscribe(fd, 0, GPIOHUB_KINDS_ALL);
	}
}

static const struct ktap_case cases[] = {
	{ "a watched line becomes known with its first sample", arming_makes_known, 0 },
	{ "the last file that watches a line lets it go", last_one_disarms, 0 },
	{ "a new subscription replaces the old one", replaced_disarms, 0 },
	{ "a subscription takes all its lines or none", all_or_nothing, 0 },
	{ "a refused subscription leaves the old one", refused_leaves_the_old, 0 },
	{ "a watched line cannot be used through gpiochip", watched_is_used, 0 },
	{ "many files watch one line", many_share_a_line, 0 },
	{ "watching does not touch the direction", direction_untouched, 0 },
	{ "read gives the kinds that were asked for", kinds_filter, 0 },
	{ "read gives the lines that were asked for", lines_filter, 0 },
	{ "read gives everything before the first subscription", everything_before_subscribing, 0 },
	{ "a line that is watched on stays armed", overlap_stays_armed, 0 },
	{ "the first sample is the level at the pin", first_sample_is_true, 0 },
};

FIXTURE_MAIN(cases)
