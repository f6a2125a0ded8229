// SPDX-License-Identifier: GPL-2.0
/*
 * Who watches a line and who owns it: any number may watch, one owner may
 * configure and drive. Everything here is under hub->config.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched.h>

#include "hub.h"
#include "keep.h"
#include "session.h"
#include "trace.h"

/* Return: the errno, having noted the line. */
static int blame(const struct gpiohub_line *line, int err, u32 *culprit)
{
	*culprit = line->number;
	return err;
}

static void mark(struct gpiohub_hub *hub, __u64 *mask, u64 lines, bool on)
{
	unsigned long flags;

	flags = gpiohub_hub_lock(hub);
	gpiohub_state_mark(hub->state, mask, lines, on);
	gpiohub_hub_unlock(hub, flags);
}

/**
 * gpiohub_unwatch_locked - one watcher of these lines less
 * @hub: the hub
 * @lines: which lines
 *
 * Context: process, under hub->config.
 */
void gpiohub_unwatch_locked(struct gpiohub_hub *hub, u64 lines)
{
	struct gpiohub_line *line;

	gpiohub_for_each_line(line, hub, lines) {
		if (!--line->watchers)
			mark(hub, &hub->state->watched, gpiohub_line_bit(line), false);
		/* A chip that sleeps is not touched: gpiohub_chip_awake() does it then. */
		if (!hub->asleep)
			gpiohub_line_settle(line);
	}
}

/* Held and armed, or why not. */
static int watch_line(struct gpiohub_line *line)
{
	int err = gpiohub_line_hold(line);

	return err ?: gpiohub_line_arm(line);
}

/* Lines that the session does not watch yet: all or none of them. */
static int watch(struct gpiohub_hub *hub, u64 lines, u32 *culprit)
{
	struct gpiohub_line *line;
	u64 done = 0;
	int err;

	gpiohub_for_each_line(line, hub, lines) {
		if (!line->watchers++)
			mark(hub, &hub->state->watched, gpiohub_line_bit(line), true);
		done |= gpiohub_line_bit(line);
		err = watch_line(line);
		if (err) {
			gpiohub_unwatch_locked(hub, done);
			return blame(line, err, culprit);
		}
	}
	return 0;
}

/* Lines that it watches already: they may have failed when their chip came back. */
static int watch_again(struct gpiohub_hub *hub, u64 lines, u32 *culprit)
{
	struct gpiohub_line *line;
	int err;

	gpiohub_for_each_line(line, hub, lines & ~hub->state->gone) {
		err = watch_line(line);
		if (err)
			return blame(line, err, culprit);
	}
	return 0;
}

/**
 * gpiohub_watch - watch lines on behalf of a wait, a pattern or a rule
 * @session: who asks
 * @lines: which lines
 * @culprit: out, on an error: the line that it is about
 *
 * Context: process. Return: as gpiohub_subscribe(); then nothing changed.
 */
int gpiohub_watch(struct gpiohub_session *session, u64 lines, u32 *culprit)
{
	struct gpiohub_hub *hub = session->hub;
	u64 more;
	int err;

	if (!lines)
		return 0;
	mutex_lock(&hub->config);
	more = lines & ~session->watched;
	if (more && (session->restricted & GPIOHUB_RESTRICT_ARM)) {
		*culprit = __ffs64(more);
		err = -EACCES;
	} else {
		err = watch(hub, lines, culprit);
	}
	mutex_unlock(&hub->config);
	return err;
}

/**
 * gpiohub_unwatch - undo gpiohub_watch()
 * @hub: the hub
 * @lines: which lines
 *
 * Context: process.
 */
void gpiohub_unwatch(struct gpiohub_hub *hub, u64 lines)
{
	if (!lines)
		return;
	mutex_lock(&hub->config);
	gpiohub_unwatch_locked(hub, lines);
	mutex_unlock(&hub->config);
}

/**
 * gpiohub_subscribe - watch exactly these lines, and read(2) only their events
 * @session: who
 * @lines: which lines
 * @kinds: which kinds of events
 * @keep_ms: how long the lines stay armed when the session is closed
 * @culprit: out, on an error: the line that it is about
 *
 * Context: process. Return: 0; -ENOMEM; -EACCES: a line not watched before, and the right
 * to more was given up; or as gpiohub_line_hold() and gpiohub_line_arm(); then
 * nothing changed.
 */
int gpiohub_subscribe(struct gpiohub_session *session, u64 lines, u32 kinds, u32 keep_ms,
		      u32 *culprit)
{
	struct gpiohub_hub *hub = session->hub;
	u64 more, less;
	int err;

	mutex_lock(&hub->config);
	more = lines & ~session->watched;
	less = session->watched & ~lines;
	if (more && (session->restricted & GPIOHUB_RESTRICT_ARM)) {
		*culprit = __ffs64(more);
		err = -EACCES;
		goto out_unlock;
	}
	err = gpiohub_keep_prepare(session, keep_ms);
	if (!err)
		err = watch_again(hub, lines & session->watched, culprit);
	if (!err)
		err = watch(hub, more, culprit);
	if (!err) {
		gpiohub_unwatch_locked(hub, less);
		WRITE_ONCE(session->watched, lines);
		WRITE_ONCE(session->lines, lines);
		WRITE_ONCE(session->kinds, kinds);
		session->keep_ms = keep_ms;
		gpiohub_keep_adopt(session, lines);
	}
out_unlock:
	mutex_unlock(&hub->config);
	return err;
}

static int may_claim(struct gpiohub_session *session, struct gpiohub_line *line)
{
	if (session->hub->state->gone & gpiohub_line_bit(line))
		return -ENODEV;
	if (line->owner && line->owner != session)
		return -EBUSY;
	if (line->kept && !uid_eq(line->owner_uid, current_euid()) && !capable(CAP_SYS_ADMIN))
		return -EBUSY;
	return 0;
}

/* Undo take_over(): what was kept before is kept again. */
static void give_back(struct gpiohub_hub *hub, u64 lines)
{
	struct gpiohub_line *line;

	gpiohub_for_each_line(line, hub, lines) {
		line->owner = NULL;
		gpiohub_line_settle(line);
	}
}

/* Have the lines that the session does not own yet; none of them is another's. */
static int take_over(struct gpiohub_session *session, u64 lines, u32 *culprit)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_line *line;
	u64 done = 0;
	int err;

	gpiohub_for_each_line(line, hub, lines) {
		line->owner = session;
		done |= gpiohub_line_bit(line);
		err = gpiohub_line_hold(line);
		if (err) {
			give_back(hub, done);
			return blame(line, err, culprit);
		}
	}
	return 0;
}

/* Nothing can fail any more. */
static void own(struct gpiohub_session *session, const struct gpiohub_claim *claim)
{
	u64 lines = claim->lines;
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_line *line;
	unsigned long flags;

	gpiohub_for_each_line(line, hub, lines) {
		line->guard = claim->guard;
		line->guard_level = claim->levels & gpiohub_line_bit(line);
		line->heartbeat_us = claim->heartbeat_us;
		line->kept = false;
		put_pid(line->owner_pid);
		line->owner_pid = get_pid(task_tgid(current));
		line->owner_uid = current_euid();
		get_task_comm(line->owner_comm, current->group_leader);
	}
	flags = gpiohub_hub_lock(hub);
	/* Of what is new to him: a safety rule of his own keeps its word. */
	gpiohub_reflexes_released(hub, lines & ~session->owned);
	WRITE_ONCE(session->owned, session->owned | lines);
	gpiohub_state_mark(hub->state, &hub->state->owned, lines, true);
	gpiohub_state_mark(hub->state, &hub->state->kept, lines, false);
	gpiohub_hub_unlatch(hub, lines);
	gpiohub_reflexes_claimed(hub, lines, current_euid());
	gpiohub_hub_unlock(hub, flags);
	gpiohub_heartbeat_kick(session);
	gpiohub_heartbeat_expect(session);
}

/**
 * gpiohub_claim - own lines
 * @session: who
 * @claim: which lines, and their guard; checked by the caller
 * @culprit: out, on an error: the line that it is about
 *
 * Context: process. Return: 0; -EBUSY: another's; or as gpiohub_line_hold();
 * then nothing changed.
 */
int gpiohub_claim(struct gpiohub_session *session, const struct gpiohub_claim *claim,
		  u32 *culprit)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_line *line;
	int err = 0;

	trace_gpiohub_command(hub, GPIOHUB_OP_CLAIM, claim->lines, claim->levels);
	mutex_lock(&hub->config);
	gpiohub_for_each_line(line, hub, claim->lines) {
		err = may_claim(session, line);
		if (err) {
			blame(line, err, culprit);
			goto out_unlock;
		}
	}
	err = take_over(session, claim->lines & ~session->owned, culprit);
	if (!err)
		own(session, claim);
out_unlock:
	mutex_unlock(&hub->config);
	return err;
}

static int check_owned(const struct gpiohub_session *session, u64 lines, u32 *culprit)
{
	u64 bad = lines & session->hub->state->gone;

	if (bad) {
		*culprit = __ffs64(bad);
		return -ENODEV;
	}
	bad = lines & ~session->owned;
	if (bad) {
		*culprit = __ffs64(bad);
		return -EPERM;
	}
	return 0;
}

/**
 * gpiohub_release - give lines back; their guards are applied
 * @session: who
 * @lines: which lines
 * @culprit: out, on an error: the line that it is about
 *
 * Context: process. Return: 0; -EPERM: one is not the session's; -ENODEV: one is
 * gone; then none is released.
 */
int gpiohub_release(struct gpiohub_session *session, u64 lines, u32 *culprit)
{
	struct gpiohub_hub *hub = session->hub;
	int err;

	trace_gpiohub_command(hub, GPIOHUB_OP_RELEASE, lines, 0);
	mutex_lock(&hub->config);
	err = check_owned(session, lines, culprit);
	if (!err)
		gpiohub_guard_apply(session, lines, GPIOHUB_END_RELEASED);
	mutex_unlock(&hub->config);
	return err;
}

/**
 * gpiohub_release_all - give all lines back; their guards are applied
 * @session: who
 * @process: only what this process claimed, or NULL
 * @why: how it came to that
 *
 * What it owns is looked at under the lock: a chip may take lines away meanwhile.
 * Context: process.
 */
void gpiohub_release_all(struct gpiohub_session *session, const struct pid *process,
			 enum gpiohub_end why)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_line *line;
	u64 lines = 0;

	mutex_lock(&hub->config);
	gpiohub_for_each_line(line, hub, session->owned)
		if (!process || line->owner_pid == process)
			lines |= gpiohub_line_bit(line);
	gpiohub_guard_apply(session, lines, why);
	mutex_unlock(&hub->config);
}

/*
 * A pattern that begins after this look fails as soon as a line of it is no output, or
 * one that an interrupt cannot drive.
 */
static int check_free(struct gpiohub_hub *hub, u64 lines, u32 *culprit)
{
	unsigned long flags;
	u64 busy;

	flags = gpiohub_hub_lock(hub);
	busy = lines & hub->barred;
	gpiohub_hub_unlock(hub, flags);
	if (!busy)
		return 0;
	*culprit = __ffs64(busy);
	return -EBUSY;
}

/**
 * gpiohub_configure - configure lines, one after the other
 * @session: who
 * @config: which, and how; checked by the caller
 * @culprit: out, on an error: the line that it is about
 *
 * Context: process. Return: 0; -EPERM: one is not the session's; -ENODEV: one is
 * gone; -EBUSY: one is played by a pattern, or latched by a rule; then nothing is
 * changed. Or as gpiohub_line_configure().
 */
int gpiohub_configure(struct gpiohub_session *session, const struct gpiohub_config *config,
		      u32 *culprit)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_line *line;
	int err;

	trace_gpiohub_command(hub, GPIOHUB_OP_CONFIGURE, config->lines, config->levels);
	mutex_lock(&hub->config);
	err = check_owned(session, config->lines, culprit);
	if (!err)
		err = check_free(hub, config->lines, culprit);
	if (err)
		goto out_unlock;
	gpiohub_for_each_line(line, hub, config->lines) {
		/* Lost when its drive was changed: see configure_drive(). */
		err = gpiohub_line_hold(line);
		if (!err)
			err = gpiohub_line_configure(line, config);
		if (err) {
			blame(line, err, culprit);
			break;
		}
	}
out_unlock:
	mutex_unlock(&hub->config);
	return err;
}
