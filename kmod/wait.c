// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting until something happened so many times. The call looks through what is in
 * the stream already; then who publishes looks, so that the caller is woken once, and
 * by the event that he waits for. While nobody waits that costs a publisher nothing:
 * it is a bit of the word that it looks at anyway (sleepers.h).
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "hub.h"
#include "quota.h"
#include "request.h"
#include "session.h"

/* Events that are looked at under hub->lock before a wait is entered. */
#define LAST_LOOK	16

static struct kmem_cache *waiter_cache;

/* Keeps the cache from being merged with others: what is leaked shows. (No zalloc then.) */
static void waiter_ctor(void *object)
{
}

/**
 * gpiohub_waits_init - before the first hub
 *
 * Return: 0 or -ENOMEM.
 */
int gpiohub_waits_init(void)
{
	waiter_cache = kmem_cache_create("gpiohub_wait", sizeof(struct gpiohub_waiter), 0,
					 SLAB_ACCOUNT, waiter_ctor);
	return waiter_cache ? 0 : -ENOMEM;
}

/** gpiohub_waits_exit - after the last file was closed */
void gpiohub_waits_exit(void)
{
	kmem_cache_destroy(waiter_cache);
}

/* Does this count? Under hub->lock where the waiter is in hub->waits. */
static void look_at(struct gpiohub_waiter *waiter, const struct gpiohub_event *event)
{
	waiter->since = event->seq + 1;
	if (!waiter->left || !(waiter->kinds & GPIOHUB_KIND(event->type)) ||
	    (event->line != GPIOHUB_NO_LINE &&
	     !(waiter->request.lines & 1ULL << event->line)))
		return;
	waiter->left--;
	waiter->event = *event;
}

/* Under hub->lock nothing that is held is overwritten. */
static void look_held(struct gpiohub_waiter *waiter, const struct gpiohub_ring *ring)
{
	while (waiter->left && waiter->since != ring->seq) {
		union gpiohub_words *record =
			(union gpiohub_words *)&ring->records[(u32)waiter->since & ring->mask];

		look_at(waiter, &record->event);
	}
}

/**
 * gpiohub_waits_look - see who waited for what was published
 * @hub: the hub
 *
 * Context: any, under hub->lock, before it is released. Return: how many were woken.
 */
unsigned int gpiohub_waits_look(struct gpiohub_hub *hub)
{
	struct gpiohub_request *request, *next;
	unsigned int woken = 0;

	lockdep_assert_held(&hub->lock);
	list_for_each_entry_safe(request, next, &hub->waits, node) {
		struct gpiohub_waiter *waiter = gpiohub_to_waiter(request);

		look_held(waiter, &hub->ring);
		if (waiter->left)
			continue;
		if (woken < GPIOHUB_DIRECT) {
			gpiohub_request_finish(request, GPIOHUB_OUTCOME_DONE, 0);
			woken++;
		} else {
			gpiohub_request_finish_late(request);
		}
	}
	return woken;
}

/* Edges of a line that is gone, and not, too, that it comes back. */
static bool is_hopeless(const struct gpiohub_waiter *waiter, u64 gone)
{
	return (waiter->request.lines & gone) && (waiter->kinds & GPIOHUB_KINDS_EDGES) &&
	       !(waiter->kinds & GPIOHUB_KIND(GPIOHUB_EVENT_GONE));
}

/**
 * gpiohub_waits_gone - end waits for edges of lines that are gone
 * @hub: the hub
 * @lines: which
 * @all: end all: the hub goes
 *
 * Context: any, under hub->lock.
 */
void gpiohub_waits_gone(struct gpiohub_hub *hub, u64 lines, bool all)
{
	struct gpiohub_request *request, *next;

	list_for_each_entry_safe(request, next, &hub->waits, node)
		if (all || is_hopeless(gpiohub_to_waiter(request), lines))
			gpiohub_request_finish(request, GPIOHUB_OUTCOME_FAILED, ENODEV);
}

/*
 * What is in the stream already, without the lock, up to the last few. Return: 0;
 * -EOVERFLOW: it was overwritten; -ERESTARTSYS.
 */
static int look_back(struct gpiohub_waiter *waiter, const struct gpiohub_ring *ring)
{
	struct gpiohub_event event;
	u32 ahead;

	while (waiter->left &&
	       (ahead = gpiohub_ring_head(ring) - (u32)waiter->since) > LAST_LOOK) {
		if (ahead > ring->mask + 1 ||
		    !gpiohub_ring_copy(ring, waiter->since, &event))
			return -EOVERFLOW;
		look_at(waiter, &event);
		if (signal_pending(current))
			return -ERESTARTSYS;
		cond_resched();
	}
	return 0;
}

/* Under hub->lock. Return: 0, and it is over or in hub->waits; or why not. */
static int wait_enter(struct gpiohub_waiter *waiter, bool block, u64 timeout_ns)
{
	struct gpiohub_hub *hub = waiter->request.session->hub;
	int err;

	/* What came is not undone by that it was overwritten since. */
	if (waiter->left && waiter->since < gpiohub_ring_oldest(&hub->ring))
		return -EOVERFLOW;
	look_held(waiter, &hub->ring);
	if (!waiter->left)
		return 0;
	if (!block)
		return -EAGAIN;
	if (is_hopeless(waiter, hub->state->gone))
		return -ENODEV;
	if (hub->nr_waits == GPIOHUB_MAX_WAITS)
		return -ENOSPC;
	err = gpiohub_request_enter(&waiter->request, timeout_ns);
	if (err)
		return err;
	waiter->request.progress = GPIOHUB_ACTIVE;
	list_add_tail(&waiter->request.node, &hub->waits);
	hub->nr_waits++;
	/* Under the lock: who publishes next sees it. */
	set_bit(GPIOHUB_WAITING, &hub->sleepers.enlisted);
	return 0;
}

static void wait_leave(struct gpiohub_waiter *waiter)
{
	struct gpiohub_hub *hub = waiter->request.session->hub;
	unsigned long flags;

	flags = gpiohub_hub_lock(hub);
	if (!--hub->nr_waits)
		clear_bit(GPIOHUB_WAITING, &hub->sleepers.enlisted);
	gpiohub_hub_unlock(hub, flags);
	gpiohub_request_left(&waiter->request);
}

/* How it ended, as an errno. It is over. */
static int wait_result(const struct gpiohub_request *request)
{
	switch (request->outcome) {
	case GPIOHUB_OUTCOME_DONE:
		return 0;
	case GPIOHUB_OUTCOME_TIMED_OUT:
		return -ETIMEDOUT;
	case GPIOHUB_OUTCOME_STOPPED:
	case GPIOHUB_OUTCOME_CANCELLED:
		return -ECANCELED;
	default:
		return -request->error;
	}
}

/* It was entered. Return: how it ended, or -ERESTARTSYS. */
static int wait_until_over(struct gpiohub_waiter *waiter)
{
	struct gpiohub_hub *hub = waiter->request.session->hub;
	unsigned long flags;
	bool interrupted;

	if (!wait_for_completion_interruptible(&waiter->done))
		return wait_result(&waiter->request);
	flags = gpiohub_hub_lock(hub);
	interrupted = gpiohub_request_finish(&waiter->request, GPIOHUB_OUTCOME_CANCELLED, 0);
	gpiohub_hub_unlock(hub, flags);
	if (interrupted)
		return -ERESTARTSYS;
	/* It was over before; whoever ended it completes it. */
	wait_for_completion(&waiter->done);
	return wait_result(&waiter->request);
}

/*
 * Where to begin. What was overwritten already is refused here: look_back() goes by
 * positions, by which what is 2^32 events ago is now. Return: 0 or an errno.
 */
static int wait_since(struct gpiohub_hub *hub, u64 *since)
{
	unsigned long flags;
	u64 head, oldest;

	flags = gpiohub_hub_lock(hub);
	head = hub->ring.seq;
	oldest = gpiohub_ring_oldest(&hub->ring);
	gpiohub_hub_unlock(hub, flags);
	if (*since == GPIOHUB_FROM_NOW)
		*since = head;
	if (*since > head)
		return -EINVAL;
	return *since < oldest ? -EOVERFLOW : 0;
}

static int wait_run(struct gpiohub_waiter *waiter, bool block, u64 timeout_ns)
{
	struct gpiohub_hub *hub = waiter->request.session->hub;
	bool entered = false;
	unsigned long flags;
	int err;

	do {
		err = look_back(waiter, &hub->ring);
		if (err)
			return err;
		flags = gpiohub_hub_lock(hub);
		if (!waiter->left || hub->ring.seq - waiter->since <= LAST_LOOK) {
			err = wait_enter(waiter, block, timeout_ns);
			entered = !err && waiter->left;
			gpiohub_hub_unlock(hub, flags);
			break;
		}
		/* More came meanwhile than is looked at under the lock. */
		gpiohub_hub_unlock(hub, flags);
	} while (true);
	if (!entered)
		return err;
	err = wait_until_over(waiter);
	wait_leave(waiter);
	return err;
}

/**
 * gpiohub_wait - wait for events
 * @session: who waits
 * @wait: for what; checked by the caller. Out: how far it came
 * @block: also for what has not happened yet
 * @culprit: out, on an error: the line that it is about
 *
 * Context: process. Return: 0; -ERESTARTSYS: call it again with @wait as it is then;
 * or as told in <linux/gpiohub.h>.
 */
int gpiohub_wait(struct gpiohub_session *session, struct gpiohub_wait *wait, bool block,
		 u32 *culprit)
{
	u64 watched = wait->kinds & GPIOHUB_KINDS_EDGES ? wait->lines : 0;
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_waiter *waiter;
	int err;

	err = wait_since(hub, &wait->since);
	if (err)
		return err;
	err = gpiohub_user_take(hub, session->user, GPIOHUB_SHARE_WAITS, 1);
	if (err)
		return err;
	err = gpiohub_user_take(hub, session->user, GPIOHUB_SHARE_REQUESTS, 1);
	if (err)
		goto out_waits;
	waiter = kmem_cache_alloc(waiter_cache, GFP_KERNEL);
	if (!waiter) {
		err = -ENOMEM;
		goto out_requests;
	}
	memset(waiter, 0, sizeof(*waiter));
	err = gpiohub_watch(session, watched, culprit);
	if (err)
		goto out_free;

	gpiohub_request_init(&waiter->request, session, wait->id, wait->lines);
	init_completion(&waiter->done);
	waiter->kinds = wait->kinds;
	waiter->left = wait->count;
	waiter->since = wait->since;
	waiter->event = wait->event;
	err = wait_run(waiter, block, wait->timeout_ns);
	wait->count = waiter->left;
	wait->since = waiter->since;
	wait->event = waiter->event;
	gpiohub_unwatch(hub, watched);
out_free:
	kmem_cache_free(waiter_cache, waiter);
out_requests:
	gpiohub_user_give(hub, session->user, GPIOHUB_SHARE_REQUESTS, 1);
out_waits:
	gpiohub_user_give(hub, session->user, GPIOHUB_SHARE_WAITS, 1);
	return err;
}
