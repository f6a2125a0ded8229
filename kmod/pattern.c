// SPDX-License-Identifier: GPL-2.0
/*
 * What a pattern is: its program is checked before it runs, so that running it (play.c)
 * goes from step to step without a doubt, and from one that drives to the next in a
 * bounded number of them.
 */
#include <linux/overflow.h>

#include "pattern.h"

/**
 * struct checked_loop - a loop that is being checked
 * @count: how many times
 * @waits: how long one turn waits so far, ns, saturating
 */
struct checked_loop {
	u32 count;
	u64 waits;
};

static int check_drive(const struct gpiohub_step *step, u64 lines)
{
	if (step->count || step->wait_ns > GPIOHUB_STEP_MAX_NS ||
	    (step->set & step->clear) || ((step->set | step->clear) & ~lines))
		return -EINVAL;
	return 0;
}

static u64 add(u64 a, u64 b)
{
	u64 sum;

	return check_add_overflow(a, b, &sum) ? U64_MAX : sum;
}

static u64 times(u64 a, u64 b)
{
	u64 product;

	return check_mul_overflow(a, b, &product) ? U64_MAX : product;
}

/**
 * gpiohub_pattern_check - is this a program?
 * @steps: what the caller gave, copied before
 * @count: of them
 * @lines: what it may drive
 * @wrong: out, on an error: the step that is wrong, @count if the end is missing
 *
 * Every turn of every loop waits, so none is empty: of steps that do not drive there are
 * never more in a row than twice GPIOHUB_MAX_DEPTH.
 * Context: process. Return: 0 or -EINVAL.
 */
int gpiohub_pattern_check(const struct gpiohub_step *steps, u32 count, u64 lines, u32 *wrong)
{
	struct checked_loop loop[GPIOHUB_MAX_DEPTH + 1] = {};
	u32 depth = 0, i;

	for (i = 0; i < count; i++) {
		const struct gpiohub_step *step = &steps[i];

		*wrong = i;
		switch (step->op) {
		case GPIOHUB_STEP_DRIVE:
			if (check_drive(step, lines))
				return -EINVAL;
			loop[depth].waits = add(loop[depth].waits, step->wait_ns);
			continue;
		case GPIOHUB_STEP_LOOP:
			if (depth == GPIOHUB_MAX_DEPTH)
				return -EINVAL;
			loop[++depth] = (struct checked_loop) { .count = step->count };
			break;
		case GPIOHUB_STEP_END:
			if (!depth || step->count || loop[depth].waits < GPIOHUB_CYCLE_MIN_NS)
				return -EINVAL;
			/* An endless one counts once: nothing comes after it anyway. */
			loop[depth - 1].waits =
				add(loop[depth - 1].waits,
				    times(loop[depth].waits, loop[depth].count ?: 1));
			depth--;
			break;
		default:
			return -EINVAL;
		}
		if (step->set || step->clear || step->wait_ns)
			return -EINVAL;
	}
	*wrong = count;
	return depth ? -EINVAL : 0;
}

/**
 * gpiohub_pattern_next - go on to the next step that drives
 * @pattern: its run
 *
 * Context: any, under hub->lock. Return: the step, not gone past yet; NULL: it is at its
 * end, or at that of a cycle with which it is to end.
 */
const struct gpiohub_step *gpiohub_pattern_next(struct gpiohub_pattern *pattern)
{
	while (pattern->pc < pattern->count) {
		const struct gpiohub_step *step = &pattern->steps[pattern->pc];
		struct gpiohub_loop *loop;

		switch (step->op) {
		case GPIOHUB_STEP_LOOP:
			loop = &pattern->loop[pattern->depth++];
			loop->pc = ++pattern->pc;
			loop->left = step->count;
			break;
		case GPIOHUB_STEP_END:
			if (pattern->depth == 1 && pattern->ending)
				return NULL;
			loop = &pattern->loop[pattern->depth - 1];
			if (loop->left == 1) {
				pattern->depth--;
				pattern->pc++;
				break;
			}
			if (loop->left)
				loop->left--;
			pattern->pc = loop->pc;
			break;
		default:
			return step;
		}
	}
	return NULL;
}
