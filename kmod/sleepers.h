/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Readers that wait, and who wakes them: at most GPIOHUB_DIRECT of them are
 * woken by whoever publishes, the others, and under PREEMPT_RT all, by a worker.
 */
#ifndef GPIOHUB_SLEEPERS_H
#define GPIOHUB_SLEEPERS_H

#include <linux/compiler.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <asm/barrier.h>

struct gpiohub_hub;
struct gpiohub_session;
struct gpiohub_user;

#define GPIOHUB_DIRECT	8
/* As many of them as one user can have: none keeps the others from the direct way. */
#define GPIOHUB_DIRECT_USER	4

/* The bit of sleepers->enlisted that says that somebody is in hub->waits. */
#define GPIOHUB_WAITING	16

/**
 * struct gpiohub_news - what one critical section published
 * @lines: which lines it was about; all, for what is about none
 * @kinds: GPIOHUB_KIND() of what it was; 0: nothing
 * @head: position after its last event
 * @woken: how many calls were woken for it already
 */
struct gpiohub_news {
	u64 lines;
	u32 kinds;
	u32 head;
	unsigned int woken;
};

/**
 * struct gpiohub_sleepers - of one hub
 * @enlisted: bit n: the session of slot n may sleep; bit GPIOHUB_DIRECT: one that
 *	the worker wakes may. The one word that a publisher looks at when nobody
 *	sleeps. Bit GPIOHUB_WAITING: hub->waits is not empty. Atomic bits.
 * @slot: sessions woken directly; RCU for publishers, changed under @lock
 * @holder: whose slot it is, or NULL: one that can be given. Under @lock; it is free again
 *	only when no publisher can have its former session in hand
 * @rest_until: when a slot's session may be woken directly again, ns, after that took
 *	too long. Written by publishers, each for all; a stale value lengthens one wake-up
 * @lock: giving and taking back slots; process context
 * @late: wakes the others
 */
struct gpiohub_sleepers {
	unsigned long enlisted;
	struct gpiohub_session __rcu *slot[GPIOHUB_DIRECT];
	const struct gpiohub_user *holder[GPIOHUB_DIRECT];
	u64 rest_until[GPIOHUB_DIRECT];
	spinlock_t lock;	/* slots */
	struct work_struct late;
};

void gpiohub_sleepers_init(struct gpiohub_sleepers *sleepers);
void gpiohub_sleepers_stop(struct gpiohub_sleepers *sleepers);
void gpiohub_sleepers_enlist(struct gpiohub_session *session);
void gpiohub_sleepers_leave(struct gpiohub_session *session);
void gpiohub_sleepers_left(struct gpiohub_session *session);
void gpiohub_sleepers_wake(struct gpiohub_sleepers *sleepers, const struct gpiohub_news *news,
			   unsigned long enlisted);
void gpiohub_sleepers_look(struct gpiohub_hub *hub);
void gpiohub_sleepers_changed(struct gpiohub_session *session);
void gpiohub_sleepers_wake_all(struct gpiohub_hub *hub);

/**
 * gpiohub_sleepers_enlisted - who may sleep, as a publisher asks
 * @sleepers: the hub's
 *
 * Context: any, after the head was moved. Return: @enlisted.
 */
static inline unsigned long gpiohub_sleepers_enlisted(const struct gpiohub_sleepers *sleepers)
{
	/*
	 * The head before the look at who sleeps. Pairs with the barrier in
	 * gpiohub_sleepers_enlist() and, for a mapped cursor, with the reader's
	 * fence between its wake_at and its look at the head: one of the two
	 * sides sees the other.
	 */
	smp_mb();
	return READ_ONCE(sleepers->enlisted);
}

#endif
