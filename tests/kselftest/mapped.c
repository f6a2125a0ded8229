// SPDX-License-Identifier: GPL-2.0
/* What mapped.h says. */
#include <sys/mman.h>

#include "device.h"
#include "ktap.h"
#include "mapped.h"

/* Enough to tell a writer that never ends its write from a busy one. */
#define STATE_ATTEMPTS	100000000UL

#define WORDS	(sizeof(struct gpiohub_event) / sizeof(__u64))

size_t mapped_length(size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

static void *mapped_region(int fd, size_t size, int rights, off_t offset)
{
	void *region = mmap(NULL, mapped_length(size), rights, MAP_SHARED, fd, offset);

	if (region == MAP_FAILED)
		KTAP_FAIL_WITH("mmap at %#llx: %s", (long long)offset, strerror(errno));
	return region;
}

struct mapped mapped_open(int fd, bool with_cursor)
{
	struct gpiohub_info info = device_info(fd);
	struct mapped mapped = {
		.state = mapped_region(fd, info.state_size, PROT_READ, GPIOHUB_MMAP_STATE),
		.positions = mapped_region(fd, info.positions_size, PROT_READ,
					   GPIOHUB_MMAP_POSITIONS),
		.records = mapped_region(fd, info.records_size, PROT_READ,
					 GPIOHUB_MMAP_RECORDS),
		.count = info.records,
	};

	if (with_cursor)
		mapped.cursor = mapped_region(fd, info.cursor_size, PROT_READ | PROT_WRITE,
					      GPIOHUB_MMAP_CURSOR);
	return mapped;
}

void mapped_close(const struct mapped *mapped, int fd)
{
	struct gpiohub_info info = device_info(fd);

	munmap((void *)mapped->state, mapped_length(info.state_size));
	munmap((void *)mapped->positions, mapped_length(info.positions_size));
	munmap((void *)mapped->records, mapped_length(info.records_size));
	if (mapped->cursor)
		munmap(mapped->cursor, mapped_length(info.cursor_size));
}

__u32 mapped_head(const struct mapped *mapped)
{
	return __atomic_load_n(&mapped->positions->head, __ATOMIC_ACQUIRE);
}

/* Copies the record of @seq; false if it was overwritten, or about to be. */
static bool mapped_copy(const struct mapped *mapped, __u64 seq, struct gpiohub_event *event)
{
	const __u64 *from = (const __u64 *)&mapped->records[seq & (mapped->count - 1)];
	union {
		struct gpiohub_event event;
		__u64 words[WORDS];
	} copy;
	unsigned int i;
	__u32 claim;

	for (i = 0; i < WORDS; i++)
		copy.words[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	claim = __atomic_load_n(&mapped->positions->claim, __ATOMIC_RELAXED);
	*event = copy.event;
	return claim - (__u32)seq <= mapped->count;
}

enum mapped_result mapped_next(const struct mapped *mapped, __u64 *seq,
			       struct gpiohub_event *event)
{
	struct gpiohub_event copy;

	if (mapped_head(mapped) == (__u32)*seq)
		return MAPPED_NOTHING;
	if (!mapped_copy(mapped, *seq, &copy) || copy.seq != *seq)
		return MAPPED_LAPPED;
	*event = copy;
	++*seq;
	return MAPPED_EVENT;
}

__u64 mapped_catch_up(const struct mapped *mapped, __u64 *seq)
{
	struct gpiohub_event newest;
	__u64 head, oldest, lost;
	__u32 claim;

	/* The newest record is overwritten only after a whole lap: soon good. */
	while (!mapped_copy(mapped, mapped_head(mapped) - 1, &newest))
		;
	head = newest.seq + 1;
	claim = __atomic_load_n(&mapped->positions->claim, __ATOMIC_ACQUIRE);
	/* The claim of now, in 64 bits: it is not before that head. */
	oldest = head + (__u32)(claim - (__u32)head) - mapped->count;
	lost = oldest - *seq;
	*seq = oldest;
	return lost;
}

bool mapped_sleep(const struct mapped *mapped, int fd, __u64 seq, __u32 batch)
{
	__atomic_store_n(&mapped->cursor->wake_at, (__u32)seq + batch, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&mapped->positions->head, __ATOMIC_RELAXED) - (__u32)seq >= batch)
		return true;
	return device_poll(fd, FOREVER) & POLLIN;
}

struct gpiohub_state mapped_state(const struct mapped *mapped)
{
	struct gpiohub_state copy;
	unsigned long attempt;
	__u32 begin;

	for (attempt = 0; attempt < STATE_ATTEMPTS; attempt++) {
		begin = __atomic_load_n(&mapped->state->sequence, __ATOMIC_ACQUIRE);
		memcpy(&copy, mapped->state, sizeof(copy));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (!(begin & 1) &&
		    begin == __atomic_load_n(&mapped->state->sequence, __ATOMIC_RELAXED))
			return copy;
	}
	KTAP_FAIL_WITH("the state page's sequence count never rests");
}
