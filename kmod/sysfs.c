// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes for people and scripts, under /sys/class/gpiohub/: new_hub and
 * delete_hub there, and what a hub knows in each hub's folder. Those of its lines are
 * in sysfs_line.c.
 */
#include <linux/capability.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "hub.h"
#include "hubs.h"
#include "seen.h"
#include "session.h"

static ssize_t new_hub_store(GPIOHUB_COMPAT_CONST struct class *class,
			     GPIOHUB_COMPAT_CONST struct class_attribute *attr,
			     const char *text, size_t size)
{
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	err = gpiohub_hubs_make(text, false);
	return err ?: size;
}
static CLASS_ATTR_WO(new_hub);

static ssize_t delete_hub_store(GPIOHUB_COMPAT_CONST struct class *class,
				GPIOHUB_COMPAT_CONST struct class_attribute *attr,
				const char *text, size_t size)
{
	char *copy;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	copy = kstrdup(text, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	err = gpiohub_hubs_delete(strim(copy));
	kfree(copy);
	return err ?: size;
}
static CLASS_ATTR_WO(delete_hub);

static struct attribute *gpiohub_class_attrs[] = {
	&class_attr_new_hub.attr,
	&class_attr_delete_hub.attr,
	NULL
};

static const struct attribute_group gpiohub_class_group = { .attrs = gpiohub_class_attrs };

const struct attribute_group *gpiohub_class_groups[] = { &gpiohub_class_group, NULL };

static struct gpiohub_hub *to_hub(struct device *dev)
{
	return container_of(dev, struct gpiohub_hub, dev);
}

static ssize_t label_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_hub(dev)->label);
}
static DEVICE_ATTR_RO(label);

static ssize_t epoch_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%016llx\n", to_hub(dev)->epoch);
}
static DEVICE_ATTR_RO(epoch);

static ssize_t records_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", to_hub(dev)->ring.mask + 1);
}
static DEVICE_ATTR_RO(records);

static ssize_t lines_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", to_hub(dev)->nr_lines);
}
static DEVICE_ATTR_RO(lines);

static ssize_t files_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct gpiohub_hub *hub = to_hub(dev);
	struct gpiohub_session *session;
	unsigned int files = 0;

	mutex_lock(&hub->config);
	list_for_each_entry(session, &hub->sessions, node)
		files++;
	mutex_unlock(&hub->config);
	return sysfs_emit(buf, "%u\n", files);
}
static DEVICE_ATTR_RO(files);

static ssize_t published_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct gpiohub_hub *hub = to_hub(dev);
	unsigned long flags;
	u64 published;

	flags = gpiohub_hub_lock(hub);
	published = hub->ring.seq - hub->ring.first_seq;
	gpiohub_hub_unlock(hub, flags);
	return sysfs_emit(buf, "%llu\n", published);
}
static DEVICE_ATTR_RO(published);

/* For root: how often a rule fired tells of levels. */
static ssize_t rules_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return gpiohub_reflexes_show(to_hub(dev), buf);
}
static DEVICE_ATTR_ADMIN_RO(rules);

/* The state page's masks, each from one snapshot. */
static ssize_t mask_show(struct device *dev, char *buf, size_t offset)
{
	struct gpiohub_state *copy = kmalloc(sizeof(*copy), GFP_KERNEL);
	u64 mask;

	if (!copy)
		return -ENOMEM;
	gpiohub_state_snapshot(to_hub(dev)->state, copy);
	mask = *(__u64 *)((char *)copy + offset);
	kfree(copy);
	return sysfs_emit(buf, "%016llx\n", mask);
}

#define MASK_ATTR(name, access)							\
static ssize_t name##_show(struct device *dev, struct device_attribute *attr,	\
			   char *buf)						\
{										\
	return mask_show(dev, buf, offsetof(struct gpiohub_state, name));	\
}										\
static DEVICE_ATTR_##access(name)

/* Levels are for who may read the device. */
MASK_ATTR(levels, ADMIN_RO);
MASK_ATTR(known, RO);
MASK_ATTR(outputs, RO);
MASK_ATTR(held, RO);
MASK_ATTR(watched, RO);
MASK_ATTR(owned, RO);
MASK_ATTR(kept, RO);
MASK_ATTR(gone, RO);
MASK_ATTR(playing, RO);
MASK_ATTR(latched, RO);
MASK_ATTR(storming, RO);

static struct attribute *gpiohub_hub_attrs[] = {
	&dev_attr_label.attr,
	&dev_attr_epoch.attr,
	&dev_attr_records.attr,
	&dev_attr_lines.attr,
	&dev_attr_files.attr,
	&dev_attr_published.attr,
	&dev_attr_levels.attr,
	&dev_attr_known.attr,
	&dev_attr_outputs.attr,
	&dev_attr_held.attr,
	&dev_attr_watched.attr,
	&dev_attr_owned.attr,
	&dev_attr_kept.attr,
	&dev_attr_gone.attr,
	&dev_attr_playing.attr,
	&dev_attr_latched.attr,
	&dev_attr_rules.attr,
	&dev_attr_storming.attr,
	NULL
};

const struct attribute_group gpiohub_hub_group = { .attrs = gpiohub_hub_attrs };
