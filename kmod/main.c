// SPDX-License-Identifier: GPL-2.0
/*
 * The module: parameters, and everything put together and taken apart.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/log2.h>
#include <linux/module.h>

#include "chip.h"
#include "devicetree.h"
#include "hubs.h"
#include "params.h"
#include "pattern.h"
#include "reflex.h"
#include "seen.h"
#include "session.h"
#include "suspend.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

#define MIN_RECORDS	2048		/* as much as the largest page holds: 64 KiB */
#define MAX_RECORDS	(4 * 1024 * 1024)	/* 128 MiB */
#define MAX_FIRST_SEQ	BIT_ULL(57)	/* a file's position, seq * 32, is an s64 */

static char *hubs_text = "";
module_param_named(hubs, hubs_text, charp, 0444);
MODULE_PARM_DESC(hubs, "hubs to make: LABEL:OFFSETS[+LABEL:OFFSETS...][;...], or auto for every chip");

unsigned int gpiohub_records = 65536;
module_param_named(records, gpiohub_records, uint, 0444);
MODULE_PARM_DESC(records, "events that each hub's ring holds, a power of two (default 65536)");

unsigned int gpiohub_user_files = 256;
module_param_named(user_files, gpiohub_user_files, uint, 0644);
MODULE_PARM_DESC(user_files, "files of one hub that a user may have open (default 256)");

unsigned int gpiohub_user_requests = 128;
module_param_named(user_requests, gpiohub_user_requests, uint, 0644);
MODULE_PARM_DESC(user_requests, "waits and patterns of one hub that a user may have at once (default 128)");

unsigned int gpiohub_user_rules = 48;
module_param_named(user_rules, gpiohub_user_rules, uint, 0644);
MODULE_PARM_DESC(user_rules, "rules of one hub that a user may have (default 48)");

unsigned int gpiohub_user_steps = 1024 * 1024;
module_param_named(user_steps, gpiohub_user_steps, uint, 0644);
MODULE_PARM_DESC(user_steps, "steps of 32 bytes that a user's patterns of one hub may have (default 1048576)");

unsigned int gpiohub_pattern_cpu = 25;
module_param_named(pattern_cpu, gpiohub_pattern_cpu, uint, 0644);
MODULE_PARM_DESC(pattern_cpu, "percent of a processor's time that the patterns of one hub may take (default 25)");

unsigned int gpiohub_message_rate = 1000;
module_param_named(message_rate, gpiohub_message_rate, uint, 0644);
MODULE_PARM_DESC(message_rate, "messages and configurations per second and file (default 1000)");

unsigned int gpiohub_storm_rate = 100000;
module_param_named(storm_rate, gpiohub_storm_rate, uint, 0644);
MODULE_PARM_DESC(storm_rate, "changes of a line per second over which it is masked; 0: never (default 100000)");

bool gpiohub_rt_safe;
module_param_named(rt_safe, gpiohub_rt_safe, bool, 0444);
MODULE_PARM_DESC(rt_safe, "PREEMPT_RT: the chips' own functions are fit for hard interrupts (default no)");

unsigned long long gpiohub_first_seq;
module_param_named(first_seq, gpiohub_first_seq, ullong, 0444);
MODULE_PARM_DESC(first_seq, "for tests: number of each hub's first event (default 0)");

static struct class gpiohub_class = {
	.name = "gpiohub",
	.class_groups = gpiohub_class_groups,
	.dev_uevent = gpiohub_uevent,
};

static int check_parameters(void)
{
	if (!is_power_of_2(gpiohub_records) || gpiohub_records < MIN_RECORDS ||
	    gpiohub_records > MAX_RECORDS) {
		pr_err("records=%u is not a power of two from %u to %u\n", gpiohub_records,
		       MIN_RECORDS, MAX_RECORDS);
		return -EINVAL;
	}
	if (gpiohub_first_seq > MAX_FIRST_SEQ) {
		pr_err("first_seq=%llu is more than %llu\n", gpiohub_first_seq, MAX_FIRST_SEQ);
		return -EINVAL;
	}
	return gpiohub_hubs_check(hubs_text, true);
}

static int __init gpiohub_init(void)
{
	int err;

	err = check_parameters();
	if (err)
		return err;
	gpiohub_line_files_init();
	gpiohub_debugfs_init();
	err = gpiohub_sessions_init();
	if (err)
		goto out_debugfs;
	err = gpiohub_waits_init();
	if (err)
		goto out_sessions;
	err = gpiohub_patterns_init();
	if (err)
		goto out_waits;
	err = gpiohub_reflexes_init();
	if (err)
		goto out_patterns;
	err = gpiohub_suspend_init();
	if (err)
		goto out_reflexes;
	err = gpiohub_chip_driver_register();
	if (err)
		goto out_suspend;
	err = gpiohub_hubs_init(&gpiohub_class);
	if (err)
		goto out_driver;
	err = class_register(&gpiohub_class);
	if (err)
		goto out_hubs;
	/*
	 * A hub can be opened as soon as it is made: from here on loading must
	 * not fail, for that would not wait for the files.
	 */
	err = gpiohub_hubs_make(hubs_text, true);
	if (err)
		pr_err("hubs=\"%s\": not all could be made: %d\n", hubs_text, err);
	gpiohub_devicetree_init();
	return 0;

out_hubs:
	gpiohub_hubs_exit();
out_driver:
	gpiohub_chip_driver_unregister();
out_suspend:
	gpiohub_suspend_exit();
out_reflexes:
	gpiohub_reflexes_exit();
out_patterns:
	gpiohub_patterns_exit();
out_waits:
	gpiohub_waits_exit();
out_sessions:
	gpiohub_sessions_exit();
out_debugfs:
	gpiohub_debugfs_exit();
	return err;
}

static void __exit gpiohub_exit(void)
{
	gpiohub_devicetree_exit();
	/* First the hubs, which are devices of the class; no more are made. */
	gpiohub_hubs_exit();
	gpiohub_suspend_exit();
	gpiohub_sessions_exit();
	class_unregister(&gpiohub_class);
	gpiohub_chip_driver_unregister();
	gpiohub_reflexes_exit();
	gpiohub_patterns_exit();
	gpiohub_waits_exit();
	gpiohub_debugfs_exit();
}

module_init(gpiohub_init);
module_exit(gpiohub_exit);
MODULE_DESCRIPTION("GPIO lines shared by any number of programs");
MODULE_AUTHOR("The gpiohub developers");
MODULE_LICENSE("GPL");
