/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ring of events: one writer at a time (who holds hub->lock), any number of
 * readers that share nothing but the two positions. The reader's side is printed
 * in <linux/gpiohub.h>; user space maps the same memory.
 */
#ifndef GPIOHUB_RING_H
#define GPIOHUB_RING_H

#include <linux/gpiohub.h>
#include <linux/types.h>

/**
 * struct gpiohub_ring - the stream of one hub
 * @positions: how far the writer is; one page of its own, mapped read-only
 * @records: the events, a power of two of them, mapped read-only
 * @mask: number of records - 1
 * @first_seq: number of the first event
 * @seq: number of the next event; the 64-bit truth behind positions->head.
 *	Written and read under hub->lock.
 */
struct gpiohub_ring {
	struct gpiohub_positions *positions;
	struct gpiohub_event *records;
	u32 mask;
	u64 first_seq;
	u64 seq;
};

int gpiohub_ring_init(struct gpiohub_ring *ring, u32 records, u64 first_seq);
void gpiohub_ring_free(struct gpiohub_ring *ring);
void gpiohub_ring_claim(struct gpiohub_ring *ring, u32 count);
void gpiohub_ring_write(struct gpiohub_ring *ring, const struct gpiohub_event *event);
void gpiohub_ring_release(struct gpiohub_ring *ring);
u32 gpiohub_ring_head(const struct gpiohub_ring *ring);
u64 gpiohub_ring_oldest(const struct gpiohub_ring *ring);
bool gpiohub_ring_copy(const struct gpiohub_ring *ring, u64 seq,
		       struct gpiohub_event *events, u32 count);

#endif
