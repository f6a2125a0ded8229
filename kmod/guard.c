// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to a line whose owner is gone: the guard that was declared when it
 * was claimed. The only way by which ownership ends. One way to be gone is here as
 * well: a file whose heartbeat stopped.
 */
#include <linux/ktime.h>
#include <linux/pid.h>

#include "compat.h"
#include "hub.h"
#include "pattern.h"
#include "session.h"
#include "suspend.h"
#include "trace.h"

/* Under hub->config. Return: 0 or an errno that is told in the event. */
static int guard_pin(struct gpiohub_line *line)
{
	/* It may have been lost when its drive was changed: see configure_drive(). */
	int err = line->desc ? 0 : gpiohub_line_hold(line);

	if (err)
		return err;
	switch (line->guard) {
	case GPIOHUB_GUARD_INPUT:
		return gpiohub_line_input(line);
	case GPIOHUB_GUARD_LEVELS:
		return gpiohub_line_output(line, line->guard_level);
	default:
		return 0;
	}
}

/* Its guard is applied, and published with the error if the chip refused. */
static void guard_apply(struct gpiohub_line *line, enum gpiohub_end why)
{
	struct gpiohub_hub *hub = line->hub;
	u64 bit = gpiohub_line_bit(line);
	unsigned long flags;
	int err;

	err = guard_pin(line);
	trace_gpiohub_guard(line, why, err);

	line->owner = NULL;
	put_pid(line->owner_pid);
	line->owner_pid = NULL;
	line->heartbeat_us = 0;
	line->kept = line->guard != GPIOHUB_GUARD_INPUT;

	flags = gpiohub_hub_lock(hub);
	gpiohub_state_mark(hub->state, &hub->state->owned, bit, false);
	gpiohub_state_mark(hub->state, &hub->state->kept, bit, line->kept);
	gpiohub_hub_publish(hub, GPIOHUB_EVENT_GUARD, line->number,
			    line->guard | -err << 8 | why << 24);
	gpiohub_hub_unlock(hub, flags);

	if (!line->kept) {
		line->guard = 0;
		/* Nobody is left who could end it. */
		line->wake = false;
	}
	gpiohub_line_settle(line);
}

/**
 * gpiohub_guard_apply - end the ownership of lines
 * @session: their owner
 * @lines: which
 * @why: how it came to that
 *
 * First nothing drives any of them any more, nor session nor pattern nor rule, so that a
 * pattern that waited for one of them does not begin on another; then each has its guard.
 * Context: under hub->config.
 */
void gpiohub_guard_apply(struct gpiohub_session *session, u64 lines, enum gpiohub_end why)
{
	bool gone = why == GPIOHUB_END_GONE;
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_line *line;
	unsigned long flags;

	lockdep_assert_held(&hub->config);
	if (!lines)
		return;
	flags = gpiohub_hub_lock(hub);
	WRITE_ONCE(session->owned, session->owned & ~lines);
	gpiohub_patterns_stop(session, lines, gone ? GPIOHUB_OUTCOME_FAILED :
			      GPIOHUB_OUTCOME_RELEASED, gone ? ENODEV : 0);
	gpiohub_patterns_begin(session, ktime_get_ns());
	gpiohub_hub_unlatch(hub, lines);
	gpiohub_reflexes_released(hub, lines);
	gpiohub_hub_unlock(hub, flags);
	gpiohub_for_each_line(line, hub, lines)
		guard_apply(line, why);
}

/* Since when an owner is silent: not since before processes could run. */
static u64 silent_since(const struct gpiohub_session *session)
{
	return max_t(u64, atomic64_read(&session->kicked_ns), gpiohub_processes_resumed_ns());
}

/* When a line's owner is late who is silent since then. */
static u64 deadline(const struct gpiohub_line *line, u64 since_ns)
{
	if (!line->heartbeat_us)
		return U64_MAX;
	return since_ns + line->heartbeat_us * (u64)NSEC_PER_USEC;
}

/**
 * gpiohub_heartbeat_expect - see to it that a missed heartbeat is noticed
 * @session: the lines that it owns, or their heartbeats, changed
 *
 * Context: under hub->config.
 */
void gpiohub_heartbeat_expect(struct gpiohub_session *session)
{
	u64 since_ns = silent_since(session);
	struct gpiohub_line *line;
	u64 next = U64_MAX;

	lockdep_assert_held(&session->hub->config);
	gpiohub_for_each_line(line, session->hub, session->owned)
		next = min(next, deadline(line, since_ns));
	if (next != U64_MAX)
		hrtimer_start(&session->heartbeat, ns_to_ktime(next), HRTIMER_MODE_ABS_HARD);
}

/* Applying a guard may sleep. */
static enum hrtimer_restart heartbeat_timer(struct hrtimer *timer)
{
	struct gpiohub_session *session =
		container_of(timer, struct gpiohub_session, heartbeat);

	queue_work(gpiohub_session_work, &session->silent);
	return HRTIMER_NORESTART;
}

/* The timer is not moved by a kick: here it turns out whether there was one. */
static void silent_work(struct work_struct *work)
{
	struct gpiohub_session *session = container_of(work, struct gpiohub_session, silent);
	struct gpiohub_hub *hub = session->hub;
	u64 since_ns, now, late = 0;
	struct gpiohub_line *line;

	mutex_lock(&hub->config);
	/*
	 * All once: lines of one heartbeat have one fate. The clock first: if processes
	 * stand still and run again while we do this, they did so after it.
	 */
	now = ktime_get_ns();
	/* Who cannot run is not silent; gpiohub_heartbeats_forgive() goes on from here. */
	if (gpiohub_processes_stopped())
		goto out_unlock;
	since_ns = silent_since(session);
	gpiohub_for_each_line(line, hub, session->owned)
		if (deadline(line, since_ns) <= now)
			late |= gpiohub_line_bit(line);
	gpiohub_guard_apply(session, late, GPIOHUB_END_SILENT);
	gpiohub_heartbeat_expect(session);
out_unlock:
	mutex_unlock(&hub->config);
}

/**
 * gpiohub_heartbeat_kick - the owner is alive
 * @session: the owner
 *
 * Context: process. Return: 0; -EPERM: it owns nothing (any more).
 */
int gpiohub_heartbeat_kick(struct gpiohub_session *session)
{
	s64 now = ktime_get_ns();
	s64 before = atomic64_read(&session->kicked_ns);

	if (!READ_ONCE(session->owned))
		return -EPERM;
	/* Another thread may have been quicker with a later time. */
	while (before < now && !atomic64_try_cmpxchg(&session->kicked_ns, &before, now))
		;
	return 0;
}

/**
 * gpiohub_heartbeats_forgive - processes run again: expect their heartbeats
 * @hub: the hub
 *
 * Not since when they were silent, which gpiohub_processes_resumed_ns() tells already,
 * but timers that ran out meanwhile.
 * Context: process.
 */
void gpiohub_heartbeats_forgive(struct gpiohub_hub *hub)
{
	struct gpiohub_session *session;

	mutex_lock(&hub->config);
	list_for_each_entry(session, &hub->sessions, node)
		gpiohub_heartbeat_expect(session);
	mutex_unlock(&hub->config);
}

/**
 * gpiohub_heartbeat_init - no heartbeat yet
 * @session: zeroed by the caller
 */
void gpiohub_heartbeat_init(struct gpiohub_session *session)
{
	gpiohub_compat_hrtimer_setup(&session->heartbeat, heartbeat_timer,
				     HRTIMER_MODE_ABS_HARD);
	INIT_WORK(&session->silent, silent_work);
}

/**
 * gpiohub_heartbeat_stop - nothing is expected any more
 * @session: owns nothing, and nobody can claim for it
 *
 * Context: may sleep; without hub->config, which the worker takes.
 */
void gpiohub_heartbeat_stop(struct gpiohub_session *session)
{
	hrtimer_cancel(&session->heartbeat);
	/* It owns nothing: the worker does not start the timer again. */
	cancel_work_sync(&session->silent);
}
