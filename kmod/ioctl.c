// SPDX-License-Identifier: GPL-2.0
/*
 * The verbs, one function each: the argument is copied in once, checked, used, and
 * what it asks for is copied out. Here those about lines, whose work is done in claim.c,
 * configure.c and drive.c; those of the engine are in ioctl_engine.c, batches in submit.c.
 */
#include <linux/cred.h>
#include <linux/nospec.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "hub.h"
#include "ioctl.h"
#include "quota.h"
#include "session.h"

/**
 * gpiohub_check_lines - has the hub these lines?
 * @hub: the hub
 * @lines: which
 * @culprit: out, on an error: the first that it has not
 *
 * Return: 0 or -ENXIO.
 */
int gpiohub_check_lines(const struct gpiohub_hub *hub, u64 lines, u32 *culprit)
{
	u64 bad = lines & ~gpiohub_hub_lines(hub);

	if (likely(!bad))
		return 0;
	*culprit = __ffs64(bad);
	return -ENXIO;
}

/**
 * gpiohub_blame - tell the user which line an error is about
 * @line: where in the argument
 * @culprit: the line, or GPIOHUB_NO_LINE
 * @err: the error
 *
 * Return: the error, which weighs more than a failure to explain it.
 */
int gpiohub_blame(u32 __user *line, u32 culprit, int err)
{
	(void)put_user(culprit, line);
	return err;
}

/**
 * gpiohub_check_claim - is this a claim?
 * @claim: what the user asks; its lines are not looked at
 *
 * Return: 0 or -EINVAL.
 */
int gpiohub_check_claim(const struct gpiohub_claim *claim)
{
	if (claim->guard < GPIOHUB_GUARD_INPUT || claim->guard > GPIOHUB_GUARD_LEVELS ||
	    claim->reserved)
		return -EINVAL;
	if (claim->levels & ~(claim->guard == GPIOHUB_GUARD_LEVELS ? claim->lines : 0))
		return -EINVAL;
	if (claim->heartbeat_us && claim->heartbeat_us < GPIOHUB_HEARTBEAT_MIN)
		return -EINVAL;
	return 0;
}

/**
 * gpiohub_check_config - is this a configuration?
 * @config: what the user asks; its lines and reserved fields are not looked at
 *
 * Return: 0 or -EINVAL.
 */
int gpiohub_check_config(const struct gpiohub_config *config)
{
	if (config->direction > GPIOHUB_DIRECTION_OUTPUT ||
	    config->bias > GPIOHUB_BIAS_PULL_DOWN ||
	    config->drive > GPIOHUB_DRIVE_OPEN_SOURCE ||
	    config->wake > GPIOHUB_WAKE_ON)
		return -EINVAL;
	/* As much as the pin configuration has room for: 16.7 s. */
	if (config->debounce_us > GPIOHUB_DEBOUNCE_MAX &&
	    config->debounce_us != GPIOHUB_DEBOUNCE_OFF)
		return -EINVAL;
	/* Only an output drives. */
	if (config->drive && config->direction != GPIOHUB_DIRECTION_OUTPUT)
		return -EINVAL;
	return 0;
}

static long do_info(struct gpiohub_session *session, struct gpiohub_info __user *user)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_info info = {
		.abi_version = GPIOHUB_ABI_VERSION,
		.lines = hub->nr_lines,
		.features = GPIOHUB_FEATURES,
		.epoch = hub->epoch,
		.records = hub->ring.mask + 1,
		.state_size = sizeof(struct gpiohub_state),
		.cursor_size = sizeof(struct gpiohub_cursor),
		.positions_size = sizeof(struct gpiohub_positions),
		.records_size = (hub->ring.mask + 1) * sizeof(struct gpiohub_event),
	};

	strscpy(info.name, gpiohub_hub_name(hub), sizeof(info.name));
	strscpy(info.label, hub->label, sizeof(info.label));
	return copy_to_user(user, &info, sizeof(info)) ? -EFAULT : 0;
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
	if (READ_ONCE(state->playing) & bit)
		flags |= GPIOHUB_LINE_PLAYING;
	if (READ_ONCE(state->latched) & bit)
		flags |= GPIOHUB_LINE_LATCHED;
	if (READ_ONCE(state->storming) & bit)
		flags |= GPIOHUB_LINE_STORMING;
	if (line->wake)
		flags |= GPIOHUB_LINE_WAKES;
	return flags;
}

/* What is said of a line, under hub->config. */
static void describe_line(const struct gpiohub_session *session,
			  const struct gpiohub_line *line, struct gpiohub_line_info *info)
{
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
}

static long do_line_info(struct gpiohub_session *session,
			 struct gpiohub_line_info __user *user)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_line_info info;
	const struct gpiohub_line *line;
	u32 number;

	if (copy_from_user(&info, user, sizeof(info)))
		return -EFAULT;
	number = info.line;
	if (number >= hub->nr_lines)
		return -ENXIO;
	line = &hub->line[array_index_nospec(number, hub->nr_lines)];
	memset(&info, 0, sizeof(info));
	info.line = number;
	info.offset = line->offset;
	strscpy(info.chip, line->chip->label, sizeof(info.chip));
	mutex_lock(&hub->config);
	describe_line(session, line, &info);
	mutex_unlock(&hub->config);
	return copy_to_user(user, &info, sizeof(info)) ? -EFAULT : 0;
}

static long do_subscribe(struct gpiohub_session *session,
			 struct gpiohub_subscription __user *user)
{
	struct gpiohub_subscription sub;
	u32 culprit = GPIOHUB_NO_LINE;
	int err = -EINVAL;

	if (copy_from_user(&sub, user, sizeof(sub)))
		return -EFAULT;
	if (!sub.reserved && sub.kinds && !(sub.kinds & ~GPIOHUB_KINDS_ALL) &&
	    sub.keep_ms <= GPIOHUB_KEEP_MAX_MS)
		err = gpiohub_check_lines(session->hub, sub.lines, &culprit);
	if (!err)
		err = gpiohub_subscribe(session, sub.lines, sub.kinds, sub.keep_ms,
					&culprit);
	if (err)
		return gpiohub_blame(&user->line, culprit, err);
	gpiohub_sleepers_changed(session);
	return 0;
}

static long do_restrict(struct gpiohub_session *session, u32 __user *user)
{
	struct gpiohub_hub *hub = session->hub;
	u32 rights;
	int err = 0;

	if (get_user(rights, user))
		return -EFAULT;
	if (!rights || (rights & ~(GPIOHUB_RESTRICT_DRIVE | GPIOHUB_RESTRICT_ARM)))
		return -EINVAL;
	mutex_lock(&hub->config);
	/* A file that is handed on for looking shall keep nobody from driving. */
	if (rights & ~session->restricted & GPIOHUB_RESTRICT_DRIVE)
		err = gpiohub_user_move(hub, session->user, GPIOHUB_SHARE_FILES,
					GPIOHUB_SHARE_LOOKERS);
	if (!err)
		WRITE_ONCE(session->restricted, session->restricted | rights);
	mutex_unlock(&hub->config);
	return err;
}

static long do_eventfd(struct gpiohub_session *session, s32 __user *user)
{
	s32 fd;

	if (get_user(fd, user))
		return -EFAULT;
	return gpiohub_notify_eventfd(session, fd);
}

static long do_get(struct gpiohub_session *session, struct gpiohub_levels __user *user)
{
	struct gpiohub_levels get;
	u32 culprit = GPIOHUB_NO_LINE;
	int err = -EINVAL;

	if (copy_from_user(&get, user, sizeof(get)))
		return -EFAULT;
	if (!get.reserved)
		err = gpiohub_check_lines(session->hub, get.lines, &culprit);
	if (!err)
		err = gpiohub_lines_get(session, get.lines, &get.levels, &culprit);
	if (err)
		return gpiohub_blame(&user->line, culprit, err);
	return put_user(get.levels, &user->levels);
}

static long do_claim(struct gpiohub_session *session, struct gpiohub_claim __user *user)
{
	struct gpiohub_claim claim;
	u32 culprit = GPIOHUB_NO_LINE;
	int err;

	if (copy_from_user(&claim, user, sizeof(claim)))
		return -EFAULT;
	err = gpiohub_check_claim(&claim);
	if (!err)
		err = gpiohub_check_lines(session->hub, claim.lines, &culprit);
	if (!err)
		err = gpiohub_claim(session, &claim, &culprit);
	return err ? gpiohub_blame(&user->line, culprit, err) : 0;
}

static long do_release(struct gpiohub_session *session, u64 __user *user)
{
	u32 culprit;
	u64 lines;
	int err;

	if (copy_from_user(&lines, user, sizeof(lines)))
		return -EFAULT;
	err = gpiohub_check_lines(session->hub, lines, &culprit);
	return err ?: gpiohub_release(session, lines, &culprit);
}

static long do_configure(struct gpiohub_session *session, struct gpiohub_config __user *user)
{
	struct gpiohub_config config;
	u32 culprit = GPIOHUB_NO_LINE;
	int err = -EINVAL;

	if (copy_from_user(&config, user, sizeof(config)))
		return -EFAULT;
	if (!config.reserved && !gpiohub_check_config(&config))
		err = gpiohub_check_lines(session->hub, config.lines, &culprit);
	if (!err)
		err = gpiohub_session_spend(session);
	if (!err)
		err = gpiohub_configure(session, &config, &culprit);
	return err ? gpiohub_blame(&user->line, culprit, err) : 0;
}

static long do_set(struct gpiohub_session *session, struct gpiohub_levels __user *user)
{
	struct gpiohub_levels set;
	u32 culprit = GPIOHUB_NO_LINE;
	int err = -EINVAL;

	if (copy_from_user(&set, user, sizeof(set)))
		return -EFAULT;
	if (likely(!set.reserved))
		err = gpiohub_check_lines(session->hub, set.lines, &culprit);
	if (likely(!err))
		err = gpiohub_lines_set(session, set.lines, set.levels, &culprit);
	return err ? gpiohub_blame(&user->line, culprit, err) : 0;
}

/* May the file do this at all? */
static int check_access(struct file *file, unsigned int cmd)
{
	switch (cmd) {
	case GPIOHUB_SET:
	case GPIOHUB_SUBMIT:
	case GPIOHUB_CLAIM:
	case GPIOHUB_RELEASE:
	case GPIOHUB_CONFIGURE:
	case GPIOHUB_KICK:
	case GPIOHUB_PLAY:
	case GPIOHUB_RULE_ADD:
	case GPIOHUB_RULE_DEL:
		return gpiohub_session_may_drive(file);
	case GPIOHUB_INFO:
	case GPIOHUB_LINE_INFO:
	case GPIOHUB_SUBSCRIBE:
	case GPIOHUB_GET:
	case GPIOHUB_EVENTFD:
	case GPIOHUB_WAIT:
		return file->f_mode & FMODE_READ ? 0 : -EACCES;
	case GPIOHUB_CANCEL:
	case GPIOHUB_RESTRICT:
		return 0;
	default:
		return -ENOTTY;
	}
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
	void __user *user = (void __user *)arg;
	int err;

	if (unlikely(gpiohub_hub_dead(session->hub)))
		return -ENODEV;
	err = check_access(file, cmd);
	if (err)
		return err;
	switch (cmd) {
	case GPIOHUB_SET:
		return do_set(session, user);
	case GPIOHUB_SUBMIT:
		return gpiohub_do_submit(session, user);
	case GPIOHUB_CLAIM:
		return do_claim(session, user);
	case GPIOHUB_RELEASE:
		return do_release(session, user);
	case GPIOHUB_CONFIGURE:
		return do_configure(session, user);
	case GPIOHUB_KICK:
		return gpiohub_heartbeat_kick(session);
	case GPIOHUB_PLAY:
		return gpiohub_do_play(session, user);
	case GPIOHUB_RULE_ADD:
		return gpiohub_do_rule_add(session, user);
	case GPIOHUB_RULE_DEL:
		return gpiohub_do_rule_del(session, user);
	case GPIOHUB_WAIT:
		return gpiohub_do_wait(file, user);
	case GPIOHUB_CANCEL:
		return gpiohub_do_cancel(session, user);
	case GPIOHUB_INFO:
		return do_info(session, user);
	case GPIOHUB_LINE_INFO:
		return do_line_info(session, user);
	case GPIOHUB_SUBSCRIBE:
		return do_subscribe(session, user);
	case GPIOHUB_RESTRICT:
		return do_restrict(session, user);
	case GPIOHUB_GET:
		return do_get(session, user);
	case GPIOHUB_EVENTFD:
		return do_eventfd(session, user);
	default:
		return -ENOTTY;
	}
}
