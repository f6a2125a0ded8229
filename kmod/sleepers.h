/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Readers that wait, and who wakes them: at most GPIOHUB_DIRECT of them are
 * woken by whoever publishes, the others, and under PREEMPT_RT all, by a worker.
 */
#ifndef GPIOHUB_SLEEPERS_H
#define GPIOHUB_SLEEPERS_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <asm/barrier.h>

struct gpiohub_hub;
struct gpiohub_session;

#define GPIOHUB_DIRECT	8

/**
 * struct gpiohub_news - what one critical section published
 * @lines: which lines it was about; all, for what is about none
 * @kinds: GPIOHUB_KIND() of what it was; 0: nothing
 * @from: position of its first event
 * @head: position after its last
 */
struct gpiohub_news {
	u64 lines;
	u32 kinds;
	u32 from;
	u32 head;
};

/**
 * struct gpiohub_sleepers - of one hub
 * @armed: bit n: slot n may wait; bit GPIOHUB_DIRECT: somebody without a slot
 *	may. The one word that a publisher looks at when nobody waits.
 * @slot: sessions woken directly; RCU for publishers, changed under hub->config
 * @late: wakes the others
 */
struct gpiohub_sleepers {
	unsigned long armed;
	struct gpiohub_session __rcu *slot[GPIOHUB_DIRECT];
	struct work_struct late;
};

void gpiohub_sleepers_init(struct gpiohub_sleepers *sleepers);
void gpiohub_sleepers_add(struct gpiohub_session *session);
void gpiohub_sleepers_remove(struct gpiohub_session *session);
void gpiohub_sleepers_arm(struct gpiohub_session *session);
void gpiohub_sleepers_wake(struct gpiohub_sleepers *sleepers, const struct gpiohub_news *news,
			   unsigned long armed);
void gpiohub_sleepers_wake_all(struct gpiohub_hub *hub);

/**
 * gpiohub_sleepers_tell - wake whom this concerns
 * @sleepers: the hub's
 * @news: what was published
 *
 * Context: any, without hub->lock.
 */
static inline void gpiohub_sleepers_tell(struct gpiohub_sleepers *sleepers,
					 const struct gpiohub_news *news)
{
	unsigned long armed;

	/*
	 * The head before the look at who waits. Pairs with the barrier in
	 * gpiohub_sleepers_arm() and, for a mapped cursor, with the reader's
	 * fence between its wake_at and its look at the head: one of the two
	 * sides sees the other.
	 */
	smp_mb();
	armed = READ_ONCE(sleepers->armed);
	if (unlikely(armed))
		gpiohub_sleepers_wake(sleepers, news, armed);
}

#endif
