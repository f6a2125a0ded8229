// SPDX-License-Identifier: GPL-2.0
/*
 * Driving the steps of a pattern when they are due: in the hard interrupt of its timer,
 * or, where lines can only be reached by a thread, in the hub's worker that the timer
 * wakes. Times are absolute: what is late catches up, in bounded portions. What takes
 * more of a processor than a hub may is stopped.
 */
#include <linux/ktime.h>
#include <linux/sched.h>

#include "compat.h"
#include "hub.h"
#include "params.h"
#include "pattern.h"
#include "run.h"
#include "session.h"

/* Lines driven in one critical section, but for the step that reaches it. */
#define PORTION		32

/* Who is behind leaves the processor to others for a while. */
#define REST_MIN_NS	(10 * NSEC_PER_USEC)

/* The budget is counted over so long ... */
#define WINDOW_NS	(100 * NSEC_PER_MSEC)

/*
 * ... and one portion counts for so much at most: what takes longer was held up by
 * something else, an interrupt or a hypervisor.
 */
#define PORTION_MAX_NS	(2 * NSEC_PER_MSEC)

/* Time of an earlier window does not count. Under hub->lock. */
static u64 used_by(const struct gpiohub_session *session)
{
	return session->used_since == session->hub->budget_since ? session->used_ns : 0;
}

/*
 * The pattern to stop: of the session that took most, ended patterns included, the one
 * that did. Under hub->lock. Return: NULL: that one plays nothing any more.
 */
static struct gpiohub_pattern *greediest(struct gpiohub_hub *hub,
					 const struct gpiohub_session *session)
{
	struct gpiohub_pattern *most = NULL;
	struct gpiohub_line *line;

	gpiohub_for_each_line(line, hub, hub->state->playing)
		if (used_by(line->pattern->request.session) > used_by(session))
			session = line->pattern->request.session;
	gpiohub_for_each_line(line, hub, hub->state->playing)
		if (line->pattern->request.session == session &&
		    line->pattern->used_since == hub->budget_since &&
		    (!most || line->pattern->used_ns > most->used_ns))
			most = line->pattern;
	return most;
}

/*
 * A pattern worked for so long, up to now; it may be over. Under hub->lock. Who takes
 * most is stopped when all together take too much.
 */
static void spend(struct gpiohub_pattern *pattern, u64 worked_ns, u64 now)
{
	struct gpiohub_session *session = pattern->request.session;
	struct gpiohub_hub *hub = session->hub;
	u64 most = READ_ONCE(gpiohub_pattern_cpu) * (WINDOW_NS / 100);

	if (now - hub->budget_since >= WINDOW_NS) {
		hub->budget_since = now;
		hub->budget_used = 0;
	}
	if (pattern->used_since != hub->budget_since) {
		pattern->used_since = hub->budget_since;
		pattern->used_ns = 0;
	}
	session->used_ns = used_by(session) + worked_ns;
	session->used_since = hub->budget_since;
	pattern->used_ns += worked_ns;
	hub->budget_used += worked_ns;
	if (likely(hub->budget_used <= most))
		return;
	pattern = greediest(hub, session);
	if (!pattern)
		return;
	session = pattern->request.session;
	session->used_ns -= pattern->used_ns;
	hub->budget_used -= pattern->used_ns;
	gpiohub_request_finish(&pattern->request, GPIOHUB_OUTCOME_BUDGET, 0);
	gpiohub_patterns_begin(session, now);
}

/* The chip refused. Under hub->lock. */
static void run_failed(struct gpiohub_pattern *pattern, int err)
{
	gpiohub_request_finish(&pattern->request, GPIOHUB_OUTCOME_FAILED, -err);
	gpiohub_patterns_begin(pattern->request.session, ktime_get_ns());
}

/* The next step is driven now. Under hub->lock. */
static void count_step(struct gpiohub_pattern *pattern, u64 now)
{
	u64 late = now - pattern->due;

	pattern->driven++;
	pattern->late_sum += late;
	pattern->late_max = max(pattern->late_max, late);
}

static void step_over(struct gpiohub_pattern *pattern, const struct gpiohub_step *step)
{
	pattern->due += step->wait_ns;
	pattern->pc++;
}

/*
 * Drive what is due, a portion of it; its lines are held as long as they are outputs, and
 * can be driven here as long as none was taken anew as open drain (see check_free()).
 * Under hub->lock. Return: when to go on, or 0: it does not run any more.
 */
static u64 run_portion(struct gpiohub_pattern *pattern, u64 began)
{
	struct gpiohub_hub *hub = pattern->request.session->hub;
	const struct gpiohub_step *step;
	unsigned int driven = 0;
	u64 now = began;
	int err;

	if (unlikely(pattern->request.lines & (~hub->state->outputs | hub->slow))) {
		run_failed(pattern, -EIO);
		return 0;
	}
	while (pattern->due <= now) {
		if (driven >= PORTION)
			return now + max_t(u64, now - began, REST_MIN_NS);
		step = gpiohub_pattern_next(pattern);
		if (!step) {
			gpiohub_pattern_ended(pattern);
			return 0;
		}
		count_step(pattern, now);
		driven++;
		err = gpiohub_lines_drive(hub, step->set, step->clear, &driven);
		if (unlikely(err)) {
			run_failed(pattern, err);
			return 0;
		}
		step_over(pattern, step);
		now = ktime_get_ns();
	}
	return pattern->due;
}

static enum hrtimer_restart run_timer(struct hrtimer *timer)
{
	struct gpiohub_pattern *pattern = container_of(timer, struct gpiohub_pattern, timer);
	enum hrtimer_restart restart = HRTIMER_NORESTART;
	struct gpiohub_hub *hub = pattern->request.session->hub;
	unsigned long flags;
	u64 began, next, now;

	flags = gpiohub_hub_lock(hub);
	if (pattern->request.progress != GPIOHUB_ACTIVE)
		goto out_unlock;
	if (pattern->slow) {
		kthread_queue_work(hub->worker, &pattern->work);
		goto out_unlock;
	}
	began = ktime_get_ns();
	/* What came before it, and is over, may have taken all that there is. */
	if (!pattern->driven)
		spend(pattern, 0, began);
	if (pattern->request.progress != GPIOHUB_ACTIVE)
		goto out_unlock;
	next = run_portion(pattern, began);
	now = ktime_get_ns();
	spend(pattern, min_t(u64, now - began, PORTION_MAX_NS), now);
	if (!next || pattern->request.progress != GPIOHUB_ACTIVE)
		goto out_unlock;
	hrtimer_set_expires(timer, ns_to_ktime(next));
	restart = HRTIMER_RESTART;
out_unlock:
	gpiohub_hub_unlock(hub, flags);
	return restart;
}

/*
 * Return: the next step of a slow pattern, or NULL: it is not due, or there is none, or
 * @others wait for the worker: rules must not wait for a pattern that is always behind.
 */
static const struct gpiohub_step *slow_step(struct gpiohub_pattern *pattern, u64 worked_ns,
					    bool others)
{
	struct gpiohub_hub *hub = pattern->request.session->hub;
	const struct gpiohub_step *step = NULL;
	unsigned long flags;
	u64 now;

	flags = gpiohub_hub_lock(hub);
	now = ktime_get_ns();
	spend(pattern, min_t(u64, worked_ns, PORTION_MAX_NS), now);
	if (pattern->request.progress != GPIOHUB_ACTIVE)
		goto out_unlock;
	if (pattern->due > now) {
		hrtimer_start(&pattern->timer, ns_to_ktime(pattern->due), GPIOHUB_TIMER_MODE);
		goto out_unlock;
	}
	if (others) {
		kthread_queue_work(hub->worker, &pattern->work);
		goto out_unlock;
	}
	step = gpiohub_pattern_next(pattern);
	if (step) {
		count_step(pattern, now);
		step_over(pattern, step);
	} else {
		gpiohub_pattern_ended(pattern);
	}
out_unlock:
	gpiohub_hub_unlock(hub, flags);
	return step;
}

static void slow_failed(struct gpiohub_pattern *pattern, int err)
{
	struct gpiohub_hub *hub = pattern->request.session->hub;
	unsigned long flags;

	flags = gpiohub_hub_lock(hub);
	run_failed(pattern, err);
	gpiohub_hub_unlock(hub, flags);
}

/**
 * struct stint - one run of the worker for a pattern
 * @began_ns: when it began
 * @ran_ns: what the scheduler had counted for the worker by then
 * @switches: how often it had let go of its processor by then
 * @charged_ns: what the pattern was charged since
 */
struct stint {
	u64 began_ns;
	u64 ran_ns;
	unsigned long switches;
	u64 charged_ns;
};

static unsigned long switches(void)
{
	return current->nvcsw + current->nivcsw;
}

static struct stint stint_begin(void)
{
	return (struct stint) {
		.began_ns = ktime_get_ns(),
		.ran_ns = current->se.sum_exec_runtime,
		.switches = switches(),
	};
}

/*
 * Processor time since the last call: what counts for the budget, not that for which a
 * bus is waited. The scheduler counts at ticks and when somebody lets go of the
 * processor: as long as we did not, the clock itself tells.
 */
static u64 stint_charge(struct stint *stint)
{
	u64 worked = switches() == stint->switches ? ktime_get_ns() - stint->began_ns :
		     current->se.sum_exec_runtime - stint->ran_ns;
	u64 more = worked > stint->charged_ns ? worked - stint->charged_ns : 0;

	stint->charged_ns += more;
	return more;
}

/* In the hub's worker. */
static void run_work(struct kthread_work *work)
{
	struct gpiohub_pattern *pattern = container_of(work, struct gpiohub_pattern, work);
	struct gpiohub_hub *hub = pattern->request.session->hub;
	struct stint stint = stint_begin();
	const struct gpiohub_step *step;
	struct gpiohub_line *line;
	bool others = false;
	int err = 0;

	/* The program stays as it is as long as this work is not cancelled. */
	while (!err && (step = slow_step(pattern, stint_charge(&stint), others))) {
		gpiohub_for_each_line(line, hub, step->set | step->clear) {
			err = gpiohub_line_play(line, pattern,
						step->set & gpiohub_line_bit(line));
			if (err)
				break;
		}
		others = !list_empty(&hub->worker->work_list);
	}
	if (err)
		slow_failed(pattern, err);
}

/**
 * gpiohub_run_init - nothing is due
 * @pattern: zeroed by the caller
 */
void gpiohub_run_init(struct gpiohub_pattern *pattern)
{
	gpiohub_compat_hrtimer_setup(&pattern->timer, run_timer, GPIOHUB_TIMER_MODE);
	kthread_init_work(&pattern->work, run_work);
}
