// SPDX-License-Identifier: GPL-2.0
/*
 * The way of an event begins here: interrupt, time, level, publish. When the interrupt
 * is on is decided in line.c.
 */
#include <linux/gpio/consumer.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/suspend.h>

#include "compat.h"
#include "hub.h"
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

/*
 * Ask the chip outside an interrupt, and hold hub->lock until line_asked(): so it is what
 * the ring says next. Where that sleeps, chip->lock keeps the line's thread away meanwhile.
 * Under hub->config. Return: the level, or the chip's error.
 */
static int line_ask(struct gpiohub_line *line, unsigned long *flags)
	__acquires(&line->hub->lock)
{
	int level = 0;

	if (line->slow) {
		mutex_lock(&line->chip->lock);
		level = gpiod_get_value_cansleep(line->desc);
	}
	*flags = gpiohub_hub_lock(line->hub);
	return line->slow ? level : gpiod_get_raw_value(line->desc);
}

static void line_asked(struct gpiohub_line *line, unsigned long flags)
	__releases(&line->hub->lock)
{
	gpiohub_hub_unlock(line->hub, flags);
	if (line->slow)
		mutex_unlock(&line->chip->lock);
}

/* The level as it is now, and from now on known. The interrupt is on. */
static int first_sample(struct gpiohub_line *line)
{
	unsigned long flags;
	int level;

	level = line_ask(line, &flags);
	/* If it storms already, it is known when that is over. */
	if (level >= 0 && line->storm.state == GPIOHUB_STORM_CALM) {
		line->known_since = ktime_get_ns();
		gpiohub_hub_known(line->hub, line->number, true, level);
	}
	line_asked(line, flags);
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
	level = line_ask(line, &flags);
	if (line->silent)
		line_resume(line, level);
	else if (hub->state->known & bit)
		mask = line_sample_slept(line, level, ktime_get_ns());
	line->stamps = 0;
	line->known_since = ktime_get_ns();
	hub->live |= hub->state->known & bit;
	line_asked(line, flags);
	if (mask)
		gpiohub_storm_mask(line);
}

static int line_request_irq(struct gpiohub_line *line)
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
	if (!line->slow)
		err = request_irq(line->irq, line_irq, flags, name, line);
	/* EINVAL also says: a nested interrupt, which must have a thread. */
	if (err == -EINVAL)
		err = request_threaded_irq(line->irq, line_irq_stamp, line_irq_thread,
					   flags, name, line);
	return err;
}

/**
 * gpiohub_line_listen - turn a line's interrupt on, and have its level known
 * @line: held, and not armed
 * @irq: its interrupt
 *
 * Context: under hub->config. Return: 0; -EOPNOTSUPP: it has none for both edges; or
 * what else the kernel or the chip says.
 */
int gpiohub_line_listen(struct gpiohub_line *line, int irq)
{
	int err;

	line->irq = irq;
	err = line_request_irq(line);
	if (err) {
		line->irq = 0;
		return err == -EINVAL ? -EOPNOTSUPP : gpiohub_errno(err);
	}
	err = first_sample(line);
	if (err)
		gpiohub_line_deafen(line);
	return gpiohub_errno(err);
}

/**
 * gpiohub_line_deafen - turn a line's interrupt off
 * @line: armed
 *
 * Context: under hub->config.
 */
void gpiohub_line_deafen(struct gpiohub_line *line)
{
	free_irq(line->irq, line);
	line->irq = 0;
	gpiohub_storm_disarm(line);
}
