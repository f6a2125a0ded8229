#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# probe.sh INCLUDE: compiler flags that tell compat.h what these kernel headers have.
# INCLUDE is the kernel's include/linux. Called by Kbuild.

has() {
	grep -qs "$2" "$include/$1" && echo "-DGPIOHUB_HAVE_$3"
}

include=$1
has gpio/driver.h 'gpio_device_find(const void' GPIO_DEVICE_FIND
has gpio/driver.h 'gpio_device_to_device(struct gpio_device' GPIO_DEVICE_TO_DEVICE
has platform_device.h 'void (\*remove)(struct platform_device' REMOVE_VOID
has mm.h 'void vm_flags_clear(' VM_FLAGS_CLEAR
has device/class.h '(\*show)(const struct class \*' CONST_CLASS
has hrtimer.h 'void hrtimer_setup(' HRTIMER_SETUP
has eventfd.h 'void eventfd_signal(struct eventfd_ctx \*ctx)$' EVENTFD_SIGNAL_ONCE
has kthread.h 'kthread_run_worker(' KTHREAD_RUN_WORKER
has device/class.h 'dev_uevent)(const struct device' CONST_UEVENT
exit 0
