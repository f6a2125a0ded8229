// SPDX-License-Identifier: GPL-2.0
/*
 * Misbehaves on request, so that tests/vm/selftest can see that the harness
 * notices: insmod gpiohub-vmtest.ko what=warn|oops|sleep|leak|overrun|shift.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char *what = "";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "which mistake to make");

static int amount = 40;
module_param(amount, int, 0444);
MODULE_PARM_DESC(amount, "an index or a shift that the compiler cannot foresee");

static int *vmtest_nowhere;

static DEFINE_SPINLOCK(vmtest_lock);

static int __init vmtest_init(void)
{
	u8 *bytes = kmalloc(32, GFP_KERNEL);

	if (!bytes)
		return -ENOMEM;
	if (!strcmp(what, "warn")) {
		WARN(1, "a warning on request\n");
	} else if (!strcmp(what, "oops")) {
		WRITE_ONCE(*vmtest_nowhere, 0);
	} else if (!strcmp(what, "sleep")) {
		spin_lock(&vmtest_lock);
		msleep(20);
		spin_unlock(&vmtest_lock);
	} else if (!strcmp(what, "leak")) {
		bytes = NULL;
	} else if (!strcmp(what, "overrun")) {
		WRITE_ONCE(bytes[amount], 1);
	} else if (!strcmp(what, "shift")) {
		pr_info("shifted: %d\n", 1 << amount);
	}
	kfree(bytes);
	return 0;
}

static void __exit vmtest_exit(void)
{
}

module_init(vmtest_init);
module_exit(vmtest_exit);
MODULE_DESCRIPTION("Mistakes on request, for the harness's own test");
MODULE_LICENSE("GPL");
