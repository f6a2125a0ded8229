// SPDX-License-Identifier: GPL-2.0
/*
 * gpiohub-vboard: virtual GPIO boards for demonstrations, tests and measuring.
 * Here: parameters, the platform devices, and the order in which a board comes
 * and goes. docs/vboard.md tells how to use it.
 */

#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "vboard.h"

static unsigned int n_boards = 1;
module_param_named(boards, n_boards, uint, 0444);
MODULE_PARM_DESC(boards, "number of boards, 1 to 8 (default 1)");

static unsigned int n_lines = 32;
module_param_named(lines, n_lines, uint, 0644);
MODULE_PARM_DESC(lines, "lines per board, 1 to 64 (default 32); taken when a board is bound");

static bool can_sleep[VBOARD_MAX_BOARDS];
module_param_array(can_sleep, bool, NULL, 0644);
MODULE_PARM_DESC(can_sleep, "board by board: it sleeps, like an I2C expander, and its interrupts come in a thread (default 0); taken when a board is bound");

static bool debounce;
module_param(debounce, bool, 0644);
MODULE_PARM_DESC(debounce, "boards can debounce inputs (default 0); taken when a board is bound");

static bool wake = true;
module_param(wake, bool, 0644);
MODULE_PARM_DESC(wake, "the boards' interrupts can wake the machine from suspend (default 1); taken when a board is bound");

unsigned int vboard_chunk = 64;
module_param_named(chunk, vboard_chunk, uint, 0644);
MODULE_PARM_DESC(chunk, "most edges that a generator makes in one timer interrupt, 1 to 4096 (default 64)");

/* Written at init and exit only. */
static struct vboard *boards[VBOARD_MAX_BOARDS];
static struct platform_device *devices[VBOARD_MAX_BOARDS];

/**
 * vboard_get() - the board of that number
 * @id: less than VBOARD_MAX_BOARDS
 *
 * Return: the board, NULL if there is none.
 */
struct vboard *vboard_get(unsigned int id)
{
	return boards[id];
}

/* A generator has ended: tell, from where telling is allowed. */
static void finished(struct work_struct *work)
{
	struct vboard *b = container_of(work, struct vboard, finished);

	wake_up_all(&b->idle);
	sysfs_notify(&b->dev->kobj, NULL, "running");
}

static struct vboard *board_alloc(unsigned int id)
{
	struct vboard *b = kzalloc(sizeof(*b), GFP_KERNEL);
	unsigned int i;

	if (!b)
		return NULL;
	b->id = id;
	snprintf(b->label, sizeof(b->label), VBOARD_NAME ".%u", id);
	for (i = 0; i < VBOARD_MAX_LINES; i++) {
		b->line[i].b = b;
		snprintf(b->line[i].name, sizeof(b->line[i].name), "vb%u_%u", id, i);
		b->names[i] = b->line[i].name;
	}
	mutex_init(&b->bus);
	mutex_init(&b->control);
	raw_spin_lock_init(&b->lock);
	init_waitqueue_head(&b->idle);
	INIT_WORK(&b->finished, finished);
	vboard_level_init(b);
	vboard_deliver_init(b);
	vboard_gen_init(b);
	return b;
}

static void set_bound(struct vboard *b, bool bound)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&b->lock, flags);
	if (bound) {
		vboard_level_reset(b);
		vboard_irq_add(b);
		vboard_gen_reset(b);
	}
	WRITE_ONCE(b->bound, bound);
	raw_spin_unlock_irqrestore(&b->lock, flags);
}

/* Sources first, then what carries them; gpiolib's chip goes after its interrupts. */
static void board_stop(struct vboard *b)
{
	vboard_gen_stop_all(b);
	vboard_level_stop(b);
	vboard_deliver_stop(b);
	cancel_work_sync(&b->finished);
	vboard_irq_remove(b);
}

static int probe(struct platform_device *pdev)
{
	struct vboard *b = vboard_get(pdev->id);
	unsigned int lines = READ_ONCE(n_lines);
	int ret;

	if (lines < 1 || lines > VBOARD_MAX_LINES) {
		dev_err(&pdev->dev, "lines=%u: 1 to %u\n", lines, VBOARD_MAX_LINES);
		return -EINVAL;
	}

	vboard_irq_reap();
	b->dev = &pdev->dev;
	b->lines = lines;
	b->can_sleep = can_sleep[b->id];
	b->debounce = debounce;
	b->wake = wake;
	platform_set_drvdata(pdev, b);

	ret = vboard_deliver_start(b);
	if (ret)
		return ret;
	set_bound(b, true);

	ret = vboard_chip_add(b);
	if (ret)
		goto out_stop;
	ret = sysfs_create_group(&pdev->dev.kobj, &vboard_controls);
	if (ret)
		goto out_remove_chip;
	return 0;

out_remove_chip:
	gpiochip_remove(&b->gc);
out_stop:
	set_bound(b, false);
	board_stop(b);
	vboard_irq_reap();
	return ret;
}

/* Waiters in "wait" leave when the board is not bound, before its file goes. */
static void remove(struct platform_device *pdev)
{
	struct vboard *b = platform_get_drvdata(pdev);

	set_bound(b, false);
	wake_up_all(&b->idle);
	sysfs_remove_group(&pdev->dev.kobj, &vboard_controls);
	board_stop(b);
	gpiochip_remove(&b->gc);
	vboard_irq_reap();
}

static int __maybe_unused remove_int(struct platform_device *pdev)
{
	remove(pdev);
	return 0;
}

static struct platform_driver vboard_driver = {
	.driver.name	= VBOARD_NAME,
	.probe		= probe,
	.remove		= gpiohub_compat_pick(struct platform_driver, remove, remove_int, remove),
};

/*
 * Line names come as a property, not by gpio_chip.names: for those, 6.1 looks through
 * the names of all chips and trips over one that was removed while in use. The
 * node is ours and not the device's, because 6.1 drops a device's own node with its
 * gpiochip.
 */
static int device_add_named(const struct vboard *b)
{
	const struct property_entry properties[] = {
		PROPERTY_ENTRY_STRING_ARRAY_LEN("gpio-line-names", b->names,
						VBOARD_MAX_LINES),
		{ }
	};
	struct platform_device_info info = {
		.name = VBOARD_NAME,
		.id = b->id,
	};
	struct platform_device *pdev;

	info.fwnode = fwnode_create_software_node(properties, NULL);
	if (IS_ERR(info.fwnode))
		return PTR_ERR(info.fwnode);
	pdev = platform_device_register_full(&info);
	if (IS_ERR(pdev)) {
		fwnode_remove_software_node(info.fwnode);
		return PTR_ERR(pdev);
	}
	devices[b->id] = pdev;
	return 0;
}

static void devices_remove(unsigned int n)
{
	while (n--) {
		struct fwnode_handle *names = dev_fwnode(&devices[n]->dev);

		platform_device_unregister(devices[n]);
		fwnode_remove_software_node(names);
	}
}

static int devices_add(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < n_boards; i++) {
		ret = device_add_named(boards[i]);
		if (ret) {
			devices_remove(i);
			return ret;
		}
	}
	return 0;
}

static void boards_free(void)
{
	unsigned int i;

	for (i = 0; i < n_boards; i++)
		kfree(boards[i]);
}

static int __init vboard_module_init(void)
{
	unsigned int i;
	int ret = -ENOMEM;

	if (n_boards < 1 || n_boards > VBOARD_MAX_BOARDS) {
		pr_err(VBOARD_NAME ": boards=%u: 1 to %u\n", n_boards, VBOARD_MAX_BOARDS);
		return -EINVAL;
	}
	for (i = 0; i < n_boards; i++) {
		boards[i] = board_alloc(i);
		if (!boards[i])
			goto out_free;
	}
	ret = vboard_irq_setup();
	if (ret)
		goto out_free;
	ret = platform_driver_register(&vboard_driver);
	if (ret)
		goto out_irq_teardown;
	ret = devices_add();
	if (ret)
		goto out_unregister;
	return 0;

out_unregister:
	platform_driver_unregister(&vboard_driver);
out_irq_teardown:
	vboard_irq_teardown();
out_free:
	boards_free();
	return ret;
}

static void __exit vboard_module_exit(void)
{
	devices_remove(n_boards);
	platform_driver_unregister(&vboard_driver);
	vboard_irq_teardown();
	boards_free();
}

module_init(vboard_module_init);
module_exit(vboard_module_exit);

MODULE_DESCRIPTION("virtual GPIO boards with interrupts, loop-backs and edge generators");
MODULE_LICENSE("GPL");
