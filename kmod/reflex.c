// SPDX-License-Identifier: GPL-2.0
/*
 * Rules: chosen where the edge is published, under hub->lock, and applied there too, so
 * that in the ring the cause comes before its effect and nothing between them. All that
 * fire at an edge are made into one plan first: a line is driven once. Lines that only a
 * thread can reach are left to the hub's worker. What we drive ourselves is not published
 * through here and triggers nothing.
 */
#include "hub.h"
#include "pattern.h"
#include "session.h"

/**
 * struct plan - what all rules that fire at one edge do together
 * @set: lines to drive high
 * @clear: lines to drive low
 * @latch: lines to be refused to their owner
 * @stop: lines whose patterns end
 * @start: slots of rules that start one
 */
struct plan {
	u64 set;
	u64 clear;
	u64 latch;
	u64 stop;
	u64 start;
};

/* What it may still touch. Under hub->lock. */
static u64 its_lines(const struct gpiohub_reflex *reflex)
{
	return reflex->session ? reflex->session->owned : ~reflex->denied;
}

/* Under hub->lock. */
static bool fires(const struct gpiohub_reflex *reflex, u32 kind,
		  const struct gpiohub_state *state, u64 time_ns)
{
	const struct gpiohub_rule *rule = &reflex->rule;

	/* A level that is not known is no level: no condition holds for it. */
	return (rule->kinds & kind) && !(rule->mask & ~state->known) &&
	       (state->levels & rule->mask) == rule->value &&
	       time_ns >= reflex->rest_until;
}

/* Later rules have the last word where several drive one line. */
static void add_to_plan(struct plan *plan, const struct gpiohub_reflex *reflex,
			const struct gpiohub_state *state)
{
	const struct gpiohub_rule *rule = &reflex->rule;
	u64 may = its_lines(reflex), drive = may & state->outputs;
	u64 level = (state->levels & ~plan->clear) | plan->set;
	u64 set = ((rule->toggle & ~level) | rule->set) & drive;
	u64 clear = ((rule->toggle & level) | rule->clear) & drive;

	plan->set = (plan->set & ~clear) | set;
	plan->clear = (plan->clear & ~set) | clear;
	plan->stop |= ((rule->stop | gpiohub_rule_drives(rule)) & may);
	if (rule->flags & GPIOHUB_RULE_LATCH)
		plan->latch |= set | clear;
}

static void drive(struct gpiohub_hub *hub, u64 set, u64 clear)
{
	struct gpiohub_reflexes *reflexes = &hub->reflexes;
	u64 slow = (set | clear) & hub->slow;
	unsigned int driven = 0;

	/* There is nobody to tell of a chip's error; the line's level shows it. */
	(void)gpiohub_lines_drive(hub, set & ~slow, clear & ~slow, &driven);
	if (!slow)
		return;
	reflexes->set = (reflexes->set & ~clear) | (set & slow);
	reflexes->clear = (reflexes->clear & ~set) | (clear & slow);
	kthread_queue_work(hub->worker, &reflexes->work);
}

static void carry_out(struct gpiohub_hub *hub, const struct plan *plan, u64 time_ns)
{
	u64 start = plan->start;

	/* First: what waits for these lines must not begin. */
	if (plan->latch) {
		gpiohub_state_mark(hub->state, &hub->state->latched, plan->latch, true);
		hub->barred = hub->state->playing | hub->state->latched;
	}
	gpiohub_patterns_stop_on(hub, plan->stop);
	drive(hub, plan->set, plan->clear);
	for (; start; start &= start - 1) {
		struct gpiohub_reflex *reflex = hub->reflexes.slot[__ffs64(start)];

		gpiohub_patterns_start(reflex->session, reflex->rule.start, time_ns);
	}
}

/**
 * gpiohub_reflexes_edge - an edge was published that rules may react to
 * @line: where, its triggers not empty
 * @level: to which level
 * @time_ns: when
 *
 * Context: any, under hub->lock.
 */
void gpiohub_reflexes_edge(struct gpiohub_line *line, bool level, u64 time_ns)
{
	u32 kind = GPIOHUB_KIND(level ? GPIOHUB_EVENT_RISING : GPIOHUB_EVENT_FALLING);
	struct gpiohub_hub *hub = line->hub;
	u64 triggers = line->triggers, spent = 0;
	struct plan plan = {};

	lockdep_assert_held(&hub->lock);
	for (; triggers; triggers &= triggers - 1) {
		unsigned int slot = __ffs64(triggers);
		struct gpiohub_reflex *reflex = hub->reflexes.slot[slot];

		if (!fires(reflex, kind, hub->state, time_ns))
			continue;
		reflex->fired++;
		reflex->rest_until = time_ns + reflex->rule.holdoff_ns;
		gpiohub_hub_publish(hub, GPIOHUB_EVENT_RULE, line->number, reflex->rule.id);
		add_to_plan(&plan, reflex, hub->state);
		if (reflex->rule.start)
			plan.start |= 1ULL << slot;
		if (reflex->rule.flags & GPIOHUB_RULE_ONE_SHOT)
			spent |= 1ULL << slot;
	}
	carry_out(hub, &plan, time_ns);
	for (; spent; spent &= spent - 1)
		gpiohub_reflex_retire(hub, __ffs64(spent));
}

/* Return: 1 or 0, to be driven now; -1: not any more. Under the chip's lock. */
static int take_slow(struct gpiohub_line *line)
{
	struct gpiohub_reflexes *reflexes = &line->hub->reflexes;
	u64 bit = gpiohub_line_bit(line);
	unsigned long flags;
	int level = -1;

	flags = gpiohub_hub_lock(line->hub);
	if (line->hub->state->outputs & bit & (reflexes->set | reflexes->clear))
		level = !!(reflexes->set & bit);
	reflexes->set &= ~bit;
	reflexes->clear &= ~bit;
	gpiohub_hub_unlock(line->hub, flags);
	return level;
}

static void slow_work(struct kthread_work *work)
{
	struct gpiohub_hub *hub = container_of(work, struct gpiohub_hub, reflexes.work);
	struct gpiohub_line *line;
	unsigned long flags;
	u64 lines;
	int level;

	flags = gpiohub_hub_lock(hub);
	lines = hub->reflexes.set | hub->reflexes.clear;
	gpiohub_hub_unlock(hub, flags);
	gpiohub_for_each_line(line, hub, lines) {
		mutex_lock(&line->chip->lock);
		level = take_slow(line);
		if (level >= 0)
			(void)gpiohub_line_drive(line, level);
		mutex_unlock(&line->chip->lock);
	}
}

/**
 * gpiohub_reflexes_setup - no rules yet
 * @hub: zeroed by the caller
 */
void gpiohub_reflexes_setup(struct gpiohub_hub *hub)
{
	INIT_LIST_HEAD(&hub->reflexes.spent);
	kthread_init_work(&hub->reflexes.work, slow_work);
}

/**
 * gpiohub_reflexes_released - what rules chose for these lines is not driven any more
 * @hub: the hub
 * @lines: which
 *
 * Context: any, under hub->lock.
 */
void gpiohub_reflexes_released(struct gpiohub_hub *hub, u64 lines)
{
	hub->reflexes.set &= ~lines;
	hub->reflexes.clear &= ~lines;
}
