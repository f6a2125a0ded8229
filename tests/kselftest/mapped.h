/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mapped regions of one file, and the reader's loops as linux/gpiohub.h
 * prints them.
 */
#ifndef MAPPED_H
#define MAPPED_H

#include <linux/gpiohub.h>
#include <stdbool.h>
#include <stddef.h>

/* A region's length in mmap(2): whole pages. */
size_t mapped_length(size_t size);

struct mapped {
	const struct gpiohub_state *state;
	const struct gpiohub_positions *positions;
	const struct gpiohub_event *records;
	struct gpiohub_cursor *cursor;		/* NULL for a read-only file */
	__u32 count;				/* of records */
};

/* Maps all regions; the cursor too if @with_cursor. */
struct mapped mapped_open(int fd, bool with_cursor);
void mapped_close(const struct mapped *mapped, int fd);

enum mapped_result { MAPPED_NOTHING, MAPPED_EVENT, MAPPED_LAPPED };

/* The next record into @event, and @seq moved past it; both only if there is one. */
enum mapped_result mapped_next(const struct mapped *mapped, __u64 *seq,
			       struct gpiohub_event *event);
/*
 * For a reader that was lapped: moves @seq to the oldest position that can
 * still be read and says how many positions were lost.
 */
__u64 mapped_catch_up(const struct mapped *mapped, __u64 *seq);

__u32 mapped_head(const struct mapped *mapped);

/* Sleeps until @batch positions from @seq on are there; false when poll says something else. */
bool mapped_sleep(const struct mapped *mapped, int fd, __u64 seq, __u32 batch);

/* A copy of the state page whose fields belong together. */
struct gpiohub_state mapped_state(const struct mapped *mapped);

#endif /* MAPPED_H */
