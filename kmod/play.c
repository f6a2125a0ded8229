// SPDX-License-Identifier: GPL-2.0
/*
 * Patterns asked for, begun and ended. A line is driven by one pattern at a time, and
 * all patterns on lines of a session are that session's: so what waits for its turn is
 * found in its own list, in the order in which it came. run.c drives.
 */
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "hub.h"
#include "pattern.h"
#include "quota.h"
#include "run.h"
#include "session.h"

static struct kmem_cache *pattern_cache;

/* Keeps the cache from being merged with others: what is leaked shows. (No zalloc then.) */
static void pattern_ctor(void *object)
{
}

/**
 * gpiohub_patterns_init - before the first hub
 *
 * Return: 0 or -ENOMEM.
 */
int gpiohub_patterns_init(void)
{
	pattern_cache = kmem_cache_create("gpiohub_pattern", sizeof(struct gpiohub_pattern), 0,
					  SLAB_ACCOUNT, pattern_ctor);
	return pattern_cache ? 0 : -ENOMEM;
}

/** gpiohub_patterns_exit - after the last file was closed */
void gpiohub_patterns_exit(void)
{
	kmem_cache_destroy(pattern_cache);
}

/* The lines that the pattern has from its turn on. Under hub->lock. */
static void engage(struct gpiohub_pattern *pattern, bool on)
{
	u64 lines = pattern->request.lines;
	struct gpiohub_hub *hub = pattern->request.session->hub;
	struct gpiohub_line *line;

	gpiohub_for_each_line(line, hub, lines)
		line->pattern = on ? pattern : NULL;
	hub->engaged = on ? hub->engaged | lines : hub->engaged & ~lines;
}

/* It drives them, or no more. Under hub->lock. */
static void mark_playing(struct gpiohub_pattern *pattern, bool on)
{
	struct gpiohub_hub *hub = pattern->request.session->hub;

	gpiohub_state_mark(hub->state, &hub->state->playing, pattern->request.lines, on);
	hub->barred = hub->state->playing | hub->state->latched;
}

/* It waits for its edge or rule, or no more. Under hub->lock. */
static void arm(struct gpiohub_pattern *pattern)
{
	struct gpiohub_hub *hub = pattern->request.session->hub;
	struct gpiohub_line *line = &hub->line[pattern->start_line];

	pattern->request.progress = GPIOHUB_ARMED;
	if (pattern->start != GPIOHUB_START_EDGE)
		return;
	list_add_tail(&pattern->request.node, &hub->armed);
	line->starts++;
	gpiohub_line_attend_now(line);
}

static void disarm(struct gpiohub_pattern *pattern)
{
	if (pattern->start != GPIOHUB_START_EDGE)
		return;
	list_del_init(&pattern->request.node);
	pattern->request.session->hub->line[pattern->start_line].starts--;
}

/*
 * Its first step is due. Under hub->lock. If it cannot play it ends here; what waits for
 * its lines is not begun, as in gpiohub_request_finish().
 */
static void activate(struct gpiohub_pattern *pattern, u64 due)
{
	struct gpiohub_hub *hub = pattern->request.session->hub;
	u64 lines = pattern->request.lines;

	if (lines & hub->state->latched) {
		gpiohub_request_finish(&pattern->request, GPIOHUB_OUTCOME_RULE, 0);
		return;
	}
	/* The owner may have changed them since he asked. */
	if (lines & ~hub->state->outputs) {
		gpiohub_request_finish(&pattern->request, GPIOHUB_OUTCOME_FAILED, EIO);
		return;
	}
	disarm(pattern);
	pattern->request.progress = GPIOHUB_ACTIVE;
	pattern->slow = lines & hub->slow;
	pattern->due = due;
	mark_playing(pattern, true);
	hrtimer_start(&pattern->timer, ns_to_ktime(due), GPIOHUB_TIMER_MODE);
}

/* The edge or rule came for which it waits. Under hub->lock. */
static void start(struct gpiohub_pattern *pattern, u64 time_ns)
{
	activate(pattern, time_ns);
	if (pattern->request.progress == GPIOHUB_OVER)
		gpiohub_patterns_begin(pattern->request.session, time_ns);
}

/* It is its turn. Under hub->lock. */
static void pattern_begin(struct gpiohub_pattern *pattern, u64 time_ns)
{
	engage(pattern, true);
	switch (pattern->start) {
	case GPIOHUB_START_EDGE:
	case GPIOHUB_START_RULE:
		arm(pattern);
		break;
	case GPIOHUB_START_AT:
		pattern->request.progress = GPIOHUB_ARMED;
		activate(pattern, max(pattern->start_ns, time_ns));
		break;
	default:
		pattern->request.progress = GPIOHUB_ARMED;
		activate(pattern, time_ns);
	}
}

/**
 * gpiohub_patterns_begin - begin what waits for lines that are free now
 * @session: whose
 * @time_ns: since when they are free
 *
 * Context: any, under hub->lock.
 */
void gpiohub_patterns_begin(struct gpiohub_session *session, u64 time_ns)
{
	struct gpiohub_request *request, *next;
	struct gpiohub_hub *hub = session->hub;
	u64 before = 0;

	lockdep_assert_held(&hub->lock);
	list_for_each_entry_safe(request, next, &session->requests, own) {
		if (!request->is_pattern || request->progress != GPIOHUB_QUEUED)
			continue;
		/* Nor does it overtake one that came before it. */
		if (request->lines & (hub->engaged | before))
			before |= request->lines;
		else
			pattern_begin(gpiohub_to_pattern(request), time_ns);
	}
}

/**
 * gpiohub_patterns_edge - an edge that patterns may wait for
 * @line: where
 * @level: to which level
 * @time_ns: when
 *
 * Context: any, under hub->lock.
 */
void gpiohub_patterns_edge(struct gpiohub_line *line, bool level, u64 time_ns)
{
	u32 kind = GPIOHUB_KIND(level ? GPIOHUB_EVENT_RISING : GPIOHUB_EVENT_FALLING);
	struct gpiohub_request *request, *next;

	/* At most one for each line of the hub. */
	list_for_each_entry_safe(request, next, &line->hub->armed, node) {
		struct gpiohub_pattern *pattern = gpiohub_to_pattern(request);

		if (pattern->start_line == line->number && (pattern->start_kinds & kind))
			start(pattern, time_ns);
	}
}

/**
 * gpiohub_patterns_start - a rule starts a pattern
 * @session: whose
 * @id: which; nothing happens if it does not wait for that
 * @time_ns: when
 *
 * Context: any, under hub->lock.
 */
void gpiohub_patterns_start(struct gpiohub_session *session, u32 id, u64 time_ns)
{
	struct gpiohub_request *request = gpiohub_request_find(session, id);

	if (request && request->is_pattern && request->progress == GPIOHUB_ARMED &&
	    gpiohub_to_pattern(request)->start == GPIOHUB_START_RULE)
		start(gpiohub_to_pattern(request), time_ns);
}

/**
 * gpiohub_patterns_stop - end all patterns on lines, also those that wait for them
 * @session: whose
 * @lines: which lines
 * @outcome: why
 * @error: for GPIOHUB_OUTCOME_FAILED
 *
 * Context: any, under hub->lock. The caller calls gpiohub_patterns_begin().
 */
void gpiohub_patterns_stop(struct gpiohub_session *session, u64 lines,
			   enum gpiohub_outcome outcome, int error)
{
	struct gpiohub_request *request, *next;

	list_for_each_entry_safe(request, next, &session->requests, own)
		if (request->is_pattern && (request->lines & lines))
			gpiohub_request_finish(request, outcome, error);
}

/**
 * gpiohub_patterns_stop_on - end what a rule stops, whoever's it is
 * @hub: the hub
 * @lines: which lines
 *
 * Context: any, under hub->lock.
 */
void gpiohub_patterns_stop_on(struct gpiohub_hub *hub, u64 lines)
{
	while (lines & hub->engaged) {
		struct gpiohub_pattern *pattern =
			hub->line[__ffs64(lines & hub->engaged)].pattern;
		struct gpiohub_session *session = pattern->request.session;

		gpiohub_patterns_stop(session, lines, GPIOHUB_OUTCOME_RULE, 0);
		gpiohub_patterns_begin(session, ktime_get_ns());
	}
}

/* Is there one that waits for these lines? */
static bool is_followed(const struct gpiohub_pattern *pattern, u32 flags)
{
	const struct gpiohub_session *session = pattern->request.session;
	struct gpiohub_request *request;

	list_for_each_entry(request, &session->requests, own)
		if (request->is_pattern && request->progress == GPIOHUB_QUEUED &&
		    (request->lines & pattern->request.lines) &&
		    (!flags || (gpiohub_to_pattern(request)->flags & flags)))
			return true;
	return false;
}

static enum gpiohub_outcome end_of(const struct gpiohub_pattern *pattern)
{
	if (pattern->ending)
		return is_followed(pattern, GPIOHUB_PLAY_AT_CYCLE) ? GPIOHUB_OUTCOME_REPLACED :
			GPIOHUB_OUTCOME_STOPPED;
	if ((pattern->flags & GPIOHUB_PLAY_MORE) && !is_followed(pattern, 0))
		return GPIOHUB_OUTCOME_UNDERRUN;
	return GPIOHUB_OUTCOME_DONE;
}

static void pattern_report(struct gpiohub_pattern *pattern, enum gpiohub_outcome outcome,
			   int error)
{
	u64 mean = pattern->driven ? div64_u64(pattern->late_sum, pattern->driven) : 0;

	gpiohub_hub_report(pattern->request.session->hub, __ffs64(pattern->request.lines),
			   pattern->request.id,
			   &(struct gpiohub_report) {
				   .outcome = outcome,
				   .error = error,
				   .late_max = min_t(u64, pattern->late_max, U32_MAX),
				   .late_mean = min_t(u64, mean, U32_MAX),
				   .driven = pattern->driven,
			   });
}

/* For another run. */
static void rewind(struct gpiohub_pattern *pattern)
{
	pattern->pc = 0;
	pattern->depth = 0;
	pattern->driven = 0;
	pattern->late_sum = 0;
	pattern->late_max = 0;
}

/**
 * gpiohub_pattern_ended - a run came to its end
 * @pattern: active; its last step's time is over at @pattern->due
 *
 * Context: any, under hub->lock.
 */
void gpiohub_pattern_ended(struct gpiohub_pattern *pattern)
{
	enum gpiohub_outcome outcome = end_of(pattern);

	if (outcome == GPIOHUB_OUTCOME_DONE && (pattern->flags & GPIOHUB_PLAY_STANDING)) {
		mark_playing(pattern, false);
		pattern_report(pattern, outcome, 0);
		rewind(pattern);
		arm(pattern);
		return;
	}
	gpiohub_request_finish(&pattern->request, outcome, 0);
	gpiohub_patterns_begin(pattern->request.session, pattern->due);
}

/**
 * gpiohub_pattern_over - gpiohub_request_finish() for a pattern
 * @pattern: its outcome is known, its progress still what it was
 *
 * Context: any, under hub->lock.
 */
void gpiohub_pattern_over(struct gpiohub_pattern *pattern)
{
	const struct gpiohub_request *request = &pattern->request;

	if (request->progress == GPIOHUB_ARMED)
		disarm(pattern);
	if (request->progress == GPIOHUB_ACTIVE)
		mark_playing(pattern, false);
	if (request->progress != GPIOHUB_QUEUED)
		engage(pattern, false);
	pattern_report(pattern, request->outcome, request->error);
}

static u64 watched(const struct gpiohub_pattern *pattern)
{
	return pattern->start == GPIOHUB_START_EDGE ? 1ULL << pattern->start_line : 0;
}

/**
 * gpiohub_pattern_free - free a pattern that is over
 * @pattern: taken out of hub->over
 *
 * Context: the worker; takes hub->config.
 */
void gpiohub_pattern_free(struct gpiohub_pattern *pattern)
{
	struct gpiohub_session *session = pattern->request.session;
	struct gpiohub_hub *hub = session->hub;

	/* It is over: neither of them sets off the other again. */
	hrtimer_cancel(&pattern->timer);
	kthread_cancel_work_sync(&pattern->work);
	gpiohub_unwatch(hub, watched(pattern));
	gpiohub_user_give(hub, session->user, GPIOHUB_SHARE_STEPS, pattern->count);
	gpiohub_user_give(hub, session->user, GPIOHUB_SHARE_REQUESTS, 1);
	gpiohub_request_left(&pattern->request);
	kvfree(pattern->steps);
	kmem_cache_free(pattern_cache, pattern);
}

/* Return: a pattern that nobody knows of yet, or an errno. */
static struct gpiohub_pattern *pattern_make(struct gpiohub_session *session,
					    const struct gpiohub_play *play, u32 *wrong)
{
	size_t size = array_size(play->count, sizeof(struct gpiohub_step));
	struct gpiohub_pattern *pattern;
	int err;

	pattern = kmem_cache_alloc(pattern_cache, GFP_KERNEL);
	if (!pattern)
		return ERR_PTR(-ENOMEM);
	memset(pattern, 0, sizeof(*pattern));
	pattern->steps = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	err = -ENOMEM;
	if (!pattern->steps)
		goto out_free;
	err = -EFAULT;
	if (copy_from_user(pattern->steps, u64_to_user_ptr(play->steps), size))
		goto out_free_steps;
	err = gpiohub_pattern_check(pattern->steps, play->count, play->lines, wrong);
	if (err)
		goto out_free_steps;
	gpiohub_request_init(&pattern->request, session, play->id, play->lines);
	pattern->request.is_pattern = true;
	pattern->count = play->count;
	pattern->flags = play->flags;
	pattern->start = play->start;
	pattern->start_ns = min_t(u64, play->start_ns, KTIME_MAX);
	pattern->start_line = play->start_line;
	pattern->start_kinds = play->start_kinds;
	gpiohub_run_init(pattern);
	return pattern;

out_free_steps:
	kvfree(pattern->steps);
out_free:
	kmem_cache_free(pattern_cache, pattern);
	return ERR_PTR(err);
}

/* What it replaces. Under hub->lock; it is in the list itself. */
static void replace(struct gpiohub_pattern *pattern)
{
	struct gpiohub_session *session = pattern->request.session;
	struct gpiohub_request *request, *next;
	u64 now = ktime_get_ns();

	list_for_each_entry_safe(request, next, &session->requests, own) {
		if (!request->is_pattern || request == &pattern->request ||
		    !(request->lines & pattern->request.lines))
			continue;
		if ((pattern->flags & GPIOHUB_PLAY_AT_CYCLE) &&
		    !gpiohub_pattern_waits(gpiohub_to_pattern(request), now))
			gpiohub_to_pattern(request)->ending = true;
		else
			gpiohub_request_finish(request, GPIOHUB_OUTCOME_REPLACED, 0);
	}
}

static int pattern_enter(struct gpiohub_pattern *pattern, u64 timeout_ns, u32 *culprit)
{
	struct gpiohub_session *session = pattern->request.session;
	struct gpiohub_hub *hub = session->hub;
	unsigned long flags;
	int err;

	flags = gpiohub_hub_lock(hub);
	err = gpiohub_lines_refuse(session, pattern->request.lines, hub->state->latched,
				   culprit);
	if (!err)
		err = gpiohub_request_enter(&pattern->request, timeout_ns);
	if (!err) {
		if (pattern->flags & (GPIOHUB_PLAY_REPLACE | GPIOHUB_PLAY_AT_CYCLE))
			replace(pattern);
		gpiohub_patterns_begin(session, ktime_get_ns());
	}
	gpiohub_hub_unlock(hub, flags);
	return err;
}

/**
 * gpiohub_play - play a pattern
 * @session: who asks
 * @play: what; checked by the caller but for the steps
 * @culprit: out, on an error: the line that it is about
 * @step: out, on an error: the step that it is about, or their count
 *
 * Context: process. Return: 0, or as told in <linux/gpiohub.h>; then nothing changed.
 */
int gpiohub_play(struct gpiohub_session *session, const struct gpiohub_play *play,
		 u32 *culprit, u32 *step)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_pattern *pattern;
	int err;

	err = gpiohub_user_take(hub, session->user, GPIOHUB_SHARE_REQUESTS, 1);
	if (err)
		return err;
	err = gpiohub_user_take(hub, session->user, GPIOHUB_SHARE_STEPS, play->count);
	if (err)
		goto out_requests;
	err = gpiohub_worker_need(hub);
	if (err)
		goto out_steps;
	pattern = pattern_make(session, play, step);
	err = PTR_ERR_OR_ZERO(pattern);
	if (err)
		goto out_steps;
	err = gpiohub_watch(session, watched(pattern), culprit);
	if (err)
		goto out_free;
	err = pattern_enter(pattern, play->timeout_ns, culprit);
	if (!err)
		return 0;

	gpiohub_unwatch(hub, watched(pattern));
out_free:
	kvfree(pattern->steps);
	kmem_cache_free(pattern_cache, pattern);
out_steps:
	gpiohub_user_give(hub, session->user, GPIOHUB_SHARE_STEPS, play->count);
out_requests:
	gpiohub_user_give(hub, session->user, GPIOHUB_SHARE_REQUESTS, 1);
	return err;
}
