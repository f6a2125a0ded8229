// SPDX-License-Identifier: GPL-2.0
/*
 * While it is loaded, whoever calls one of some functions of the kernel or of a module is
 * held up at its beginning: function=NAME,... ms=N,... So that what another may do
 * meanwhile is done. By the clock: the delays of a kernel that was started on a busy
 * machine may be much shorter than they say.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/timekeeping.h>

#define MOST	4

static char *function[MOST];
static int functions;
module_param_array(function, charp, &functions, 0444);
MODULE_PARM_DESC(function, "whose callers are held up");

static unsigned int ms[MOST];
module_param_array(ms, uint, NULL, 0444);
MODULE_PARM_DESC(ms, "for how long, milliseconds, each");

static struct kprobe probe[MOST];
static struct kprobe *probes[MOST];

static int hold_up(struct kprobe *called, struct pt_regs *regs)
{
	u64 until = ktime_get_mono_fast_ns() + (u64)ms[called - probe] * NSEC_PER_MSEC;

	while (ktime_get_mono_fast_ns() < until)
		cpu_relax();
	return 0;
}

static int __init vmslow_init(void)
{
	int i;

	for (i = 0; i < functions; i++) {
		probe[i].symbol_name = function[i];
		probe[i].pre_handler = hold_up;
		probes[i] = &probe[i];
	}
	return register_kprobes(probes, functions);
}

static void __exit vmslow_exit(void)
{
	unregister_kprobes(probes, functions);
}

module_init(vmslow_init);
module_exit(vmslow_exit);
MODULE_DESCRIPTION("Makes the windows of races wide");
MODULE_LICENSE("GPL");
