/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be seen of hubs from outside: attributes in sysfs, details in debugfs,
 * uevents. (Tracepoints: trace.h.)
 */
#ifndef GPIOHUB_SEEN_H
#define GPIOHUB_SEEN_H

#include <linux/types.h>

#include "compat.h"

struct attribute_group;
struct device;
struct gpiohub_hub;
struct gpiohub_line;
struct kobj_uevent_env;
struct seq_file;

/**
 * struct gpiohub_seen - what happened on a line, of one moment
 * @known: its level is known
 * @level: its level, if it is
 * @rising: edges, as in struct gpiohub_state_line
 * @falling: ditto
 * @missed: ditto
 * @last_ns: ditto
 */
struct gpiohub_seen {
	bool known;
	bool level;
	u64 rising;
	u64 falling;
	u64 missed;
	u64 last_ns;
};

/* sysfs.c */
extern const struct attribute_group *gpiohub_class_groups[];
extern const struct attribute_group gpiohub_hub_group;

/* sysfs_line.c */
void gpiohub_line_files_init(void);
const struct attribute_group **gpiohub_hub_groups(unsigned int nr_lines);
struct gpiohub_seen gpiohub_line_seen(const struct gpiohub_line *line);
u64 gpiohub_line_rate(struct gpiohub_line *line);

/* debugfs.c */
void gpiohub_debugfs_init(void);
void gpiohub_debugfs_exit(void);
void gpiohub_debugfs_add(struct gpiohub_hub *hub);
void gpiohub_debugfs_remove(struct gpiohub_hub *hub);

/* debugfs_engine.c */
int gpiohub_requests_show(struct seq_file *seq, void *unused);
int gpiohub_rules_show(struct seq_file *seq, void *unused);

/* uevent.c */
int gpiohub_uevent(GPIOHUB_COMPAT_UEVENT_CONST struct device *dev,
		   struct kobj_uevent_env *env);
void gpiohub_uevent_gone(struct gpiohub_hub *hub, u64 changed);

#endif
