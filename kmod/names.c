// SPDX-License-Identifier: GPL-2.0
/*
 * Naming lines to a hub. A hub is "LABEL:OFFSETS", offsets and ranges with commas
 * between ("pinctrl-rp1:2-27,40"), or "LABEL" for a whole chip of at most 64 lines;
 * several chips are joined with "+". LABEL is a chip's label or "gpiochipN".
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/gpio/driver.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat.h"
#include "names.h"

#define MAX_CHIPS	128

/* The machine's chips. */
struct chips {
	unsigned int nr;
	struct gpiohub_found chip[MAX_CHIPS];
};

/* Under a lock of gpiolib's: note the chip and go on. */
static int visit(struct gpio_chip *gc, GPIOHUB_COMPAT_VISIT *data)
{
	struct chips *chips = (struct chips *)data;
	struct gpiohub_found *found = &chips->chip[chips->nr];

	/* 6.1 looks at gdev->chip twice; a label that we cut would find nothing. */
	if (!gc || !gc->label || chips->nr == MAX_CHIPS ||
	    strscpy(found->label, gc->label, sizeof(found->label)) < 0)
		return 0;
	found->lines = gc->ngpio;
	found->parent = get_device(gc->parent);
	chips->nr++;
	return 0;
}

static struct chips *chips_get(void)
{
	struct chips *chips = kvzalloc(sizeof(*chips), GFP_KERNEL);

	if (chips)
		gpiohub_compat_each_chip(visit, chips);
	return chips;
}

static void chips_put(struct chips *chips)
{
	unsigned int i;

	for (i = 0; i < chips->nr; i++)
		put_device(chips->chip[i].parent);
	kvfree(chips);
}

/* Return: the one chip of that label, or -ENODEV, -ENOTUNIQ. */
static int chips_index(const struct chips *chips, const char *label)
{
	int index = -ENODEV;
	unsigned int i;

	for (i = 0; i < chips->nr; i++) {
		if (strcmp(chips->chip[i].label, label))
			continue;
		if (index >= 0)
			return -ENOTUNIQ;
		index = i;
	}
	return index;
}

/*
 * "gpiochipN" is the name of a child of the chip's parent. Where one parent has
 * several chips, that does not say which of them it is.
 */
static int chips_index_by_name(const struct chips *chips, const char *name)
{
	int index = -ENODEV;
	unsigned int i;

	for (i = 0; i < chips->nr; i++) {
		struct device *child;

		if (!chips->chip[i].parent)
			continue;
		child = device_find_child_by_name(chips->chip[i].parent, name);
		if (!child)
			continue;
		put_device(child);
		if (index >= 0)
			return -ENOTUNIQ;
		index = i;
	}
	return index;
}

/**
 * gpiohub_names_find - find a chip
 * @label: its label
 * @found: out; the caller puts the parent
 *
 * Context: may sleep. Return: 0; -ENODEV: no such chip; -ENOTUNIQ: several;
 * -EOPNOTSUPP: nothing would tell us when it goes; -ENOMEM.
 */
int gpiohub_names_find(const char *label, struct gpiohub_found *found)
{
	struct chips *chips = chips_get();
	int index;

	if (!chips)
		return -ENOMEM;
	index = chips_index(chips, label);
	if (index >= 0 && !chips->chip[index].parent)
		index = -EOPNOTSUPP;
	if (index >= 0) {
		*found = chips->chip[index];
		get_device(found->parent);
	}
	chips_put(chips);
	return min(index, 0);
}

/**
 * gpiohub_names_each - name every chip that is there, 64 lines to a hub
 * @make: called with each hub's text; what it returns is not looked at
 * @data: for @make
 *
 * Context: may sleep. Return: 0 or -ENOMEM.
 */
int gpiohub_names_each(int (*make)(const char *text, void *data), void *data)
{
	struct chips *chips = chips_get();
	char text[GPIOHUB_LABEL_SIZE + 16];
	unsigned int i, first, last;

	if (!chips)
		return -ENOMEM;
	for (i = 0; i < chips->nr; i++) {
		const struct gpiohub_found *chip = &chips->chip[i];

		for (first = 0; first < chip->lines; first += GPIOHUB_MAX_LINES) {
			last = min(first + GPIOHUB_MAX_LINES, chip->lines) - 1;
			snprintf(text, sizeof(text), "%s:%u-%u", chip->label, first, last);
			make(text, data);
		}
	}
	chips_put(chips);
	return 0;
}

static int add_line(struct gpiohub_names *names, unsigned int chip, u16 offset)
{
	unsigned int i;

	if (names->nr_lines == GPIOHUB_MAX_LINES) {
		pr_err("more than %u lines in one hub; make several\n", GPIOHUB_MAX_LINES);
		return -E2BIG;
	}
	for (i = 0; i < names->nr_lines; i++)
		if (names->line[i].chip == chip && names->line[i].offset == offset) {
			pr_err("line %u of %s is named twice\n", offset, names->chip[chip]);
			return -EEXIST;
		}
	names->line[names->nr_lines].chip = chip;
	names->line[names->nr_lines].offset = offset;
	names->nr_lines++;
	return 0;
}

/* "2-27,40" */
static int add_offsets(struct gpiohub_names *names, unsigned int chip, char *text)
{
	char *range, *dash;
	u16 first, last;
	unsigned int n;
	int err;

	while ((range = strsep(&text, ","))) {
		dash = strchr(range, '-');
		if (dash)
			*dash++ = '\0';
		if (kstrtou16(range, 10, &first) || kstrtou16(dash ?: range, 10, &last) ||
		    first > last) {
			pr_err("offsets of %s: \"%s%s%s\" is not N or N-M\n", names->chip[chip],
			       range, dash ? "-" : "", dash ?: "");
			return -EINVAL;
		}
		for (n = first; n <= last; n++) {
			err = add_line(names, chip, n);
			if (err)
				return err;
		}
	}
	return 0;
}

static int complain(const char *label, int err)
{
	if (err == -ENOTUNIQ)
		pr_err("several chips are called \"%s\"; name one as gpiochipN\n", label);
	else if (err == -ENODEV)
		pr_err("no chip is called \"%s\"; gpiodetect lists them\n", label);
	else if (err == -ENAMETOOLONG)
		pr_err("\"%s\" is too long for a chip's label\n", label);
	return err;
}

/* The index of a chip in names, by its label; added where it is new. */
static int add_chip(struct gpiohub_names *names, const char *label)
{
	unsigned int i;

	for (i = 0; i < names->nr_chips; i++)
		if (!strcmp(names->chip[i], label))
			return i;
	if (i == GPIOHUB_MAX_LINES)
		return -E2BIG;
	if (strscpy(names->chip[i], label, GPIOHUB_LABEL_SIZE) < 0)
		return complain(label, -ENAMETOOLONG);
	return names->nr_chips++;
}

/* "LABEL" or "LABEL:OFFSETS"; labels of ACPI have colons themselves. */
static int parse_part(struct gpiohub_names *names, const struct chips *chips, char *part,
		      bool wait_for_chips)
{
	char *offsets = NULL;
	int index, chip;

	index = chips_index(chips, part);
	if (index == -ENODEV) {
		offsets = strrchr(part, ':');
		if (offsets)
			*offsets++ = '\0';
		index = chips_index(chips, part);
	}
	if (!*part) {
		pr_err("a chip without a label; write LABEL:OFFSETS\n");
		return -EINVAL;
	}
	if (index == -ENODEV && !strncmp(part, "gpiochip", 8)) {
		index = chips_index_by_name(chips, part);
		/* Numbers come in the order of probing: only a label can be waited for. */
		wait_for_chips = false;
	}
	if (index < 0 && !(index == -ENODEV && wait_for_chips && offsets))
		return complain(part, index);
	if (index >= 0 && chips_index(chips, chips->chip[index].label) < 0) {
		pr_err("%s shares its label \"%s\" with another chip; gpiolib cannot tell them apart\n",
		       part, chips->chip[index].label);
		return -EOPNOTSUPP;
	}
	if (index >= 0 && !chips->chip[index].parent) {
		pr_err("chip %s has no parent device; nothing would tell when it goes\n", part);
		return -EOPNOTSUPP;
	}

	chip = add_chip(names, index < 0 ? part : chips->chip[index].label);
	if (chip < 0)
		return chip;
	if (offsets)
		return add_offsets(names, chip, offsets);
	for (unsigned int n = 0; n < chips->chip[index].lines; n++) {
		int err = add_line(names, chip, n);

		if (err)
			return err;
	}
	return 0;
}

/* A chip that is there must have the lines. */
static int check_offsets(const struct gpiohub_names *names, const struct chips *chips)
{
	unsigned int i;

	for (i = 0; i < names->nr_lines; i++) {
		const char *label = names->chip[names->line[i].chip];
		int index = chips_index(chips, label);

		if (index < 0 || names->line[i].offset < chips->chip[index].lines)
			continue;
		pr_err("chip %s has lines 0-%u only, no %u\n", label,
		       chips->chip[index].lines - 1, names->line[i].offset);
		return -ERANGE;
	}
	return 0;
}

/**
 * gpiohub_names_parse - which lines a text names
 * @names: out
 * @text: one hub; it is cut to pieces
 * @wait_for_chips: a chip need not be there yet
 *
 * What is wrong is told in the kernel log.
 * Context: may sleep. Return: 0; -EINVAL: malformed; -ENODEV: no such chip;
 * -ENOTUNIQ: several; -ERANGE: the chip has no such line; -EEXIST: a line twice;
 * -E2BIG: more than 64 lines; -EOPNOTSUPP: see there; -ENOMEM.
 */
int gpiohub_names_parse(struct gpiohub_names *names, char *text, bool wait_for_chips)
{
	struct chips *chips = chips_get();
	char *part;
	int err = 0;

	if (!chips)
		return -ENOMEM;
	memset(names, 0, sizeof(*names));
	while (!err && (part = strsep(&text, "+")))
		err = parse_part(names, chips, strim(part), wait_for_chips);
	if (!err)
		err = check_offsets(names, chips);
	chips_put(chips);
	return err;
}
