// SPDX-License-Identifier: GPL-2.0
/*
 * Making and deleting hubs. A hub lives as long as anything refers to it: an open
 * file keeps its memory, deleting it ends its life.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cdev.h>
#include <linux/idr.h>
#include <linux/kdev_t.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "hub.h"
#include "hubs.h"
#include "keep.h"
#include "params.h"
#include "seen.h"
#include "request.h"
#include "session.h"

#define MAX_HUBS	256

static struct class *hubs_class;
static dev_t hubs_devt;
static DEFINE_IDA(hubs_ids);

/* The list, and making and deleting: one at a time. */
static DEFINE_MUTEX(hubs_lock);
static LIST_HEAD(hubs);
/* The module is being unloaded: make no more. Under hubs_lock. */
static bool hubs_closed;

/* The last reference is gone: no file, no attribute, no timer of ours is left. */
static void hub_release(struct device *dev)
{
	struct gpiohub_hub *hub = container_of(dev, struct gpiohub_hub, dev);

	gpiohub_storm_stop(hub);
	gpiohub_sleepers_stop(&hub->sleepers);
	gpiohub_reap_stop(hub);
	gpiohub_ring_free(&hub->ring);
	gpiohub_state_free(hub->state);
	if (hub->id >= 0)
		ida_free(&hubs_ids, hub->id);
	kfree(hub->chip);
	kfree(hub->label);
	kfree(hub);
}

static void hub_fill_lines(struct gpiohub_hub *hub, const struct gpiohub_names *names)
{
	unsigned int i;

	hub->nr_lines = names->nr_lines;
	hub->nr_chips = names->nr_chips;
	for (i = 0; i < names->nr_lines; i++) {
		struct gpiohub_line *line = &hub->line[i];

		line->hub = hub;
		line->chip = &hub->chip[names->line[i].chip];
		line->number = i;
		line->offset = names->line[i].offset;
		line->chip->lines |= gpiohub_line_bit(line);
		line->rate_since = ktime_get_ns();
		gpiohub_storm_init(line);
	}
}

/* A hub that nobody sees yet; put_device() frees it, whole or not. */
static struct gpiohub_hub *hub_alloc(const struct gpiohub_names *names, const char *label)
{
	struct gpiohub_hub *hub = kzalloc(sizeof(*hub), GFP_KERNEL);
	int err = -ENOMEM;

	if (!hub)
		return ERR_PTR(err);
	hub->id = -1;
	mutex_init(&hub->config);
	raw_spin_lock_init(&hub->lock);
	INIT_LIST_HEAD(&hub->sessions);
	INIT_LIST_HEAD(&hub->keeps);
	INIT_LIST_HEAD(&hub->users);
	spin_lock_init(&hub->users_lock);
	gpiohub_sleepers_init(&hub->sleepers);
	INIT_LIST_HEAD(&hub->waits);
	INIT_LIST_HEAD(&hub->armed);
	gpiohub_reap_init(hub);
	gpiohub_reflexes_setup(hub);
	device_initialize(&hub->dev);
	hub->dev.release = hub_release;
	hub->dev.groups = gpiohub_hub_groups(names->nr_lines);
	hub->epoch = get_random_u64();

	hub->label = kstrdup(label, GFP_KERNEL);
	hub->chip = kcalloc(names->nr_chips, sizeof(*hub->chip), GFP_KERNEL);
	hub->state = gpiohub_state_alloc(names->nr_lines, gpiohub_first_seq);
	if (!hub->label || !hub->chip || !hub->state)
		goto out_put;
	err = gpiohub_ring_init(&hub->ring, gpiohub_records, gpiohub_first_seq);
	if (err)
		goto out_put;
	hub_fill_lines(hub, names);

	/* A hub whose files were closed before has given its number back. */
	gpiohub_sessions_flush();
	err = ida_alloc_max(&hubs_ids, MAX_HUBS - 1, GFP_KERNEL);
	if (err < 0)
		goto out_put;
	hub->id = err;
	hub->dev.class = hubs_class;
	hub->dev.devt = MKDEV(MAJOR(hubs_devt), MINOR(hubs_devt) + hub->id);
	err = dev_set_name(&hub->dev, "gpiohub%d", hub->id);
	if (err)
		goto out_put;
	return hub;

out_put:
	put_device(&hub->dev);
	return ERR_PTR(err);
}

/*
 * A chip that is not there at the start; no event: nobody saw it there. Return:
 * whether it is so.
 */
static bool mark_absent(struct gpiohub_chip *chip)
{
	struct gpiohub_hub *hub = chip->hub;
	unsigned long flags;
	bool absent;

	mutex_lock(&hub->config);
	absent = !chip->present;
	if (absent) {
		flags = gpiohub_hub_lock(hub);
		gpiohub_state_mark(hub->state, &hub->state->gone, chip->lines, true);
		gpiohub_hub_unlock(hub, flags);
	}
	mutex_unlock(&hub->config);
	return absent;
}

static int hub_add_chips(struct gpiohub_hub *hub, const struct gpiohub_names *names,
			 bool wait_for_chips)
{
	unsigned int i;
	int err;

	for (i = 0; i < names->nr_chips; i++) {
		struct gpiohub_chip *chip = &hub->chip[i];

		err = gpiohub_chip_add(chip, hub, names->chip[i],
				       hub->id * GPIOHUB_MAX_LINES + i);
		if (err)
			goto out_remove;
		if (mark_absent(chip) && !wait_for_chips) {
			err = -EAGAIN;
			i++;
			goto out_remove;
		}
	}
	return 0;

out_remove:
	while (i--)
		gpiohub_chip_remove(&hub->chip[i]);
	return err;
}

static void hub_remove_chips(struct gpiohub_hub *hub)
{
	unsigned int i;

	for (i = 0; i < hub->nr_chips; i++)
		gpiohub_chip_remove(&hub->chip[i]);
}

/* From here on chips that come and go are told to udev, or no more. */
static void announce(struct gpiohub_hub *hub, bool announced)
{
	mutex_lock(&hub->config);
	hub->announced = announced;
	mutex_unlock(&hub->config);
}

/* Under hubs_lock. */
static int hub_create(const struct gpiohub_names *names, const char *label,
		      bool wait_for_chips, const void *maker)
{
	struct gpiohub_hub *hub = hub_alloc(names, label);
	int err;

	if (IS_ERR(hub))
		return PTR_ERR(hub);
	err = hub_add_chips(hub, names, wait_for_chips);
	if (err)
		goto out_put;
	cdev_init(&hub->cdev, &gpiohub_session_fops);
	hub->cdev.owner = THIS_MODULE;
	err = cdev_device_add(&hub->cdev, &hub->dev);
	if (err)
		goto out_remove_chips;
	hub->maker = maker;
	gpiohub_debugfs_add(hub);
	announce(hub, true);
	list_add_tail(&hub->all, &hubs);
	if (hub->state->gone)
		dev_info(&hub->dev, "waiting for lines %#llx of \"%s\"\n", hub->state->gone,
			 hub->label);
	return 0;

out_remove_chips:
	hub_remove_chips(hub);
out_put:
	put_device(&hub->dev);
	return err;
}

/* Under hubs_lock. */
static void hub_delete(struct gpiohub_hub *hub)
{
	unsigned long flags;

	list_del(&hub->all);
	gpiohub_debugfs_remove(hub);
	announce(hub, false);
	/* No more opens by the node; a few may be under way. */
	cdev_device_del(&hub->cdev, &hub->dev);
	/*
	 * Guards are applied, lines let go. Operations find the chips gone from
	 * now on; the hub's memory is there as long as its file.
	 */
	hub_remove_chips(hub);
	mutex_lock(&hub->config);
	flags = gpiohub_hub_lock(hub);
	/*
	 * The last events before the end: who sees it sees them as well. Pairs
	 * with the load-acquire in gpiohub_hub_dead().
	 */
	smp_store_release(&hub->dead, true);
	/* No more of them can be entered. */
	gpiohub_waits_gone(hub, 0, true);
	gpiohub_hub_unlock(hub, flags);
	mutex_unlock(&hub->config);
	gpiohub_keeps_end(hub);
	gpiohub_reflexes_end(hub, NULL);
	gpiohub_reap(hub);
	/* Who opens the hub from now on finds it dead; the others are listed. */
	gpiohub_sleepers_wake_all(hub);
	put_device(&hub->dev);
}

/* Make the hub that a text names, or only see whether the text is right. */
static int make_one(const char *text, bool wait_for_chips, bool check)
{
	struct gpiohub_names *names = kvzalloc(sizeof(*names), GFP_KERNEL);
	char *copy = kstrdup(text, GFP_KERNEL);
	int err = -ENOMEM;

	if (names && copy)
		err = gpiohub_names_parse(names, copy, wait_for_chips);
	if (!err && !check)
		err = hub_create(names, text, wait_for_chips, NULL);
	kfree(copy);
	kvfree(names);
	return err;
}

/* For "auto": one that cannot be had does not keep the others back. */
static int make_each(const char *text, void *data)
{
	int *made = data;
	int err = make_one(text, true, false);

	if (err)
		pr_notice("no hub for \"%s\": %d\n", text, err);
	else
		++*made;
	return err;
}

static int make_auto(void)
{
	int made = 0;
	int err = gpiohub_names_each(make_each, &made);

	if (err)
		return err;
	if (!made)
		pr_notice("auto: this machine has no gpiochip yet\n");
	return 0;
}

/* Several, with ";" between them. On an error the ones before it stay. */
static int make_list(char *list, bool wait_for_chips, bool check)
{
	char *text;
	int err = 0;

	while (!err && (text = strsep(&list, ";\n"))) {
		text = strim(text);
		if (!*text)
			continue;
		if (strcmp(text, "auto"))
			err = make_one(text, wait_for_chips, check);
		else if (!check)
			err = make_auto();
	}
	return err;
}

static int make(const char *text, bool wait_for_chips, bool check)
{
	char *copy = kstrdup(text, GFP_KERNEL);
	int err = -ENODEV;

	if (!copy)
		return -ENOMEM;
	mutex_lock(&hubs_lock);
	if (!hubs_closed)
		err = make_list(copy, wait_for_chips, check);
	mutex_unlock(&hubs_lock);
	kfree(copy);
	return err;
}

/**
 * gpiohub_hubs_make - make hubs
 * @text: see names.c; several with ";" between them; or "auto"
 * @wait_for_chips: chips need not be there yet
 *
 * Context: may sleep. Return: 0 or an errno of gpiohub_names_parse(); -ENOSPC: no
 * number is free; -EAGAIN: a chip is just coming or going; -ENODEV: the module is
 * being unloaded.
 */
int gpiohub_hubs_make(const char *text, bool wait_for_chips)
{
	return make(text, wait_for_chips, false);
}

/**
 * gpiohub_hubs_check - would gpiohub_hubs_make() understand this?
 * @text: as there
 * @wait_for_chips: as there
 *
 * Context: may sleep. Return: as there; nothing is made.
 */
int gpiohub_hubs_check(const char *text, bool wait_for_chips)
{
	return make(text, wait_for_chips, true);
}

/**
 * gpiohub_hubs_delete - delete a hub, whoever uses it
 * @name: "gpiohub0"
 *
 * Context: may sleep. Return: 0, or -ENOENT: no such hub.
 */
int gpiohub_hubs_delete(const char *name)
{
	struct gpiohub_hub *hub;
	int err = -ENOENT;

	mutex_lock(&hubs_lock);
	list_for_each_entry(hub, &hubs, all)
		if (!strcmp(gpiohub_hub_name(hub), name)) {
			hub_delete(hub);
			err = 0;
			break;
		}
	mutex_unlock(&hubs_lock);
	return err;
}

/**
 * gpiohub_hubs_make_for - make the hub of a device
 * @maker: the device
 * @text: one hub, see names.c; all of its chips are there
 * @label: what the hub is called
 *
 * Context: may sleep. Return: as gpiohub_hubs_make().
 */
int gpiohub_hubs_make_for(const void *maker, const char *text, const char *label)
{
	struct gpiohub_names *names = kvzalloc(sizeof(*names), GFP_KERNEL);
	char *copy = kstrdup(text, GFP_KERNEL);
	int err = -ENOMEM;

	if (names && copy)
		err = gpiohub_names_parse(names, copy, false);
	mutex_lock(&hubs_lock);
	if (!err)
		err = hubs_closed ? -ENODEV : hub_create(names, label, false, maker);
	mutex_unlock(&hubs_lock);
	kfree(copy);
	kvfree(names);
	return err;
}

/**
 * gpiohub_hubs_delete_for - delete the hub of a device, if it is still there
 * @maker: the device
 *
 * Context: may sleep.
 */
void gpiohub_hubs_delete_for(const void *maker)
{
	struct gpiohub_hub *hub;

	mutex_lock(&hubs_lock);
	list_for_each_entry(hub, &hubs, all)
		if (hub->maker == maker) {
			hub_delete(hub);
			break;
		}
	mutex_unlock(&hubs_lock);
}

/**
 * gpiohub_hubs_each - visit every hub
 * @visit: what to do; may sleep, but makes and deletes no hubs
 *
 * Context: may sleep.
 */
void gpiohub_hubs_each(void (*visit)(struct gpiohub_hub *hub))
{
	struct gpiohub_hub *hub;

	mutex_lock(&hubs_lock);
	list_for_each_entry(hub, &hubs, all)
		visit(hub);
	mutex_unlock(&hubs_lock);
}

/**
 * gpiohub_hubs_init - before the first hub
 * @class: theirs
 *
 * Context: may sleep. Return: 0 or an errno.
 */
int gpiohub_hubs_init(struct class *class)
{
	hubs_class = class;
	return alloc_chrdev_region(&hubs_devt, 0, MAX_HUBS, "gpiohub");
}

/** gpiohub_hubs_exit - delete all hubs */
void gpiohub_hubs_exit(void)
{
	struct gpiohub_hub *hub, *next;

	mutex_lock(&hubs_lock);
	hubs_closed = true;
	list_for_each_entry_safe(hub, next, &hubs, all)
		hub_delete(hub);
	mutex_unlock(&hubs_lock);
	unregister_chrdev_region(hubs_devt, MAX_HUBS);
}
