// SPDX-License-Identifier: GPL-2.0
/*
 * Writing: claim, write, release; the caller holds hub->lock, which orders the
 * writers. Reading: copy, then see whether the writer had come round meanwhile.
 */
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "ring.h"

/*
 * An event as the four words in which writer and readers move it. Each word is
 * moved once, so that neither compiler can make two accesses of one.
 */
union event_words {
	struct gpiohub_event event;
	u64 word[4];
};

/**
 * gpiohub_ring_init - make an empty ring
 * @ring: zeroed by the caller
 * @records: how many events it holds, a power of two of at least a page of them
 * @first_seq: number of the first event
 *
 * Context: may sleep. Return: 0 or -ENOMEM.
 */
int gpiohub_ring_init(struct gpiohub_ring *ring, u32 records, u64 first_seq)
{
	/* vmalloc_user() zeroes: what a reader maps never held anything else. */
	ring->positions = vmalloc_user(PAGE_SIZE);
	ring->records = vmalloc_user(array_size(records, sizeof(*ring->records)));
	if (!ring->positions || !ring->records) {
		gpiohub_ring_free(ring);
		return -ENOMEM;
	}
	ring->mask = records - 1;
	ring->first_seq = first_seq;
	ring->seq = first_seq;
	ring->positions->claim = (u32)first_seq;
	ring->positions->head = (u32)first_seq;
	return 0;
}

/**
 * gpiohub_ring_free - give the ring's memory back
 * @ring: also one whose gpiohub_ring_init() failed
 *
 * Pages that user space still maps stay until it unmaps them.
 * Context: may sleep.
 */
void gpiohub_ring_free(struct gpiohub_ring *ring)
{
	vfree(ring->positions);
	vfree(ring->records);
	ring->positions = NULL;
	ring->records = NULL;
}

/**
 * gpiohub_ring_claim - say that the next positions are about to be written
 * @ring: the ring
 * @count: how many
 *
 * Context: any, under hub->lock.
 */
void gpiohub_ring_claim(struct gpiohub_ring *ring, u32 count)
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
 * @event: what to write; its seq is the ring's
 *
 * Context: any, under hub->lock.
 */
void gpiohub_ring_write(struct gpiohub_ring *ring, const struct gpiohub_event *event)
{
	union event_words *to = (union event_words *)&ring->records[ring->seq & ring->mask];
	const union event_words *from = (const union event_words *)event;

	WRITE_ONCE(to->word[0], from->word[0]);
	WRITE_ONCE(to->word[1], from->word[1]);
	WRITE_ONCE(to->word[2], from->word[2]);
	WRITE_ONCE(to->word[3], from->word[3]);
	ring->seq++;
}

/**
 * gpiohub_ring_release - show what was written to the readers
 * @ring: the ring
 *
 * Context: any, under hub->lock.
 */
void gpiohub_ring_release(struct gpiohub_ring *ring)
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
u32 gpiohub_ring_head(const struct gpiohub_ring *ring)
{
	/* Pairs with the store-release in gpiohub_ring_release(). */
	return smp_load_acquire(&ring->positions->head);
}

/**
 * gpiohub_ring_oldest - the oldest event that is still held
 * @ring: the ring
 *
 * Context: under hub->lock. Return: its sequence number; that of the next event
 * if none is held.
 */
u64 gpiohub_ring_oldest(const struct gpiohub_ring *ring)
{
	return ring->seq - min_t(u64, ring->seq - ring->first_seq, (u64)ring->mask + 1);
}

/**
 * gpiohub_ring_copy - copy events that were released
 * @ring: the ring
 * @seq: the first one's sequence number; the caller saw a head beyond the last
 * @events: where to
 * @count: how many
 *
 * Context: any; no lock. Return: false if the writer came round meanwhile, then
 * @events is not to be looked at.
 */
bool gpiohub_ring_copy(const struct gpiohub_ring *ring, u64 seq,
		       struct gpiohub_event *events, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		const union event_words *from =
			(const union event_words *)&ring->records[(seq + i) & ring->mask];
		union event_words *to = (union event_words *)&events[i];

		to->word[0] = READ_ONCE(from->word[0]);
		to->word[1] = READ_ONCE(from->word[1]);
		to->word[2] = READ_ONCE(from->word[2]);
		to->word[3] = READ_ONCE(from->word[3]);
	}
	/* The copy before the claim. Pairs with smp_wmb() in gpiohub_ring_claim(). */
	smp_rmb();
	/*
	 * The claim tells what was overwritten during the copy; the sequence
	 * number also what was overwritten 2^32 events ago.
	 */
	return READ_ONCE(ring->positions->claim) - (u32)seq <= ring->mask + 1 &&
	       events[0].seq == seq;
}
