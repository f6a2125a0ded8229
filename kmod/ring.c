// SPDX-License-Identifier: GPL-2.0
/*
 * Making a ring, and reading it in the kernel: copy, then see whether the writer
 * had come round meanwhile. The writer's side is in ring.h, for it is part of
 * every interrupt.
 */
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "ring.h"

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
 * gpiohub_ring_copy - copy an event that was released
 * @ring: the ring
 * @seq: its sequence number; the caller saw a head beyond it
 * @event: where to
 *
 * Context: any; no lock. Return: false if the writer came round meanwhile, then
 * @event is not to be looked at.
 */
bool gpiohub_ring_copy(const struct gpiohub_ring *ring, u64 seq, struct gpiohub_event *event)
{
	const union gpiohub_words *from =
		(const union gpiohub_words *)&ring->records[(u32)seq & ring->mask];
	union gpiohub_words *to = (union gpiohub_words *)event;

	to->word[0] = READ_ONCE(from->word[0]);
	to->word[1] = READ_ONCE(from->word[1]);
	to->word[2] = READ_ONCE(from->word[2]);
	to->word[3] = READ_ONCE(from->word[3]);
	/* The copy before the claim. Pairs with smp_wmb() in gpiohub_ring_claim(). */
	smp_rmb();
	/*
	 * The claim tells what was overwritten during the copy; the sequence
	 * number also what was overwritten 2^32 events ago.
	 */
	return READ_ONCE(ring->positions->claim) - (u32)seq <= ring->mask + 1 &&
	       event->seq == seq;
}
