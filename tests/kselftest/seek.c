// SPDX-License-Identifier: GPL-2.0
/* lseek(2): the stream's places. */
#define _GNU_SOURCE
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define EVENT	((off_t)sizeof(struct gpiohub_event))

static void seek_to_number(void)
{
	int fd = device_driving(FREE);
	int reader = device_open(O_RDONLY);
	__u64 head;

	device_toggle(fd, FREE, 20);
	head = device_head();
	CHECK_EQ(lseek(reader, (head - 7) * EVENT, SEEK_SET), (off_t)(head - 7) * EVENT);
	CHECK_EQ(device_next(reader).seq, head - 7);
	CHECK_EQ(lseek(reader, 2 * EVENT, SEEK_CUR), (off_t)(head - 4) * EVENT);
	CHECK_EQ(device_next(reader).seq, head - 4);
	CHECK_EQ(lseek(reader, -EVENT, SEEK_END), (off_t)(head - 1) * EVENT);
	CHECK_EQ(device_next(reader).seq, head - 1);
	device_expect_empty(reader);
}

static void bad_seeks(void)
{
	int reader = device_open(O_RDONLY);
	int fd = device_driving(FREE);
	off_t end, before;

	device_toggle(fd, FREE, 4);
	end = lseek(reader, -EVENT, SEEK_END) + EVENT;
	before = lseek(reader, 0, SEEK_CUR);
	CHECK_ERRNO(lseek(reader, 1, SEEK_SET), EINVAL);
	CHECK_ERRNO(lseek(reader, EVENT / 2, SEEK_CUR), EINVAL);
	CHECK_ERRNO(lseek(reader, -EVENT, SEEK_SET), EINVAL);
	CHECK_ERRNO(lseek(reader, -end - EVENT, SEEK_END), EINVAL);
	CHECK_ERRNO(lseek(reader, EVENT, SEEK_END), EINVAL);
	CHECK_ERRNO(lseek(reader, end + EVENT, SEEK_SET), EINVAL);
	CHECK_ERRNO(lseek(reader, 1L << 62, SEEK_CUR), EINVAL);
	CHECK_ERRNO(lseek(reader, 0, SEEK_HOLE), EINVAL);
	CHECK_ERRNO(lseek(reader, 0, 99), EINVAL);
	CHECK_EQ(lseek(reader, 0, SEEK_CUR), before);
}

static void seek_data_finds_oldest(void)
{
	int fd = device_driving(FREE);
	int reader = device_open(O_RDONLY);
	__u32 records = device_info(fd).records;
	__u64 head;

	CHECK_EQ(lseek(reader, 0, SEEK_DATA), 0);
	CHECK_EQ(device_next(reader).seq, 0);
	device_toggle(fd, FREE, records + 10);
	head = device_head();
	CHECK_EQ(lseek(reader, 0, SEEK_DATA), (off_t)(head - records) * EVENT);
	CHECK_EQ(device_next(reader).seq, head - records);
	CHECK_EQ(lseek(reader, (head - 3) * EVENT, SEEK_DATA), (off_t)(head - 3) * EVENT);
	CHECK_ERRNO(lseek(reader, head * EVENT, SEEK_DATA), ENXIO);
}

static void seek_data_in_empty_ring(void)
{
	CHECK_ERRNO(lseek(device_open(O_RDONLY), 0, SEEK_DATA), ENXIO);
}

static void lapped_by_seek(void)
{
	int fd = device_driving(FREE);
	int reader = device_open(O_RDONLY);
	__u32 records = device_info(fd).records;
	struct gpiohub_event event;
	__u64 head;

	device_toggle(fd, FREE, 2 * records);
	head = device_head();
	CHECK_OK(lseek(reader, 0, SEEK_SET));
	event = device_next(reader);
	CHECK_EQ(event.type, GPIOHUB_EVENT_LOST);
	CHECK_EQ(event.seq, 0);
	CHECK_EQ(event.levels, head - records);
}

static const struct ktap_case cases[] = {
	{ "lseek goes to an event by its number", seek_to_number, 0 },
	{ "lseek refuses what is no place in the stream", bad_seeks, 0 },
	{ "SEEK_DATA finds the oldest event held", seek_data_finds_oldest, 0 },
	{ "SEEK_DATA is ENXIO when there is no event yet", seek_data_in_empty_ring, 0 },
	{ "a reader that seeks too far back is told what it lost", lapped_by_seek, 0 },
};

FIXTURE_MAIN(cases)
