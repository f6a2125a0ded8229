// SPDX-License-Identifier: GPL-2.0
/*
 * From an edge to its interrupt. Edges wait in a FIFO, in the order in which they
 * were made, and each gets an interrupt of its own, one at a time on the whole
 * board, as if all lines shared one parent interrupt. So an edge never nests in
 * the set() that made it, and an edge is with its handlers, or counted as lost, but
 * never silently merged. Where a real controller has one pending bit - an
 * edge on a line whose interrupt is masked - this one has one, too.
 */

#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include "vboard.h"

/* Interrupts in one go; more of them wait for the next irq_work. */
#define BUDGET	64

/* A line's edge waits no longer. Under vboard.lock. */
static void land(struct vboard *b, unsigned int i)
{
	if (!--b->line[i].queued)
		b->flying &= ~BIT_ULL(i);
}

static void latch(struct vboard *b, unsigned int i)
{
	if (b->latched & BIT_ULL(i))
		b->line[i].lost++;
	b->latched |= BIT_ULL(i);
}

/**
 * vboard_edge_again() - queue an interrupt for an edge that was counted before
 * @b: the board
 * @i: the line
 *
 * The caller holds vboard.lock.
 */
void vboard_edge_again(struct vboard *b, unsigned int i)
{
	struct vboard_line *l = &b->line[i];
	unsigned int at = (b->fifo_head + b->fifo_len) & (VBOARD_FIFO - 1);

	if (b->fifo_len == VBOARD_FIFO) {
		l->lost++;
		return;
	}
	b->fifo[at] = i | l->epoch << 8;
	b->fifo_len++;
	l->queued++;
	b->flying |= BIT_ULL(i);
}

/**
 * vboard_edge() - a line is seen to have changed
 * @b: the board, bound
 * @i: the line
 * @level: its level now
 *
 * The caller holds vboard.lock and calls vboard_kick() or vboard_deliver() later.
 */
void vboard_edge(struct vboard *b, unsigned int i, bool level)
{
	u64 bit = BIT_ULL(i);

	b->line[i].edges++;
	if (!((level ? b->rise : b->fall) & bit))
		return;
	if (b->masked & bit)
		latch(b, i);
	else
		vboard_edge_again(b, i);
}

/**
 * vboard_kick() - see to it that what is in the FIFO gets delivered, later
 * @b: the board
 *
 * The caller holds vboard.lock; who empties the FIFO stops only when it is empty.
 */
void vboard_kick(struct vboard *b)
{
	if (b->bound && b->fifo_len && !b->delivering)
		irq_work_queue(&b->kick);
}

/* The next edge that may interrupt, or -1. Under vboard.lock. */
static int next_edge(struct vboard *b)
{
	while (b->bound && b->fifo_len) {
		u16 entry = b->fifo[b->fifo_head];
		unsigned int i = entry & 0xff;
		struct vboard_line *l = &b->line[i];

		b->fifo_head = (b->fifo_head + 1) & (VBOARD_FIFO - 1);
		b->fifo_len--;
		if (l->epoch == entry >> 8 && !(b->masked & BIT_ULL(i)))
			return i;
		if (l->epoch == entry >> 8)
			latch(b, i);
		else
			l->lost++;
		land(b, i);
	}
	return -1;
}

/**
 * vboard_deliver() - raise the interrupts of the edges in the FIFO
 * @b: the board
 *
 * Called in hard interrupt context; on a board that sleeps, from its thread.
 * Returns when the FIFO is empty, when somebody else is at it, or after BUDGET
 * interrupts, and then has arranged for the rest.
 */
void vboard_deliver(struct vboard *b)
{
	unsigned long flags;
	unsigned int n, virq;
	int i;

	raw_spin_lock_irqsave(&b->lock, flags);
	if (b->delivering)
		goto out_unlock;

	b->delivering = true;
	for (n = 0; n < BUDGET; n++) {
		i = next_edge(b);
		if (i < 0)
			break;
		virq = b->line[i].virq;
		b->line[i].delivered++;
		raw_spin_unlock_irqrestore(&b->lock, flags);

		if (b->can_sleep)
			handle_nested_irq(virq);
		else
			generic_handle_irq(virq);

		raw_spin_lock_irqsave(&b->lock, flags);
		land(b, i);
	}
	b->delivering = false;
	vboard_kick(b);
out_unlock:
	raw_spin_unlock_irqrestore(&b->lock, flags);
}

static void kicked(struct irq_work *work)
{
	struct vboard *b = container_of(work, struct vboard, kick);

	if (b->can_sleep)
		wake_up_process(b->thread);
	else
		vboard_deliver(b);
}

/* Pairs with the wake-ups after the FIFO or @due was written under the lock. */
static bool work_pending_on(struct vboard *b)
{
	unsigned long flags;
	bool pending;

	raw_spin_lock_irqsave(&b->lock, flags);
	pending = b->bound && (b->fifo_len || b->due);
	raw_spin_unlock_irqrestore(&b->lock, flags);
	return pending;
}

/* A board that sleeps: what an expander's interrupt thread would do. */
static int sleeper(void *data)
{
	struct vboard *b = data;

	for (;;) {
		set_current_state(TASK_IDLE);
		if (kthread_should_stop())
			break;
		if (!work_pending_on(b)) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		vboard_deliver(b);
		vboard_gen_thread(b);
		cond_resched();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

/**
 * vboard_deliver_init() - once in a board's life
 * @b: the board
 */
void vboard_deliver_init(struct vboard *b)
{
	b->kick = IRQ_WORK_INIT_HARD(kicked);
}

/**
 * vboard_deliver_start() - make ready to deliver
 * @b: the board, not bound yet
 *
 * Return: 0 or the errno of making the thread.
 */
int vboard_deliver_start(struct vboard *b)
{
	struct task_struct *thread;

	b->thread = NULL;
	if (!b->can_sleep)
		return 0;
	thread = kthread_run(sleeper, b, "%s", b->label);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	b->thread = thread;
	return 0;
}

/**
 * vboard_deliver_stop() - no interrupt comes after this
 * @b: the board, not bound any more; its generators and debounce timers are stopped
 */
void vboard_deliver_stop(struct vboard *b)
{
	unsigned int i;

	irq_work_sync(&b->kick);
	if (b->thread)
		kthread_stop(b->thread);
	b->thread = NULL;

	b->fifo_len = 0;
	b->flying = 0;
	b->due = 0;
	for (i = 0; i < VBOARD_MAX_LINES; i++)
		b->line[i].queued = 0;
}
