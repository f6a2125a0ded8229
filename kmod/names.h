/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Naming lines to a hub: the text of the module parameter and of new_hub.
 */
#ifndef GPIOHUB_NAMES_H
#define GPIOHUB_NAMES_H

#include <linux/gpiohub.h>
#include <linux/types.h>

#define GPIOHUB_LABEL_SIZE	64

/**
 * struct gpiohub_names - the lines of one hub
 * @nr_lines: how many lines
 * @nr_chips: on how many chips
 * @chip: the chips' labels
 * @line: per line, in the hub's order: index into @chip, and offset there
 */
struct gpiohub_names {
	unsigned int nr_lines;
	unsigned int nr_chips;
	char chip[GPIOHUB_MAX_LINES][GPIOHUB_LABEL_SIZE];
	struct {
		u8 chip;
		u16 offset;
	} line[GPIOHUB_MAX_LINES];
};

/**
 * struct gpiohub_found - a gpio_chip of this machine
 * @label: its label
 * @lines: how many lines it has
 * @parent: its parent device, a reference; NULL if it has none
 */
struct gpiohub_found {
	char label[GPIOHUB_LABEL_SIZE];
	unsigned int lines;
	struct device *parent;
};

int gpiohub_names_parse(struct gpiohub_names *names, char *text, bool wait_for_chips);
int gpiohub_names_find(const char *label, struct gpiohub_found *found);
int gpiohub_names_each(int (*make)(const char *text, void *data), void *data);

#endif
