// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of lines, one value a file: gpiohub0/line17/owner. They are the same in
 * all hubs, so there is one table of them, and a hub gets the part that its lines need.
 * How a line is set up is for everybody to see; what happens on it tells its level, and
 * is for whom root lets.
 */
#include <linux/device.h>
#include <linux/init.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/pid.h>
#include <linux/sysfs.h>
#include <linux/user_namespace.h>
#include <linux/cred.h>

#include "hub.h"
#include "seen.h"
#include "words.h"

/**
 * gpiohub_line_seen - what happened on a line
 * @line: the line
 *
 * Context: any, without hub->lock. Return: all of one moment.
 */
struct gpiohub_seen gpiohub_line_seen(const struct gpiohub_line *line)
{
	struct gpiohub_hub *hub = line->hub;
	const struct gpiohub_state *state = hub->state;
	const struct gpiohub_state_line *count = &state->line[line->number];
	struct gpiohub_seen seen;
	unsigned long flags;

	flags = gpiohub_hub_lock(hub);
	seen = (struct gpiohub_seen) {
		.known = state->known & gpiohub_line_bit(line),
		.level = state->levels & gpiohub_line_bit(line),
		.rising = count->rising,
		.falling = count->falling,
		.missed = count->missed,
		.last_ns = count->last_ns,
	};
	gpiohub_hub_unlock(hub, flags);
	return seen;
}

/**
 * gpiohub_line_rate - edges per second
 * @line: the line
 *
 * The mean since it was last worked out, at least a second ago; whoever asks within a
 * second is told the same. So nothing runs when nobody looks.
 * Context: under hub->config.
 */
u64 gpiohub_line_rate(struct gpiohub_line *line)
{
	struct gpiohub_seen seen = gpiohub_line_seen(line);
	u64 edges = seen.rising + seen.falling;
	u64 now = ktime_get_ns();
	u64 ms = div_u64(now - line->rate_since, NSEC_PER_MSEC);

	lockdep_assert_held(&line->hub->config);
	if (ms >= MSEC_PER_SEC) {
		line->rate = div64_u64((edges - line->rate_edges) * MSEC_PER_SEC, ms);
		line->rate_edges = edges;
		line->rate_since = now;
	}
	return line->rate;
}

/* Each of these under hub->config. */
static int show_chip(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%s\n", line->chip->label);
}

static int show_offset(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%u\n", line->offset);
}

static int show_direction(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%s\n", gpiohub_word_direction(line->direction));
}

static int show_bias(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%s\n", gpiohub_word_bias(line->bias));
}

static int show_drive(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%s\n", gpiohub_word_drive(line->drive));
}

static int show_debounce_us(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%u\n", line->debounce_us);
}

static int show_watchers(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%u\n", line->watchers);
}

static int show_guard(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%s\n", gpiohub_word_guard(line->guard));
}

static int show_owner(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%s\n", line->owner ? line->owner_comm : "");
}

static int show_owner_pid(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%d\n", line->owner ? pid_vnr(line->owner_pid) : 0);
}

/* Also of a kept line; -1: nobody has it. */
static int show_owner_uid(struct gpiohub_line *line, char *buf)
{
	if (!line->owner && !line->kept)
		return sysfs_emit(buf, "-1\n");
	return sysfs_emit(buf, "%u\n", from_kuid_munged(current_user_ns(), line->owner_uid));
}

static int show_level(struct gpiohub_line *line, char *buf)
{
	struct gpiohub_seen seen = gpiohub_line_seen(line);

	return seen.known ? sysfs_emit(buf, "%d\n", seen.level) : sysfs_emit(buf, "unknown\n");
}

static int show_rising(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%llu\n", gpiohub_line_seen(line).rising);
}

static int show_falling(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%llu\n", gpiohub_line_seen(line).falling);
}

static int show_missed(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%llu\n", gpiohub_line_seen(line).missed);
}

static int show_last_ns(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%llu\n", gpiohub_line_seen(line).last_ns);
}

static int show_rate(struct gpiohub_line *line, char *buf)
{
	return sysfs_emit(buf, "%llu\n", gpiohub_line_rate(line));
}

#define KIND(name, mode)	{ __stringify(name), mode, show_##name }

static const struct {
	const char *name;
	umode_t mode;
	int (*show)(struct gpiohub_line *line, char *buf);
} kinds[] = {
	KIND(chip, 0444),
	KIND(offset, 0444),
	KIND(direction, 0444),
	KIND(bias, 0444),
	KIND(drive, 0444),
	KIND(debounce_us, 0444),
	KIND(watchers, 0444),
	KIND(guard, 0444),
	KIND(owner, 0444),
	KIND(owner_pid, 0444),
	KIND(owner_uid, 0444),
	KIND(level, 0400),
	KIND(rising, 0400),
	KIND(falling, 0400),
	KIND(missed, 0400),
	KIND(last_ns, 0400),
	KIND(rate, 0400),
};

#define KINDS	ARRAY_SIZE(kinds)

/* One file of one line. All of them are made once, when the module is loaded. */
struct line_file {
	struct device_attribute attr;
	u8 line;
	u8 kind;
};

/* One line's folder. */
struct line_folder {
	char name[sizeof("line63")];
	struct line_file file[KINDS];
	struct attribute *attrs[KINDS + 1];
	struct attribute_group group;
};

static struct line_folder folders[GPIOHUB_MAX_LINES];

/* The last line first: a hub of n lines has what begins n before the hub's own. */
static const struct attribute_group *groups[GPIOHUB_MAX_LINES + 2];

static ssize_t line_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct gpiohub_hub *hub = container_of(dev, struct gpiohub_hub, dev);
	struct line_file *file = container_of(attr, struct line_file, attr);
	ssize_t size;

	mutex_lock(&hub->config);
	size = kinds[file->kind].show(&hub->line[file->line], buf);
	mutex_unlock(&hub->config);
	return size;
}

static void folder_init(struct line_folder *folder, unsigned int line)
{
	unsigned int kind;

	for (kind = 0; kind < KINDS; kind++) {
		struct line_file *file = &folder->file[kind];

		file->attr.attr.name = kinds[kind].name;
		file->attr.attr.mode = kinds[kind].mode;
		file->attr.show = line_show;
		file->line = line;
		file->kind = kind;
		folder->attrs[kind] = &file->attr.attr;
	}
	snprintf(folder->name, sizeof(folder->name), "line%u", line);
	folder->group.name = folder->name;
	folder->group.attrs = folder->attrs;
}

/** gpiohub_line_files_init - before the first hub */
void __init gpiohub_line_files_init(void)
{
	unsigned int line;

	for (line = 0; line < GPIOHUB_MAX_LINES; line++) {
		folder_init(&folders[line], line);
		groups[GPIOHUB_MAX_LINES - 1 - line] = &folders[line].group;
	}
	groups[GPIOHUB_MAX_LINES] = &gpiohub_hub_group;
}

/**
 * gpiohub_hub_groups - the attributes of a hub and its lines
 * @nr_lines: how many lines it has
 */
const struct attribute_group **gpiohub_hub_groups(unsigned int nr_lines)
{
	return &groups[GPIOHUB_MAX_LINES - nr_lines];
}
