// SPDX-License-Identifier: GPL-2.0
/*
 * Making the state page, and the kernel's own readers of it (attributes).
 */
#include <linux/build_bug.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "state.h"

/**
 * gpiohub_state_alloc - make the state page
 * @lines: how many lines the hub has
 * @first_seq: number of the first event
 *
 * Context: may sleep. Return: the page, or NULL without memory.
 */
struct gpiohub_state *gpiohub_state_alloc(unsigned int lines, u64 first_seq)
{
	struct gpiohub_state *state;

	BUILD_BUG_ON(sizeof(*state) > PAGE_SIZE);
	/* A page of its own, zeroed to its end: nothing else is ever shown. */
	state = vmalloc_user(PAGE_SIZE);
	if (!state)
		return NULL;
	state->lines = lines;
	state->seq = first_seq;
	return state;
}

/**
 * gpiohub_state_free - give the page back; user space keeps what it maps
 * @state: the page, or NULL
 */
void gpiohub_state_free(struct gpiohub_state *state)
{
	vfree(state);
}

/**
 * gpiohub_state_snapshot - copy what belongs together
 * @state: the state
 * @copy: where to
 *
 * Context: may sleep; no lock.
 */
void gpiohub_state_snapshot(const struct gpiohub_state *state, struct gpiohub_state *copy)
{
	u32 begin;

	do {
		/* Pairs with the store-release in gpiohub_state_end(). */
		while ((begin = smp_load_acquire(&state->sequence)) & 1)
			cpu_relax();
		memcpy(copy, state, sizeof(*copy));
		/* Pairs with smp_wmb() in gpiohub_state_begin(). */
		smp_rmb();
	} while (READ_ONCE(state->sequence) != begin);
}
