// SPDX-License-Identifier: GPL-2.0
/*
 * What udev and its like are told: with each event of a hub what it is, and a change
 * when a chip went or came back.
 */
#include <linux/device.h>
#include <linux/kobject.h>

#include "hub.h"
#include "seen.h"

/* Of an event's 2048 bytes. */
#define LABEL_MOST	512

/**
 * gpiohub_uevent - the class's dev_uevent: the variables of each event
 * @dev: a hub
 * @env: where to
 *
 * Context: may sleep, also under hub->config. Return: 0 or -ENOMEM.
 */
int gpiohub_uevent(GPIOHUB_COMPAT_UEVENT_CONST struct device *dev,
		   struct kobj_uevent_env *env)
{
	const struct gpiohub_hub *hub = container_of(dev, struct gpiohub_hub, dev);
	int err;

	/* A label that is too long for an event is not worth the event. */
	err = add_uevent_var(env, "GPIOHUB_LABEL=%.*s", LABEL_MOST, hub->label);
	if (!err)
		err = add_uevent_var(env, "GPIOHUB_EPOCH=%016llx", hub->epoch);
	if (!err)
		err = add_uevent_var(env, "GPIOHUB_LINES=%u", hub->nr_lines);
	return err;
}

/**
 * gpiohub_uevent_gone - tell that a chip went or came back
 * @hub: the hub
 * @changed: the chip's lines
 *
 * Nothing is told of a hub that is not there yet, or no more: its own events do.
 * Context: may sleep, under hub->config.
 */
void gpiohub_uevent_gone(struct gpiohub_hub *hub, u64 changed)
{
	char changed_text[48], gone_text[48];
	char *env[3] = { changed_text, gone_text };

	lockdep_assert_held(&hub->config);
	if (!hub->announced)
		return;
	snprintf(changed_text, sizeof(changed_text), "GPIOHUB_CHANGED=%016llx", changed);
	snprintf(gone_text, sizeof(gone_text), "GPIOHUB_GONE=%016llx", hub->state->gone);
	/* Without memory for it nobody is told; the device itself tells the same. */
	(void)kobject_uevent_env(&hub->dev.kobj, KOBJ_CHANGE, env);
}
