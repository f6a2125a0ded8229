// SPDX-License-Identifier: GPL-2.0
/*
 * While it is loaded, the guest's virtio devices stay awake when the machine goes to
 * sleep: its files come through one of them (9p), whose driver cannot go on after
 * that. With seconds=N it wakes the machine every N seconds, as an alarm would that
 * the guest has not.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm.h>
#include <linux/suspend.h>
#include <linux/workqueue.h>

static unsigned int seconds;
module_param(seconds, uint, 0444);
MODULE_PARM_DESC(seconds, "how often to wake the machine (default 0: never)");

static unsigned int alarms;
module_param(alarms, uint, 0444);
MODULE_PARM_DESC(alarms, "how often it did");

static void alarm(struct work_struct *work);
static DECLARE_DELAYED_WORK(vmawake_alarm, alarm);

static void alarm(struct work_struct *work)
{
	alarms++;
	pm_system_wakeup();
	schedule_delayed_work(&vmawake_alarm, seconds * HZ);
}

static void virtio_stay_awake(bool awake)
{
	struct pci_dev *dev = NULL;

	while ((dev = pci_get_device(PCI_VENDOR_ID_REDHAT_QUMRANET, PCI_ANY_ID, dev)))
		dev_pm_syscore_device(&dev->dev, awake);
}

static int __init vmawake_init(void)
{
	virtio_stay_awake(true);
	if (seconds)
		schedule_delayed_work(&vmawake_alarm, seconds * HZ);
	return 0;
}

static void __exit vmawake_exit(void)
{
	cancel_delayed_work_sync(&vmawake_alarm);
	virtio_stay_awake(false);
}

module_init(vmawake_init);
module_exit(vmawake_exit);
MODULE_DESCRIPTION("Lets a guest sleep without losing its files");
MODULE_LICENSE("GPL");
