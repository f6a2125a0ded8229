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

#include "compat.h"
#include "hub.h"
#include "params.h"
#include "pattern.h"
#include "publish.h"

/*
 * A sample of a known line, under hub->lock. Equal to the one before it, it tells
 * that the line changed and changed back; but not if the interrupt is older than
 * the first sample, which then took part in it.
 */
static void line_sample(struct gpiohub_line *line, int level, u16 flags, u64 time_ns)
{
	struct gpiohub_hub *hub = line->hub;
	bool was = hub->state->levels & gpiohub_line_bit(line);

	if (unlikely(level < 0)) {
		line->silent = true;
		gpiohub_hub_known(hub, line->number, false, false);
		return;
	}
	if (unlikely(was == !!level)) {
		/* What open drain drives is published where it is driven. */
		if (time_ns <= line->known_since ||
		    (line->drive == GPIOHUB_DRIVE_OPEN_DRAIN &&
		     (hub->state->outputs & gpiohub_line_bit(line))))
			return;
		flags |= GPIOHUB_EVENT_FLAG_MISSED;
	}
	gpiohub_publish_edge(hub, line->number, level, flags, time_ns);
	if (unlikely(line->triggers))
		gpiohub_reflexes_edge(line, level, time_ns);
	if (unlikely(!list_empty(&hub->armed)))
		gpiohub_patterns_edge(line, level, time_ns);
}

/* Its chip did not answer the last time: it goes on from here. Under hub->lock. */
static void line_resume(struct gpiohub_line *line, int level)
{
	if (level < 0)
		return;
	line->silent = false;
	line->known_since = ktime_get_ns();
	gpiohub_hub_known(line->hub, line->number, true, level);
}

/* Hard interrupt of a line that can be read here. */
static irqreturn_t line_irq(int irq, void *data)
{
	u64 now = ktime_get_ns();
	struct gpiohub_line *line = data;
	struct gpiohub_hub *hub = line->hub;
	unsigned long flags;

	flags = gpiohub_hub_lock(hub);
	if (hub->state->known & gpiohub_line_bit(line))
		line_sample(line, gpiod_get_raw_value(line->desc), 0, now);
	else if (line->silent)
		line_resume(line, gpiod_get_raw_value(line->desc));
	gpiohub_hub_unlock(hub, flags);
	return IRQ_HANDLED;
}

/* Hard interrupt of a slow line: the time, and that there was one. */
static irqreturn_t line_irq_stamp(int irq, void *data)
{
	u64 now = ktime_get_ns();
	struct gpiohub_line *line = data;
	unsigned long flags;

	raw_spin_lock_irqsave(&line->hub->lock, flags);
	line->stamp = now;
	line->stamps++;
	line->stamped = true;
	raw_spin_unlock_irqrestore(&line->hub->lock, flags);
	return IRQ_WAKE_THREAD;
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
	u32 stamps, more;
	bool stamped;
	int level;

	mutex_lock(&line->chip->lock);
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
	else if (!(hub->state->known & bit))
		;	/* not yet, or no more */
	else if (!stamped)
		line_sample(line, level, GPIOHUB_EVENT_FLAG_THREADED, now);
	else if (stamps)
		line_sample(line, level, stamps > 1 ? GPIOHUB_EVENT_FLAG_MISSED : 0, now);
	gpiohub_hub_unlock(hub, flags);
	mutex_unlock(&line->chip->lock);
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
	if (level >= 0) {
		line->known_since = ktime_get_ns();
		gpiohub_hub_known(hub, line->number, true, level);
	}
	gpiohub_hub_unlock(hub, flags);
	if (line->slow)
		mutex_unlock(&line->chip->lock);
	return min(level, 0);
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
	line->stamps = 0;
	line->stamped = false;
	line->silent = false;
	if (!line->slow)
		err = request_irq(irq, line_irq, flags, name, line);
	/* EINVAL also says: a nested interrupt, which must have a thread. */
	if (err == -EINVAL)
		err = request_threaded_irq(irq, line_irq_stamp, line_irq_thread,
					   flags, name, line);
	return err;
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
	/* First, so that a handler that still runs publishes nothing more. */
	line_unknown(line);
	free_irq(line->irq, line);
	line->irq = 0;
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
	line->irq = irq;
	err = first_sample(line);
	if (err) {
		free_irq(line->irq, line);
		line->irq = 0;
	}
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
