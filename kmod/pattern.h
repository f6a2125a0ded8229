/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Patterns: programs of steps that drive lines (pattern.c), and their runs (play.c).
 */
#ifndef GPIOHUB_PATTERN_H
#define GPIOHUB_PATTERN_H

#include <linux/kthread.h>

#include "request.h"

/**
 * struct gpiohub_loop - a loop that a run is in
 * @pc: its first step
 * @left: turns with this one, 0: endless
 */
struct gpiohub_loop {
	u32 pc;
	u32 left;
};

/**
 * struct gpiohub_pattern - a pattern and its run
 * @request: what it has in common with waits; its lines are what it drives
 * @steps: the verified program; constant
 * @count: of them
 * @flags: GPIOHUB_PLAY_*; constant
 * @start: enum gpiohub_start; constant
 * @start_ns: for GPIOHUB_START_AT; constant
 * @start_line: for GPIOHUB_START_EDGE, watched on its behalf; constant
 * @start_kinds: ditto
 * @slow: it runs in hub->worker: lines of it can only be reached by a thread
 * @ending: it ends with its cycle
 * @pc: the next step
 * @depth: loops that it is in
 * @loop: these
 * @due: when the next step is due, CLOCK_MONOTONIC
 * @driven: steps of this run
 * @late_sum: of their lateness, ns
 * @late_max: the largest, ns
 * @used_since: the budget's window that @used_ns is of
 * @used_ns: how long it worked in that window
 * @timer: when to go on
 * @work: goes on in hub->worker
 *
 * What is not constant: under hub->lock.
 */
struct gpiohub_pattern {
	struct gpiohub_request request;
	struct gpiohub_step *steps;
	u32 count;
	u32 flags;
	u8 start;
	u64 start_ns;
	u8 start_line;
	u32 start_kinds;

	bool slow;
	bool ending;
	u32 pc;
	u32 depth;
	struct gpiohub_loop loop[GPIOHUB_MAX_DEPTH];
	u64 due;

	u64 driven;
	u64 late_sum;
	u64 late_max;
	u64 used_since;
	u64 used_ns;

	struct hrtimer timer;
	struct kthread_work work;
};

static inline struct gpiohub_pattern *gpiohub_to_pattern(struct gpiohub_request *request)
{
	return container_of(request, struct gpiohub_pattern, request);
}

/* Has its first step not come? Then it has no cycle to end with. Under hub->lock. */
static inline bool gpiohub_pattern_waits(const struct gpiohub_pattern *pattern, u64 now)
{
	return pattern->request.progress != GPIOHUB_ACTIVE ||
	       (!pattern->driven && pattern->due > now);
}

/* pattern.c: what a pattern is. */
int gpiohub_pattern_check(const struct gpiohub_step *steps, u32 count, u64 lines, u32 *wrong);
const struct gpiohub_step *gpiohub_pattern_next(struct gpiohub_pattern *pattern);

/* play.c: patterns asked for, begun, driven and ended. */
int gpiohub_patterns_init(void);
void gpiohub_patterns_exit(void);
int gpiohub_play(struct gpiohub_session *session, const struct gpiohub_play *play,
		 u32 *culprit, u32 *step);
void gpiohub_patterns_begin(struct gpiohub_session *session, u64 time_ns);
void gpiohub_patterns_start(struct gpiohub_session *session, u32 id, u64 time_ns);
void gpiohub_patterns_edge(struct gpiohub_line *line, bool level, u64 time_ns);
void gpiohub_patterns_stop(struct gpiohub_session *session, u64 lines,
			   enum gpiohub_outcome outcome, int error);
void gpiohub_patterns_stop_on(struct gpiohub_hub *hub, u64 lines);
void gpiohub_pattern_ended(struct gpiohub_pattern *pattern);
void gpiohub_pattern_over(struct gpiohub_pattern *pattern);
void gpiohub_pattern_free(struct gpiohub_pattern *pattern);

#endif
