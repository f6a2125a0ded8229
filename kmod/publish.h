/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Publishing: where events are made. Everything here is called under hub->lock;
 * gpiohub_hub_unlock() then wakes the readers. What readers find in the ring is
 * already in the state page. Inline, for it is most of what an interrupt does.
 */
#ifndef GPIOHUB_PUBLISH_H
#define GPIOHUB_PUBLISH_H

#include <linux/limits.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>

#include "hub.h"
#include "trace.h"

/* Note what was published, for gpiohub_hub_unlock(). */
static __always_inline void gpiohub_publish_news(struct gpiohub_hub *hub, u32 kind,
						 u64 lines)
{
	struct gpiohub_news *news = &hub->news;

	if (likely(!news->kinds)) {
		news->lines = lines;
		news->kinds = kind;
	} else {
		news->lines |= lines;
		news->kinds |= kind;
	}
}

/* One event into the ring: what happened, and to which lines. */
static __always_inline void gpiohub_publish_event(struct gpiohub_hub *hub,
						  const struct gpiohub_event *event, u64 lines)
{
	/* A copy, for after each barrier the hub's would be loaded again. */
	struct gpiohub_ring ring = hub->ring;
	const struct gpiohub_event *record;

	gpiohub_ring_claim(&ring, 1);
	record = gpiohub_ring_write(&ring, event);
	gpiohub_ring_release(&ring);
	hub->ring.seq = ring.seq;
	gpiohub_publish_news(hub, GPIOHUB_KIND(event->type), lines);
	if (trace_gpiohub_publish_enabled())
		gpiohub_hub_trace(hub, record);
}

/*
 * Inside gpiohub_state_begin() and _end(): time goes on, so many events follow. Return:
 * the time of these.
 */
static __always_inline u64 gpiohub_publish_advance(struct gpiohub_state *state, u64 time_ns,
						   u32 count)
{
	/* Times are taken before the lock: another CPU may have been faster. */
	time_ns = max_t(u64, time_ns, state->time_ns);
	WRITE_ONCE(state->time_ns, time_ns);
	WRITE_ONCE(state->seq, state->seq + count);
	return time_ns;
}

/**
 * gpiohub_publish_edge - publish that a known line changed
 * @hub: the hub
 * @line: which
 * @level: what it is now
 * @flags: GPIOHUB_EVENT_FLAG_*
 * @time_ns: when
 *
 * Context: any, under hub->lock.
 */
static __always_inline void gpiohub_publish_edge(struct gpiohub_hub *hub, unsigned int line,
						 bool level, u16 flags, u64 time_ns)
{
	struct gpiohub_state *state = hub->state;
	struct gpiohub_state_line *count = &state->line[line];
	u64 *edges = level ? &count->rising : &count->falling;
	u64 bit = 1ULL << line;
	struct gpiohub_event event = {
		.type = level ? GPIOHUB_EVENT_RISING : GPIOHUB_EVENT_FALLING,
		.line = line,
		.flags = flags,
	};

	lockdep_assert_held(&hub->lock);
	gpiohub_state_begin(state);
	event.time_ns = gpiohub_publish_advance(state, time_ns, 1);
	event.value = min_t(u64, event.time_ns - time_ns, U32_MAX);
	event.levels = (state->levels & ~bit) | (u64)level << line;
	WRITE_ONCE(state->levels, event.levels);
	WRITE_ONCE(*edges, *edges + 1);
	if (unlikely(flags & GPIOHUB_EVENT_FLAG_MISSED))
		WRITE_ONCE(count->missed, count->missed + 1);
	WRITE_ONCE(count->last_ns, event.time_ns);
	gpiohub_state_end(state);

	gpiohub_publish_event(hub, &event, bit);
}

#endif
