/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state page: what the hub knows, mapped read-only by user space, and the
 * hub's own memory of it at the same time: there is no second copy. Written
 * under hub->lock, between gpiohub_state_begin() and gpiohub_state_end().
 */
#ifndef GPIOHUB_STATE_H
#define GPIOHUB_STATE_H

#include <linux/gpiohub.h>
#include <linux/types.h>

struct gpiohub_state *gpiohub_state_alloc(unsigned int lines, u64 first_seq);
void gpiohub_state_free(struct gpiohub_state *state);
void gpiohub_state_snapshot(const struct gpiohub_state *state, struct gpiohub_state *copy);

/**
 * gpiohub_state_begin - begin to change the state
 * @state: the state
 *
 * Context: any, under hub->lock.
 */
static inline void gpiohub_state_begin(struct gpiohub_state *state)
{
	WRITE_ONCE(state->sequence, state->sequence + 1);
	/*
	 * The odd count before the changes. Pairs with the acquire fence after
	 * the copy in every reader (gpiohub_state_snapshot() here).
	 */
	smp_wmb();
}

/**
 * gpiohub_state_end - show the changes
 * @state: the state
 *
 * Context: any, under hub->lock.
 */
static inline void gpiohub_state_end(struct gpiohub_state *state)
{
	/*
	 * The changes before the even count. Pairs with the load-acquire of the
	 * count in every reader.
	 */
	smp_store_release(&state->sequence, state->sequence + 1);
}

/**
 * gpiohub_state_mark - put lines into one of the state's masks, or take them out
 * @state: the state
 * @mask: one of its masks
 * @lines: which lines
 * @on: in or out
 *
 * Context: any, under hub->lock.
 */
static inline void gpiohub_state_mark(struct gpiohub_state *state, __u64 *mask,
				      u64 lines, bool on)
{
	gpiohub_state_begin(state);
	WRITE_ONCE(*mask, on ? *mask | lines : *mask & ~lines);
	gpiohub_state_end(state);
}

#endif
