// SPDX-License-Identifier: GPL-2.0
/*
 * The generators: a square wave from the outside world into a line, a given
 * number of edges or without end. Each edge is made, and its handlers have
 * returned, before the next one is made: a handler reads the level that its edge
 * made, and every edge can be accounted for. Times are absolute, so a late edge
 * delays no other, unless the handlers take longer than the wave allows.
 */

#include <linux/ktime.h>
#include <linux/sched.h>

#include "compat.h"
#include "vboard.h"

/* A generator that had to stop before it was done leaves the CPU alone for so long. */
#define REST_MIN_NS	(10 * NSEC_PER_USEC)

/* The most that a generator works in one timer interrupt, whatever vboard_chunk says. */
#define WORK_MAX_NS	NSEC_PER_MSEC

/* Instead of a time to come back. */
#define GEN_AGAIN	0		/* an edge was made, look again at once */
#define GEN_REST	1		/* there is more to do, but not now */
#define GEN_ENDED	U64_MAX

static void set_state(struct vboard *b, struct vboard_gen *g, enum vboard_gen_state state)
{
	lockdep_assert_held(&b->lock);
	if (g->state == VBOARD_GEN_RUNNING)
		b->running--;
	if (state == VBOARD_GEN_RUNNING)
		b->running++;
	else
		schedule_work(&b->finished);
	g->state = state;
}

/* The time of the edge after the one at g->next, exact to the nanosecond for ever. */
static void advance(struct vboard_gen *g)
{
	g->next += g->half_ns;
	g->half_acc += g->half_rem;
	if (g->half_acc >= 2 * g->hz) {
		g->half_acc -= 2 * g->hz;
		g->next++;
	}
}

/*
 * Make one edge if it is time, and say when to come back. While an edge of the net
 * is on its way, ours has to wait.
 */
static u64 make_edge(struct vboard *b, unsigned int i, u64 began)
{
	struct vboard_gen *g = &b->line[i].gen;
	u64 now = ktime_get_ns();

	lockdep_assert_held(&b->lock);
	if (!b->bound || g->state != VBOARD_GEN_RUNNING)
		return GEN_ENDED;
	if (b->flying & b->net[i])
		return now + REST_MIN_NS;
	if (g->total && g->made == g->total) {
		set_state(b, g, VBOARD_GEN_DONE);
		return GEN_ENDED;
	}
	if (now - began > WORK_MAX_NS)
		return GEN_REST;
	if (g->hz) {
		if (g->next > now)
			return g->next;
		g->late_max_ns = max(g->late_max_ns, now - g->next);
		advance(g);
	}
	g->made++;
	b->ext_level ^= BIT_ULL(i);
	vboard_settle(b, b->net[i]);
	return GEN_AGAIN;
}

/*
 * When to go on after working since @began: after the others' turns, and a rest of
 * a quarter of the time for each. A timer that expires again while others are
 * served would look to the kernel like an interrupt that never ends.
 */
static u64 after_rest(struct vboard *b, u64 began)
{
	u64 now = ktime_get_ns(), worked = now - began;
	unsigned long flags;
	unsigned int others;

	raw_spin_lock_irqsave(&b->lock, flags);
	others = b->running ? b->running - 1 : 0;
	raw_spin_unlock_irqrestore(&b->lock, flags);
	return now + worked * others +
	       max_t(u64, worked / 4, REST_MIN_NS) * (others + 1);
}

/*
 * Run a generator: at most vboard_chunk edges, then a rest, in hard interrupt
 * context or in the thread of a board that sleeps. Returns when to come back.
 */
static u64 gen_run(struct vboard *b, unsigned int i)
{
	unsigned int left = clamp(READ_ONCE(vboard_chunk), 1U, 4096U);
	u64 began = ktime_get_ns(), when;
	unsigned long flags;

	do {
		raw_spin_lock_irqsave(&b->lock, flags);
		when = left-- ? make_edge(b, i, began) : GEN_REST;
		raw_spin_unlock_irqrestore(&b->lock, flags);
		if (when == GEN_AGAIN)
			vboard_deliver(b);
	} while (when == GEN_AGAIN);

	return when == GEN_REST ? after_rest(b, began) : when;
}

static enum hrtimer_restart gen_expired(struct hrtimer *timer)
{
	struct vboard_line *l = container_of(timer, struct vboard_line, gen.timer);
	struct vboard *b = l->b;
	unsigned int i = l - b->line;
	unsigned long flags;
	u64 when;

	if (b->can_sleep) {
		raw_spin_lock_irqsave(&b->lock, flags);
		b->due |= BIT_ULL(i);
		raw_spin_unlock_irqrestore(&b->lock, flags);
		wake_up_process(b->thread);
		return HRTIMER_NORESTART;
	}

	when = gen_run(b, i);
	if (when == GEN_ENDED)
		return HRTIMER_NORESTART;
	hrtimer_set_expires(timer, ns_to_ktime(when));
	return HRTIMER_RESTART;
}

/**
 * vboard_gen_thread() - run the generators that are due, on a board that sleeps
 * @b: the board; called by its thread
 */
void vboard_gen_thread(struct vboard *b)
{
	unsigned long flags;
	unsigned int i;
	u64 due, when;

	raw_spin_lock_irqsave(&b->lock, flags);
	due = b->due;
	b->due = 0;
	raw_spin_unlock_irqrestore(&b->lock, flags);

	while (due) {
		i = vboard_next(&due);
		when = gen_run(b, i);

		/* Who stops a generator cancels its timer after changing its state. */
		raw_spin_lock_irqsave(&b->lock, flags);
		if (when != GEN_ENDED && b->bound &&
		    b->line[i].gen.state == VBOARD_GEN_RUNNING)
			hrtimer_start(&b->line[i].gen.timer, ns_to_ktime(when),
				      HRTIMER_MODE_ABS_HARD);
		raw_spin_unlock_irqrestore(&b->lock, flags);
	}
}

static void start(struct vboard *b, unsigned int i, const struct vboard_run *run, u64 now)
{
	struct vboard_gen *g = &b->line[i].gen;
	u64 bit = BIT_ULL(i);

	g->hz = run->hz;
	g->half_ns = run->hz ? NSEC_PER_SEC / (2 * run->hz) : 0;
	g->half_rem = run->hz ? NSEC_PER_SEC % (2 * run->hz) : 0;
	g->half_acc = 0;
	g->next = now;
	g->total = run->edges;
	g->made = 0;
	g->late_max_ns = 0;
	if (g->hz)
		advance(g);
	set_state(b, g, VBOARD_GEN_RUNNING);

	/* From the level that is there: starting is not an edge. */
	b->ext_level = (b->ext_level & ~bit) | (b->pin & bit);
	b->ext_driven |= bit;
	hrtimer_start(&g->timer, ns_to_ktime(g->next), HRTIMER_MODE_ABS_HARD);
}

/* A generator needs a net that nothing else drives, or its edges may not show. */
static int check(const struct vboard *b, u64 starts)
{
	u64 idle = (b->open_drain & b->latch) | (b->open_source & ~b->latch);
	u64 out = b->out & ~idle, m;

	for (m = starts; m; ) {
		unsigned int i = vboard_next(&m);
		u64 others = b->net[i] & ~BIT_ULL(i);

		if (b->line[i].gen.state == VBOARD_GEN_RUNNING ||
		    (out & b->net[i]) || ((b->ext_driven | starts) & others))
			return -EBUSY;
	}
	return 0;
}

/**
 * vboard_gen_control() - start and stop generators, all or none
 * @b: the board
 * @runs: for each line of @starts what to do
 * @starts: lines whose generators start, all at the same time
 * @stops: lines whose generators stop: they make no edge after the return
 *
 * Return: 0, -EBUSY if a line of @starts generates already or if anything else
 * drives its net, -ENODEV if the board is going.
 */
int vboard_gen_control(struct vboard *b, const struct vboard_run *runs, u64 starts, u64 stops)
{
	u64 now = ktime_get_ns(), m;
	struct vboard_gen *g;
	unsigned long flags;
	unsigned int i;
	int ret;

	mutex_lock(&b->control);
	raw_spin_lock_irqsave(&b->lock, flags);
	ret = b->bound ? check(b, starts) : -ENODEV;
	if (ret)
		goto out_unlock;

	for (m = stops; m; ) {
		g = &b->line[vboard_next(&m)].gen;
		if (g->state == VBOARD_GEN_RUNNING)
			set_state(b, g, VBOARD_GEN_STOPPED);
	}
	for (m = starts; m; ) {
		i = vboard_next(&m);
		start(b, i, &runs[i], now);
	}
out_unlock:
	raw_spin_unlock_irqrestore(&b->lock, flags);

	if (!ret)
		for (m = stops; m; )
			hrtimer_cancel(&b->line[vboard_next(&m)].gen.timer);
	mutex_unlock(&b->control);
	return ret;
}

/**
 * vboard_gen_stop_all() - end the generators of a board that is not bound any more
 * @b: the board
 */
void vboard_gen_stop_all(struct vboard *b)
{
	unsigned int i;

	for (i = 0; i < VBOARD_MAX_LINES; i++)
		hrtimer_cancel(&b->line[i].gen.timer);
}

/**
 * vboard_gen_init() - once in a board's life
 * @b: the board
 */
void vboard_gen_init(struct vboard *b)
{
	unsigned int i;

	for (i = 0; i < VBOARD_MAX_LINES; i++)
		gpiohub_compat_hrtimer_setup(&b->line[i].gen.timer, gen_expired,
					     HRTIMER_MODE_ABS_HARD);
}

/**
 * vboard_gen_reset() - power on: nothing runs
 * @b: the board, not bound
 */
void vboard_gen_reset(struct vboard *b)
{
	unsigned int i;

	lockdep_assert_held(&b->lock);
	for (i = 0; i < VBOARD_MAX_LINES; i++)
		b->line[i].gen.state = VBOARD_GEN_IDLE;
	b->running = 0;
}
