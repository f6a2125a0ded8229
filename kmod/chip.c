// SPDX-License-Identifier: GPL-2.0
/*
 * How a hub holds on to a chip. gpiolib hands lines to devices, so each chip of
 * each hub has a platform device of its own, bound to the driver below, with a
 * lookup table that names the lines. The driver's probe links that device to the
 * chip's parent: so the driver core runs our remove, which lets all lines go,
 * before the chip's own, while the chip still answers. A chip that is not there
 * yet, or went, is waited for by deferred probing.
 */
#include <linux/gpio/consumer.h>
#include <linux/gpio/machine.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "compat.h"
#include "hub.h"
#include "request.h"
#include "seen.h"
#include "session.h"
#include "suspend.h"

#define DRIVER_NAME	"gpiohub-chip"

/* How long to wait before asking for a chip again that was busy coming or going. */
#define ATTACH_DELAY	msecs_to_jiffies(50)

/* Under hub->config. */
static void attach_later(struct gpiohub_chip *chip)
{
	if (!chip->leaving)
		schedule_delayed_work(&chip->attach, ATTACH_DELAY);
}

/* The chip is there: arm what is watched. */
static void chip_attach(struct gpiohub_chip *chip)
{
	struct gpiohub_hub *hub = chip->hub;
	struct gpiohub_line *line;
	unsigned long flags;
	u64 back;
	int err;

	mutex_lock(&hub->config);
	chip->present = true;
	flags = gpiohub_hub_lock(hub);
	back = hub->state->gone & chip->lines;
	gpiohub_for_each_line(line, chip->hub, chip->lines) {
		if (!(hub->state->gone & gpiohub_line_bit(line)))
			continue;
		gpiohub_state_mark(hub->state, &hub->state->gone, gpiohub_line_bit(line), false);
		gpiohub_hub_publish(hub, GPIOHUB_EVENT_GONE, line->number, 0);
	}
	gpiohub_hub_unlock(hub, flags);
	gpiohub_for_each_line(line, chip->hub, chip->lines) {
		err = gpiohub_line_hold(line);
		if (!err && line->desc)
			err = gpiohub_line_arm(line);
		if (err)
			dev_warn(&hub->dev, "line %u (%s %u) is watched, but cannot be had again: %d\n",
				 line->number, chip->label, line->offset, err);
	}
	if (back)
		gpiohub_uevent_gone(hub, back);
	mutex_unlock(&hub->config);
}

/* One line of a chip that goes; the chip still answers. */
static void line_gone(struct gpiohub_line *line)
{
	struct gpiohub_hub *hub = line->hub;
	u64 bit = gpiohub_line_bit(line);
	unsigned long flags;

	if (line->owner)
		gpiohub_guard_apply(line->owner, bit, GPIOHUB_END_GONE);
	gpiohub_line_forget(line);
	line->kept = false;
	line->guard = 0;
	flags = gpiohub_hub_lock(hub);
	gpiohub_state_mark(hub->state, &hub->state->kept, bit, false);
	gpiohub_state_mark(hub->state, &hub->state->gone, bit, true);
	gpiohub_hub_publish(hub, GPIOHUB_EVENT_GONE, line->number, 1);
	gpiohub_waits_gone(hub, bit, false);
	gpiohub_hub_unlock(hub, flags);
}

static void chip_detach(struct gpiohub_chip *chip)
{
	struct gpiohub_hub *hub = chip->hub;
	struct gpiohub_line *line;

	mutex_lock(&hub->config);
	/* First: from here on no line is taken or armed again. */
	chip->present = false;
	gpiohub_for_each_line(line, hub, chip->lines)
		line_gone(line);
	gpiohub_chip_awake(chip);
	gpiohub_uevent_gone(hub, chip->lines);
	attach_later(chip);
	mutex_unlock(&hub->config);
	/* poll(2) now says that a line is gone. */
	gpiohub_sleepers_wake_all(hub);
}

static void attach_work(struct work_struct *work)
{
	struct gpiohub_chip *chip = container_of(work, struct gpiohub_chip, attach.work);
	int err;

	/* Probes, or puts the device on the driver core's list of those to retry. */
	err = device_attach(&chip->pdev->dev);
	if (err < 0 && err != -EPROBE_DEFER)
		dev_warn(&chip->hub->dev, "cannot wait for chip %s: %d\n", chip->label, err);
}

static int check_offsets(struct gpiohub_chip *chip, const struct gpiohub_found *found)
{
	struct gpiohub_line *line;

	gpiohub_for_each_line(line, chip->hub, chip->lines)
		if (line->offset >= found->lines)
			return -ERANGE;
	return 0;
}

/* Nothing else would ask again: no driver need be bound for it. */
static void retry_later(struct gpiohub_chip *chip)
{
	mutex_lock(&chip->hub->config);
	attach_later(chip);
	mutex_unlock(&chip->hub->config);
}

/*
 * Link the devices so that our remove comes before the chip's. Only while the
 * chip's device is bound, and under its lock, so that it is not just being
 * unbound. Only by trylock: who holds that lock may be waiting for probes to end.
 */
static int link_to(struct gpiohub_chip *chip, struct device *parent)
{
	int err = -EAGAIN;

	if (device_trylock(parent)) {
		if (parent->links.status != DL_DEV_DRIVER_BOUND)
			err = -ENXIO;
		else if (device_link_add(&chip->pdev->dev, parent, DL_FLAG_AUTOREMOVE_CONSUMER))
			err = 0;
		device_unlock(parent);
	}
	if (!err)
		chip->parent = parent;
	if (err == -EAGAIN)
		retry_later(chip);
	return err;
}

/*
 * Whatever is missing may come: every error asks the driver core to try again when
 * anything was bound. /sys/kernel/debug/devices_deferred tells the reasons.
 */
static int chip_probe(struct platform_device *pdev)
{
	struct gpiohub_chip *chip = *(struct gpiohub_chip **)dev_get_platdata(&pdev->dev);
	struct gpiohub_found found;
	int err;

	err = gpiohub_names_find(chip->label, &found);
	if (err == -ENOMEM)
		retry_later(chip);
	if (err)
		return dev_err_probe(&pdev->dev, -EPROBE_DEFER, "chip %s: %d\n",
				     chip->label, err);
	err = check_offsets(chip, &found);
	if (!err)
		err = link_to(chip, found.parent);
	put_device(found.parent);
	if (err)
		return dev_err_probe(&pdev->dev, -EPROBE_DEFER,
				     "chip %s has fewer lines, or is not bound: %d\n",
				     chip->label, err);
	/* Lines may wake the machine unless its administrator says otherwise. */
	err = device_init_wakeup(&pdev->dev, true);
	if (err) {
		retry_later(chip);
		return dev_err_probe(&pdev->dev, -EPROBE_DEFER, "wake-up: %d\n", err);
	}
	platform_set_drvdata(pdev, chip);
	chip_attach(chip);
	return 0;
}

static GPIOHUB_COMPAT_REMOVE chip_remove(struct platform_device *pdev)
{
	chip_detach(platform_get_drvdata(pdev));
	device_init_wakeup(&pdev->dev, false);
	return GPIOHUB_COMPAT_REMOVED;
}

static struct platform_driver chip_driver = {
	.driver = {
		.name = DRIVER_NAME,
		/* Binding is this file's business, not a person's. */
		.suppress_bind_attrs = true,
		.pm = pm_sleep_ptr(&gpiohub_chip_pm),
	},
	.probe = chip_probe,
	.remove = chip_remove,
};

/*
 * gpiolib's list of our lines: each three times, as the open-drain and the
 * open-source flag are part of the name by which a line is requested.
 */
static struct gpiod_lookup_table *chip_table(struct gpiohub_chip *chip, unsigned int id)
{
	static const struct {
		const char *function;
		enum gpio_lookup_flags flags;
	} drive[] = {
		{ GPIOHUB_FUNCTION_PUSH_PULL, GPIO_LOOKUP_FLAGS_DEFAULT },
		{ GPIOHUB_FUNCTION_OPEN_DRAIN, GPIO_OPEN_DRAIN },
		{ GPIOHUB_FUNCTION_OPEN_SOURCE, GPIO_OPEN_SOURCE },
	};
	struct gpiod_lookup_table *table;
	unsigned int entries = hweight64(chip->lines) * ARRAY_SIZE(drive);
	struct gpiohub_line *line;
	unsigned int i, n = 0;

	table = kzalloc(struct_size(table, table, entries + 1), GFP_KERNEL);
	if (!table)
		return NULL;
	table->dev_id = kasprintf(GFP_KERNEL, DRIVER_NAME ".%u", id);
	if (!table->dev_id) {
		kfree(table);
		return NULL;
	}
	gpiohub_for_each_line(line, chip->hub, chip->lines)
		for (i = 0; i < ARRAY_SIZE(drive); i++)
			table->table[n++] =
				GPIO_LOOKUP_IDX(chip->label, line->offset, drive[i].function,
						line->number, drive[i].flags);
	return table;
}

static void chip_table_free(struct gpiod_lookup_table *table)
{
	kfree(table->dev_id);
	kfree(table);
}

/**
 * gpiohub_chip_add - have a chip's lines for a hub, now or as soon as it is there
 * @chip: zeroed by the caller, @chip->lines and the hub's lines filled in
 * @hub: the hub
 * @label: the chip's label
 * @id: unique among all chips of all hubs
 *
 * Context: may sleep; no lock. Return: 0 or an errno; then there is nothing to
 * remove.
 */
int gpiohub_chip_add(struct gpiohub_chip *chip, struct gpiohub_hub *hub,
		     const char *label, unsigned int id)
{
	int err = -ENOMEM;

	chip->hub = hub;
	mutex_init(&chip->lock);
	INIT_DELAYED_WORK(&chip->attach, attach_work);
	strscpy(chip->label, label, sizeof(chip->label));
	chip->table = chip_table(chip, id);
	if (!chip->table)
		return err;
	chip->pdev = platform_device_alloc(DRIVER_NAME, id);
	if (!chip->pdev)
		goto out_free_table;
	err = platform_device_add_data(chip->pdev, &chip, sizeof(chip));
	if (err)
		goto out_put_pdev;
	gpiod_add_lookup_table(chip->table);
	/* Probes at once if the chip is there. */
	err = platform_device_add(chip->pdev);
	if (err)
		goto out_remove_table;
	return 0;

out_remove_table:
	gpiod_remove_lookup_table(chip->table);
out_put_pdev:
	platform_device_put(chip->pdev);
out_free_table:
	chip_table_free(chip->table);
	return err;
}

/**
 * gpiohub_chip_remove - let a chip go for good
 * @chip: added before
 *
 * Context: may sleep; no lock.
 */
void gpiohub_chip_remove(struct gpiohub_chip *chip)
{
	mutex_lock(&chip->hub->config);
	chip->leaving = true;
	mutex_unlock(&chip->hub->config);
	cancel_delayed_work_sync(&chip->attach);
	platform_device_unregister(chip->pdev);
	gpiod_remove_lookup_table(chip->table);
	chip_table_free(chip->table);
}

/**
 * gpiohub_chip_driver_register - before the first hub
 *
 * Context: may sleep. Return: 0 or an errno.
 */
int gpiohub_chip_driver_register(void)
{
	return platform_driver_register(&chip_driver);
}

/** gpiohub_chip_driver_unregister - after the last hub */
void gpiohub_chip_driver_unregister(void)
{
	platform_driver_unregister(&chip_driver);
}
