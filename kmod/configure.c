// SPDX-License-Identifier: GPL-2.0
/*
 * What a line is: its bias, debounce, drive, direction, and whether it wakes the machine.
 * Who may is checked in claim.c.
 */
#include <linux/gpio/consumer.h>
#include <linux/pinctrl/pinconf-generic.h>

#include "compat.h"
#include "hub.h"
#include "suspend.h"

static int configure_bias(struct gpiohub_line *line, u8 bias)
{
	static const enum pin_config_param param[] = {
		[GPIOHUB_BIAS_DISABLE] = PIN_CONFIG_BIAS_DISABLE,
		[GPIOHUB_BIAS_PULL_UP] = PIN_CONFIG_BIAS_PULL_UP,
		[GPIOHUB_BIAS_PULL_DOWN] = PIN_CONFIG_BIAS_PULL_DOWN,
	};
	int err;

	if (bias == GPIOHUB_BIAS_AS_IS)
		return 0;
	err = gpiod_set_config(line->desc, pinconf_to_config_packed(param[bias], 1));
	if (!err)
		line->bias = bias;
	return err;
}

static int configure_debounce(struct gpiohub_line *line, u32 debounce_us)
{
	u32 us = debounce_us == GPIOHUB_DEBOUNCE_OFF ? 0 : debounce_us;
	int err;

	if (debounce_us == GPIOHUB_DEBOUNCE_AS_IS)
		return 0;
	err = gpiod_set_debounce(line->desc, us);
	if (!err)
		line->debounce_us = us;
	return err;
}

/* Last, for the line may have to become an input first. */
static int configure_wake(struct gpiohub_line *line, u8 wake)
{
	int err = 0;

	if (wake == GPIOHUB_WAKE_AS_IS)
		return 0;
	if (wake == GPIOHUB_WAKE_ON)
		err = gpiohub_line_can_wake(line);
	if (!err)
		line->wake = wake == GPIOHUB_WAKE_ON;
	return err;
}

/*
 * gpiolib learns of open drain only when a line is requested: let it go and take
 * it again. On an error it is tried with the drive that it had.
 */
static int configure_drive(struct gpiohub_line *line, u8 drive)
{
	u8 old = line->drive;
	int err;

	if (drive == GPIOHUB_DRIVE_AS_IS || drive == old)
		return 0;
	/* As is, is push-pull. */
	if (max_t(u8, drive, old) <= GPIOHUB_DRIVE_PUSH_PULL) {
		line->drive = drive;
		return 0;
	}
	gpiohub_line_forget(line);
	line->drive = drive;
	err = gpiohub_line_settle(line);
	if (err) {
		gpiohub_line_forget(line);
		line->drive = old;
		gpiohub_line_settle(line);
	}
	return err;
}

/**
 * gpiohub_line_input - make an output an input
 * @line: held
 *
 * Context: under hub->config. Return: 0, or the chip's error; then the pin is as
 * it was, but nobody drives it any more.
 */
int gpiohub_line_input(struct gpiohub_line *line)
{
	struct gpiohub_hub *hub = line->hub;
	unsigned long flags;
	int err;

	if (line->direction == GPIOHUB_DIRECTION_INPUT)
		return 0;
	/* From here on nobody sets it. */
	flags = gpiohub_hub_lock(hub);
	gpiohub_state_mark(hub->state, &hub->state->outputs, gpiohub_line_bit(line), false);
	if (!line->irq)
		gpiohub_hub_known(hub, line->number, false, false);
	gpiohub_hub_unlock(hub, flags);

	/* Who found it an output and drives it in a thread is done with it after this. */
	mutex_lock(&line->chip->lock);
	err = gpiod_direction_input(line->desc);
	mutex_unlock(&line->chip->lock);
	if (err)
		return gpiohub_errno(err);
	line->direction = GPIOHUB_DIRECTION_INPUT;
	gpiohub_line_settle(line);
	return 0;
}

static int configure_output(struct gpiohub_line *line, bool level)
{
	struct gpiohub_hub *hub = line->hub;
	u64 bit = gpiohub_line_bit(line);
	unsigned long flags;
	int err;

	if (hub->state->outputs & bit)
		return 0;
	/* gpiolib turns no line with an interrupt into an output. */
	gpiohub_line_disarm(line);

	err = gpiod_direction_output(line->desc, level);
	if (err) {
		gpiohub_line_settle(line);
		return err;
	}
	line->direction = GPIOHUB_DIRECTION_OUTPUT;
	flags = gpiohub_hub_lock(hub);
	gpiohub_state_mark(hub->state, &hub->state->outputs, bit, true);
	if (line->drive <= GPIOHUB_DRIVE_PUSH_PULL)
		gpiohub_hub_known(hub, line->number, true, level);
	gpiohub_hub_unlock(hub, flags);
	gpiohub_line_settle(line);
	return 0;
}

static int set_any_line(struct gpiohub_line *line, bool level)
{
	int err;

	mutex_lock(&line->chip->lock);
	err = gpiohub_line_drive(line, level);
	mutex_unlock(&line->chip->lock);
	return err;
}

/**
 * gpiohub_line_output - have a line drive a level, whatever it was before
 * @line: wanted by somebody
 * @level: the level
 *
 * Context: under hub->config. Return: 0 or an errno.
 */
int gpiohub_line_output(struct gpiohub_line *line, bool level)
{
	int err = line->desc ? 0 : gpiohub_line_hold(line);

	if (err)
		return err;
	if (line->hub->state->outputs & gpiohub_line_bit(line))
		err = set_any_line(line, level);
	else
		err = configure_output(line, level);
	return gpiohub_errno(err);
}

/**
 * gpiohub_line_configure - configure a line, and publish that
 * @line: held by its owner
 * @config: checked by the caller
 *
 * Context: under hub->config. Return: 0; -EOPNOTSUPP: the chip cannot; or what
 * else it says. What was done before the error stays done.
 */
int gpiohub_line_configure(struct gpiohub_line *line, const struct gpiohub_config *config)
{
	struct gpiohub_hub *hub = line->hub;
	u64 bit = gpiohub_line_bit(line);
	bool level = config->levels & bit;
	bool was_output = hub->state->outputs & bit;
	unsigned long flags;
	int err;

	err = configure_drive(line, config->drive);
	if (!err)
		err = configure_bias(line, config->bias);
	if (!err)
		err = configure_debounce(line, config->debounce_us);
	if (!err && config->direction == GPIOHUB_DIRECTION_INPUT)
		err = gpiohub_line_input(line);
	if (!err && config->direction == GPIOHUB_DIRECTION_OUTPUT)
		err = configure_output(line, level);
	if (!err)
		err = configure_wake(line, config->wake);
	/* It was taken anew for another drive: it stays an output all the same. */
	if (err && was_output && line->desc && config->direction == GPIOHUB_DIRECTION_OUTPUT)
		configure_output(line, level);
	if (err)
		return gpiohub_errno(err);

	flags = gpiohub_hub_lock(hub);
	gpiohub_hub_publish(hub, GPIOHUB_EVENT_CONFIGURED, line->number,
			    line->direction | line->bias << 8 | line->drive << 16);
	gpiohub_hub_unlock(hub, flags);
	return 0;
}
