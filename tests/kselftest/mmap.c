// SPDX-License-Identifier: GPL-2.0
/* The mapped regions: rights, sizes, and the ring as read(2) has it. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define FREE	BIT_OF(LINE_FREE)

struct region {
	const char *name;
	off_t offset;
	size_t length;
};

#define REGIONS		4
#define CURSOR		1	/* its index */

static void regions(int fd, struct region *regions)
{
	struct gpiohub_info info = device_info(fd);

	regions[0] = (struct region){ "state", GPIOHUB_MMAP_STATE,
		mapped_length(info.state_size) };
	regions[CURSOR] = (struct region){ "cursor", GPIOHUB_MMAP_CURSOR,
		mapped_length(info.cursor_size) };
	regions[2] = (struct region){ "positions", GPIOHUB_MMAP_POSITIONS,
		mapped_length(info.positions_size) };
	regions[3] = (struct region){ "records", GPIOHUB_MMAP_RECORDS,
		mapped_length(info.records_size) };
}

/* 0 or an errno. */
static int try_map(int fd, size_t length, int rights, int flags, off_t offset)
{
	void *region = mmap(NULL, length, rights, flags, fd, offset);

	if (region == MAP_FAILED)
		return errno;
	munmap(region, length);
	return 0;
}

static void expect_map(const struct region *region, int got, int expected)
{
	if (got != expected)
		KTAP_FAIL_WITH("%s: %s, expected %s", region->name, strerror(got),
			       strerror(expected));
}

static void write_refused(void)
{
	int fd = device_open(O_RDWR);
	struct region all[REGIONS];
	unsigned int i;

	regions(fd, all);
	for (i = 0; i < REGIONS; i++) {
		if (i == CURSOR)
			continue;
		expect_map(&all[i], try_map(fd, all[i].length, PROT_READ | PROT_WRITE, MAP_SHARED,
					    all[i].offset), EACCES);
		expect_map(&all[i], try_map(fd, all[i].length, PROT_WRITE, MAP_SHARED,
					    all[i].offset), EACCES);
	}
}

static void mprotect_refused(void)
{
	int fd = device_open(O_RDWR);
	struct region all[REGIONS];
	unsigned int i;

	regions(fd, all);
	for (i = 0; i < REGIONS; i++) {
		void *region;

		if (i == CURSOR)
			continue;
		region = mmap(NULL, all[i].length, PROT_READ, MAP_SHARED, fd, all[i].offset);
		CHECK(region != MAP_FAILED);
		CHECK_ERRNO(mprotect(region, all[i].length, PROT_READ | PROT_WRITE), EACCES);
		CHECK_ERRNO(mprotect(region, all[i].length, PROT_WRITE), EACCES);
	}
}

static void private_refused(void)
{
	int fd = device_open(O_RDWR);
	struct region all[REGIONS];
	unsigned int i;

	regions(fd, all);
	for (i = 0; i < REGIONS; i++)
		expect_map(&all[i], try_map(fd, all[i].length, PROT_READ, MAP_PRIVATE,
					    all[i].offset), EINVAL);
}

static void wrong_lengths_refused(void)
{
	long page = sysconf(_SC_PAGESIZE);
	int fd = device_open(O_RDWR);
	struct region all[REGIONS];
	unsigned int i;

	regions(fd, all);
	for (i = 0; i < REGIONS; i++) {
		int rights = i == CURSOR ? PROT_READ | PROT_WRITE : PROT_READ;

		expect_map(&all[i], try_map(fd, all[i].length + page, rights, MAP_SHARED,
					    all[i].offset), EINVAL);
		expect_map(&all[i], try_map(fd, 1UL << 40, rights, MAP_SHARED, all[i].offset),
			   EINVAL);
		if (all[i].length > (size_t)page)
			expect_map(&all[i], try_map(fd, all[i].length - page, rights,
						    MAP_SHARED, all[i].offset), EINVAL);
	}
}

static void wrong_offsets_refused(void)
{
	long page = sysconf(_SC_PAGESIZE);
	int fd = device_open(O_RDWR);
	struct region all[REGIONS];
	unsigned int i;

	regions(fd, all);
	for (i = 0; i < REGIONS; i++) {
		/* The next page is another region's where pages are of 64 KiB. */
		if (page == 0x10000 && i != REGIONS - 1)
			continue;
		expect_map(&all[i], try_map(fd, all[i].length, PROT_READ, MAP_SHARED,
					    all[i].offset + page), EINVAL);
	}
	CHECK_EQ(try_map(fd, page, PROT_READ, MAP_SHARED, 1LL << 40), EINVAL);
	/* This one the kernel itself refuses. */
	CHECK_NE(try_map(fd, page, PROT_READ, MAP_SHARED, -page), 0);
}

static void read_only_file_looks(void)
{
	int fd = device_open(O_RDONLY);
	struct region all[REGIONS];
	unsigned int i;
	int error;

	regions(fd, all);
	for (i = 0; i < REGIONS; i++) {
		if (i != CURSOR)
			expect_map(&all[i], try_map(fd, all[i].length, PROT_READ, MAP_SHARED,
						    all[i].offset), 0);
	}
	error = try_map(fd, all[CURSOR].length, PROT_READ | PROT_WRITE, MAP_SHARED,
			all[CURSOR].offset);
	expect_map(&all[CURSOR], error, EACCES);
	error = try_map(fd, all[CURSOR].length, PROT_READ, MAP_SHARED, all[CURSOR].offset);
	expect_map(&all[CURSOR], error, EACCES);
}

static void read_is_busy_with_cursor(void)
{
	int fd = device_open(O_RDWR | O_NONBLOCK);
	int other = device_open(O_RDWR | O_NONBLOCK);
	struct mapped mapped = mapped_open(fd, true);
	struct gpiohub_event event;

	device_message(other, "x");
	CHECK_ERRNO(read(fd, &event, sizeof(event)), EBUSY);
	CHECK_EQ(read(other, &event, sizeof(event)), sizeof(event));
	/* Once mapped, for good. */
	munmap(mapped.cursor, mapped_length(device_info(fd).cursor_size));
	CHECK_ERRNO(read(fd, &event, sizeof(event)), EBUSY);
}

static void cursors_are_apart(void)
{
	int first = device_open(O_RDWR);
	int second = device_open(O_RDWR);
	struct mapped one = mapped_open(first, true);
	struct mapped two = mapped_open(second, true);
	struct mapped again = mapped_open(first, true);

	one.cursor->tail = 0x12345678;
	CHECK_NE(two.cursor->tail, 0x12345678);
	CHECK_EQ(again.cursor->tail, 0x12345678);
}

/* Nothing of anybody's memory behind the structures. */
static void tails_are_zero(void)
{
	int fd = device_open(O_RDWR);
	struct gpiohub_info info = device_info(fd);
	struct mapped mapped = mapped_open(fd, true);
	const struct {
		const void *memory;
		size_t used;
		size_t length;
	} parts[] = {
		{ mapped.state, sizeof(struct gpiohub_state), mapped_length(info.state_size) },
		{ mapped.positions, sizeof(struct gpiohub_positions),
		  mapped_length(info.positions_size) },
		{ mapped.cursor, sizeof(struct gpiohub_cursor), mapped_length(info.cursor_size) },
		{ mapped.records, 0, mapped_length(info.records_size) },
	};
	unsigned int i;
	size_t at;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		for (at = parts[i].used; at < parts[i].length; at++)
			CHECK_EQ(((const unsigned char *)parts[i].memory)[at], 0);
	}
	for (i = 0; i < ARRAY_SIZE(mapped.state->reserved); i++)
		CHECK_EQ(mapped.state->reserved[i], 0);
}

static void ring_equals_read(void)
{
	unsigned long i, count = ktap_count(1000);
	int fd = device_open(O_RDWR);
	int reader = device_open(O_RDONLY);
	struct mapped mapped = mapped_open(reader, false);
	struct gpiohub_event from_ring, from_read;
	__u64 seq = device_head();

	fixture_option("message_rate", "1000000");
	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, 0);
	for (i = 0; i < count; i++) {
		device_toggle(fd, FREE, i % 5);
		if (i % 50 == 0)
			device_message(fd, "a few words, more than twenty bytes of them");
		while (mapped_next(&mapped, &seq, &from_ring) == MAPPED_EVENT) {
			from_read = device_next(reader);
			if (memcmp(&from_ring, &from_read, sizeof(from_ring)))
				KTAP_FAIL_WITH("event %llu differs", from_ring.seq);
		}
		device_expect_empty(reader);
	}
	CHECK_EQ(seq, device_head());
}

static void random_calls_do_no_harm(void)
{
	static const int rights[] = { PROT_NONE, PROT_READ, PROT_WRITE, PROT_READ | PROT_WRITE };
	unsigned long i, count = ktap_count(2000);
	int fd = device_open(O_RDWR);
	struct region all[REGIONS];
	unsigned int seed = 1;

	regions(fd, all);
	ktap_say("seed %u", seed);
	for (i = 0; i < count; i++) {
		const struct region *region = &all[rand_r(&seed) % REGIONS];
		off_t offset = region->offset + rand_r(&seed) % 3 * 0x1000 * (rand_r(&seed) % 2);
		size_t length = region->length + (rand_r(&seed) % 3 - 1) * 0x1000L;
		char *memory = mmap(NULL, length, rights[rand_r(&seed) % 4],
				    rand_r(&seed) % 4 ? MAP_SHARED : MAP_PRIVATE, fd, offset);

		if (memory == MAP_FAILED)
			continue;
		mprotect(memory, length, rights[rand_r(&seed) % 4]);
		if (rand_r(&seed) % 2) {
			char *moved = mremap(memory, length, length / 2 + 0x1000,
					     MREMAP_MAYMOVE);

			if (moved != MAP_FAILED)
				memory = moved;
		}
		munmap(memory, length);
	}
	device_message(fd, "still here");
}

static const struct ktap_case cases[] = {
	{ "read-only regions cannot be mapped for writing", write_refused, 0 },
	{ "mprotect cannot make them writable", mprotect_refused, 0 },
	{ "private mappings are refused", private_refused, 0 },
	{ "other lengths are refused", wrong_lengths_refused, 0 },
	{ "other offsets are refused", wrong_offsets_refused, 0 },
	{ "a read-only file maps all but the cursor", read_only_file_looks, 0 },
	{ "read is EBUSY once the cursor was mapped", read_is_busy_with_cursor, 0 },
	{ "every file has a cursor of its own", cursors_are_apart, 0 },
	{ "memory behind the structures is zero", tails_are_zero, 0 },
	{ "the ring holds what read gives", ring_equals_read, 0 },
	{ "random mmap, mprotect and mremap do no harm", random_calls_do_no_harm, 0 },
};

FIXTURE_MAIN(cases)
