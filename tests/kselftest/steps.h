/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Patterns and how they end, for the tests. What fails here ends the case.
 */
#ifndef STEPS_H
#define STEPS_H

#include <linux/gpiohub.h>

#define MS		1000000ULL
#define US		1000ULL

#define STEP_SET(lines, ns)	{ .set = (lines), .wait_ns = (ns) }
#define STEP_CLEAR(lines, ns)	{ .clear = (lines), .wait_ns = (ns) }
#define STEP_LOOP(times)	{ .op = GPIOHUB_STEP_LOOP, .count = (times) }
#define STEP_END		{ .op = GPIOHUB_STEP_END }

/* @steps is an array. */
#define PLAY(play_id, play_lines, play_steps, ...)				\
	(struct gpiohub_play) { .id = (play_id), .lines = (play_lines),		\
		.steps = (uintptr_t)(play_steps), .count = ARRAY_SIZE(play_steps), __VA_ARGS__ }

void steps_play(int fd, struct gpiohub_play play);
/* 0 or the errno. */
int steps_try_play(int fd, struct gpiohub_play play);
/* A square wave: @times periods, 0: endless, high for @high_ns of them. */
void steps_wave(int fd, __u32 id, __u64 line, __u32 times, __u64 high_ns, __u64 low_ns,
		__u32 flags);
void steps_cancel(int fd, __u32 id, __u32 flags);

/* How a run ended. */
struct ending {
	__u64 time_ns;
	__u32 outcome;
	__u32 error;
	__u32 late_max;
	__u32 late_mean;
	__u64 driven;
};

/* Reads until the end of a run of this request comes. */
struct ending steps_until_end(int reader, __u32 id);
/* The same, and it ended like that. */
void steps_expect_end(int reader, __u32 id, enum gpiohub_outcome outcome);

#endif /* STEPS_H */
