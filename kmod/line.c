// SPDX-License-Identifier: GPL-2.0
/*
 * The way of an event begins here: interrupt, time, level, publish. Below it,
 * taking a line from gpiolib and arming it, as those who use it come and go:
 * gpiohub_line_settle() makes the line as they want it.
 */
#include <linux/gpio/consumer.h>
#include <linux/interrupt.h>
#include <linux/platform_device.h>
#include <linux/ktime.h>
#include <linux/suspend.h>

#include "compat.h"
#include "hub.h"
#include "params.h"
#include "pattern.h"
#include "publish.h"
#include "suspend.h"

/*
 * A sample of a known line, under hub->lock. Equal to the one before it, it tells
 * that the line changed and changed back; but not if the interrupt is older than
 * the first sample, which then took part in it. Return: true if it was published
 * and is to be attended to, see line_attend(): one countdown is all that this
 * costs the others.
 */
static __always_inline bool line_sample(struct gpiohub_line *line, int level, u16 flags,
					u64 time_ns)
{
	struct gpiohub_hub *hub = line->hub;
	bool was = hub->state->levels & gpiohub_line_bit(line);

	if (unlikely(level < 0)) {
		line->silent = true;
		gpiohub_hub_known(hub, line->number, false, false);
		return false;
	}
	if (unlikely(was == !!level)) {
		/* What open drain drives is published where it is driven. */
		if (time_ns <= line->known_since ||
		    (line->drive == GPIOHUB_DRIVE_OPEN_DRAIN &&
		     (hub->state->outputs & gpiohub_line_bit(line))))
			return false;
		flags |= GPIOHUB_EVENT_FLAG_MISSED;
	}
	gpiohub_publish_edge(hub, line->number, level, flags, time_ns);
	return unlikely(--line->unattended <= 0);
}

/**
 * gpiohub_line_stride - how many interrupts of a line only publish, in a row
 * @line: the line
 *
 * Context: any, under hub->lock. Return: 0 where each triggers something.
 */
s32 gpiohub_line_stride(const struct gpiohub_line *line)
{
	return line->triggers || line->starts ? 0 : gpiohub_storm_window();
}

/**
 * gpiohub_line_attend_now - from the next edge on
 * @line: it triggers something now
 *
 * Context: any, under hub->lock.
 */
void gpiohub_line_attend_now(struct gpiohub_line *line)
{
	line->storm.edges += line->stride - line->unattended;
	line->stride = 0;
	line->unattended = 0;
}

/*
 * Take stock of the interrupts since the last time. Under hub->lock. Return: true if
 * the line is to be masked.
 */
static bool line_count(struct gpiohub_line *line, u64 now)
{
	s32 edges = line->stride - line->unattended;

	line->stride = gpiohub_line_stride(line);
	line->unattended = line->stride;
	return gpiohub_storm_count(line, edges, now);
}

/*
 * What is not done at every edge of every line, right after this edge was published.
 * A stride of 0 has it done at each. Under hub->lock. Return: true if the line is to
 * be masked, when the lock is released.
 */
static bool line_attend(struct gpiohub_line *line, int level, u64 time_ns)
{
	if (line->triggers)
		gpiohub_reflexes_edge(line, level, time_ns);
	if (line->starts)
		gpiohub_patterns_edge(line, level, time_ns);
	return line_count(line, time_ns);
}

/* Its chip did not answer the last time: it goes on from here. Under hub->lock. */
static void line_resume(struct gpiohub_line *line, int level)
{
	/* What storms is known when that is over. */
	if (level < 0 || line->storm.state != GPIOHUB_STORM_CALM)
		return;
	line->silent = false;
	line->known_since = ktime_get_ns();
	gpiohub_hub_known(line->hub, line->number, true, level);
}

/*
 * Is only counted that it interrupts, and its level not looked at? It storms, or the
 * hub sleeps. Under hub->lock; or under chip->lock, then to be asked again.
 */
static bool line_is_deaf(const struct gpiohub_line *line)
{
	return READ_ONCE(line->storm.state) != GPIOHUB_STORM_CALM ||
	       READ_ONCE(line->hub->asleep);
}

/* An interrupt of such a line. Under hub->lock; returns as line_attend(). */
static bool line_heard(struct gpiohub_line *line, u64 now)
{
	if (line->storm.state != GPIOHUB_STORM_CALM)
		return gpiohub_storm_trial(line, now);
	line->slept = true;
	/* From an interrupt of ours on, not from the kernel's: it may be too late. */
	if (line->waking)
		pm_system_wakeup();
	return --line->unattended <= 0 && line_count(line, now);
}

/* An interrupt of a line that is not live. Under hub->lock; returns as line_attend(). */
static bool line_unsampled(struct gpiohub_line *line, u64 now)
{
	if (line_is_deaf(line))
		return line_heard(line, now);
	if (line->silent)
		line_resume(line, gpiod_get_raw_value(line->desc));
	else
		line->slept = true;	/* gpiohub_line_catch_up() is about to look, if at all */
	/* A flood may come before the first sample, and keep that from being taken. */
	return --line->unattended <= 0 && line_count(line, now);
}

/* The end of an interrupt that had more to do than to publish. Apart: it is rare. */
static noinline irqreturn_t line_irq_more(struct gpiohub_line *line, unsigned long flags,
					  bool mask)
	__releases(&line->hub->lock)
{
	gpiohub_hub_unlock(line->hub, flags);
	if (mask)
		gpiohub_storm_mask(line);
	return IRQ_HANDLED;
}

/* Hard interrupt of a line that can be read here. */
static irqreturn_t line_irq(int irq, void *data)
{
	u64 now = ktime_get_ns();
	struct gpiohub_line *line = data;
	struct gpiohub_hub *hub = line->hub;
	unsigned long flags;
	int level;

	trace_gpiohub_interrupt(line, now);
	flags = gpiohub_hub_lock(hub);
	if (unlikely(!(hub->live & gpiohub_line_bit(line))))
		return line_irq_more(line, flags, line_unsampled(line, now));
	level = gpiod_get_raw_value(line->desc);
	if (line_sample(line, level, 0, now))
		return line_irq_more(line, flags, line_attend(line, level, now));
	gpiohub_hub_unlock(hub, flags);
	return IRQ_HANDLED;
}

/*
 * Hard interrupt of a slow line: the time, and that there was one. It is counted here:
 * in a flood the thread may not come to run.
 */
static irqreturn_t line_irq_stamp(int irq, void *data)
{
	u64 now = ktime_get_ns();
	struct gpiohub_line *line = data;
	unsigned long flags;
	bool deaf, mask = false;

	trace_gpiohub_interrupt(line, now);
	flags = gpiohub_hub_lock(line->hub);
	line->stamped = true;
	deaf = line_is_deaf(line);
	if (deaf) {
		mask = line_heard(line, now);
	} else {
		line->stamp = now;
		line->stamps++;
		if (--line->unattended <= 0)
			mask = line_count(line, now);
	}
	gpiohub_hub_unlock(line->hub, flags);
	if (mask)
		gpiohub_storm_mask(line);
	return deaf ? IRQ_HANDLED : IRQ_WAKE_THREAD;
}

/* What the hard half noted since the last call. Return: how many interrupts. */
static u32 take_stamp(struct gpiohub_line *line, u64 *time_ns, bool *stamped)
{
	unsigned long flags;
	u32 stamps;

	raw_spin_lock_irqsave(&line->hub->lock, flags);
	stamps = line->stamps;
	line->stamps = 0;
	*stamped = line->stamped;
	if (stamps)
		*time_ns = line->stamp;
	raw_spin_unlock_irqrestore(&line->hub->lock, flags);
	return stamps;
}

/* line_sample() in a thread; the hard half, if there is one, has counted. */
static bool line_sample_slow(struct gpiohub_line *line, int level, u16 flags, u64 now)
{
	s32 unattended = line->unattended;
	bool attend = line_sample(line, level, flags, now);

	if (!line->stamped)
		return attend;
	line->unattended = unattended;
	return attend && unattended <= 0;
}

/* The thread of such a line: nobody asks for the level. */
static irqreturn_t line_thread_deaf(struct gpiohub_line *line, u64 now)
{
	unsigned long flags;
	bool mask = false;

	flags = gpiohub_hub_lock(line->hub);
	/* Else its hard half has done that; or all is well again, and sampled after this. */
	if (!line->stamped && line_is_deaf(line))
		mask = line_heard(line, now);
	return line_irq_more(line, flags, mask);
}

/*
 * The thread of a slow line. Nested interrupts (I2C expanders) have no hard
 * half: then the time is taken here, and the event says so.
 */
static irqreturn_t line_irq_thread(int irq, void *data)
{
	u64 now = ktime_get_ns();
	struct gpiohub_line *line = data;
	struct gpiohub_hub *hub = line->hub;
	u64 bit = gpiohub_line_bit(line);
	unsigned long flags;
	bool stamped, attend = false, mask = false;
	u32 stamps, more;
	int level;

	mutex_lock(&line->chip->lock);
	/* In here, so that who puts the chip to sleep can wait for us. */
	if (unlikely(line_is_deaf(line))) {
		mutex_unlock(&line->chip->lock);
		return line_thread_deaf(line, now);
	}
	stamps = take_stamp(line, &now, &stamped);
	level = gpiod_get_value_cansleep(line->desc);
	/*
	 * It changed again while it was read: the sample is of either side of
	 * that change. Take one that is after it; that change's own wake-up of
	 * this thread will then find nothing new.
	 */
	more = stamped ? take_stamp(line, &now, &stamped) : 0;
	if (more) {
		stamps += more;
		level = gpiod_get_value_cansleep(line->desc);
	}

	flags = gpiohub_hub_lock(hub);
	if (line->silent)
		line_resume(line, level);
	else if (!(hub->live & bit))
		line->slept = true;	/* as in line_unsampled() */
	else if (!stamped)
		attend = line_sample_slow(line, level, GPIOHUB_EVENT_FLAG_THREADED, now);
	else if (stamps)
		attend = line_sample_slow(line, level,
					  stamps > 1 ? GPIOHUB_EVENT_FLAG_MISSED : 0, now);
	if (attend)
		mask = line_attend(line, level, now);
	gpiohub_hub_unlock(hub, flags);
	mutex_unlock(&line->chip->lock);
	if (mask)
		gpiohub_storm_mask(line);
	return IRQ_HANDLED;
}

/* The level as it is now, and from now on known. The interrupt is on. */
static int first_sample(struct gpiohub_line *line)
{
	struct gpiohub_hub *hub = line->hub;
	unsigned long flags;
	int level;

	if (line->slow)
		mutex_lock(&line->chip->lock);
	level = line->slow ? gpiod_get_value_cansleep(line->desc) : 0;
	flags = gpiohub_hub_lock(hub);
	if (!line->slow)
		level = gpiod_get_raw_value(line->desc);
	/* If it storms already, it is known when that is over. */
	if (level >= 0 && line->storm.state == GPIOHUB_STORM_CALM) {
		line->known_since = ktime_get_ns();
		gpiohub_hub_known(hub, line->number, true, level);
	}
	gpiohub_hub_unlock(hub, flags);
	if (line->slow)
		mutex_unlock(&line->chip->lock);
	return min(level, 0);
}

/**
 * gpiohub_line_first_sample - a line that was armed all the time is known again
 * @line: armed; its interrupts are not ignored any more
 *
 * Should the chip not answer, the line's next interrupt asks again.
 * Context: under hub->config.
 */
void gpiohub_line_first_sample(struct gpiohub_line *line)
{
	unsigned long flags;

	if (!first_sample(line))
		return;
	flags = gpiohub_hub_lock(line->hub);
	line->silent = true;
	gpiohub_hub_unlock(line->hub, flags);
}

/* What a sample says of the time that the hub slept. Under hub->lock. */
static bool line_sample_slept(struct gpiohub_line *line, int level, u64 now)
{
	bool was = line->hub->state->levels & gpiohub_line_bit(line);

	if (level == was && !line->slept)
		return false;
	return line_sample(line, level, GPIOHUB_EVENT_FLAG_MISSED, now) &&
	       line_attend(line, level, now);
}

/**
 * gpiohub_line_catch_up - the hub slept, and is awake: see what became of a line
 * @line: known or not
 *
 * What changed is published, as missed; interrupts are from now on.
 * Context: under hub->config.
 */
void gpiohub_line_catch_up(struct gpiohub_line *line)
{
	struct gpiohub_hub *hub = line->hub;
	u64 bit = gpiohub_line_bit(line);
	bool mask = false;
	unsigned long flags;
	int level;

	if (!line->silent && !(hub->state->known & bit))
		return;
	/* What we drive is what we said: not every chip can be asked for it. */
	if ((hub->state->outputs & bit) && line->drive <= GPIOHUB_DRIVE_PUSH_PULL) {
		flags = gpiohub_hub_lock(hub);
		hub->live |= hub->state->known & bit;
		gpiohub_hub_unlock(hub, flags);
		return;
	}
	if (line->slow)
		mutex_lock(&line->chip->lock);
	level = line->slow ? gpiod_get_value_cansleep(line->desc) : 0;
	flags = gpiohub_hub_lock(hub);
	if (!line->slow)
		level = gpiod_get_raw_value(line->desc);
	if (line->silent)
		line_resume(line, level);
	else if (hub->state->known & bit)
		mask = line_sample_slept(line, level, ktime_get_ns());
	line->stamps = 0;
	line->known_since = ktime_get_ns();
	hub->live |= hub->state->known & bit;
	gpiohub_hub_unlock(hub, flags);
	if (line->slow)
		mutex_unlock(&line->chip->lock);
	if (mask)
		gpiohub_storm_mask(line);
}

static void line_unknown(struct gpiohub_line *line)
{
	unsigned long flags;

	flags = gpiohub_hub_lock(line->hub);
	line->silent = false;
	gpiohub_hub_known(line->hub, line->number, false, false);
	gpiohub_hub_unlock(line->hub, flags);
}

static int line_request_irq(struct gpiohub_line *line, int irq)
{
	unsigned long flags = IRQF_TRIGGER_RISING | IRQF_TRIGGER_FALLING;
	const char *name = gpiohub_hub_name(line->hub);
	int err = -EINVAL;

	/*
	 * Hard also with "threadirqs": ours are short. Under PREEMPT_RT they take
	 * raw locks only; elsewhere they wake, and lockdep's check for RT's rules
	 * would object to that in an interrupt that is never a thread.
	 */
	if (IS_ENABLED(CONFIG_PREEMPT_RT) || !IS_ENABLED(CONFIG_PROVE_RAW_LOCK_NESTING))
		flags |= IRQF_NO_THREAD;
	line->stamped = false;
	line->silent = false;
	gpiohub_storm_arm(line);
	line->irq = irq;
	if (!line->slow)
		err = request_irq(irq, line_irq, flags, name, line);
	/* EINVAL also says: a nested interrupt, which must have a thread. */
	if (err == -EINVAL)
		err = request_threaded_irq(irq, line_irq_stamp, line_irq_thread,
					   flags, name, line);
	if (err)
		line->irq = 0;
	return err;
}

static void line_free_irq(struct gpiohub_line *line)
{
	free_irq(line->irq, line);
	line->irq = 0;
	gpiohub_storm_disarm(line);
}

/**
 * gpiohub_line_disarm - no more interrupts, and no known level from them
 * @line: armed or not; gpiohub_line_settle() arms it again where it should be
 *
 * Context: under hub->config.
 */
void gpiohub_line_disarm(struct gpiohub_line *line)
{
	if (!line->irq)
		return;
	/* First, so that a handler that still runs publishes no level any more. */
	line_unknown(line);
	gpiohub_line_wake_end(line);
	line_free_irq(line);
}

/* How the table of gpiohub_chip_add() calls a line, by its drive. */
static const char *line_function(const struct gpiohub_line *line)
{
	switch (line->drive) {
	case GPIOHUB_DRIVE_OPEN_DRAIN:
		return GPIOHUB_FUNCTION_OPEN_DRAIN;
	case GPIOHUB_DRIVE_OPEN_SOURCE:
		return GPIOHUB_FUNCTION_OPEN_SOURCE;
	default:
		return GPIOHUB_FUNCTION_PUSH_PULL;
	}
}

static bool line_is_slow(const struct gpiohub_line *line, struct gpio_desc *desc)
{
	/* No interface tells whether a setter is fit for PREEMPT_RT's hard half. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT) && !gpiohub_rt_safe)
		return true;
	/* gpiolib emulates open drain by changing direction, which sleeps. */
	return gpiod_cansleep(desc) || line->drive > GPIOHUB_DRIVE_PUSH_PULL;
}

/* Show everybody the new descriptor, or that there is none. */
static void line_assign(struct gpiohub_line *line, struct gpio_desc *desc, bool slow)
{
	struct gpiohub_hub *hub = line->hub;
	u64 bit = gpiohub_line_bit(line);
	unsigned long flags;

	mutex_lock(&line->chip->lock);
	flags = gpiohub_hub_lock(hub);
	line->desc = desc;
	line->slow = slow;
	hub->slow = slow ? hub->slow | bit : hub->slow & ~bit;
	gpiohub_state_mark(hub->state, &hub->state->held, bit, desc);
	if (!desc)
		gpiohub_state_mark(hub->state, &hub->state->outputs, bit, false);
	gpiohub_hub_unlock(hub, flags);
	mutex_unlock(&line->chip->lock);
}

static int line_take(struct gpiohub_line *line)
{
	struct gpio_desc *desc;
	int direction;

	desc = gpiod_get_index(&line->chip->pdev->dev, line_function(line), line->number,
			       GPIOD_ASIS);
	if (IS_ERR(desc))
		return gpiohub_errno(PTR_ERR(desc));
	/* gpiolib goes by the label: another chip may have come with the same. */
	if (gpiohub_compat_parent(desc) != line->chip->parent) {
		gpiod_put(desc);
		dev_warn_ratelimited(&line->hub->dev,
				     "line %u: another chip is called %s as well\n",
				     line->number, line->chip->label);
		return -ENODEV;
	}
	/* Only a name for people; without memory for it there is another. */
	(void)gpiod_set_consumer_name(desc, gpiohub_hub_name(line->hub));
	direction = gpiod_get_direction(desc);
	/* Chips need not tell. */
	line->direction = direction < 0 ? GPIOHUB_DIRECTION_AS_IS :
			  direction ? GPIOHUB_DIRECTION_INPUT : GPIOHUB_DIRECTION_OUTPUT;
	line_assign(line, desc, line_is_slow(line, desc));
	return 0;
}

static void line_put(struct gpiohub_line *line)
{
	struct gpio_desc *desc = line->desc;

	if (!desc)
		return;
	line_unknown(line);
	line_assign(line, NULL, false);
	gpiod_put(desc);
	line->direction = GPIOHUB_DIRECTION_AS_IS;
	line->bias = GPIOHUB_BIAS_AS_IS;
	line->drive = GPIOHUB_DRIVE_AS_IS;
	line->debounce_us = 0;
	line->wake = false;
}

/* May an interrupt be on? gpiolib refuses one on outputs, open drain apart. */
static bool line_can_arm(const struct gpiohub_line *line)
{
	return line->direction != GPIOHUB_DIRECTION_OUTPUT ||
	       line->drive == GPIOHUB_DRIVE_OPEN_DRAIN;
}

/**
 * gpiohub_line_hold - have the line while anybody uses it
 * @line: its watchers, owner, kept or looking changed
 *
 * Letting go cannot fail.
 * Context: under hub->config. Return: 0; -ENODEV: the chip is gone; -EBUSY: the
 * line is used by somebody else; or what else gpiolib says.
 */
int gpiohub_line_hold(struct gpiohub_line *line)
{
	lockdep_assert_held(&line->hub->config);
	if (!line->watchers && !line->owner && !line->kept && !line->looking) {
		gpiohub_line_forget(line);
		return 0;
	}
	if (!line->chip->present)
		return -ENODEV;
	return line->desc ? 0 : line_take(line);
}

/**
 * gpiohub_line_arm - have its interrupt while it is watched and can have one
 * @line: held; its watchers, direction or drive changed
 *
 * Context: under hub->config. Return: 0; -EOPNOTSUPP: it has no interrupt for both
 * edges; or what else gpiolib says. Who does not watch need not care.
 */
int gpiohub_line_arm(struct gpiohub_line *line)
{
	int irq, err;

	lockdep_assert_held(&line->hub->config);
	if (!line->watchers || !line_can_arm(line)) {
		gpiohub_line_disarm(line);
		return 0;
	}
	if (line->irq)
		return 0;
	irq = gpiod_to_irq(line->desc);
	if (irq < 0)
		return irq == -ENODEV ? irq : -EOPNOTSUPP;
	err = line_request_irq(line, irq);
	if (err)
		return err == -EINVAL ? -EOPNOTSUPP : gpiohub_errno(err);
	err = first_sample(line);
	if (err)
		line_free_irq(line);
	return gpiohub_errno(err);
}

/**
 * gpiohub_line_settle - make the line as those who use it want it
 * @line: what they want changed
 *
 * For everybody but a new watcher: an owner's business does not fail for want of
 * an interrupt.
 * Context: under hub->config. Return: as gpiohub_line_hold().
 */
int gpiohub_line_settle(struct gpiohub_line *line)
{
	int err = gpiohub_line_hold(line);

	if (!err && line->desc)
		gpiohub_line_arm(line);
	return err;
}

/**
 * gpiohub_line_forget - let a line go although somebody uses it
 * @line: its chip goes, or it is about to be taken in another way
 *
 * Context: under hub->config.
 */
void gpiohub_line_forget(struct gpiohub_line *line)
{
	lockdep_assert_held(&line->hub->config);
	gpiohub_line_disarm(line);
	line_put(line);
}

/**
 * gpiohub_line_level - ask the chip for a line's level
 * @line: held
 *
 * Context: under hub->config. Return: 0, 1, or an errno.
 */
int gpiohub_line_level(struct gpiohub_line *line)
{
	int level;

	if (line->slow) {
		mutex_lock(&line->chip->lock);
		level = gpiod_get_value_cansleep(line->desc);
		mutex_unlock(&line->chip->lock);
	} else {
		level = gpiod_get_raw_value(line->desc);
	}
	return level < 0 ? gpiohub_errno(level) : level;
}

/**
 * gpiohub_errno - an errno that user space knows
 * @err: what gpiolib said
 *
 * Context: any. Return: @err, or what stands for it.
 */
int gpiohub_errno(int err)
{
	if (err == -EPROBE_DEFER || err == -ENOENT)
		return -ENODEV;
	if (err == -ENOTSUPP)
		return -EOPNOTSUPP;
	/* Kernel-private numbers begin at 512; a chip should give none above 0. */
	return err <= -512 || err > 0 ? -EIO : err;
}
