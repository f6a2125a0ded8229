// SPDX-License-Identifier: GPL-2.0
/*
 * How rules come and go, and are listed. What they do is in reflex.c.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "hub.h"
#include "pattern.h"
#include "quota.h"
#include "session.h"

static struct kmem_cache *reflex_cache;

/* Keeps the cache from being merged with others: what is leaked shows. (No zalloc then.) */
static void reflex_ctor(void *object)
{
}

/**
 * gpiohub_reflexes_init - before the first hub
 *
 * Return: 0 or -ENOMEM.
 */
int gpiohub_reflexes_init(void)
{
	reflex_cache = kmem_cache_create("gpiohub_rule", sizeof(struct gpiohub_reflex), 0,
					 SLAB_ACCOUNT, reflex_ctor);
	return reflex_cache ? 0 : -ENOMEM;
}

/** gpiohub_reflexes_exit - after the last hub */
void gpiohub_reflexes_exit(void)
{
	kmem_cache_destroy(reflex_cache);
}

static u64 watched_lines(const struct gpiohub_rule *rule)
{
	return 1ULL << rule->trigger | rule->mask;
}

/**
 * gpiohub_reflex_retire - a rule does not fire any more
 * @hub: the hub
 * @slot: which
 *
 * Context: any, under hub->lock.
 */
void gpiohub_reflex_retire(struct gpiohub_hub *hub, unsigned int slot)
{
	struct gpiohub_reflex *reflex = hub->reflexes.slot[slot];

	hub->reflexes.slot[slot] = NULL;
	hub->reflexes.taken &= ~(1ULL << slot);
	hub->line[reflex->rule.trigger].triggers &= ~(1ULL << slot);
	list_add_tail(&reflex->spent, &hub->reflexes.spent);
	queue_work(gpiohub_session_work, &hub->reap);
}

/* Which rule does a session call by this id? Under hub->lock. Return: its slot, or -1. */
static int find(const struct gpiohub_session *session, u32 id, bool any_user)
{
	struct gpiohub_reflexes *reflexes = &session->hub->reflexes;
	kuid_t uid = current_euid();
	u64 taken = reflexes->taken;
	int of_hub = -1;

	for (; taken; taken &= taken - 1) {
		unsigned int slot = __ffs64(taken);
		const struct gpiohub_reflex *reflex = reflexes->slot[slot];

		if (reflex->rule.id != id)
			continue;
		if (reflex->session == session)
			return slot;
		if (!reflex->session && (any_user || uid_eq(reflex->uid, uid)))
			of_hub = slot;
	}
	return of_hub;
}

/*
 * The slot behind all others: the last added has the last word. Holes are closed when
 * there is none left behind them. Under hub->lock; there is a free one.
 */
static unsigned int last_slot(struct gpiohub_hub *hub)
{
	struct gpiohub_reflexes *reflexes = &hub->reflexes;
	unsigned int from, to = 0;

	if (!(reflexes->taken >> (GPIOHUB_MAX_RULES - 1)))
		return fls64(reflexes->taken);
	for (from = 0; from < GPIOHUB_MAX_RULES; from++) {
		struct gpiohub_reflex *reflex = reflexes->slot[from];
		u64 *triggers;

		if (!reflex)
			continue;
		triggers = &hub->line[reflex->rule.trigger].triggers;
		*triggers &= ~(1ULL << from);
		*triggers |= 1ULL << to;
		reflexes->slot[from] = NULL;
		reflexes->slot[to++] = reflex;
	}
	reflexes->taken = (1ULL << to) - 1;
	return to;
}

/* Under hub->lock. Return: 0, or why it cannot be. */
static int enter(struct gpiohub_reflex *reflex, struct gpiohub_session *session, u32 *culprit)
{
	struct gpiohub_hub *hub = session->hub;
	const struct gpiohub_rule *rule = &reflex->rule;
	u64 lines = gpiohub_rule_drives(rule) | rule->stop;
	unsigned int slot;

	if (gpiohub_hub_dead(hub))
		return -ENODEV;
	if (lines & ~session->owned) {
		*culprit = __ffs64(lines & ~session->owned);
		return hub->state->gone & 1ULL << *culprit ? -ENODEV : -EPERM;
	}
	if (find(session, rule->id, false) >= 0)
		return -EEXIST;
	if (!~hub->reflexes.taken)
		return -ENOSPC;
	slot = last_slot(hub);
	hub->reflexes.slot[slot] = reflex;
	hub->reflexes.taken |= 1ULL << slot;
	hub->line[rule->trigger].triggers |= 1ULL << slot;
	gpiohub_line_attend_now(&hub->line[rule->trigger]);
	return 0;
}

/**
 * gpiohub_reflex_add - add a rule
 * @session: who asks
 * @rule: which; checked by the caller
 * @culprit: out, on an error: the line that it is about
 *
 * Context: process. Return: 0, or as told in <linux/gpiohub.h>; then nothing changed.
 */
int gpiohub_reflex_add(struct gpiohub_session *session, const struct gpiohub_rule *rule,
		       u32 *culprit)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_reflex *reflex;
	unsigned long flags;
	int err;

	err = gpiohub_user_take(hub, session->user, GPIOHUB_SHARE_RULES, 1);
	if (err)
		return err;
	err = gpiohub_worker_need(hub);
	if (err)
		goto out_share;
	reflex = kmem_cache_alloc(reflex_cache, GFP_KERNEL);
	if (!reflex) {
		err = -ENOMEM;
		goto out_share;
	}
	memset(reflex, 0, sizeof(*reflex));
	reflex->rule = *rule;
	reflex->session = rule->flags & GPIOHUB_RULE_HUB ? NULL : session;
	reflex->user = session->user;
	reflex->uid = current_euid();
	err = gpiohub_watch(session, watched_lines(rule), culprit);
	if (err)
		goto out_free;
	flags = gpiohub_hub_lock(hub);
	err = enter(reflex, session, culprit);
	gpiohub_hub_unlock(hub, flags);
	if (!err)
		return 0;

	gpiohub_unwatch(hub, watched_lines(rule));
out_free:
	kmem_cache_free(reflex_cache, reflex);
out_share:
	gpiohub_user_give(hub, session->user, GPIOHUB_SHARE_RULES, 1);
	return err;
}

/**
 * gpiohub_reflex_delete - delete a rule
 * @session: who asks
 * @id: which
 *
 * Context: process. Return: 0, and it fires no more; -ENOENT: there is none of that id
 * that the caller may delete.
 */
int gpiohub_reflex_delete(struct gpiohub_session *session, u32 id)
{
	struct gpiohub_hub *hub = session->hub;
	unsigned long flags;
	int slot;

	flags = gpiohub_hub_lock(hub);
	slot = find(session, id, false);
	if (slot >= 0)
		gpiohub_reflex_retire(hub, slot);
	gpiohub_hub_unlock(hub, flags);
	if (slot >= 0)
		return 0;
	/* Asked only who needs it: a refusal may be logged. */
	if (!capable(CAP_SYS_ADMIN))
		return -ENOENT;
	flags = gpiohub_hub_lock(hub);
	slot = find(session, id, true);
	if (slot >= 0)
		gpiohub_reflex_retire(hub, slot);
	gpiohub_hub_unlock(hub, flags);
	return slot >= 0 ? 0 : -ENOENT;
}

/**
 * gpiohub_reflexes_end - no rule fires any more
 * @hub: the hub
 * @session: only this one's, or NULL: all
 *
 * They are freed by the time that gpiohub_reap() returns.
 * Context: process.
 */
void gpiohub_reflexes_end(struct gpiohub_hub *hub, const struct gpiohub_session *session)
{
	unsigned long flags;
	u64 taken;

	flags = gpiohub_hub_lock(hub);
	for (taken = hub->reflexes.taken; taken; taken &= taken - 1) {
		unsigned int slot = __ffs64(taken);

		if (!session || hub->reflexes.slot[slot]->session == session)
			gpiohub_reflex_retire(hub, slot);
	}
	gpiohub_hub_unlock(hub, flags);
}

/**
 * gpiohub_reflexes_claimed - lines have a new owner
 * @hub: the hub
 * @lines: which
 * @uid: who
 *
 * Rules that another user handed to the hub drive them no more.
 * Context: any, under hub->lock.
 */
void gpiohub_reflexes_claimed(struct gpiohub_hub *hub, u64 lines, kuid_t uid)
{
	u64 taken;

	for (taken = hub->reflexes.taken; taken; taken &= taken - 1) {
		struct gpiohub_reflex *reflex = hub->reflexes.slot[__ffs64(taken)];

		if (!uid_eq(reflex->uid, uid))
			reflex->denied |= lines;
	}
}

static struct gpiohub_reflex *take_spent(struct gpiohub_hub *hub)
{
	struct gpiohub_reflex *reflex;
	unsigned long flags;

	flags = gpiohub_hub_lock(hub);
	reflex = list_first_entry_or_null(&hub->reflexes.spent, struct gpiohub_reflex, spent);
	if (reflex)
		list_del(&reflex->spent);
	gpiohub_hub_unlock(hub, flags);
	return reflex;
}

/**
 * gpiohub_reflexes_reap - free the rules that fire no more
 * @hub: the hub
 *
 * Context: the worker; takes hub->config.
 */
void gpiohub_reflexes_reap(struct gpiohub_hub *hub)
{
	struct gpiohub_reflex *reflex;

	while ((reflex = take_spent(hub))) {
		gpiohub_unwatch(hub, watched_lines(&reflex->rule));
		gpiohub_user_give(hub, reflex->user, GPIOHUB_SHARE_RULES, 1);
		kmem_cache_free(reflex_cache, reflex);
		cond_resched();
	}
}

/**
 * gpiohub_reflex_copy - see a rule as it is
 * @hub: the hub
 * @slot: which
 * @copy: out
 *
 * Its session, if it has one, is there as long as the caller holds hub->config.
 * Context: any. Return: false: there is none.
 */
bool gpiohub_reflex_copy(struct gpiohub_hub *hub, unsigned int slot,
			 struct gpiohub_reflex *copy)
{
	unsigned long flags;
	bool taken;

	flags = gpiohub_hub_lock(hub);
	taken = hub->reflexes.taken & 1ULL << slot;
	if (taken)
		*copy = *hub->reflexes.slot[slot];
	gpiohub_hub_unlock(hub, flags);
	return taken;
}

/* What people read for a rule's kinds: r, f, b for both. */
char gpiohub_rule_edges(const struct gpiohub_rule *rule)
{
	if (rule->kinds == GPIOHUB_KINDS_EDGES)
		return 'b';
	return rule->kinds & GPIOHUB_KIND(GPIOHUB_EVENT_RISING) ? 'r' : 'f';
}

/**
 * gpiohub_reflexes_show - the rules, a line each, for people
 * @hub: the hub
 * @buf: a page
 *
 * Id, user, trigger, edges, how often it fired.
 * Context: process. Return: bytes.
 */
int gpiohub_reflexes_show(struct gpiohub_hub *hub, char *buf)
{
	struct gpiohub_reflex copy;
	unsigned int slot;
	int at = 0;

	for (slot = 0; slot < GPIOHUB_MAX_RULES; slot++)
		if (gpiohub_reflex_copy(hub, slot, &copy))
			at += sysfs_emit_at(buf, at, "%u %u %u %c %llu\n", copy.rule.id,
					    from_kuid_munged(current_user_ns(), copy.uid),
					    copy.rule.trigger, gpiohub_rule_edges(&copy.rule),
					    copy.fired);
	return at;
}
