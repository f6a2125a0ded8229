/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests: what a file asked for and that takes its time, waits (wait.c) and
 * patterns (pattern.c). How each ends exactly once is decided in request.c.
 */
#ifndef GPIOHUB_REQUEST_H
#define GPIOHUB_REQUEST_H

#include <linux/completion.h>
#include <linux/gpiohub.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/types.h>

struct gpiohub_hub;
struct gpiohub_line;
struct gpiohub_session;

/**
 * enum gpiohub_progress - how far a request is; it only goes forward, but that a
 * standing pattern goes back from ACTIVE to ARMED
 * @GPIOHUB_QUEUED: lines that it needs are in use
 * @GPIOHUB_ARMED: it is its turn, but its edge or rule has to come
 * @GPIOHUB_ACTIVE: it runs, or its time is known
 * @GPIOHUB_OVER: ended; nothing refers to it but who frees it
 */
enum gpiohub_progress {
	GPIOHUB_QUEUED,
	GPIOHUB_ARMED,
	GPIOHUB_ACTIVE,
	GPIOHUB_OVER,
};

/**
 * struct gpiohub_request - what waits and patterns have in common
 * @session: whose it is; constant
 * @id: the caller's number for it; constant
 * @is_pattern: a struct gpiohub_pattern, else a struct gpiohub_waiter; constant
 * @lines: the lines that it is about; constant
 * @entered_ns: since when it is there, CLOCK_MONOTONIC; constant once it is
 * @own: place in session->requests, in the order in which they came, until over
 * @node: a waiter's place in hub->waits, an armed pattern's in hub->armed; of either,
 *	when over, in hub->over while the worker has to do something for it
 * @progress: see there
 * @outcome: enum gpiohub_outcome, when over
 * @error: a positive errno, when over and failed
 * @timeout: ends it, if it may only take so long
 *
 * What is not constant: under hub->lock.
 */
struct gpiohub_request {
	struct gpiohub_session *session;
	u32 id;
	bool is_pattern;
	u64 lines;
	u64 entered_ns;
	struct list_head own;
	struct list_head node;
	u8 progress;
	u8 outcome;
	u16 error;
	struct hrtimer timeout;
};

/**
 * struct gpiohub_waiter - a wait: memory of the waiting call
 * @request: what it has in common with patterns
 * @kinds: what counts; constant
 * @left: how many are left, under hub->lock once it is in hub->waits
 * @since: first event not looked at; ditto. While it is in hub->waits, what comes is
 *	looked at where it is published
 * @event: the last one that counted; ditto
 * @done: completed when it is over
 */
struct gpiohub_waiter {
	struct gpiohub_request request;
	u32 kinds;
	u32 left;
	u64 since;
	struct gpiohub_event event;
	struct completion done;
};

static inline struct gpiohub_waiter *gpiohub_to_waiter(struct gpiohub_request *request)
{
	return container_of(request, struct gpiohub_waiter, request);
}

/* request.c */
void gpiohub_request_init(struct gpiohub_request *request, struct gpiohub_session *session,
			  u32 id, u64 lines);
int gpiohub_request_enter(struct gpiohub_request *request, u64 timeout_ns);
void gpiohub_request_left(struct gpiohub_request *request);
struct gpiohub_request *gpiohub_request_find(struct gpiohub_session *session, u32 id);
bool gpiohub_request_finish(struct gpiohub_request *request, enum gpiohub_outcome outcome,
			    int error);
void gpiohub_request_finish_late(struct gpiohub_request *request);
int gpiohub_requests_cancel(struct gpiohub_session *session, u32 id, bool at_cycle);
void gpiohub_requests_end(struct gpiohub_session *session);
int gpiohub_requests_sync(struct gpiohub_session *session);
void gpiohub_reap(struct gpiohub_hub *hub);
void gpiohub_reap_init(struct gpiohub_hub *hub);
void gpiohub_reap_stop(struct gpiohub_hub *hub);
int gpiohub_worker_need(struct gpiohub_hub *hub);

/* wait.c */
int gpiohub_waits_init(void);
void gpiohub_waits_exit(void);
int gpiohub_wait(struct gpiohub_session *session, struct gpiohub_wait *wait, bool block,
		 u32 *culprit);
unsigned int gpiohub_waits_look(struct gpiohub_hub *hub);
void gpiohub_waits_gone(struct gpiohub_hub *hub, u64 lines, bool all);

#endif
