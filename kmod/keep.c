// SPDX-License-Identifier: GPL-2.0
/*
 * Lines that stay armed after their watcher closed its file, so that who restarts loses
 * nothing: the ring goes on, and he goes on reading where he was. They wait for a file of
 * the same user to subscribe to them, and not for ever. One keep per user and hub; its
 * watching is counted in line->watchers like any other.
 */
#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "hub.h"
#include "keep.h"
#include "session.h"

/**
 * struct gpiohub_keep - what is kept of one user
 * @hub: the hub
 * @node: place in hub->keeps, or empty while it is only prepared
 * @uid: whose
 * @lines: which lines, under hub->config
 * @until: jiffies, under hub->config
 * @expire: ends it
 */
struct gpiohub_keep {
	struct gpiohub_hub *hub;
	struct list_head node;
	kuid_t uid;
	u64 lines;
	unsigned long until;
	struct delayed_work expire;
};

/* Under hub->config. */
static struct gpiohub_keep *keep_find(struct gpiohub_hub *hub, kuid_t uid)
{
	struct gpiohub_keep *keep;

	list_for_each_entry(keep, &hub->keeps, node)
		if (uid_eq(keep->uid, uid))
			return keep;
	return NULL;
}

/* What is adopted meanwhile is not in its lines any more. */
static void expire_work(struct work_struct *work)
{
	struct gpiohub_keep *keep = container_of(work, struct gpiohub_keep, expire.work);
	struct gpiohub_hub *hub = keep->hub;

	mutex_lock(&hub->config);
	if (keep->lines && time_before(jiffies, keep->until)) {
		queue_delayed_work(gpiohub_session_work, &keep->expire, keep->until - jiffies);
		mutex_unlock(&hub->config);
		return;
	}
	/*
	 * From here on nobody finds it to send for its work again; who did while this
	 * waited for the lock is too late.
	 */
	list_del(&keep->node);
	cancel_delayed_work(&keep->expire);
	gpiohub_unwatch_locked(hub, keep->lines);
	mutex_unlock(&hub->config);
	kfree(keep);
}

/**
 * gpiohub_keep_prepare - have what closing cannot fail to have
 * @session: it subscribes
 * @keep_ms: how long its lines are to stay armed when it is closed; 0: not at all
 *
 * Context: process, under hub->config. Return: 0 or -ENOMEM.
 */
int gpiohub_keep_prepare(struct gpiohub_session *session, u32 keep_ms)
{
	struct gpiohub_keep *keep = session->keep;

	if (keep_ms && !keep) {
		keep = kzalloc(sizeof(*keep), GFP_KERNEL_ACCOUNT);
		if (!keep)
			return -ENOMEM;
		keep->hub = session->hub;
		INIT_DELAYED_WORK(&keep->expire, expire_work);
		session->keep = keep;
	}
	if (keep)
		keep->uid = current_euid();
	return 0;
}

/**
 * gpiohub_keep_watched - a session is closed: keep its lines armed, if it said so
 * @session: from now on it watches nothing
 *
 * Context: process.
 */
void gpiohub_keep_watched(struct gpiohub_session *session)
{
	struct gpiohub_keep *mine = session->keep, *keep;
	struct gpiohub_hub *hub = session->hub;
	unsigned long until;
	u64 more;

	if (!mine)
		return;
	session->keep = NULL;
	mutex_lock(&hub->config);
	if (!session->keep_ms || !session->watched || gpiohub_hub_dead(hub)) {
		mutex_unlock(&hub->config);
		kfree(mine);
		return;
	}
	until = jiffies + msecs_to_jiffies(session->keep_ms);
	keep = keep_find(hub, mine->uid);
	if (!keep) {
		keep = mine;
		mine = NULL;
		keep->until = until;
		list_add(&keep->node, &hub->keeps);
		queue_delayed_work(gpiohub_session_work, &keep->expire, until - jiffies);
	}
	if (time_before(keep->until, until))
		keep->until = until;
	/* The session's watching becomes the keep's, and what that has is let go. */
	more = session->watched & ~keep->lines;
	keep->lines |= more;
	gpiohub_unwatch_locked(hub, session->watched & ~more);
	WRITE_ONCE(session->watched, 0);
	mutex_unlock(&hub->config);
	kfree(mine);
}

/**
 * gpiohub_keep_adopt - a session watches these now itself
 * @session: it just subscribed
 * @lines: to what
 *
 * Context: process, under hub->config.
 */
void gpiohub_keep_adopt(struct gpiohub_session *session, u64 lines)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_keep *keep = keep_find(hub, current_euid());

	if (!keep)
		return;
	lines &= keep->lines;
	keep->lines &= ~lines;
	gpiohub_unwatch_locked(hub, lines);
	/* Nothing left: it need not wait. */
	if (!keep->lines)
		mod_delayed_work(gpiohub_session_work, &keep->expire, 0);
}

/**
 * gpiohub_keeps_end - nothing is kept any more: the hub goes
 * @hub: dead
 *
 * Context: process; without hub->config, which the worker takes.
 */
void gpiohub_keeps_end(struct gpiohub_hub *hub)
{
	struct gpiohub_keep *keep;

	mutex_lock(&hub->config);
	list_for_each_entry(keep, &hub->keeps, node) {
		keep->until = jiffies;
		mod_delayed_work(gpiohub_session_work, &keep->expire, 0);
	}
	mutex_unlock(&hub->config);
	flush_workqueue(gpiohub_session_work);
}
