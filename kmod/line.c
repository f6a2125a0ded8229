// SPDX-License-Identifier: GPL-2.0
/*
 * Taking a line from gpiolib and arming it, as those who use it come and go:
 * gpiohub_line_settle() makes the line as they want it. What its interrupt does is in
 * edge.c.
 */
#include <linux/gpio/consumer.h>
#include <linux/platform_device.h>

#include "compat.h"
#include "hub.h"
#include "params.h"
#include "suspend.h"

static void line_unknown(struct gpiohub_line *line)
{
	unsigned long flags;

	flags = gpiohub_hub_lock(line->hub);
	line->silent = false;
	gpiohub_hub_known(line->hub, line->number, false, false);
	gpiohub_hub_unlock(line->hub, flags);
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
	gpiohub_line_deafen(line);
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
	int irq;

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
	return gpiohub_line_listen(line, irq);
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
