// SPDX-License-Identifier: GPL-2.0
/*
 * The same where positions, the low 32 bits of seq, begin again at 0: the module
 * is told to begin shortly before.
 */
#define _GNU_SOURCE
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define FREE	BIT_OF(LINE_FREE)
#define EVENT	((off_t)sizeof(struct gpiohub_event))
#define RECORDS	2048
#define FIRST	4294967196ULL		/* 2^32 - 100 */
#define FIRST_TEXT	"4294967196"

static int begin(void)
{
	int fd;

	fixture_hub_delete();
	fixture_module_reload("records=2048 first_seq=" FIRST_TEXT " hubs=" BOARD_HUB);
	CHECK(fixture_find_hub());
	fd = device_open(O_RDWR);
	CHECK_EQ(device_info(fd).records, RECORDS);
	CHECK_EQ(device_head(), FIRST);
	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, 0);
	return fd;
}

static void read_goes_on(void)
{
	int fd = begin();
	int reader = device_open(O_RDONLY);
	__u64 seq = device_head();
	unsigned int i;

	device_toggle(fd, FREE, 1000);
	for (i = 0; i < 1000; i++)
		CHECK_EQ(device_next(reader).seq, seq + i);
	device_expect_empty(reader);
}

static void mapped_goes_on(void)
{
	int fd = begin();
	struct mapped mapped = mapped_open(fd, false);
	struct gpiohub_event event;
	__u64 seq = device_head(), end = seq + 1000;

	device_toggle(fd, FREE, 1000);
	while (seq < end) {
		CHECK_EQ(mapped_next(&mapped, &seq, &event), MAPPED_EVENT);
		CHECK_EQ(event.seq, seq - 1);
	}
	CHECK_EQ(mapped_next(&mapped, &seq, &event), MAPPED_NOTHING);
	CHECK_EQ(mapped_state(&mapped).seq, end);
}

static void loss_is_exact(void)
{
	int fd = begin();
	int reader = device_open(O_RDONLY);
	struct mapped mapped = mapped_open(fd, false);
	__u64 first = device_head(), seq = first;
	struct gpiohub_event event;

	device_toggle(fd, FREE, RECORDS + 55);
	event = device_next(reader);
	CHECK_EQ(event.type, GPIOHUB_EVENT_LOST);
	CHECK_EQ(event.seq, first);
	CHECK_EQ(event.levels, 55);
	CHECK_EQ(device_next(reader).seq, first + 55);
	CHECK_EQ(mapped_next(&mapped, &seq, &event), MAPPED_LAPPED);
	CHECK_EQ(mapped_catch_up(&mapped, &seq), 55);
	CHECK_EQ(seq, first + 55);
}

static void seek_goes_across(void)
{
	int fd = begin();
	int reader = device_open(O_RDONLY);
	__u64 head;

	device_toggle(fd, FREE, 300);
	head = device_head();
	CHECK(head > 1ULL << 32);
	CHECK_EQ(lseek(reader, 0, SEEK_DATA), (off_t)FIRST * EVENT);
	CHECK_EQ(device_next(reader).seq, FIRST);
	CHECK_EQ(lseek(reader, (off_t)1 << 32 << 5, SEEK_SET), (off_t)1 << 37);
	CHECK_EQ(device_next(reader).seq, 1ULL << 32);
	CHECK_EQ(lseek(reader, -EVENT, SEEK_END), (off_t)(head - 1) * EVENT);
}

static void wake_goes_across(void)
{
	int fd = begin();
	int reader = device_open(O_RDWR);
	struct mapped mapped = mapped_open(reader, true);
	__u64 head = device_head();

	mapped.cursor->wake_at = (__u32)head + 150;
	CHECK_EQ(device_poll(reader, 0), 0);
	device_toggle(fd, FREE, 149);
	CHECK_EQ(device_poll(reader, 0), 0);
	device_toggle(fd, FREE, 2);
	CHECK_EQ(device_poll(reader, 0), POLLIN);
}

/* What was never written is not to be had. */
static void before_the_first(void)
{
	int fd = begin();
	int reader = device_open(O_RDONLY);
	struct gpiohub_event event;

	device_toggle(fd, FREE, 10);
	CHECK_OK(lseek(reader, (FIRST - 5) * EVENT, SEEK_SET));
	event = device_next(reader);
	CHECK_EQ(event.type, GPIOHUB_EVENT_LOST);
	CHECK_EQ(event.levels, 5);
	CHECK_EQ(device_next(reader).seq, FIRST);
}

/* By its position it is the next event: by its number it is long gone. */
static void waiting_for_the_past(void)
{
	int fd = begin();
	struct gpiohub_wait wait = { .lines = FREE, .kinds = GPIOHUB_KINDS_EDGES, .count = 1,
		.timeout_ns = fixture_now() + 1000000 };
	unsigned int ago;

	device_toggle(fd, FREE, 300);
	for (ago = 0; ago < 20; ago += 19) {
		wait.since = device_head() - (1ULL << 32) - ago;
		CHECK_ERRNO(ioctl(fd, GPIOHUB_WAIT, &wait), EOVERFLOW);
	}
}

static const struct ktap_case cases[] = {
	{ "read goes on where positions begin again", read_goes_on, 0 },
	{ "a mapped reader goes on where positions begin again", mapped_goes_on, 0 },
	{ "loss is exact where positions begin again", loss_is_exact, 0 },
	{ "lseek goes across where positions begin again", seek_goes_across, 0 },
	{ "wake_at goes across where positions begin again", wake_goes_across, 0 },
	{ "events before the first one count as lost", before_the_first, 0 },
	{ "a wait for what was 2^32 events ago is told that it was overwritten",
	  waiting_for_the_past, 0 },
};

FIXTURE_MAIN(cases)
