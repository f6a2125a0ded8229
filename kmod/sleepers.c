// SPDX-License-Identifier: GPL-2.0
/*
 * A reader arms its session and then looks at the stream; a publisher moves the
 * head and then looks at who is armed. A session that reads with read(2) is woken
 * once and must arm again; one with a mapped cursor stays armed, and is woken
 * when the head passes its wake_at.
 */
#include <linux/rculist.h>

#include "hub.h"
#include "session.h"
#include "trace.h"

#define LATE	GPIOHUB_DIRECT

static void late_work(struct work_struct *work);

/**
 * gpiohub_sleepers_init - nobody sleeps
 * @sleepers: zeroed by the caller
 */
void gpiohub_sleepers_init(struct gpiohub_sleepers *sleepers)
{
	INIT_WORK(&sleepers->late, late_work);
}

/**
 * gpiohub_sleepers_add - give a new session a slot, if there is one
 * @session: not yet in use
 *
 * Context: under hub->config.
 */
void gpiohub_sleepers_add(struct gpiohub_session *session)
{
	struct gpiohub_sleepers *sleepers = &session->hub->sleepers;
	int slot;

	session->slot = -1;
	/* PREEMPT_RT: waiters' locks sleep, so nobody is woken from interrupts. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return;
	for (slot = 0; slot < GPIOHUB_DIRECT; slot++) {
		if (rcu_access_pointer(sleepers->slot[slot]))
			continue;
		session->slot = slot;
		rcu_assign_pointer(sleepers->slot[slot], session);
		return;
	}
}

/**
 * gpiohub_sleepers_remove - take a session's slot back
 * @session: its file is closed: nobody waits on it; freed after an RCU grace
 *	period
 *
 * Context: under hub->config.
 */
void gpiohub_sleepers_remove(struct gpiohub_session *session)
{
	struct gpiohub_sleepers *sleepers = &session->hub->sleepers;

	if (session->slot < 0)
		return;
	rcu_assign_pointer(sleepers->slot[session->slot], NULL);
	clear_bit(session->slot, &sleepers->armed);
}

/**
 * gpiohub_sleepers_arm - ask to be woken, then look at the stream
 * @session: whoever will sleep is already on its wait queue
 *
 * Context: process.
 */
void gpiohub_sleepers_arm(struct gpiohub_session *session)
{
	struct gpiohub_sleepers *sleepers = &session->hub->sleepers;
	int bit = session->slot < 0 ? LATE : session->slot;

	WRITE_ONCE(session->waiting, true);
	set_bit(bit, &sleepers->armed);
	/* Pairs with the barrier in gpiohub_sleepers_tell(). */
	smp_mb__after_atomic();
}

static void wake(struct gpiohub_session *session, u32 head, bool direct)
{
	trace_gpiohub_wake(session->hub, head, direct);
	wake_up_interruptible_poll(&session->wait, EPOLLIN | EPOLLRDNORM);
}

/* Does the news move the head past what a mapped cursor waits for? */
static bool passes(const struct gpiohub_cursor *cursor, const struct gpiohub_news *news)
{
	/* User memory: any value is possible, each only concerns its owner. */
	u32 wake_at = READ_ONCE(cursor->wake_at);

	return wake_at - news->from - 1 < news->head - news->from;
}

static bool wants(const struct gpiohub_session *session, const struct gpiohub_news *news)
{
	return (READ_ONCE(session->kinds) & news->kinds) &&
	       (READ_ONCE(session->lines) & news->lines);
}

static void wake_direct(struct gpiohub_sleepers *sleepers, struct gpiohub_session *session,
			const struct gpiohub_news *news)
{
	const struct gpiohub_cursor *cursor = READ_ONCE(session->cursor);

	if (cursor) {
		if (passes(cursor, news))
			wake(session, news->head, true);
	} else if (wants(session, news)) {
		/*
		 * Before the wake-up: he arms again after it, so nothing that
		 * is published from then on is missed.
		 */
		clear_bit(session->slot, &sleepers->armed);
		WRITE_ONCE(session->waiting, false);
		wake(session, news->head, true);
	}
}

/**
 * gpiohub_sleepers_wake - wake whom the news concerns
 * @sleepers: the hub's
 * @news: what was published
 * @armed: who may wait
 *
 * Context: any, without hub->lock.
 */
void gpiohub_sleepers_wake(struct gpiohub_sleepers *sleepers, const struct gpiohub_news *news,
			   unsigned long armed)
{
	struct gpiohub_session *session;
	int slot;

	rcu_read_lock();
	for_each_set_bit(slot, &armed, GPIOHUB_DIRECT) {
		session = rcu_dereference(sleepers->slot[slot]);
		if (session)
			wake_direct(sleepers, session, news);
	}
	rcu_read_unlock();

	if ((armed & BIT(LATE)) && test_and_clear_bit(LATE, &sleepers->armed))
		queue_work(system_highpri_wq, &sleepers->late);
}

/* May this session, which waits without a slot, go on? */
static bool due(const struct gpiohub_session *session, u32 head)
{
	const struct gpiohub_cursor *cursor = READ_ONCE(session->cursor);

	if (cursor)
		return (s32)(head - READ_ONCE(cursor->wake_at)) >= 0;
	return true;
}

/*
 * The sessions without a slot. Here a reader may be woken for an event that its
 * filter does not want; it looks, and sleeps again.
 */
static void late_work(struct work_struct *work)
{
	struct gpiohub_sleepers *sleepers =
		container_of(work, struct gpiohub_sleepers, late);
	struct gpiohub_hub *hub = container_of(sleepers, struct gpiohub_hub, sleepers);
	struct gpiohub_session *session;
	bool again = false;
	u32 head;

	rcu_read_lock();
	head = gpiohub_ring_head(&hub->ring);
	list_for_each_entry_rcu(session, &hub->sessions, node) {
		if (session->slot >= 0 || !READ_ONCE(session->waiting))
			continue;
		if (!due(session, head)) {
			again = true;
			continue;
		}
		/* Before the wake-up, as in wake_direct(). */
		WRITE_ONCE(session->waiting, false);
		/* A mapped cursor's owner may not come back to arm. */
		if (READ_ONCE(session->cursor) && waitqueue_active(&session->wait)) {
			WRITE_ONCE(session->waiting, true);
			again = true;
		}
		wake(session, head, false);
	}
	rcu_read_unlock();

	if (!again)
		return;
	set_bit(LATE, &sleepers->armed);
	/*
	 * As gpiohub_sleepers_arm(): what was published since the head was read
	 * above saw the bit clear.
	 */
	smp_mb__after_atomic();
	if (gpiohub_ring_head(&hub->ring) != head &&
	    test_and_clear_bit(LATE, &sleepers->armed))
		queue_work(system_highpri_wq, work);
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
	list_for_each_entry_rcu(session, &hub->sessions, node)
		wake_up_poll(&session->wait, EPOLLIN | EPOLLHUP | EPOLLERR);
	rcu_read_unlock();
}
