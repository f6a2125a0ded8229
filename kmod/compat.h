/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels, and nowhere else. Distributions backport, so no
 * version is asked: where the compiler can tell it does, else probe.sh looks into
 * the kernel's headers and Kbuild defines GPIOHUB_HAVE_*.
 */
#ifndef GPIOHUB_COMPAT_H
#define GPIOHUB_COMPAT_H

#include <linux/device/class.h>
#include <linux/eventfd.h>
#include <linux/gpio/driver.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>

/* 6.7: gpio_device_find() in place of gpiochip_find(). */
#ifdef GPIOHUB_HAVE_GPIO_DEVICE_FIND
#define GPIOHUB_COMPAT_VISIT	const void

static inline void gpiohub_compat_each_chip(int (*visit)(struct gpio_chip *, const void *),
					    void *data)
{
	/* Never matches, so there is nothing to put. */
	gpio_device_find(data, visit);
}
#else
#define GPIOHUB_COMPAT_VISIT	void

static inline void gpiohub_compat_each_chip(int (*visit)(struct gpio_chip *, void *),
					    void *data)
{
	gpiochip_find(data, visit);
}
#endif

/*
 * The device of a descriptor's chip, to compare with. 6.8: by way of the gpio_device,
 * which the descriptor holds; the chip itself may be going.
 */
static inline const struct device *gpiohub_compat_parent(struct gpio_desc *desc)
{
#ifdef GPIOHUB_HAVE_GPIO_DEVICE_TO_DEVICE
	return gpio_device_to_device(gpiod_to_gpio_device(desc))->parent;
#else
	const struct gpio_chip *gc = gpiod_to_chip(desc);

	return gc ? gc->parent : NULL;
#endif
}

/* 6.11: a platform driver's remove returns nothing. */
#ifdef GPIOHUB_HAVE_REMOVE_VOID
#define GPIOHUB_COMPAT_REMOVE	void
#define GPIOHUB_COMPAT_REMOVED
#else
#define GPIOHUB_COMPAT_REMOVE	int
#define GPIOHUB_COMPAT_REMOVED	0
#endif

/* 6.3: vm_flags are changed by functions. */
#ifndef GPIOHUB_HAVE_VM_FLAGS_CLEAR
static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags &= ~flags;
}

static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

/* 6.4: class attributes get a const class. */
#ifdef GPIOHUB_HAVE_CONST_CLASS
#define GPIOHUB_COMPAT_CONST	const
#else
#define GPIOHUB_COMPAT_CONST
#endif

/* 6.8: an eventfd is signalled once. */
static inline void gpiohub_compat_eventfd_signal(struct eventfd_ctx *ctx)
{
#ifdef GPIOHUB_HAVE_EVENTFD_SIGNAL_ONCE
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

/* 6.3: dev_uevent gets a const device. */
#ifdef GPIOHUB_HAVE_CONST_UEVENT
#define GPIOHUB_COMPAT_UEVENT_CONST	const
#else
#define GPIOHUB_COMPAT_UEVENT_CONST
#endif

/* 6.15, and Debian's 6.12: setters of lines return an error; before, nothing. */
#define gpiohub_compat_call(set, desc, value)					\
	__builtin_choose_expr(							\
		__builtin_types_compatible_p(typeof(set(desc, value)), void),	\
		({ set(desc, value); 0; }), set(desc, value))

/*
 * The function that this kernel wants in @type's @member: @old where its type is
 * @member's, else @new. The one not taken needs __maybe_unused.
 */
#define gpiohub_compat_pick(type, member, old, new)				\
	__builtin_choose_expr(							\
		__builtin_types_compatible_p(					\
			typeof(((type *)0)->member), typeof(&(old))),		\
		old, new)

/*
 * A timer that expires in the hard interrupt and publishes. Everywhere but under
 * PREEMPT_RT all absolute timers do; said to be hard, lockdep's check for RT's rules
 * would object to its waking readers, which under RT a worker does.
 */
#define GPIOHUB_TIMER_MODE							\
	(IS_ENABLED(CONFIG_PREEMPT_RT) ? HRTIMER_MODE_ABS_HARD : HRTIMER_MODE_ABS)

/* 6.13: hrtimer_setup(); by 7.x there is no other way to set the function. */
static inline void gpiohub_compat_hrtimer_setup(struct hrtimer *timer,
						enum hrtimer_restart (*fn)(struct hrtimer *),
						enum hrtimer_mode mode)
{
#ifdef GPIOHUB_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, mode);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, mode);
	timer->function = fn;
#endif
}

/* 6.14: a worker that is created is not started. */
#ifdef GPIOHUB_HAVE_KTHREAD_RUN_WORKER
#define gpiohub_compat_worker_run(...)	kthread_run_worker(0, __VA_ARGS__)
#else
#define gpiohub_compat_worker_run(...)	kthread_create_worker(0, __VA_ARGS__)
#endif

#endif
