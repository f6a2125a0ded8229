// SPDX-License-Identifier: GPL-2.0
/*
 * The table of verbs. Arguments are copied in once, checked, used, and copied out
 * if the verb says so; the functions that do the work are in claim.c and drive.c.
 */
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/uaccess.h>

#include "hub.h"
#include "session.h"

/* Commands of GPIOHUB_SUBMIT that are copied in at once: they lie on the stack. */
#define BATCH	16

static u64 all_lines(const struct gpiohub_hub *hub)
{
	return hub->nr_lines == 64 ? U64_MAX : (1ULL << hub->nr_lines) - 1;
}

/* Has the hub these lines? Return: 0, or -ENXIO and the first that it has not. */
static int check_lines(const struct gpiohub_hub *hub, u64 lines, u32 *culprit)
{
	u64 bad = lines & ~all_lines(hub);

	if (likely(!bad))
		return 0;
	*culprit = __ffs64(bad);
	return -ENXIO;
}

static int check_guard(u64 guard)
{
	return guard == GPIOHUB_GUARD_INPUT || guard == GPIOHUB_GUARD_KEEP ? 0 : -EINVAL;
}

static int check_config(const struct gpiohub_config *config)
{
	if (config->direction > GPIOHUB_DIRECTION_OUTPUT ||
	    config->bias > GPIOHUB_BIAS_PULL_DOWN ||
	    config->drive > GPIOHUB_DRIVE_OPEN_SOURCE)
		return -EINVAL;
	/* Only an output drives. */
	if (config->drive && config->direction != GPIOHUB_DIRECTION_OUTPUT)
		return -EINVAL;
	return 0;
}

static int do_info(struct gpiohub_session *session, void *arg)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_info *info = arg;

	info->abi_version = GPIOHUB_ABI_VERSION;
	info->lines = hub->nr_lines;
	info->features = GPIOHUB_FEATURES;
	info->epoch = hub->epoch;
	info->records = hub->ring.mask + 1;
	info->state_size = sizeof(struct gpiohub_state);
	info->cursor_size = sizeof(struct gpiohub_cursor);
	info->positions_size = sizeof(struct gpiohub_positions);
	info->records_size = (hub->ring.mask + 1) * sizeof(struct gpiohub_event);
	strscpy(info->name, gpiohub_hub_name(hub), sizeof(info->name));
	strscpy(info->label, hub->label, sizeof(info->label));
	return 0;
}

static u32 line_flags(const struct gpiohub_session *session, const struct gpiohub_line *line)
{
	const struct gpiohub_state *state = session->hub->state;
	u64 bit = gpiohub_line_bit(line);
	u32 flags = 0;

	if (line->desc)
		flags |= GPIOHUB_LINE_HELD;
	if (line->watchers)
		flags |= GPIOHUB_LINE_WATCHED;
	if (line->owner)
		flags |= GPIOHUB_LINE_OWNED;
	if (line->owner == session)
		flags |= GPIOHUB_LINE_MINE;
	if (line->kept)
		flags |= GPIOHUB_LINE_KEPT;
	if (READ_ONCE(state->known) & bit)
		flags |= GPIOHUB_LINE_KNOWN;
	if (line->slow)
		flags |= GPIOHUB_LINE_SLEEPS;
	if (READ_ONCE(state->gone) & bit)
		flags |= GPIOHUB_LINE_GONE;
	return flags;
}

static int do_line_info(struct gpiohub_session *session, void *arg)
{
	struct gpiohub_line_info *info = arg;
	struct gpiohub_hub *hub = session->hub;
	const struct gpiohub_line *line;
	u32 number = info->line;

	if (number >= hub->nr_lines)
		return -ENXIO;
	line = &hub->line[number];
	memset(info, 0, sizeof(*info));
	info->line = number;
	info->offset = line->offset;
	strscpy(info->chip, line->chip->label, sizeof(info->chip));

	mutex_lock(&hub->config);
	info->flags = line_flags(session, line);
	info->debounce_us = line->debounce_us;
	info->direction = line->direction;
	info->bias = line->bias;
	info->drive = line->drive;
	info->guard = line->guard;
	info->watchers = line->watchers;
	if (line->owner || line->kept)
		info->owner_uid = from_kuid_munged(current_user_ns(), line->owner_uid);
	if (line->owner) {
		info->owner_pid = pid_vnr(line->owner_pid);
		strscpy(info->owner_comm, line->owner_comm, sizeof(info->owner_comm));
	}
	mutex_unlock(&hub->config);
	return 0;
}

static int do_subscribe(struct gpiohub_session *session, void *arg)
{
	struct gpiohub_subscription *sub = arg;
	u32 kinds = sub->kinds;
	int err;

	sub->line = GPIOHUB_NO_LINE;
	if (sub->reserved || !kinds || (kinds & ~GPIOHUB_KINDS_ALL))
		return -EINVAL;
	err = check_lines(session->hub, sub->lines, &sub->line);
	if (!err)
		err = gpiohub_subscribe(session, sub->lines, &sub->line);
	if (err)
		return err;
	mutex_lock(&session->stream);
	WRITE_ONCE(session->lines, sub->lines);
	WRITE_ONCE(session->kinds, kinds);
	mutex_unlock(&session->stream);
	/* Whoever waits on this file waits for something else now. */
	wake_up_interruptible_poll(&session->wait, EPOLLIN | EPOLLRDNORM);
	return 0;
}

static int do_restrict(struct gpiohub_session *session, void *arg)
{
	u32 rights = *(u32 *)arg;

	if (!rights || (rights & ~(GPIOHUB_RESTRICT_DRIVE | GPIOHUB_RESTRICT_ARM)))
		return -EINVAL;
	mutex_lock(&session->hub->config);
	WRITE_ONCE(session->restricted, session->restricted | rights);
	mutex_unlock(&session->hub->config);
	return 0;
}

static int do_get(struct gpiohub_session *session, void *arg)
{
	struct gpiohub_levels *get = arg;
	int err;

	get->line = GPIOHUB_NO_LINE;
	if (get->reserved)
		return -EINVAL;
	get->levels = 0;
	err = check_lines(session->hub, get->lines, &get->line);
	return err ?: gpiohub_lines_get(session, get->lines, &get->levels, &get->line);
}

static int do_claim(struct gpiohub_session *session, void *arg)
{
	struct gpiohub_claim *claim = arg;
	int err;

	claim->line = GPIOHUB_NO_LINE;
	if (claim->reserved[0] || claim->reserved[1] || check_guard(claim->guard))
		return -EINVAL;
	err = check_lines(session->hub, claim->lines, &claim->line);
	return err ?: gpiohub_claim(session, claim->lines, claim->guard, &claim->line);
}

static int do_release(struct gpiohub_session *session, void *arg)
{
	u64 lines = *(u64 *)arg;
	u32 culprit;
	int err;

	err = check_lines(session->hub, lines, &culprit);
	return err ?: gpiohub_release(session, lines, &culprit);
}

static int do_configure(struct gpiohub_session *session, void *arg)
{
	struct gpiohub_config *config = arg;
	int err;

	config->line = GPIOHUB_NO_LINE;
	if (config->reserved || config->reserved2 || check_config(config))
		return -EINVAL;
	err = check_lines(session->hub, config->lines, &config->line);
	if (!err)
		err = gpiohub_session_spend(session);
	return err ?: gpiohub_configure(session, config, &config->line);
}

static int do_set(struct gpiohub_session *session, void *arg)
{
	struct gpiohub_levels *set = arg;
	int err;

	set->line = GPIOHUB_NO_LINE;
	if (set->reserved)
		return -EINVAL;
	err = check_lines(session->hub, set->lines, &set->line);
	return err ?: gpiohub_lines_set(session, set->lines, set->levels, &set->line);
}

static int submit_claim(struct gpiohub_session *session, const struct gpiohub_command *command,
			u32 *culprit)
{
	if (command->arg || check_guard(command->value))
		return -EINVAL;
	return gpiohub_claim(session, command->mask, command->value, culprit);
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
		.debounce_us = command->arg >> 32,
	};
	int err;

	if (command->arg >> 24 & 0xff || check_config(&config))
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
	err = check_lines(session->hub, command->mask, culprit);
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
	default:
		return -EINVAL;
	}
}

static int do_submit(struct gpiohub_session *session, void *arg)
{
	struct gpiohub_submit *submit = arg;
	struct gpiohub_command __user *from = u64_to_user_ptr(submit->commands);
	struct gpiohub_command commands[BATCH];
	u32 count, i;
	int err;

	submit->done = 0;
	submit->line = GPIOHUB_NO_LINE;
	if (submit->reserved || !submit->count || submit->count > GPIOHUB_MAX_SUBMIT)
		return -EINVAL;
	while (submit->done < submit->count) {
		count = min_t(u32, submit->count - submit->done, BATCH);
		if (copy_from_user(commands, from + submit->done, count * sizeof(*commands)))
			return -EFAULT;
		for (i = 0; i < count; i++) {
			err = submit_one(session, &commands[i], &submit->line);
			if (err)
				return err;
			submit->done++;
		}
	}
	return 0;
}

/**
 * struct verb - one ioctl
 * @cmd: its number, with direction and size of its argument
 * @drives: it changes something for others: write access is needed
 * @run: does it, on a copy of the argument that is as long as @cmd says
 */
struct verb {
	unsigned int cmd;
	bool drives;
	int (*run)(struct gpiohub_session *session, void *arg);
};

static const struct verb verbs[] = {
	{ GPIOHUB_SET, true, do_set },
	{ GPIOHUB_SUBMIT, true, do_submit },
	{ GPIOHUB_GET, false, do_get },
	{ GPIOHUB_INFO, false, do_info },
	{ GPIOHUB_LINE_INFO, false, do_line_info },
	{ GPIOHUB_SUBSCRIBE, false, do_subscribe },
	{ GPIOHUB_RESTRICT, false, do_restrict },
	{ GPIOHUB_CLAIM, true, do_claim },
	{ GPIOHUB_RELEASE, true, do_release },
	{ GPIOHUB_CONFIGURE, true, do_configure },
};

/* The longest argument. */
union argument {
	struct gpiohub_info info;
	struct gpiohub_line_info line_info;
	struct gpiohub_subscription subscription;
	struct gpiohub_claim claim;
	struct gpiohub_config config;
	struct gpiohub_levels levels;
	struct gpiohub_submit submit;
	u64 lines;
	u32 rights;
};

static const struct verb *find_verb(unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (verbs[i].cmd == cmd)
			return &verbs[i];
	return NULL;
}

static int run_verb(struct gpiohub_session *session, const struct verb *verb,
		    void __user *user)
{
	union argument arg;
	size_t size = _IOC_SIZE(verb->cmd);
	int err;

	memset(&arg, 0, sizeof(arg));
	if ((_IOC_DIR(verb->cmd) & _IOC_WRITE) && copy_from_user(&arg, user, size))
		return -EFAULT;
	err = verb->run(session, &arg);
	/* Also on an error: it says which line, and how much was done. */
	if ((_IOC_DIR(verb->cmd) & _IOC_READ) && copy_to_user(user, &arg, size) && !err)
		err = -EFAULT;
	return err;
}

/**
 * gpiohub_ioctl - one verb
 * @file: the file
 * @cmd: which
 * @arg: address of its argument
 *
 * Context: process. Return: 0 or an errno as told in <linux/gpiohub.h>.
 */
long gpiohub_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct gpiohub_session *session = file->private_data;
	const struct verb *verb = find_verb(cmd);
	int err;

	if (!verb)
		return -ENOTTY;
	if (verb->drives) {
		err = gpiohub_session_may_drive(file);
		if (err)
			return err;
	}
	err = gpiohub_session_enter(session);
	if (err)
		return err;
	err = run_verb(session, verb, (void __user *)arg);
	gpiohub_session_leave(session);
	return err;
}
