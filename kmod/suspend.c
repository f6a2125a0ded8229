// SPDX-License-Identifier: GPL-2.0
/*
 * The machine goes to sleep and wakes up. A hub sleeps as long as one of its chips
 * does: it hears that lines interrupt, but asks no chip for a level and publishes no
 * edge. Awake again it looks at every line that it knows. The device link sees to it
 * that a chip answers until we have slept, and before we wake. Processes stand still
 * for longer than that: a notifier, which comes when they run again, has their
 * heartbeats count from then.
 */
#include <linux/gpio/consumer.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/suspend.h>

#include "hub.h"
#include "hubs.h"
#include "pattern.h"
#include "session.h"
#include "suspend.h"

/*
 * Processes are being stopped, or are not all started again; and when they last were,
 * CLOCK_MONOTONIC. Written by the notifier, of which there is one call at a time; read
 * by whoever works out when a heartbeat is due.
 */
static bool processes_stopped;
static atomic64_t processes_resumed_ns;

/**
 * gpiohub_processes_stopped - can nobody be expected to send a heartbeat?
 *
 * Context: any. Return: true if so; gpiohub_heartbeats_forgive() follows. False: what
 * gpiohub_processes_resumed_ns() says then is true.
 */
bool gpiohub_processes_stopped(void)
{
	/* Pairs with the store-release in processes_resumed(). */
	return smp_load_acquire(&processes_stopped);
}

/**
 * gpiohub_processes_resumed_ns - since when can heartbeats be expected again?
 *
 * Context: any. Return: CLOCK_MONOTONIC; 0: they always could.
 */
u64 gpiohub_processes_resumed_ns(void)
{
	return atomic64_read(&processes_resumed_ns);
}

/*
 * The time first: who finds that processes run, before the timers are set anew or
 * while they are, goes by it already.
 */
static void processes_resumed(void)
{
	atomic64_set(&processes_resumed_ns, ktime_get_ns());
	/* Pairs with the load-acquire in gpiohub_processes_stopped(). */
	smp_store_release(&processes_stopped, false);
	gpiohub_hubs_each(gpiohub_heartbeats_forgive);
}

static int pm_event(struct notifier_block *block, unsigned long event, void *data)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		WRITE_ONCE(processes_stopped, true);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		processes_resumed();
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block pm_notifier = { .notifier_call = pm_event };

/**
 * gpiohub_suspend_init - before the first hub
 *
 * Return: 0 or an errno.
 */
int gpiohub_suspend_init(void)
{
	return register_pm_notifier(&pm_notifier);
}

/** gpiohub_suspend_exit - after the last hub */
void gpiohub_suspend_exit(void)
{
	unregister_pm_notifier(&pm_notifier);
}

/**
 * gpiohub_line_can_wake - could a line's interrupt wake the machine?
 * @line: held
 *
 * Context: under hub->config. Return: 0; -EOPNOTSUPP: no; or what else its interrupt
 * controller says.
 */
int gpiohub_line_can_wake(struct gpiohub_line *line)
{
	int irq = line->irq ?: gpiod_to_irq(line->desc);
	int err;

	if (irq < 0)
		return irq == -ENODEV ? irq : -EOPNOTSUPP;
	/* Nobody tells before it is tried. */
	err = enable_irq_wake(irq);
	if (!err)
		disable_irq_wake(irq);
	/* The kernel's word for a controller that has no such thing. */
	return err == -ENXIO ? -EOPNOTSUPP : err;
}

static void set_waking(struct gpiohub_line *line, bool waking)
{
	unsigned long flags;

	flags = gpiohub_hub_lock(line->hub);
	line->waking = waking;
	gpiohub_hub_unlock(line->hub, flags);
}

/* Only while the machine sleeps: an administrator may forbid it until then. */
static void wake_begin(struct gpiohub_line *line)
{
	int err;

	if (!line->irq || !line->wake)
		return;
	err = enable_irq_wake(line->irq);
	if (err)
		dev_warn(&line->hub->dev, "line %u cannot wake the machine: %d\n",
			 line->number, err);
	else
		set_waking(line, true);
}

/**
 * gpiohub_line_wake_end - a line's interrupt wakes the machine no more
 * @line: armed; it did or not
 *
 * Context: under hub->config.
 */
void gpiohub_line_wake_end(struct gpiohub_line *line)
{
	if (!line->waking)
		return;
	set_waking(line, false);
	disable_irq_wake(line->irq);
}

/* What drives lines by itself ends. Under hub->config and hub->lock. */
static void patterns_end(struct gpiohub_hub *hub)
{
	struct gpiohub_session *session;

	list_for_each_entry(session, &hub->sessions, node)
		gpiohub_patterns_stop(session, U64_MAX, GPIOHUB_OUTCOME_SUSPENDED, 0);
}

static int chip_suspend(struct device *dev)
{
	struct gpiohub_chip *chip = dev_get_drvdata(dev);
	struct gpiohub_hub *hub = chip->hub;
	struct gpiohub_line *line;
	unsigned long flags;

	mutex_lock(&hub->config);
	if (device_may_wakeup(dev))
		gpiohub_for_each_line(line, hub, chip->lines)
			wake_begin(line);
	chip->asleep = true;
	flags = gpiohub_hub_lock(hub);
	if (!hub->asleep) {
		patterns_end(hub);
		gpiohub_for_each_line(line, hub, gpiohub_hub_lines(hub))
			line->slept = false;
		hub->live = 0;
		gpiohub_hub_publish(hub, GPIOHUB_EVENT_SUSPENDED, GPIOHUB_NO_LINE, 1);
	}
	WRITE_ONCE(hub->asleep, hub->asleep + 1);
	gpiohub_hub_unlock(hub, flags);
	/* What rules chose is driven while the chip answers. */
	if (hub->worker)
		kthread_flush_work(&hub->reflexes.work);
	/* An interrupt thread that found the hub awake is done with the chip after this. */
	mutex_lock(&chip->lock);
	mutex_unlock(&chip->lock);
	mutex_unlock(&hub->config);
	return 0;
}

/**
 * gpiohub_chip_awake - a chip is awake again, or is going
 * @chip: slept or not
 *
 * Context: under hub->config.
 */
void gpiohub_chip_awake(struct gpiohub_chip *chip)
{
	struct gpiohub_hub *hub = chip->hub;
	struct gpiohub_line *line;
	unsigned long flags;
	bool last;

	if (!chip->asleep)
		return;
	chip->asleep = false;
	gpiohub_for_each_line(line, hub, chip->lines)
		gpiohub_line_wake_end(line);
	flags = gpiohub_hub_lock(hub);
	WRITE_ONCE(hub->asleep, hub->asleep - 1);
	last = !hub->asleep;
	if (last)
		gpiohub_hub_publish(hub, GPIOHUB_EVENT_SUSPENDED, GPIOHUB_NO_LINE, 0);
	gpiohub_hub_unlock(hub, flags);
	if (!last)
		return;
	gpiohub_for_each_line(line, hub, gpiohub_hub_lines(hub)) {
		/* Whose watchers went meanwhile is let go now. */
		gpiohub_line_settle(line);
		gpiohub_line_catch_up(line);
		gpiohub_storm_resume(line);
	}
}

static int chip_resume(struct device *dev)
{
	struct gpiohub_chip *chip = dev_get_drvdata(dev);

	mutex_lock(&chip->hub->config);
	gpiohub_chip_awake(chip);
	mutex_unlock(&chip->hub->config);
	return 0;
}

DEFINE_SIMPLE_DEV_PM_OPS(gpiohub_chip_pm, chip_suspend, chip_resume);
