// SPDX-License-Identifier: GPL-2.0
/*
 * What is done about a line that floods. Its handler counts, finds that there are too
 * many, and masks the interrupt; a worker lets it rest, tries it with a handler that
 * does nothing but count, and gives it back when it is calm. The handler alone masks;
 * the worker alone unmasks, under hub->config and so only what is armed. A line that
 * is disarmed forgets its storm.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#include "hub.h"
#include "params.h"
#include "session.h"

/* How long a line is masked before it is tried again. */
#define REST		msecs_to_jiffies(90)

/*
 * Interrupts in the shortest time in which a rate is looked at: a tenth of a second's
 * worth, but not so few that a button's bounce is a storm, nor so many that a new
 * storm_rate is noticed late.
 */
#define MIN_WINDOW	16
#define MAX_WINDOW	10000

/* The same in a trial: half the rate for ten milliseconds. */
#define MIN_ALLOWANCE	4

/* Under hub->lock, or while no interrupt is on. Counting begins anew. */
static void count_anew(struct gpiohub_line *line, u64 now)
{
	line->storm.edges = 0;
	line->storm.since = now;
	line->stamps = 0;
	line->stride = gpiohub_line_stride(line);
	line->unattended = line->stride;
}

/*
 * Count. As soon as there are @window of them: were they more than @rate, per second?
 * Under hub->lock.
 */
static bool too_many(struct gpiohub_storm *storm, u32 edges, u64 now, u32 window, u32 rate)
{
	u64 took = now - storm->since;

	storm->edges += edges;
	if (storm->edges < window)
		return false;
	edges = storm->edges;
	storm->edges = 0;
	storm->since = now;
	return rate && took < div_u64(edges * (u64)NSEC_PER_SEC, rate);
}

static u32 allowance(u32 rate)
{
	return max_t(u32, rate / 200, MIN_ALLOWANCE);
}

/* How long a trial is: what half the rate takes to use the allowance up. */
static unsigned long trial_time(u32 rate)
{
	u64 ns = rate ? div_u64(2ULL * NSEC_PER_SEC * allowance(rate), rate) : 0;

	return max_t(unsigned long, nsecs_to_jiffies(ns), 1);
}

/**
 * gpiohub_storm_window - after how many interrupts a line's rate is looked at
 *
 * Context: any. Return: the number, for a line's stride.
 */
s32 gpiohub_storm_window(void)
{
	u32 rate = READ_ONCE(gpiohub_storm_rate);

	/* Without protection as well: a rate may be set any time. */
	return rate ? clamp_t(u32, rate / 10, MIN_WINDOW, MAX_WINDOW) : MAX_WINDOW;
}

/**
 * gpiohub_storm_arm - a line is about to be armed
 * @line: its interrupt is not on yet
 *
 * Context: under hub->config.
 */
void gpiohub_storm_arm(struct gpiohub_line *line)
{
	unsigned long flags;

	/* A rule or a pattern may just begin to be triggered by it. */
	flags = gpiohub_hub_lock(line->hub);
	count_anew(line, ktime_get_ns());
	gpiohub_hub_unlock(line->hub, flags);
}

/* It is, or is no longer. Under hub->lock. */
static void mark(struct gpiohub_line *line, enum gpiohub_storm_state state)
{
	struct gpiohub_hub *hub = line->hub;
	bool storming = state != GPIOHUB_STORM_CALM;

	WRITE_ONCE(line->storm.state, state);
	gpiohub_state_mark(hub->state, &hub->state->storming, gpiohub_line_bit(line), storming);
	gpiohub_hub_publish(hub, GPIOHUB_EVENT_STORM, line->number, storming);
}

/**
 * gpiohub_storm_disarm - a line's interrupt was freed, and its storm with it
 * @line: no handler of it runs any more
 *
 * Context: under hub->config.
 */
void gpiohub_storm_disarm(struct gpiohub_line *line)
{
	unsigned long flags;

	flags = gpiohub_hub_lock(line->hub);
	/* Who frees an interrupt need not enable it. */
	line->storm.masked = false;
	if (line->storm.state != GPIOHUB_STORM_CALM)
		mark(line, GPIOHUB_STORM_CALM);
	gpiohub_hub_unlock(line->hub, flags);
	/* One that waits for hub->config now will find nothing to do. */
	cancel_delayed_work(&line->storm.work);
}

/**
 * gpiohub_storm_count - count interrupts of a line that is not storming yet
 * @line: armed
 * @edges: how many
 * @now: when
 *
 * Context: any, under hub->lock. Return: true if that is too many: then the line is
 * not known any more, and the caller owes gpiohub_storm_mask() when it has released
 * the lock.
 */
bool gpiohub_storm_count(struct gpiohub_line *line, u32 edges, u64 now)
{
	if (likely(!too_many(&line->storm, edges, now, gpiohub_storm_window(),
			     READ_ONCE(gpiohub_storm_rate))))
		return false;
	mark(line, GPIOHUB_STORM_REST);
	gpiohub_hub_known(line->hub, line->number, false, false);
	return true;
}

/**
 * gpiohub_storm_trial - an interrupt of a line that storms
 * @line: armed
 * @now: when
 *
 * Context: any, under hub->lock. Return: as gpiohub_storm_count().
 */
bool gpiohub_storm_trial(struct gpiohub_line *line, u64 now)
{
	u32 rate = READ_ONCE(gpiohub_storm_rate);

	/* At rest: one that was on its way when it was masked. */
	if (line->storm.state != GPIOHUB_STORM_TRIAL ||
	    !too_many(&line->storm, 1, now, allowance(rate), rate - rate / 2))
		return false;
	WRITE_ONCE(line->storm.state, GPIOHUB_STORM_REST);
	return true;
}

/**
 * gpiohub_storm_mask - mask a line that storms
 * @line: gpiohub_storm_count() or gpiohub_storm_trial() said so
 *
 * Context: its handler, so that free_irq() waits for it; or under hub->config. Not
 * under hub->lock.
 */
void gpiohub_storm_mask(struct gpiohub_line *line)
{
	unsigned long flags;

	/*
	 * At the chip, and at once: a nested interrupt that is only left alone goes
	 * on interrupting its parent.
	 */
	irq_set_status_flags(line->irq, IRQ_DISABLE_UNLAZY);
	disable_irq_nosync(line->irq);
	flags = gpiohub_hub_lock(line->hub);
	line->storm.masked = true;
	gpiohub_hub_unlock(line->hub, flags);
	/* Not only queued: the end of a trial may be what is waited for. */
	mod_delayed_work(gpiohub_session_work, &line->storm.work, REST);
}

/* It has rested: see how it is. Under hub->config. */
static void begin_trial(struct gpiohub_line *line)
{
	irq_clear_status_flags(line->irq, IRQ_DISABLE_UNLAZY);
	enable_irq(line->irq);
	/* Not if it is masked again already. */
	queue_delayed_work(gpiohub_session_work, &line->storm.work,
			   trial_time(READ_ONCE(gpiohub_storm_rate)));
}

static void storm_work(struct work_struct *work)
{
	struct gpiohub_line *line =
		container_of(to_delayed_work(work), struct gpiohub_line, storm.work);
	struct gpiohub_storm *storm = &line->storm;
	struct gpiohub_hub *hub = line->hub;
	bool rested = false, calm = false;
	unsigned long flags;

	mutex_lock(&hub->config);
	/* gpiohub_storm_resume() goes on from here. */
	if (hub->asleep)
		goto out_unlock;
	flags = gpiohub_hub_lock(hub);
	if (storm->state == GPIOHUB_STORM_TRIAL) {
		calm = true;
		count_anew(line, ktime_get_ns());
		mark(line, GPIOHUB_STORM_CALM);
	} else if (storm->masked) {
		/* Else its handler is about to mask it, and will send for us again. */
		rested = true;
		storm->masked = false;
		storm->edges = 0;
		storm->since = ktime_get_ns();
		WRITE_ONCE(storm->state, GPIOHUB_STORM_TRIAL);
	}
	gpiohub_hub_unlock(hub, flags);
	if (rested)
		begin_trial(line);
	if (calm)
		gpiohub_line_first_sample(line);
out_unlock:
	mutex_unlock(&hub->config);
}

/**
 * gpiohub_storm_resume - the machine is awake again: a storm goes on
 * @line: storming or not
 *
 * Context: under hub->config.
 */
void gpiohub_storm_resume(struct gpiohub_line *line)
{
	/* Changed only from calm without hub->config, and then the work is queued. */
	if (READ_ONCE(line->storm.state) != GPIOHUB_STORM_CALM)
		queue_delayed_work(gpiohub_session_work, &line->storm.work, REST);
}

/**
 * gpiohub_storm_init - no storm yet
 * @line: zeroed by the caller
 */
void gpiohub_storm_init(struct gpiohub_line *line)
{
	INIT_DELAYED_WORK(&line->storm.work, storm_work);
}

/**
 * gpiohub_storm_stop - no line of the hub is armed any more, nor ever will be
 * @hub: the hub
 *
 * Context: may sleep; without hub->config, which the worker takes.
 */
void gpiohub_storm_stop(struct gpiohub_hub *hub)
{
	unsigned int i;

	for (i = 0; i < hub->nr_lines; i++)
		cancel_delayed_work_sync(&hub->line[i].storm.work);
}
