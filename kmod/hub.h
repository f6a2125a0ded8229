/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hub: up to 64 lines, their state page and their ring, and who uses them.
 *
 * Locks, in the order in which they are taken:
 *
 *	hub->config	who watches, owns and configures what; chips that come and
 *			go. Sleeps; may be held while gpiolib works.
 *	chip->lock	lines of chips that sleep: reading or driving a pin and
 *			publishing it
 *	hub->lock	everything that is published; on chips that do not sleep
 *			also the pin itself. Raw, with interrupts off.
 */
#ifndef GPIOHUB_HUB_H
#define GPIOHUB_HUB_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/gpiohub.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

#include "chip.h"
#include "line.h"
#include "names.h"
#include "reflex.h"
#include "ring.h"
#include "sleepers.h"
#include "state.h"

struct kthread_worker;

/**
 * struct gpiohub_report - how a run of a pattern went
 * @outcome: enum gpiohub_outcome
 * @error: a positive errno, or 0
 * @late_max: how late its latest step was, ns
 * @late_mean: ditto, the mean of all
 * @driven: steps driven
 */
struct gpiohub_report {
	u16 outcome;
	u16 error;
	u32 late_max;
	u32 late_mean;
	u64 driven;
};

/**
 * struct gpiohub_hub - one /dev/gpiohubN
 * @dev: the class device; its last reference frees the hub
 * @cdev: the character device
 * @all: place in the module's list of hubs, under gpiohub_hubs_lock
 * @id: N
 * @epoch: random, another with each hub
 * @label: the text that it was made from
 * @maker: the device that it was made for, only compared; NULL: for nobody. Under
 *	gpiohub_hubs_lock
 * @debugfs: its folder there; set before anybody can delete the hub
 * @announced: udev knows it and may be told of changes; under @config
 * @dead: the hub was removed; set once, after its last event, under @config and
 *	@lock. Whoever looked before finds the chips gone.
 * @config: see above
 * @sessions: open files; RCU for readers, changed under @config
 * @keeps: lines that stay armed without a file, under @config
 * @users: whose files these are, under @users_lock
 * @users_lock: innermost; process context
 * @lock: see above
 * @ring: the stream, under @lock
 * @state: what is known, changed under @lock
 * @news: what was published since @lock was taken, under @lock
 * @slow: lines that only a thread can reach; changed under @config and @lock
 * @asleep: how many of its chips are suspended; changed under @config and @lock
 * @live: lines whose interrupts are published: the known ones, none while @asleep;
 *	under @lock
 * @waits: calls that wait for events, at most GPIOHUB_MAX_WAITS, under @lock
 * @nr_waits: these, and those that are about to leave, under @lock
 * @engaged: lines that a pattern has, playing or armed, under @lock
 * @armed: patterns that an edge starts, under @lock
 * @barred: lines that SET refuses, playing or latched, under @lock
 * @budget_since: when the window began of which @budget_used is, ns, under @lock
 * @budget_used: how long patterns worked in it, ns, under @lock
 * @over: requests that the worker has to do something for, under @lock
 * @reap: that worker
 * @worker: drives what only a thread can reach, for patterns and rules; set once, under
 *	@config
 * @reflexes: rules, under @lock and, where they come and go, @config
 * @sleepers: readers that wait
 * @nr_lines: how many lines
 * @nr_chips: how many chips
 * @chip: the chips
 * @line: the lines
 */
struct gpiohub_hub {
	struct device dev;
	struct cdev cdev;
	struct list_head all;
	int id;
	u64 epoch;
	char *label;
	const void *maker;
	struct dentry *debugfs;

	bool announced;
	bool dead;

	struct mutex config;	/* see above */
	struct list_head sessions;
	struct list_head keeps;
	struct list_head users;
	spinlock_t users_lock;	/* see above */

	raw_spinlock_t lock;
	struct gpiohub_ring ring;
	struct gpiohub_state *state;
	struct gpiohub_news news;
	u64 slow;
	unsigned int asleep;
	u64 live;
	struct gpiohub_sleepers sleepers;

	struct list_head waits;
	unsigned int nr_waits;

	u64 engaged;
	struct list_head armed;
	u64 barred;
	u64 budget_since;
	u64 budget_used;

	struct list_head over;
	struct work_struct reap;
	struct kthread_worker *worker;
	struct gpiohub_reflexes reflexes;

	unsigned int nr_lines;
	unsigned int nr_chips;
	struct gpiohub_chip *chip;
	struct gpiohub_line line[GPIOHUB_MAX_LINES];
};

void gpiohub_hub_publish(struct gpiohub_hub *hub, u8 type, u8 line, u32 value);
void gpiohub_hub_known(struct gpiohub_hub *hub, unsigned int line, bool known, bool level);
void gpiohub_hub_report(struct gpiohub_hub *hub, u8 line, u32 id,
			const struct gpiohub_report *report);
void gpiohub_hub_unlatch(struct gpiohub_hub *hub, u64 lines);
void gpiohub_hub_message(struct gpiohub_hub *hub, const u8 *text, u32 size);
void gpiohub_hub_trace(const struct gpiohub_hub *hub, const struct gpiohub_event *record);
void gpiohub_hub_unlock_and_wake(struct gpiohub_hub *hub, unsigned long flags,
				 unsigned long enlisted) __releases(&hub->lock);

/**
 * gpiohub_for_each_line - go through a set of lines, the lowest first
 * @line: a struct gpiohub_line pointer
 * @hub: a pointer
 * @lines: the set, looked at once
 */
#define gpiohub_for_each_line(line, hub, lines)					\
	for (u64 left_ = (lines);						\
	     left_ && ((line) = &(hub)->line[__ffs64(left_)], true);		\
	     left_ &= left_ - 1)

/* All of them. */
static inline u64 gpiohub_hub_lines(const struct gpiohub_hub *hub)
{
	return U64_MAX >> (64 - hub->nr_lines);
}

static inline const char *gpiohub_hub_name(const struct gpiohub_hub *hub)
{
	return dev_name(&hub->dev);
}

/**
 * gpiohub_hub_dead - was the hub removed?
 * @hub: the hub
 *
 * Context: any. Return: true when its last event is in the ring.
 */
static inline bool gpiohub_hub_dead(const struct gpiohub_hub *hub)
{
	/* Pairs with the store-release in hub_delete(). */
	return smp_load_acquire(&hub->dead);
}

/**
 * gpiohub_hub_lock - begin a critical section in which things may be published
 * @hub: the hub
 *
 * Context: any. Return: what gpiohub_hub_unlock() wants.
 */
static inline unsigned long gpiohub_hub_lock(struct gpiohub_hub *hub)
	__acquires(&hub->lock)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&hub->lock, flags);
	return flags;
}

/**
 * gpiohub_hub_unlock - end it, and wake who waited for what was published
 * @hub: the hub
 * @flags: from gpiohub_hub_lock()
 *
 * Context: any.
 */
static inline void gpiohub_hub_unlock(struct gpiohub_hub *hub, unsigned long flags)
	__releases(&hub->lock)
{
	unsigned long enlisted;

	if (hub->news.kinds) {
		enlisted = gpiohub_sleepers_enlisted(&hub->sleepers);
		if (unlikely(enlisted)) {
			gpiohub_hub_unlock_and_wake(hub, flags, enlisted);
			return;
		}
		hub->news.kinds = 0;
	}
	raw_spin_unlock_irqrestore(&hub->lock, flags);
}

#endif
