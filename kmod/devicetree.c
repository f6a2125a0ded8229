// SPDX-License-Identifier: GPL-2.0
/*
 * A hub for each node of the device tree that is "gpiohub,hub": over the lines that its
 * property gpios lists, in that order. A chip that is not there yet is waited for by
 * deferred probing, as by every driver; and as with every driver the hub goes when one
 * of its chips is unbound, for the driver core unbinds who is named as its consumer.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "compat.h"
#include "devicetree.h"
#include "hubs.h"
#include "names.h"

/* "label:12345+" */
#define LINE_SIZE	(GPIOHUB_LABEL_SIZE + 7)

/* One entry of gpios, and what it turned out to be. */
struct search {
	struct of_phandle_args entry;
	char label[GPIOHUB_LABEL_SIZE];
	int offset;
};

/* Whether a chip is the one, as gpiolib decides it. */
static int visit(struct gpio_chip *gc, GPIOHUB_COMPAT_VISIT *data)
{
	struct search *search = (struct search *)data;
	struct fwnode_handle *node;
	int offset;

	if (!gc || search->offset >= 0)
		return 0;
	node = gc->fwnode ?: gc->parent ? dev_fwnode(gc->parent) : NULL;
	if (node != of_fwnode_handle(search->entry.np) || !gc->of_xlate ||
	    gc->of_gpio_n_cells != search->entry.args_count)
		return 0;
	offset = gc->of_xlate(gc, &search->entry, NULL);
	if (offset >= 0 && gc->label &&
	    strscpy(search->label, gc->label, sizeof(search->label)) > 0)
		search->offset = offset;
	return 0;
}

/* Entry @index of gpios. Return: 0; -EPROBE_DEFER: its chip is not there; or an errno. */
static int find_line(struct device *dev, unsigned int index, struct search *search)
{
	int err = of_parse_phandle_with_args(dev->of_node, "gpios", "#gpio-cells", index,
					     &search->entry);

	if (err)
		return dev_err_probe(dev, err, "gpios: entry %u is malformed\n", index);
	search->offset = -1;
	gpiohub_compat_each_chip(visit, search);
	of_node_put(search->entry.np);
	if (search->offset < 0)
		return dev_err_probe(dev, -EPROBE_DEFER, "gpios: no chip for entry %u yet\n",
				     index);
	return 0;
}

/* All of them, as names.c reads them. Return: to be freed by kvfree(); or an errno. */
static char *lines_text(struct device *dev)
{
	int count = of_count_phandle_with_args(dev->of_node, "gpios", "#gpio-cells");
	struct search search;
	size_t size, used = 0;
	char *text;
	int i, err;

	if (count < 1 || count > GPIOHUB_MAX_LINES)
		return ERR_PTR(dev_err_probe(dev, count < 0 ? count : -E2BIG,
					     "gpios: 1 to %u lines\n", GPIOHUB_MAX_LINES));
	size = count * LINE_SIZE + 1;
	text = kvzalloc(size, GFP_KERNEL);
	if (!text)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < count; i++) {
		err = find_line(dev, i, &search);
		if (err) {
			kvfree(text);
			return ERR_PTR(err);
		}
		used += scnprintf(text + used, size - used, "%s%s:%u", i ? "+" : "",
				  search.label, search.offset);
	}
	return text;
}

static int hub_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	const char *label;
	char *text;
	int err;

	/* Nothing else would name the lines. */
	if (!dev->of_node)
		return -ENODEV;
	if (of_property_read_string(dev->of_node, "label", &label))
		label = kbasename(dev->of_node->full_name);
	text = lines_text(dev);
	if (IS_ERR(text))
		return PTR_ERR(text);
	err = gpiohub_hubs_make_for(dev, text, label);
	kvfree(text);
	/* A chip that has just gone, or is about to come, comes again. */
	if (err == -ENODEV || err == -EAGAIN)
		err = -EPROBE_DEFER;
	return err ? dev_err_probe(dev, err, "no hub \"%s\"\n", label) : 0;
}

static GPIOHUB_COMPAT_REMOVE hub_remove(struct platform_device *pdev)
{
	/* Unless somebody deleted it before. */
	gpiohub_hubs_delete_for(&pdev->dev);
	return GPIOHUB_COMPAT_REMOVED;
}

static const struct of_device_id hub_ids[] = {
	{ .compatible = "gpiohub,hub" },
	{ }
};
MODULE_DEVICE_TABLE(of, hub_ids);

static struct platform_driver hub_driver = {
	.driver = {
		.name = "gpiohub-hub",
		.of_match_table = hub_ids,
	},
	.probe = hub_probe,
	.remove = hub_remove,
};

static bool registered;

/**
 * gpiohub_devicetree_init - after everything else: hubs can be made
 *
 * Without it there is all but these hubs: loading must not fail any more.
 * Context: may sleep.
 */
void gpiohub_devicetree_init(void)
{
	int err = platform_driver_register(&hub_driver);

	if (err)
		pr_err("no hubs from the device tree: %d\n", err);
	registered = !err;
}

/** gpiohub_devicetree_exit - before anything else */
void gpiohub_devicetree_exit(void)
{
	if (registered)
		platform_driver_unregister(&hub_driver);
}
