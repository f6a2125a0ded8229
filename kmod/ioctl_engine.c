// SPDX-License-Identifier: GPL-2.0
/*
 * The verbs of waits, patterns and rules: copied in once and checked here, done in
 * wait.c, play.c, request.c and rule.c.
 */
#include <linux/ktime.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "hub.h"
#include "ioctl.h"
#include "pattern.h"
#include "session.h"

static int check_wait(const struct gpiohub_wait *wait)
{
	return wait->count && wait->kinds && !(wait->kinds & ~GPIOHUB_KINDS_ALL) ? 0 : -EINVAL;
}

/**
 * gpiohub_do_wait - wait for events
 * @file: the file
 * @user: address of the argument
 *
 * Context: process. Return: 0 or an errno as told in <linux/gpiohub.h>.
 */
long gpiohub_do_wait(struct file *file, struct gpiohub_wait __user *user)
{
	struct gpiohub_session *session = file->private_data;
	u32 culprit = GPIOHUB_NO_LINE;
	struct gpiohub_wait wait;
	int err;

	if (copy_from_user(&wait, user, sizeof(wait)))
		return -EFAULT;
	err = check_wait(&wait);
	if (!err)
		err = gpiohub_check_lines(session->hub, wait.lines, &culprit);
	if (err)
		return gpiohub_blame(&user->line, culprit, err);
	err = gpiohub_wait(session, &wait, !(file->f_flags & O_NONBLOCK), &culprit);
	/* How far it came, also for the call that is made again after a signal. */
	wait.line = culprit;
	if (copy_to_user(user, &wait, sizeof(wait)))
		return -EFAULT;
	return err;
}

/**
 * gpiohub_verb_cancel - end requests, as the user asks
 * @session: who asks
 * @id: which; 0: all
 * @flags: GPIOHUB_CANCEL_*, not checked yet
 *
 * Context: process. Return: as told at struct gpiohub_cancel.
 */
int gpiohub_verb_cancel(struct gpiohub_session *session, u32 id, u32 flags)
{
	if (flags & ~GPIOHUB_CANCEL_AT_CYCLE)
		return -EINVAL;
	return gpiohub_requests_cancel(session, id, flags & GPIOHUB_CANCEL_AT_CYCLE);
}

/**
 * gpiohub_do_cancel - end requests
 * @session: who asks
 * @user: address of the argument
 *
 * Context: process. Return: 0 or an errno as told in <linux/gpiohub.h>.
 */
long gpiohub_do_cancel(struct gpiohub_session *session, struct gpiohub_cancel __user *user)
{
	struct gpiohub_cancel request;

	if (copy_from_user(&request, user, sizeof(request)))
		return -EFAULT;
	return gpiohub_verb_cancel(session, request.id, request.flags);
}

static int check_edges(u32 kinds)
{
	return kinds && !(kinds & ~GPIOHUB_KINDS_EDGES) ? 0 : -EINVAL;
}

static int check_start(const struct gpiohub_hub *hub, struct gpiohub_play *play,
		       u32 *culprit)
{
	bool at = play->start == GPIOHUB_START_AT, edge = play->start == GPIOHUB_START_EDGE;

	if (play->start > GPIOHUB_START_RULE || (play->start_ns && !at))
		return -EINVAL;
	if (!edge)
		return play->start_line || play->start_kinds ? -EINVAL : 0;
	if (check_edges(play->start_kinds))
		return -EINVAL;
	if (play->start_line >= hub->nr_lines) {
		*culprit = min_t(u32, play->start_line, GPIOHUB_NO_LINE);
		return -ENXIO;
	}
	play->start_line = array_index_nospec(play->start_line, hub->nr_lines);
	return 0;
}

static int check_play(const struct gpiohub_hub *hub, struct gpiohub_play *play, u32 *culprit)
{
	const u32 replaces = GPIOHUB_PLAY_REPLACE | GPIOHUB_PLAY_AT_CYCLE;
	const u32 all = replaces | GPIOHUB_PLAY_MORE | GPIOHUB_PLAY_STANDING;

	if (!play->lines || !play->id || !play->count || play->count > GPIOHUB_MAX_STEPS ||
	    (play->flags & ~all) || (play->flags & replaces) == replaces)
		return -EINVAL;
	/* It comes again by what started it. */
	if ((play->flags & GPIOHUB_PLAY_STANDING) && (play->start < GPIOHUB_START_EDGE ||
						      (play->flags & GPIOHUB_PLAY_MORE)))
		return -EINVAL;
	return gpiohub_check_lines(hub, play->lines, culprit) ?: check_start(hub, play, culprit);
}

/**
 * gpiohub_verb_play - play a pattern, as the user asks
 * @session: who asks
 * @play: what, not checked yet; out, on an error: its step
 * @culprit: out, on an error: the line that it is about
 *
 * Context: process. Return: as told at struct gpiohub_play.
 */
int gpiohub_verb_play(struct gpiohub_session *session, struct gpiohub_play *play, u32 *culprit)
{
	int err;

	play->step = play->count;
	err = check_play(session->hub, play, culprit);
	return err ?: gpiohub_play(session, play, culprit, &play->step);
}

/**
 * gpiohub_do_play - play a pattern
 * @session: who asks
 * @user: address of the argument
 *
 * Context: process. Return: 0 or an errno as told in <linux/gpiohub.h>.
 */
long gpiohub_do_play(struct gpiohub_session *session, struct gpiohub_play __user *user)
{
	u32 culprit = GPIOHUB_NO_LINE;
	struct gpiohub_play request;
	int err;

	if (copy_from_user(&request, user, sizeof(request)))
		return -EFAULT;
	err = gpiohub_verb_play(session, &request, &culprit);
	if (!err)
		return 0;
	/* The error weighs more than a failure to explain it. */
	(void)put_user(request.step, &user->step);
	return gpiohub_blame(&user->line, culprit, err);
}

static int check_rule(const struct gpiohub_hub *hub, struct gpiohub_rule *rule, u32 *culprit)
{
	const u32 all = GPIOHUB_RULE_ONE_SHOT | GPIOHUB_RULE_HUB | GPIOHUB_RULE_LATCH;
	u64 driven = rule->set | rule->clear | rule->toggle;

	if (!rule->id || (rule->flags & ~all) || check_edges(rule->kinds) ||
	    (rule->value & ~rule->mask) || (rule->set & rule->clear) ||
	    (rule->toggle & (rule->set | rule->clear)) ||
	    rule->holdoff_ns < GPIOHUB_HOLDOFF_MIN_NS || rule->holdoff_ns > KTIME_MAX ||
	    rule->reserved[0] || rule->reserved[1])
		return -EINVAL;
	if (!driven && !rule->stop && !rule->start)
		return -EINVAL;
	/* Patterns end with their file, what is the hub's does not. */
	if (rule->start && (rule->flags & GPIOHUB_RULE_HUB))
		return -EINVAL;
	if (rule->trigger >= hub->nr_lines) {
		*culprit = min_t(u32, rule->trigger, GPIOHUB_NO_LINE);
		return -ENXIO;
	}
	rule->trigger = array_index_nospec(rule->trigger, hub->nr_lines);
	return gpiohub_check_lines(hub, rule->mask | driven | rule->stop, culprit);
}

/**
 * gpiohub_verb_rule - add a rule, as the user asks
 * @session: who asks
 * @rule: which, not checked yet
 * @culprit: out, on an error: the line that it is about
 *
 * Context: process. Return: as told at struct gpiohub_rule.
 */
int gpiohub_verb_rule(struct gpiohub_session *session, struct gpiohub_rule *rule,
		      u32 *culprit)
{
	int err = check_rule(session->hub, rule, culprit);

	return err ?: gpiohub_reflex_add(session, rule, culprit);
}

/**
 * gpiohub_do_rule_add - add a rule
 * @session: who asks
 * @user: address of the argument
 *
 * Context: process. Return: 0 or an errno as told in <linux/gpiohub.h>.
 */
long gpiohub_do_rule_add(struct gpiohub_session *session, struct gpiohub_rule __user *user)
{
	u32 culprit = GPIOHUB_NO_LINE;
	struct gpiohub_rule rule;
	int err;

	if (copy_from_user(&rule, user, sizeof(rule)))
		return -EFAULT;
	err = gpiohub_verb_rule(session, &rule, &culprit);
	return err ? gpiohub_blame(&user->line, culprit, err) : 0;
}

/**
 * gpiohub_do_rule_del - delete a rule
 * @session: who asks
 * @user: address of the argument
 *
 * Context: process. Return: 0 or an errno as told in <linux/gpiohub.h>.
 */
long gpiohub_do_rule_del(struct gpiohub_session *session, u32 __user *user)
{
	u32 id;

	if (get_user(id, user))
		return -EFAULT;
	return gpiohub_reflex_delete(session, id);
}
