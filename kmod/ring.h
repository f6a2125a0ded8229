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
#include <asm/barrier.h>

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
u64 gpiohub_ring_oldest(const struct gpiohub_ring *ring);
bool gpiohub_ring_copy(const struct gpiohub_ring *ring, u64 seq, struct gpiohub_event *event);

/**
 * union gpiohub_words - an event as the four words in which it is moved
 * @event: the event
 * @word: the words; each is loaded or stored once, so that neither compiler can
 *	make two accesses of one
 */
union gpiohub_words {
	struct gpiohub_event event;
	u64 word[4];
};

/**
 * gpiohub_ring_claim - say that the next positions are about to be written
 * @ring: the ring
 * @count: how many
 *
 * Context: any, under hub->lock.
 */
static __always_inline void gpiohub_ring_claim(struct gpiohub_ring *ring, u32 count)
{
	WRITE_ONCE(ring->positions->claim, (u32)ring->seq + count);
	/*
	 * The claim before the records: a reader who copied any word of what
	 * we write now sees the claim. Pairs with the acquire fence between
	 * copy and claim in every reader (gpiohub_ring_copy() here).
	 */
	smp_wmb();
}

/**
 * gpiohub_ring_write - write the next of the claimed positions
 * @ring: the ring
 * @event: what to write, but for its number, which is the ring's
 *
 * The words are made here, out of registers where the event is in such: a small field
 * put into memory and loaded as part of a word at once is slow everywhere. Little-endian,
 * as all of <linux/gpiohub.h>.
 * Context: any, under hub->lock. Return: the record.
 */
static __always_inline const struct gpiohub_event *
gpiohub_ring_write(struct gpiohub_ring *ring, const struct gpiohub_event *event)
{
	union gpiohub_words *to =
		(union gpiohub_words *)&ring->records[(u32)ring->seq & ring->mask];

	WRITE_ONCE(to->word[0], ring->seq++);
	WRITE_ONCE(to->word[1], event->type | event->line << 8 | (u32)event->flags << 16 |
		   (u64)event->value << 32);
	WRITE_ONCE(to->word[2], event->time_ns);
	WRITE_ONCE(to->word[3], event->levels);
	return &to->event;
}

/**
 * gpiohub_ring_release - show what was written to the readers
 * @ring: the ring
 *
 * Context: any, under hub->lock.
 */
static __always_inline void gpiohub_ring_release(struct gpiohub_ring *ring)
{
	/*
	 * The records before the head. Pairs with the load-acquire of the head
	 * in every reader (gpiohub_ring_head() here).
	 */
	smp_store_release(&ring->positions->head, (u32)ring->seq);
}

/**
 * gpiohub_ring_head - the position after the newest event
 * @ring: the ring
 *
 * Context: any. Return: the low 32 bits of its sequence number.
 */
static inline u32 gpiohub_ring_head(const struct gpiohub_ring *ring)
{
	/* Pairs with the store-release in gpiohub_ring_release(). */
	return smp_load_acquire(&ring->positions->head);
}

#endif
