// SPDX-License-Identifier: GPL-2.0
/*
 * The gpio_chip of a board. On a board that sleeps every callback takes a mutex, as it
 * would on an I2C bus, so that calling one from where sleeping is forbidden
 * shows. Callbacks may run until, and before 6.9 after, gpiochip_remove(): they touch
 * nothing but struct vboard, which stays.
 */

#include <linux/bitmap.h>
#include <linux/module.h>
#include <linux/pinctrl/pinconf-generic.h>

#include "compat.h"
#include "vboard.h"

/* Not gpiochip_get_data(): before 6.9 that is NULL in a callback during removal. */
static struct vboard *to_board(struct gpio_chip *gc)
{
	return container_of(gc, struct vboard, gc);
}

/* What begin() took. The board may sleep or not when it is bound again. */
struct access {
	struct vboard	*b;
	unsigned long	flags;
	bool		bus;
};

static struct vboard *begin(struct access *a, struct gpio_chip *gc)
	__acquires(a)
{
	struct vboard *b = to_board(gc);

	a->b = b;
	a->bus = gc->can_sleep;
	if (a->bus)
		mutex_lock(&b->bus);
	raw_spin_lock_irqsave(&b->lock, a->flags);
	return b;
}

static void end(const struct access *a)
	__releases(a)
{
	vboard_kick(a->b);
	raw_spin_unlock_irqrestore(&a->b->lock, a->flags);
	if (a->bus)
		mutex_unlock(&a->b->bus);
}

/* An output reads its pin, which an open drain may not be able to move. */
static u64 levels(const struct vboard *b)
{
	return (b->out & b->pin) | (~b->out & b->seen);
}

static int get_direction(struct gpio_chip *gc, unsigned int offset)
{
	struct access a;
	struct vboard *b = begin(&a, gc);
	bool out = b->out & BIT_ULL(offset);

	end(&a);
	return out ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static int direction_input(struct gpio_chip *gc, unsigned int offset)
{
	struct access a;
	struct vboard *b = begin(&a, gc);

	b->out &= ~BIT_ULL(offset);
	vboard_settle(b, BIT_ULL(offset));
	end(&a);
	return 0;
}

static void assign(u64 *set, u64 bits, bool value)
{
	if (value)
		*set |= bits;
	else
		*set &= ~bits;
}

static int direction_output(struct gpio_chip *gc, unsigned int offset, int value)
{
	struct access a;
	struct vboard *b = begin(&a, gc);

	assign(&b->latch, BIT_ULL(offset), value);
	b->out |= BIT_ULL(offset);
	vboard_settle(b, BIT_ULL(offset));
	end(&a);
	return 0;
}

static int get(struct gpio_chip *gc, unsigned int offset)
{
	struct access a;
	struct vboard *b = begin(&a, gc);
	bool level = levels(b) & BIT_ULL(offset);

	end(&a);
	return level;
}

static int get_multiple(struct gpio_chip *gc, unsigned long *mask, unsigned long *bits)
{
	struct access a;
	struct vboard *b = begin(&a, gc);
	u64 now = levels(b);
	DECLARE_BITMAP(level, VBOARD_MAX_LINES);

	end(&a);
	bitmap_from_u64(level, now);
	bitmap_replace(bits, bits, level, mask, gc->ngpio);
	return 0;
}

static void latch_set(struct gpio_chip *gc, u64 lines, u64 values)
{
	struct access a;
	struct vboard *b = begin(&a, gc);

	b->latch = (b->latch & ~lines) | (values & lines);
	vboard_settle(b, lines);
	end(&a);
}

/* Setters return void, or int: see gpiohub_compat_pick(). */
static void __maybe_unused set(struct gpio_chip *gc, unsigned int offset, int value)
{
	latch_set(gc, BIT_ULL(offset), value ? BIT_ULL(offset) : 0);
}

static int __maybe_unused set_rv(struct gpio_chip *gc, unsigned int offset, int value)
{
	latch_set(gc, BIT_ULL(offset), value ? BIT_ULL(offset) : 0);
	return 0;
}

static u64 lines_of(const struct gpio_chip *gc, const unsigned long *bits)
{
	u64 lines;

	bitmap_to_arr64(&lines, bits, gc->ngpio);
	return lines;
}

static void __maybe_unused set_multiple(struct gpio_chip *gc, unsigned long *mask,
					unsigned long *bits)
{
	latch_set(gc, lines_of(gc, mask), lines_of(gc, bits));
}

static int __maybe_unused set_multiple_rv(struct gpio_chip *gc, unsigned long *mask,
					  unsigned long *bits)
{
	latch_set(gc, lines_of(gc, mask), lines_of(gc, bits));
	return 0;
}

static int configure(struct vboard *b, unsigned int i, unsigned long config)
{
	u64 bit = BIT_ULL(i);

	switch (pinconf_to_config_param(config)) {
	case PIN_CONFIG_BIAS_DISABLE:
	case PIN_CONFIG_BIAS_PULL_UP:
	case PIN_CONFIG_BIAS_PULL_DOWN:
		assign(&b->pull_up, bit,
		       pinconf_to_config_param(config) == PIN_CONFIG_BIAS_PULL_UP);
		assign(&b->pull_down, bit,
		       pinconf_to_config_param(config) == PIN_CONFIG_BIAS_PULL_DOWN);
		break;
	case PIN_CONFIG_DRIVE_PUSH_PULL:
	case PIN_CONFIG_DRIVE_OPEN_DRAIN:
	case PIN_CONFIG_DRIVE_OPEN_SOURCE:
		assign(&b->open_drain, bit,
		       pinconf_to_config_param(config) == PIN_CONFIG_DRIVE_OPEN_DRAIN);
		assign(&b->open_source, bit,
		       pinconf_to_config_param(config) == PIN_CONFIG_DRIVE_OPEN_SOURCE);
		break;
	case PIN_CONFIG_INPUT_DEBOUNCE:
		if (!b->debounce)
			return -ENOTSUPP;
		vboard_debounce_set(b, i, pinconf_to_config_argument(config));
		return 0;
	default:
		return -ENOTSUPP;
	}
	vboard_settle(b, bit);
	return 0;
}

static int set_config(struct gpio_chip *gc, unsigned int offset, unsigned long config)
{
	struct access a;
	struct vboard *b = begin(&a, gc);
	int ret = configure(b, offset, config);

	end(&a);
	return ret;
}

/**
 * vboard_chip_add() - show the board to gpiolib
 * @b: the board, ready to work
 *
 * Return: 0 or the errno of gpiochip_add_data().
 */
int vboard_chip_add(struct vboard *b)
{
	struct gpio_chip *gc = &b->gc;

	gc->label = b->label;
	gc->parent = b->dev;
	gc->owner = THIS_MODULE;
	gc->base = -1;
	gc->ngpio = b->lines;
	gc->can_sleep = b->can_sleep;
	gc->get_direction = get_direction;
	gc->direction_input = direction_input;
	gc->direction_output = direction_output;
	gc->get = get;
	gc->get_multiple = get_multiple;
	gc->set = gpiohub_compat_pick(struct gpio_chip, set, set, set_rv);
	gc->set_multiple = gpiohub_compat_pick(struct gpio_chip, set_multiple,
					       set_multiple, set_multiple_rv);
	gc->set_config = set_config;
	gc->to_irq = vboard_to_irq;
	return gpiochip_add_data(gc, b);
}
