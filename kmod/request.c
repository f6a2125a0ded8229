// SPDX-License-Identifier: GPL-2.0
/*
 * How requests end, and what is done for them afterwards.
 *
 * A request can be over for many reasons at once: what was waited for came, its
 * pattern came to its end, it was cancelled, its time ran out, its file is closed,
 * its lines' owner or chip is gone, a rule stopped it. Each of them comes to
 * gpiohub_request_finish() under hub->lock: the first one ends it, the others find it
 * over. Nothing of a request changes after that, and no step of a pattern is driven: who
 * drives looks under the same lock (on chips that sleep: under the chip's lock, and then
 * under this one) whether it still is to.
 *
 * What is over is freed by one owner: a wait by the call that waits, a pattern by the
 * worker here, after its timers and its work are ended.
 */
#include <linux/sched.h>
#include <linux/slab.h>

#include "compat.h"
#include "hub.h"
#include "pattern.h"
#include "reflex.h"
#include "request.h"
#include "session.h"

static enum hrtimer_restart request_timeout(struct hrtimer *timer)
{
	struct gpiohub_request *request = container_of(timer, struct gpiohub_request, timeout);
	struct gpiohub_session *session = request->session;
	unsigned long flags;

	flags = gpiohub_hub_lock(session->hub);
	if (gpiohub_request_finish(request, GPIOHUB_OUTCOME_TIMED_OUT, 0))
		gpiohub_patterns_begin(session, ktime_get_ns());
	gpiohub_hub_unlock(session->hub, flags);
	return HRTIMER_NORESTART;
}

/**
 * gpiohub_request_init - fill in what does not change
 * @request: zeroed by the caller
 * @session: whose
 * @id: the caller's number for it
 * @lines: what it is about
 */
void gpiohub_request_init(struct gpiohub_request *request, struct gpiohub_session *session,
			  u32 id, u64 lines)
{
	request->session = session;
	request->id = id;
	request->lines = lines;
	INIT_LIST_HEAD(&request->own);
	INIT_LIST_HEAD(&request->node);
	gpiohub_compat_hrtimer_setup(&request->timeout, request_timeout, GPIOHUB_TIMER_MODE);
}

/**
 * gpiohub_request_find - a file's request of an id
 * @session: whose
 * @id: which, not 0
 *
 * Context: any, under hub->lock. Return: it, or NULL: there is none that is not over.
 */
struct gpiohub_request *gpiohub_request_find(struct gpiohub_session *session, u32 id)
{
	struct gpiohub_request *request;

	list_for_each_entry(request, &session->requests, own)
		if (request->id == id)
			return request;
	return NULL;
}

/**
 * gpiohub_request_enter - from now on it can be ended
 * @request: initialised
 * @timeout_ns: CLOCK_MONOTONIC, when to end it; 0: never
 *
 * Context: under hub->lock. Return: 0; -EEXIST: the file has one of that id; -ENODEV:
 * the hub is gone. Who enters calls gpiohub_request_left().
 */
int gpiohub_request_enter(struct gpiohub_request *request, u64 timeout_ns)
{
	struct gpiohub_session *session = request->session;
	struct gpiohub_hub *hub = session->hub;

	lockdep_assert_held(&hub->lock);
	if (gpiohub_hub_dead(hub))
		return -ENODEV;
	if (request->id && gpiohub_request_find(session, request->id))
		return -EEXIST;
	request->entered_ns = ktime_get_ns();
	list_add_tail(&request->own, &session->requests);
	session->pending++;
	if (timeout_ns)
		hrtimer_start(&request->timeout,
			      ns_to_ktime(min_t(u64, timeout_ns, KTIME_MAX)),
			      GPIOHUB_TIMER_MODE);
	return 0;
}

/**
 * gpiohub_request_left - nothing of it is left but its memory
 * @request: entered, and over
 *
 * Context: process. The session may go once its last request has left.
 */
void gpiohub_request_left(struct gpiohub_request *request)
{
	struct gpiohub_session *session = request->session;
	struct gpiohub_hub *hub = session->hub;
	unsigned long flags;

	hrtimer_cancel(&request->timeout);
	flags = gpiohub_hub_lock(hub);
	session->pending--;
	gpiohub_hub_unlock(hub, flags);
	wake_up_all(&session->idle);
}

/* Return: false if it was over already. Under hub->lock. */
static bool request_end(struct gpiohub_request *request, enum gpiohub_outcome outcome,
			int error)
{
	lockdep_assert_held(&request->session->hub->lock);
	if (request->progress == GPIOHUB_OVER)
		return false;
	request->outcome = outcome;
	request->error = error;
	list_del_init(&request->own);
	/* Publishes, and may go by how far it was. */
	if (request->is_pattern)
		gpiohub_pattern_over(gpiohub_to_pattern(request));
	else
		list_del_init(&request->node);
	request->progress = GPIOHUB_OVER;
	return true;
}

static void request_to_worker(struct gpiohub_request *request)
{
	struct gpiohub_hub *hub = request->session->hub;

	list_add_tail(&request->node, &hub->over);
	queue_work(gpiohub_session_work, &hub->reap);
}

/**
 * gpiohub_request_finish - end a request: the one place where that is decided
 * @request: any whose memory is there
 * @outcome: how
 * @error: a positive errno for GPIOHUB_OUTCOME_FAILED
 *
 * Patterns that waited for its lines are not begun: that is the caller's, once all is
 * ended that is to end.
 * Context: any, under hub->lock. Return: false if it was over before.
 */
bool gpiohub_request_finish(struct gpiohub_request *request, enum gpiohub_outcome outcome,
			    int error)
{
	if (!request_end(request, outcome, error))
		return false;
	if (request->is_pattern)
		request_to_worker(request);
	else
		complete(&gpiohub_to_waiter(request)->done);
	return true;
}

/**
 * gpiohub_request_finish_late - the same for a wait, whose caller the worker wakes
 * @request: a wait
 *
 * For publishers that have woken enough.
 * Context: any, under hub->lock.
 */
void gpiohub_request_finish_late(struct gpiohub_request *request)
{
	if (request_end(request, GPIOHUB_OUTCOME_DONE, 0))
		request_to_worker(request);
}

static struct gpiohub_request *take_over(struct gpiohub_hub *hub)
{
	struct gpiohub_request *request;
	unsigned long flags;

	flags = gpiohub_hub_lock(hub);
	request = list_first_entry_or_null(&hub->over, struct gpiohub_request, node);
	if (request)
		list_del_init(&request->node);
	gpiohub_hub_unlock(hub, flags);
	return request;
}

static void reap_work(struct work_struct *work)
{
	struct gpiohub_hub *hub = container_of(work, struct gpiohub_hub, reap);
	struct gpiohub_request *request;

	while ((request = take_over(hub))) {
		if (request->is_pattern)
			gpiohub_pattern_free(gpiohub_to_pattern(request));
		else
			complete(&gpiohub_to_waiter(request)->done);
		cond_resched();
	}
	gpiohub_reflexes_reap(hub);
}

/**
 * gpiohub_reap - wait until all that is over was freed
 * @hub: the hub
 *
 * Context: process; without hub->config, which the worker takes.
 */
void gpiohub_reap(struct gpiohub_hub *hub)
{
	flush_work(&hub->reap);
}

/**
 * gpiohub_reap_init - nothing is over yet
 * @hub: zeroed by the caller
 */
void gpiohub_reap_init(struct gpiohub_hub *hub)
{
	INIT_LIST_HEAD(&hub->over);
	INIT_WORK(&hub->reap, reap_work);
}

/**
 * gpiohub_reap_stop - the hub's memory goes
 * @hub: nobody has a file of it, or a rule
 *
 * Context: process.
 */
void gpiohub_reap_stop(struct gpiohub_hub *hub)
{
	cancel_work_sync(&hub->reap);
	if (hub->worker)
		kthread_destroy_worker(hub->worker);
}

/**
 * gpiohub_worker_need - have the thread that drives lines which interrupts cannot reach
 * @hub: the hub
 *
 * It is there until the hub's memory goes, and does nothing unless it is given work.
 * Context: process; takes hub->config. Return: 0 or an errno.
 */
int gpiohub_worker_need(struct gpiohub_hub *hub)
{
	struct kthread_worker *worker;
	int err = 0;

	mutex_lock(&hub->config);
	if (hub->worker)
		goto out_unlock;
	worker = gpiohub_compat_worker_run("%s", gpiohub_hub_name(hub));
	err = PTR_ERR_OR_ZERO(worker);
	if (err)
		goto out_unlock;
	sched_set_fifo(worker->task);
	hub->worker = worker;
out_unlock:
	mutex_unlock(&hub->config);
	return err;
}

/**
 * gpiohub_requests_cancel - end a session's requests because it asks for it
 * @session: whose
 * @id: which; 0: all
 * @at_cycle: a pattern that runs ends with its cycle
 *
 * Context: process. Return: 0, or -ENOENT: there is none of that id.
 */
int gpiohub_requests_cancel(struct gpiohub_session *session, u32 id, bool at_cycle)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_request *request, *next;
	unsigned long flags;
	int err = id ? -ENOENT : 0;
	u64 now;

	flags = gpiohub_hub_lock(hub);
	now = ktime_get_ns();
	list_for_each_entry_safe(request, next, &session->requests, own) {
		if (id && request->id != id)
			continue;
		err = 0;
		if (at_cycle && request->is_pattern &&
		    !gpiohub_pattern_waits(gpiohub_to_pattern(request), now))
			gpiohub_to_pattern(request)->ending = true;
		else
			gpiohub_request_finish(request, at_cycle ? GPIOHUB_OUTCOME_STOPPED :
					       GPIOHUB_OUTCOME_CANCELLED, 0);
	}
	gpiohub_patterns_begin(session, ktime_get_ns());
	gpiohub_hub_unlock(hub, flags);
	return err;
}

/**
 * gpiohub_requests_end - end all requests of a file that is being closed
 * @session: whose; nobody can make more
 *
 * Context: process; without hub->config. On return nothing refers to the session.
 */
void gpiohub_requests_end(struct gpiohub_session *session)
{
	gpiohub_requests_cancel(session, 0, false);
	gpiohub_reap(session->hub);
}

/**
 * gpiohub_requests_sync - wait until all requests of a file are over
 * @session: whose
 *
 * Context: process. Return: 0 or -ERESTARTSYS.
 */
int gpiohub_requests_sync(struct gpiohub_session *session)
{
	return wait_event_interruptible(session->idle, !READ_ONCE(session->pending));
}
