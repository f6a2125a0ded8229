// SPDX-License-Identifier: GPL-2.0
/*
 * The way of a command ends here: driving a line, asking for its level. Who may was
 * checked before (claim.c, and for a set in may_set(), under the lock under which that
 * changes).
 */
#include <linux/gpio/consumer.h>
#include <linux/ktime.h>

#include "compat.h"
#include "hub.h"
#include "pattern.h"
#include "publish.h"
#include "session.h"

/* Publish that we drove a known line; under hub->lock, right after the pin. */
static __always_inline void driven(struct gpiohub_hub *hub, unsigned int line, bool level)
{
	const struct gpiohub_state *state = hub->state;

	if ((state->levels ^ (u64)level << line) & state->known & 1ULL << line)
		gpiohub_publish_edge(hub, line, level, GPIOHUB_EVENT_FLAG_DRIVEN,
				     ktime_get_ns());
}

/* Drive a line and publish it: one critical section. Under hub->lock. */
static __always_inline int set_line(struct gpiohub_hub *hub, unsigned int line, bool level)
{
	int err = gpiohub_compat_call(gpiod_set_raw_value, hub->line[line].desc, level);

	if (likely(!err))
		driven(hub, line, level);
	return err;
}

/*
 * Some lines, the lowest first, up to one that fails. By their numbers, which is shorter
 * than by gpiohub_for_each_line(). Under hub->lock.
 */
static __always_inline int set_lines(struct gpiohub_hub *hub, u64 lines, u64 levels,
				     u32 *culprit)
{
	unsigned int line;
	int err;

	for (; lines; lines &= lines - 1) {
		line = __ffs64(lines);
		err = set_line(hub, line, levels >> line & 1);
		if (unlikely(err)) {
			*culprit = line;
			return err;
		}
	}
	return 0;
}

/* What the session may drive right here. Under hub->lock. */
static __always_inline u64 may_set(const struct gpiohub_session *session)
{
	const struct gpiohub_hub *hub = session->hub;

	return session->owned & hub->state->outputs & ~hub->barred & ~hub->slow;
}

/**
 * gpiohub_lines_refuse - may a session drive lines, and why not?
 * @session: who asks
 * @lines: which lines
 * @barred: lines that are refused for now
 * @culprit: out, on an error: the line that it is about
 *
 * Context: any, under hub->lock. Return: 0; -ENODEV: one is gone; -EPERM: not the owner;
 * -EIO: not an output; -EBUSY: one is barred.
 */
int gpiohub_lines_refuse(const struct gpiohub_session *session, u64 lines, u64 barred,
			 u32 *culprit)
{
	const struct gpiohub_state *state = session->hub->state;
	const struct {
		u64 bad;
		int err;
	} reason[] = {
		{ state->gone, -ENODEV },
		{ ~session->owned, -EPERM },
		{ ~state->outputs, -EIO },
		{ barred, -EBUSY },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reason); i++) {
		if (lines & reason[i].bad) {
			*culprit = __ffs64(lines & reason[i].bad);
			return reason[i].err;
		}
	}
	return 0;
}

/*
 * What the pin is after we drove it: others may pull an open-drain or open-source
 * line as well.
 */
static int driven_level(struct gpiohub_line *line, bool level)
{
	if (line->drive <= GPIOHUB_DRIVE_PUSH_PULL)
		return level;
	return gpiod_get_value_cansleep(line->desc);
}

/* The same for a line that only a thread can reach, under its chip's lock. */
static int set_slow_line(struct gpiohub_line *line, bool level)
{
	struct gpiohub_hub *hub = line->hub;
	unsigned long flags;
	int err, now;

	err = gpiohub_compat_call(gpiod_set_value_cansleep, line->desc, level);
	now = err ?: driven_level(line, level);
	if (now >= 0 && !err) {
		flags = gpiohub_hub_lock(hub);
		driven(hub, line->number, now);
		gpiohub_hub_unlock(hub, flags);
	}
	return err;
}

/**
 * gpiohub_line_drive - drive a line and publish it
 * @line: an output
 * @level: to what
 *
 * Context: may sleep; under the chip's lock. Return: 0 or the chip's error.
 */
int gpiohub_line_drive(struct gpiohub_line *line, bool level)
{
	unsigned long flags;
	int err;

	lockdep_assert_held(&line->chip->lock);
	if (line->slow)
		return set_slow_line(line, level);
	flags = gpiohub_hub_lock(line->hub);
	err = set_line(line->hub, line->number, level);
	gpiohub_hub_unlock(line->hub, flags);
	return err;
}

/**
 * gpiohub_lines_drive - drive lines that interrupts can reach, for patterns and rules
 * @hub: the hub
 * @set: outputs to drive high
 * @clear: outputs to drive low
 * @driven: how many were not so already is added here
 *
 * Context: any, under hub->lock. Return: 0 or the first errno; the others are driven.
 */
int gpiohub_lines_drive(struct gpiohub_hub *hub, u64 set, u64 clear, unsigned int *driven)
{
	const struct gpiohub_state *state = hub->state;
	struct gpiohub_line *line;
	int err, first = 0;

	/* One that fails does not keep the others from being driven. */
	gpiohub_for_each_line(line, hub, (set & ~(state->levels & state->known)) |
			      (clear & (state->levels | ~state->known))) {
		err = set_line(hub, line->number, set & gpiohub_line_bit(line));
		if (unlikely(err))
			first = first ?: gpiohub_errno(err);
		++*driven;
	}
	return first;
}

/* Under hub->lock. */
static bool is_active(const struct gpiohub_pattern *pattern)
{
	return pattern->request.progress == GPIOHUB_ACTIVE;
}

/**
 * gpiohub_line_play - drive a line for a pattern that a thread plays
 * @line: one of its lines
 * @pattern: if it is over, nothing is driven
 * @level: to what
 *
 * Context: may sleep. Return: 0 or an errno.
 */
int gpiohub_line_play(struct gpiohub_line *line, const struct gpiohub_pattern *pattern,
		      bool level)
{
	struct gpiohub_hub *hub = line->hub;
	unsigned long flags;
	int err = 0;
	bool play;

	/*
	 * Who ends a pattern does so under hub->lock, and then drives its lines, or lets
	 * them go, the slow ones under the chip's: what we do here is over by then.
	 */
	mutex_lock(&line->chip->lock);
	flags = gpiohub_hub_lock(hub);
	/* An output is held, and under the chip's lock it stays so. */
	play = is_active(pattern) && (hub->state->outputs & gpiohub_line_bit(line));
	if (play && !line->slow)
		err = set_line(hub, line->number, level);
	gpiohub_hub_unlock(hub, flags);
	if (play && line->slow)
		err = set_slow_line(line, level);
	mutex_unlock(&line->chip->lock);
	return err ? gpiohub_errno(err) : 0;
}

/* One of them. Under hub->config. */
static int set_one(struct gpiohub_session *session, struct gpiohub_line *line, bool level)
{
	struct gpiohub_hub *hub = session->hub;
	unsigned long flags;
	u32 culprit;
	int err;

	/*
	 * A rule may have latched it meanwhile, and driven it. From here on who latches
	 * it does so under hub->lock, and drives it after us, where it is slow under the
	 * chip's.
	 */
	mutex_lock(&line->chip->lock);
	flags = gpiohub_hub_lock(hub);
	err = gpiohub_lines_refuse(session, gpiohub_line_bit(line), hub->barred, &culprit);
	/* What a rule chose before is older. */
	if (!err)
		gpiohub_reflexes_released(hub, gpiohub_line_bit(line));
	if (!err && !line->slow)
		err = set_line(hub, line->number, level);
	gpiohub_hub_unlock(hub, flags);
	if (!err && line->slow)
		err = set_slow_line(line, level);
	mutex_unlock(&line->chip->lock);
	return err;
}

/*
 * Some of the lines are slow: one by one, under hub->config, so that nobody takes
 * them away in between.
 */
static int set_slow(struct gpiohub_session *session, u64 lines, u64 levels, u32 *culprit)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_line *line;
	unsigned long flags;
	int err;

	mutex_lock(&hub->config);
	flags = gpiohub_hub_lock(hub);
	err = gpiohub_lines_refuse(session, lines, hub->barred, culprit);
	gpiohub_hub_unlock(hub, flags);
	if (err)
		goto out_unlock;
	gpiohub_for_each_line(line, hub, lines) {
		err = set_one(session, line, levels & gpiohub_line_bit(line));
		if (err) {
			*culprit = line->number;
			break;
		}
	}
out_unlock:
	mutex_unlock(&hub->config);
	return gpiohub_errno(err);
}

/**
 * gpiohub_lines_set - drive lines and publish what changed
 * @session: who asks
 * @lines: which lines
 * @levels: to what
 * @culprit: out, on an error: the line that it is about
 *
 * Context: process. Return: 0; -EPERM: not the owner; -EIO: not an output;
 * -ENODEV: gone; -EBUSY: a pattern or a rule has it. These before any effect, but where a
 * line is slow: there something may come between one line and the next. Or the chip's
 * error, at the line that is told; what was set before it stays.
 */
int gpiohub_lines_set(struct gpiohub_session *session, u64 lines, u64 levels, u32 *culprit)
{
	struct gpiohub_hub *hub = session->hub;
	unsigned long flags;
	int err;

	trace_gpiohub_command(hub, GPIOHUB_OP_SET, lines, levels);
	flags = gpiohub_hub_lock(hub);
	if (unlikely(lines & hub->slow)) {
		gpiohub_hub_unlock(hub, flags);
		return set_slow(session, lines, levels, culprit);
	}
	if (unlikely(lines & ~may_set(session))) {
		err = gpiohub_lines_refuse(session, lines, hub->barred, culprit);
		goto out_unlock;
	}
	err = set_lines(hub, lines, levels, culprit);
out_unlock:
	gpiohub_hub_unlock(hub, flags);
	return err ? gpiohub_errno(err) : 0;
}

/* Does a command set lines, and is no field used that is not for that? */
static __always_inline bool is_set(const struct gpiohub_command *command)
{
	return command->op == GPIOHUB_OP_SET && !command->line && !command->flags &&
	       !command->arg;
}

/**
 * gpiohub_lines_set_run - the commands at the head of a batch that only set lines
 * @session: who asks
 * @commands: the batch
 * @count: how many
 * @done: out: how many were done
 * @culprit: out, on an error: the line that it is about
 *
 * They share a critical section, as the lines of one SET do, and like these each line is
 * set once in it: before the next time interrupts are let in that wait. What is slow,
 * wrong or refused is left to gpiohub_lines_set().
 * Context: process. Return: 0, or the chip's error of the command after those done.
 */
int gpiohub_lines_set_run(struct gpiohub_session *session,
			  const struct gpiohub_command *commands, u32 count, u32 *done,
			  u32 *culprit)
{
	const struct gpiohub_command *command, *end = commands + count;
	struct gpiohub_hub *hub = session->hub;
	unsigned long flags;
	int err = 0;
	u64 may;

	flags = gpiohub_hub_lock(hub);
	may = may_set(session);
	for (command = commands; command < end && is_set(command); command++) {
		/* What may be set is a line of the hub. */
		if (command->mask & ~may) {
			gpiohub_hub_unlock(hub, flags);
			flags = gpiohub_hub_lock(hub);
			may = may_set(session);
			if (unlikely(command->mask & ~may))
				break;
		}
		trace_gpiohub_command(hub, GPIOHUB_OP_SET, command->mask, command->value);
		may &= ~command->mask;
		err = set_lines(hub, command->mask, command->value, culprit);
		if (unlikely(err))
			break;
	}
	gpiohub_hub_unlock(hub, flags);
	*done = command - commands;
	return err ? gpiohub_errno(err) : 0;
}

/* One line that the hub does not know. Under hub->config. */
static int look(struct gpiohub_line *line)
{
	int level;

	line->looking = true;
	level = gpiohub_line_hold(line);
	if (!level)
		level = gpiohub_line_level(line);
	line->looking = false;
	gpiohub_line_settle(line);
	return level;
}

/**
 * gpiohub_lines_get - levels of lines
 * @session: who asks
 * @lines: which lines
 * @levels: out
 * @culprit: out, on an error: the line that it is about
 *
 * Context: process. Return: 0; -ENODEV: gone; -EBUSY: used by somebody else;
 * -EACCES: would have to be taken, and the session gave that right up.
 */
int gpiohub_lines_get(struct gpiohub_session *session, u64 lines, u64 *levels, u32 *culprit)
{
	struct gpiohub_hub *hub = session->hub;
	unsigned long flags;
	struct gpiohub_line *line;
	int level = 0;
	u64 unknown;

	flags = gpiohub_hub_lock(hub);
	unknown = lines & ~hub->state->known;
	*levels = lines & hub->state->levels;
	gpiohub_hub_unlock(hub, flags);
	if (!unknown)
		return 0;

	mutex_lock(&hub->config);
	gpiohub_for_each_line(line, hub, unknown) {
		if (!line->desc && (READ_ONCE(session->restricted) & GPIOHUB_RESTRICT_ARM))
			level = -EACCES;
		else
			level = look(line);
		if (level < 0) {
			*culprit = line->number;
			break;
		}
		if (level)
			*levels |= gpiohub_line_bit(line);
	}
	mutex_unlock(&hub->config);
	return min(level, 0);
}
