/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels for the virtual board; a block of
 * kmod/compat.h until it is merged there.
 */
#ifndef GPIOHUB_COMPAT_VBOARD_H
#define GPIOHUB_COMPAT_VBOARD_H

#include <linux/hrtimer.h>

/*
 * The function that this kernel wants in @type's @member: @old where its type is
 * @member's, else @new. The one not taken needs __maybe_unused.
 */
#define gpiohub_compat_pick(type, member, old, new)			\
	__builtin_choose_expr(						\
		__builtin_types_compatible_p(				\
			typeof(((type *)0)->member), typeof(&(old))),	\
		old, new)

/*
 * 6.13: hrtimer_setup(); by 7.x there is no other way to set the function. For probe.sh:
 * has hrtimer.h 'void hrtimer_setup(' HRTIMER_SETUP
 */
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

#endif
