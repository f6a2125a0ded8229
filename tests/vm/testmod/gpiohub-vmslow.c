// SPDX-License-Identifier: GPL-2.0
/*
 * While it is loaded, whoever calls a function of the kernel or of a module is held up at
 * its beginning: function=NAME ms=N. So that what another may do meanwhile is done.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>

static char *function = "";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "whose callers are held up");

static unsigned int ms;
module_param(ms, uint, 0444);
MODULE_PARM_DESC(ms, "for how long, milliseconds");

static int hold_up(struct kprobe *probe, struct pt_regs *regs)
{
	mdelay(ms);
	return 0;
}

static struct kprobe probe = { .pre_handler = hold_up };

static int __init vmslow_init(void)
{
	probe.symbol_name = function;
	return register_kprobe(&probe);
}

static void __exit vmslow_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(vmslow_init);
module_exit(vmslow_exit);
MODULE_DESCRIPTION("Makes the windows of races wide");
MODULE_LICENSE("GPL");
