/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A chip as one hub sees it: there, or gone and waited for.
 */
#ifndef GPIOHUB_CHIP_H
#define GPIOHUB_CHIP_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "names.h"

/* The functions by which gpiolib knows our lines, one per drive. */
#define GPIOHUB_FUNCTION_PUSH_PULL	"line"
#define GPIOHUB_FUNCTION_OPEN_DRAIN	"open-drain"
#define GPIOHUB_FUNCTION_OPEN_SOURCE	"open-source"

struct gpiod_lookup_table;
struct gpiohub_hub;
struct platform_device;

/**
 * struct gpiohub_chip - one chip of one hub
 * @hub: the hub
 * @label: the chip's label
 * @lines: the hub's lines that are on it
 * @pdev: stands for us with gpiolib and the driver core, see chip.c
 * @parent: the device of the chip that @pdev is linked to; only compared, and only
 *	while @present
 * @table: how gpiolib finds our lines for @pdev
 * @lock: orders pin and publication on lines that only a thread can reach
 * @present: the chip is there; under hub->config
 * @leaving: the hub is being removed: do not attach again; under hub->config
 * @asleep: it is suspended; under hub->config
 * @attach: asks for the chip again after it went
 */
struct gpiohub_chip {
	struct gpiohub_hub *hub;
	char label[GPIOHUB_LABEL_SIZE];
	u64 lines;
	struct platform_device *pdev;
	const struct device *parent;
	struct gpiod_lookup_table *table;
	struct mutex lock;	/* pins and publication of slow lines */
	bool present;
	bool leaving;
	bool asleep;
	struct delayed_work attach;
};

int gpiohub_chip_add(struct gpiohub_chip *chip, struct gpiohub_hub *hub,
		     const char *label, unsigned int id);
void gpiohub_chip_remove(struct gpiohub_chip *chip);
int gpiohub_chip_driver_register(void);
void gpiohub_chip_driver_unregister(void);

#endif
