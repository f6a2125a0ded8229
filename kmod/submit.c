// SPDX-License-Identifier: GPL-2.0
/*
 * Batches: up to GPIOHUB_MAX_SUBMIT commands of 32 bytes in one call, each the same as
 * its verb.
 */
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "hub.h"
#include "ioctl.h"
#include "session.h"

/* Commands that are copied in at once: they lie on the stack. */
#define BATCH	16

static int submit_play(struct gpiohub_session *session, const struct gpiohub_command *command,
		       u32 *culprit)
{
	struct gpiohub_play request;

	if (copy_from_user(&request, u64_to_user_ptr(command->value), sizeof(request)))
		return -EFAULT;
	request.id = command->id;
	return gpiohub_verb_play(session, &request, culprit);
}

static int submit_rule_add(struct gpiohub_session *session,
			   const struct gpiohub_command *command, u32 *culprit)
{
	struct gpiohub_rule rule;

	if (copy_from_user(&rule, u64_to_user_ptr(command->value), sizeof(rule)))
		return -EFAULT;
	rule.id = command->id;
	return gpiohub_verb_rule(session, &rule, culprit);
}

static int submit_claim(struct gpiohub_session *session, const struct gpiohub_command *command,
			u32 *culprit)
{
	struct gpiohub_claim claim = {
		.lines = command->mask,
		.guard = (u32)command->value,
		.levels = command->arg,
		.heartbeat_us = command->value >> 32,
	};

	/* Bits 8-31 are not used: no guard has so high a number. */
	if (gpiohub_check_claim(&claim))
		return -EINVAL;
	return gpiohub_claim(session, &claim, culprit);
}

static int submit_configure(struct gpiohub_session *session,
			    const struct gpiohub_command *command, u32 *culprit)
{
	struct gpiohub_config config = {
		.lines = command->mask,
		.levels = command->value,
		.direction = command->arg,
		.bias = command->arg >> 8,
		.drive = command->arg >> 16,
		.wake = command->arg >> 24,
		.debounce_us = command->arg >> 32,
	};
	int err;

	if (gpiohub_check_config(&config))
		return -EINVAL;
	err = gpiohub_session_spend(session);
	return err ?: gpiohub_configure(session, &config, culprit);
}

static int submit_one(struct gpiohub_session *session, const struct gpiohub_command *command,
		      u32 *culprit)
{
	int err;

	if (command->line || command->flags)
		return -EINVAL;
	err = gpiohub_check_lines(session->hub, command->mask, culprit);
	if (err)
		return err;
	switch (command->op) {
	case GPIOHUB_OP_SET:
		if (command->arg)
			return -EINVAL;
		return gpiohub_lines_set(session, command->mask, command->value, culprit);
	case GPIOHUB_OP_CLAIM:
		return submit_claim(session, command, culprit);
	case GPIOHUB_OP_RELEASE:
		if (command->value || command->arg)
			return -EINVAL;
		return gpiohub_release(session, command->mask, culprit);
	case GPIOHUB_OP_CONFIGURE:
		return submit_configure(session, command, culprit);
	case GPIOHUB_OP_KICK:
		if (command->mask || command->value || command->arg)
			return -EINVAL;
		return gpiohub_heartbeat_kick(session);
	case GPIOHUB_OP_PLAY:
		if (command->mask || command->arg)
			return -EINVAL;
		return submit_play(session, command, culprit);
	case GPIOHUB_OP_CANCEL:
		if (command->mask || command->arg)
			return -EINVAL;
		return gpiohub_verb_cancel(session, (u32)command->value, command->value >> 32);
	case GPIOHUB_OP_RULE_ADD:
		if (command->mask || command->arg)
			return -EINVAL;
		return submit_rule_add(session, command, culprit);
	case GPIOHUB_OP_RULE_DEL:
		if (command->mask || command->arg || command->value >> 32)
			return -EINVAL;
		return gpiohub_reflex_delete(session, (u32)command->value);
	default:
		return -EINVAL;
	}
}

/* Commands that are in the kernel. Return: 0, or the error of the one after done. */
static int submit_some(struct gpiohub_session *session, const struct gpiohub_command *commands,
		       u32 count, u32 *done, u32 *culprit)
{
	u32 i = 0, set;
	int err = 0;

	while (i < count) {
		err = gpiohub_lines_set_run(session, commands + i, count - i, &set, culprit);
		i += set;
		if (err || i == count)
			break;
		err = submit_one(session, &commands[i], culprit);
		if (err)
			break;
		i++;
	}
	*done += i;
	return err;
}

static int submit_all(struct gpiohub_session *session, struct gpiohub_submit *submit,
		      u32 *culprit)
{
	struct gpiohub_command __user *from = u64_to_user_ptr(submit->commands);
	struct gpiohub_command commands[BATCH];
	u32 count;
	int err = 0;

	while (!err && submit->done < submit->count) {
		/* On a slow chip this can take long. */
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		count = min_t(u32, submit->count - submit->done, BATCH);
		if (copy_from_user(commands, from + submit->done, count * sizeof(*commands)))
			return -EFAULT;
		err = submit_some(session, commands, count, &submit->done, culprit);
	}
	return err;
}

/**
 * gpiohub_do_submit - a batch of commands
 * @session: who asks
 * @user: address of the argument
 *
 * Context: process. Return: 0 or an errno as told in <linux/gpiohub.h>.
 */
long gpiohub_do_submit(struct gpiohub_session *session, struct gpiohub_submit __user *user)
{
	struct gpiohub_submit submit;
	u32 culprit = GPIOHUB_NO_LINE;
	int err = -EINVAL;

	if (copy_from_user(&submit, user, sizeof(submit)))
		return -EFAULT;
	submit.done = 0;
	if (!submit.reserved && submit.count && submit.count <= GPIOHUB_MAX_SUBMIT)
		err = submit_all(session, &submit, &culprit);
	/* The command's error weighs more than one of telling how many were done. */
	if (put_user(submit.done, &user->done) && !err)
		err = -EFAULT;
	return err ? gpiohub_blame(&user->line, culprit, err) : 0;
}
