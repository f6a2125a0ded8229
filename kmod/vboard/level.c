// SPDX-License-Identifier: GPL-2.0
/*
 * What level every pin is at: outputs, the outside world, bias, the wires from
 * line to line, and debounce. A change becomes an edge (deliver.c) here, and
 * nowhere else.
 */

#include <linux/ktime.h>

#include "compat.h"
#include "vboard.h"

/*
 * The level of a net (lines wired together). Driven low wins over driven high:
 * what open-drain lines rely on, and as good as any answer to a short circuit.
 * If nothing drives, a pull-up wins over a pull-down; a net that floats keeps its
 * level.
 */
static bool net_level(const struct vboard *b, u64 net)
{
	u64 low = (b->out & ~b->latch & ~b->open_source) |
		  (b->ext_driven & ~b->ext_level);
	u64 high = (b->out & b->latch & ~b->open_drain) |
		   (b->ext_driven & b->ext_level);

	if (net & low)
		return false;
	if (net & (high | b->pull_up))
		return true;
	if (net & b->pull_down)
		return false;
	return net & b->pin;
}

/* An input reads the pin's level from now on. Under vboard.lock. */
static void see(struct vboard *b, unsigned int i)
{
	u64 bit = BIT_ULL(i);

	b->seen = (b->seen & ~bit) | (b->pin & bit);
	vboard_edge(b, i, b->pin & bit);
}

/*
 * A change is seen once the pin has been stable for the whole period, so each
 * change of the pin starts the period again.
 */
static void debounce_begin(struct vboard *b, unsigned int i)
{
	struct vboard_line *l = &b->line[i];

	if (!((b->pin ^ b->seen) & BIT_ULL(i)))
		hrtimer_try_to_cancel(&l->debounce);
	else
		hrtimer_start(&l->debounce,
			      ns_to_ktime((u64)l->debounce_us * NSEC_PER_USEC),
			      HRTIMER_MODE_REL_HARD);
}

static enum hrtimer_restart debounce_expired(struct hrtimer *timer)
{
	struct vboard_line *l = container_of(timer, struct vboard_line, debounce);
	struct vboard *b = l->b;
	unsigned int i = l - b->line;
	unsigned long flags;

	raw_spin_lock_irqsave(&b->lock, flags);
	/* Queued again: the pin moved while we waited for the lock. */
	if (b->bound && !hrtimer_is_queued(timer) &&
	    ((b->pin ^ b->seen) & BIT_ULL(i)))
		see(b, i);
	vboard_kick(b);
	raw_spin_unlock_irqrestore(&b->lock, flags);
	return HRTIMER_NORESTART;
}

/**
 * vboard_settle() - let the pins follow what drives them
 * @b: the board
 * @lines: lines where something has changed; their nets are looked at
 *
 * Queues an edge for each input that sees a change. The caller holds
 * vboard.lock, and calls vboard_kick() or vboard_deliver() later.
 */
void vboard_settle(struct vboard *b, u64 lines)
{
	u64 changed = 0;

	lockdep_assert_held(&b->lock);
	if (!b->bound)
		return;

	while (lines) {
		u64 net = b->net[__ffs64(lines)];
		u64 pins = net_level(b, net) ? net : 0;

		changed |= (b->pin & net) ^ pins;
		b->pin = (b->pin & ~net) | pins;
		lines &= ~net;
	}
	while (changed) {
		unsigned int i = vboard_next(&changed);

		if (b->line[i].debounce_us)
			debounce_begin(b, i);
		else
			see(b, i);
	}
}

/**
 * vboard_debounce_set() - set the debounce period of a line
 * @b: the board
 * @i: the line
 * @us: how long a level must be stable to be seen, 0: no debounce
 *
 * The caller holds vboard.lock and calls vboard_kick() later.
 */
void vboard_debounce_set(struct vboard *b, unsigned int i, u32 us)
{
	lockdep_assert_held(&b->lock);
	b->line[i].debounce_us = us;
	if (!b->bound || !((b->pin ^ b->seen) & BIT_ULL(i)))
		return;
	if (us) {
		debounce_begin(b, i);
	} else {
		hrtimer_try_to_cancel(&b->line[i].debounce);
		see(b, i);
	}
}

/**
 * vboard_net_join() - wire lines together
 * @b: the board
 * @lines: which; whole nets are joined
 *
 * The caller holds vboard.lock and calls vboard_kick() later.
 */
void vboard_net_join(struct vboard *b, u64 lines)
{
	u64 net = 0, m;

	lockdep_assert_held(&b->lock);
	for (m = lines; m; )
		net |= b->net[vboard_next(&m)];
	for (m = net; m; )
		b->net[vboard_next(&m)] = net;
	vboard_settle(b, net);
}

/**
 * vboard_net_cut() - take lines out of their nets
 * @b: the board
 * @lines: each of these is alone afterwards
 *
 * The caller holds vboard.lock and calls vboard_kick() later.
 */
void vboard_net_cut(struct vboard *b, u64 lines)
{
	u64 touched = 0, m;
	unsigned int i;

	lockdep_assert_held(&b->lock);
	for (m = lines; m; ) {
		i = vboard_next(&m);
		touched |= b->net[i];
		b->net[i] = BIT_ULL(i);
	}
	for (m = touched & ~lines; m; )
		b->net[vboard_next(&m)] &= ~lines;
	vboard_settle(b, touched);
}

/**
 * vboard_level_init() - once in a board's life
 * @b: the board
 */
void vboard_level_init(struct vboard *b)
{
	unsigned int i;

	for (i = 0; i < VBOARD_MAX_LINES; i++)
		gpiohub_compat_hrtimer_setup(&b->line[i].debounce, debounce_expired,
					     HRTIMER_MODE_REL_HARD);
}

/**
 * vboard_level_reset() - power on: inputs, nothing wired, nothing driven, low
 * @b: the board, not bound
 */
void vboard_level_reset(struct vboard *b)
{
	unsigned int i;

	lockdep_assert_held(&b->lock);
	b->out = 0;
	b->latch = 0;
	b->open_drain = 0;
	b->open_source = 0;
	b->pull_up = 0;
	b->pull_down = 0;
	b->ext_driven = 0;
	b->ext_level = 0;
	b->pin = 0;
	b->seen = 0;
	for (i = 0; i < VBOARD_MAX_LINES; i++) {
		b->net[i] = BIT_ULL(i);
		b->line[i].debounce_us = 0;
		b->line[i].edges = 0;
		b->line[i].delivered = 0;
		b->line[i].lost = 0;
	}
}

/**
 * vboard_level_stop() - end the debounce timers of a board that is not bound any more
 * @b: the board
 */
void vboard_level_stop(struct vboard *b)
{
	unsigned int i;

	for (i = 0; i < VBOARD_MAX_LINES; i++)
		hrtimer_cancel(&b->line[i].debounce);
}
