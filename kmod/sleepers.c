// SPDX-License-Identifier: GPL-2.0
/*
 * A reader enlists and then looks at the stream; a publisher moves the head and
 * then looks at who is enlisted. Waking strikes the reader off; he enlists again
 * before he sleeps again: read(2) and poll(2) always do, so that a session is
 * either enlisted, or awake, or on an epoll's list of those to ask.
 */
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/rculist.h>

#include "hub.h"
#include "session.h"
#include "trace.h"

#define LATE	GPIOHUB_DIRECT

/*
 * How long a direct wake-up may take, and for how long its slot has to rest if it took
 * longer. A waiter is usually one process; but it can be an epoll that any number of
 * others poll in turn, which nobody can see from here but by how long it takes.
 */
#define WAKE_MOST_NS	(100 * NSEC_PER_USEC)
#define WAKE_REST_NS	NSEC_PER_SEC

static void late_work(struct work_struct *work);

/**
 * gpiohub_sleepers_init - nobody sleeps
 * @sleepers: zeroed by the caller
 */
void gpiohub_sleepers_init(struct gpiohub_sleepers *sleepers)
{
	spin_lock_init(&sleepers->lock);
	INIT_WORK(&sleepers->late, late_work);
}

/**
 * gpiohub_sleepers_stop - the hub has no more readers nor publishers
 * @sleepers: the hub's
 *
 * Context: may sleep.
 */
void gpiohub_sleepers_stop(struct gpiohub_sleepers *sleepers)
{
	cancel_work_sync(&sleepers->late);
}

/* A slot for one of the user's sessions, or LATE. Under sleepers->lock. */
static int slot_free(const struct gpiohub_sleepers *sleepers, const struct gpiohub_user *user)
{
	unsigned int used = 0;
	int slot, unused = LATE;

	for (slot = 0; slot < GPIOHUB_DIRECT; slot++) {
		if (!sleepers->holder[slot])
			unused = min(unused, slot);
		used += sleepers->holder[slot] == user;
	}
	return used < GPIOHUB_DIRECT_USER ? unused : LATE;
}

/*
 * The session's slot, given when it sleeps for the first time: files that nobody
 * waits on leave the direct way to others. Return: LATE if there is none now.
 */
static int slot_of(struct gpiohub_session *session)
{
	struct gpiohub_sleepers *sleepers = &session->hub->sleepers;
	int slot;

	/* Pairs with the store-release below: the slot points to the session. */
	slot = smp_load_acquire(&session->slot);

	if (likely(slot != GPIOHUB_NO_SLOT))
		return slot;
	spin_lock(&sleepers->lock);
	slot = session->slot;
	if (slot == GPIOHUB_NO_SLOT) {
		/* PREEMPT_RT: a waiter's locks sleep; interrupts wake nobody. */
		slot = IS_ENABLED(CONFIG_PREEMPT_RT) ? LATE :
			slot_free(sleepers, session->user);
		if (slot < GPIOHUB_DIRECT) {
			sleepers->holder[slot] = session->user;
			rcu_assign_pointer(sleepers->slot[slot], session);
			/* Pairs with the load-acquire above. */
			smp_store_release(&session->slot, slot);
		}
	}
	spin_unlock(&sleepers->lock);
	return slot;
}

/**
 * gpiohub_sleepers_enlist - ask to be woken, before looking at the stream
 * @session: whoever will sleep is already on its wait queue
 *
 * Context: process.
 */
void gpiohub_sleepers_enlist(struct gpiohub_session *session)
{
	/* SIGIO and eventfds are the worker's, and one who has them is wholly. */
	int slot = READ_ONCE(session->notify.active) ? LATE : slot_of(session);

	if (slot == LATE)
		WRITE_ONCE(session->late, true);
	/*
	 * Who is late, before the bit that sends the worker to look. Pairs with
	 * the test_and_clear_bit() of a publisher and the worker's queueing.
	 */
	smp_mb__before_atomic();
	set_bit(slot, &session->hub->sleepers.enlisted);
	/* Pairs with the barrier in gpiohub_sleepers_enlisted(). */
	smp_mb__after_atomic();
}

/**
 * gpiohub_sleepers_leave - a session is closed; nobody waits on it
 * @session: publishers may have it in hand for one RCU grace period more, after
 *	which gpiohub_sleepers_left() is due
 *
 * Context: process.
 */
void gpiohub_sleepers_leave(struct gpiohub_session *session)
{
	if (session->slot < GPIOHUB_DIRECT)
		rcu_assign_pointer(session->hub->sleepers.slot[session->slot], NULL);
}

/**
 * gpiohub_sleepers_left - its slot may be given to another
 * @session: gpiohub_sleepers_leave() was called, and a grace period is over
 *
 * Not before: a publisher that still had it in hand would strike off the other.
 * Context: process.
 */
void gpiohub_sleepers_left(struct gpiohub_session *session)
{
	struct gpiohub_sleepers *sleepers = &session->hub->sleepers;

	if (session->slot >= GPIOHUB_DIRECT)
		return;
	spin_lock(&sleepers->lock);
	clear_bit(session->slot, &sleepers->enlisted);
	sleepers->holder[session->slot] = NULL;
	spin_unlock(&sleepers->lock);
}

/* Does this concern the session's reader? */
static bool due(const struct gpiohub_session *session, const struct gpiohub_news *news)
{
	const struct gpiohub_cursor *cursor = READ_ONCE(session->cursor);

	/* User memory: any value is possible, each only concerns its owner. */
	if (cursor)
		return (s32)(news->head - READ_ONCE(cursor->wake_at)) >= 0;
	return (READ_ONCE(session->kinds) & news->kinds) &&
	       (news->lines == U64_MAX || (READ_ONCE(session->lines) & news->lines));
}

static void wake(struct gpiohub_session *session, u32 head, bool direct)
{
	trace_gpiohub_wake(session->hub, head, direct);
	/*
	 * Not wake_up_interruptible_poll(): io_uring takes what that says for the
	 * answer and does not ask the file, which would enlist it again.
	 */
	wake_up_interruptible(&session->wait);
}

/*
 * May it be woken from an interrupt? A file can be waited on any number of times
 * (threads, epolls); how long an interrupt takes is not the user's to say. A peek is
 * enough: who comes later looks for himself.
 */
static bool may_wake(const struct gpiohub_sleepers *sleepers,
		     const struct gpiohub_session *session, u64 now)
{
	return session->wait.head.next == session->wait.head.prev &&
	       !READ_ONCE(session->notify.active) &&
	       READ_ONCE(sleepers->rest_until[session->slot]) <= now;
}

/* @direct: there is one to spare. Return: false if it is left to the worker. */
static bool wake_direct(struct gpiohub_sleepers *sleepers, struct gpiohub_session *session,
			const struct gpiohub_news *news, bool direct)
{
	u64 now = ktime_get_ns();

	/*
	 * Struck off before the wake-up: he enlists again after it, so nothing
	 * that is published from then on is missed.
	 */
	clear_bit(session->slot, &sleepers->enlisted);
	if (!direct || !may_wake(sleepers, session, now)) {
		WRITE_ONCE(session->late, true);
		return false;
	}
	wake(session, news->head, true);
	if (unlikely(ktime_get_ns() - now > WAKE_MOST_NS))
		WRITE_ONCE(sleepers->rest_until[session->slot], now + WAKE_REST_NS);
	return true;
}

/**
 * gpiohub_sleepers_wake - wake whom the news concerns
 * @sleepers: the hub's
 * @news: what was published
 * @enlisted: who may sleep
 *
 * Context: any, without hub->lock.
 */
void gpiohub_sleepers_wake(struct gpiohub_sleepers *sleepers, const struct gpiohub_news *news,
			   unsigned long enlisted)
{
	unsigned int woken = news->woken;
	struct gpiohub_session *session;
	bool late;
	int slot;

	late = (enlisted & BIT(LATE)) && test_and_clear_bit(LATE, &sleepers->enlisted);
	rcu_read_lock();
	for_each_set_bit(slot, &enlisted, GPIOHUB_DIRECT) {
		session = rcu_dereference(sleepers->slot[slot]);
		if (session && due(session, news) &&
		    !wake_direct(sleepers, session, news, woken++ < GPIOHUB_DIRECT))
			late = true;
	}
	rcu_read_unlock();
	if (late)
		queue_work(system_highpri_wq, &sleepers->late);
}

/*
 * Wakes the sessions that are left to it. Here a reader may be woken for an event
 * that his filter does not want; he looks, and sleeps again.
 */
static void late_work(struct work_struct *work)
{
	struct gpiohub_sleepers *sleepers =
		container_of(work, struct gpiohub_sleepers, late);
	struct gpiohub_hub *hub = container_of(sleepers, struct gpiohub_hub, sleepers);
	struct gpiohub_news news = { .lines = U64_MAX, .kinds = U32_MAX };
	struct gpiohub_session *session;
	bool stays, left = false;

	rcu_read_lock();
	news.head = gpiohub_ring_head(&hub->ring);
	list_for_each_entry_rcu(session, &hub->sessions, node) {
		if (!READ_ONCE(session->late))
			continue;
		stays = !due(session, &news);
		if (!stays) {
			/* Before the wake-up, as in wake_direct(). */
			WRITE_ONCE(session->late, false);
			wake(session, news.head, false);
		}
		if (gpiohub_notify_look(session, news.head)) {
			WRITE_ONCE(session->late, true);
			stays = true;
		}
		left |= stays;
	}
	rcu_read_unlock();

	if (!left)
		return;
	/* As gpiohub_sleepers_enlist(), for those who wait for more. */
	set_bit(LATE, &sleepers->enlisted);
	/* Pairs with the barrier in gpiohub_sleepers_enlisted(). */
	smp_mb__after_atomic();
	if (gpiohub_ring_head(&hub->ring) != news.head &&
	    test_and_clear_bit(LATE, &sleepers->enlisted))
		queue_work(system_highpri_wq, work);
}

/**
 * gpiohub_sleepers_look - have the worker look whom it has to wake
 * @hub: the hub
 *
 * Context: any.
 */
void gpiohub_sleepers_look(struct gpiohub_hub *hub)
{
	queue_work(system_highpri_wq, &hub->sleepers.late);
}

/**
 * gpiohub_sleepers_changed - who waits on this file waits for something else now
 * @session: its place, filter or cursor changed
 *
 * Context: process, without session->stream.
 */
void gpiohub_sleepers_changed(struct gpiohub_session *session)
{
	/* Without saying for what, as in wake(): they look. */
	wake_up_interruptible(&session->wait);
	if (READ_ONCE(session->notify.active))
		gpiohub_notify_again(session);
}

/**
 * gpiohub_sleepers_wake_all - wake everybody, to see that something went
 * @hub: the hub
 *
 * Context: process.
 */
void gpiohub_sleepers_wake_all(struct gpiohub_hub *hub)
{
	struct gpiohub_session *session;

	rcu_read_lock();
	list_for_each_entry_rcu(session, &hub->sessions, node) {
		wake_up_poll(&session->wait, EPOLLIN | EPOLLHUP | EPOLLERR);
		gpiohub_notify_gone(session);
	}
	rcu_read_unlock();
}
