// SPDX-License-Identifier: GPL-2.0
/*
 * Publishing what is not an edge, from the parts in publish.h; and waking.
 */
#include <linux/math.h>
#include <linux/ktime.h>

#include "hub.h"
#include "publish.h"
#include "request.h"

/**
 * gpiohub_hub_publish - publish anything else that changes no level
 * @hub: the hub
 * @type: enum gpiohub_event_type
 * @line: which line, or GPIOHUB_NO_LINE
 * @value: by type
 *
 * Context: any, under hub->lock.
 */
void gpiohub_hub_publish(struct gpiohub_hub *hub, u8 type, u8 line, u32 value)
{
	struct gpiohub_event event = { .type = type, .line = line, .value = value };

	lockdep_assert_held(&hub->lock);
	gpiohub_state_begin(hub->state);
	event.time_ns = gpiohub_publish_advance(hub->state, ktime_get_ns(), 1);
	gpiohub_state_end(hub->state);
	event.levels = hub->state->levels;
	gpiohub_publish_event(hub, &event, line == GPIOHUB_NO_LINE ? U64_MAX : BIT_ULL(line));
}

/**
 * gpiohub_hub_known - publish that a line's level is known from now on, or not
 * @hub: the hub
 * @line: which
 * @known: which of the two
 * @level: its level if known
 *
 * Nothing is published where nothing changes.
 * Context: any, under hub->lock.
 */
void gpiohub_hub_known(struct gpiohub_hub *hub, unsigned int line, bool known, bool level)
{
	struct gpiohub_state *state = hub->state;
	u64 bit = 1ULL << line;
	struct gpiohub_event event = {
		.type = GPIOHUB_EVENT_KNOWN, .line = line, .value = known,
	};

	lockdep_assert_held(&hub->lock);
	if (!!(state->known & bit) == known)
		return;
	gpiohub_state_begin(state);
	event.time_ns = gpiohub_publish_advance(state, ktime_get_ns(), 1);
	WRITE_ONCE(state->known, state->known ^ bit);
	/* Asleep, it is looked at again in gpiohub_line_catch_up(). */
	hub->live = known && !hub->asleep ? hub->live | bit : hub->live & ~bit;
	if (known && level)
		WRITE_ONCE(state->levels, state->levels | bit);
	else
		WRITE_ONCE(state->levels, state->levels & ~bit);
	gpiohub_state_end(state);
	event.levels = state->levels;
	gpiohub_publish_event(hub, &event, bit);
}

/**
 * gpiohub_hub_report - publish that a run of a pattern is over, and how it went
 * @hub: the hub
 * @line: its lowest line
 * @id: of its request
 * @report: how it went
 *
 * The two events appear to readers at once.
 * Context: any, under hub->lock.
 */
void gpiohub_hub_report(struct gpiohub_hub *hub, u8 line, u32 id,
			const struct gpiohub_report *report)
{
	struct gpiohub_event event = {
		.type = GPIOHUB_EVENT_PATTERN, .line = line, .value = id,
	};

	lockdep_assert_held(&hub->lock);
	gpiohub_state_begin(hub->state);
	event.time_ns = gpiohub_publish_advance(hub->state, ktime_get_ns(), 2);
	gpiohub_state_end(hub->state);

	gpiohub_ring_claim(&hub->ring, 2);
	event.levels = hub->state->levels;
	trace_gpiohub_publish(hub, gpiohub_ring_write(&hub->ring, &event));
	event.type = GPIOHUB_EVENT_REPORT;
	event.value = report->outcome | (u32)report->error << 16;
	event.time_ns = report->late_max | (u64)report->late_mean << 32;
	event.levels = report->driven;
	gpiohub_ring_write(&hub->ring, &event);
	gpiohub_ring_release(&hub->ring);
	gpiohub_publish_news(hub, GPIOHUB_KIND(GPIOHUB_EVENT_PATTERN), 1ULL << line);
}

/**
 * gpiohub_hub_unlatch - lines that a rule latched can be driven again
 * @hub: the hub
 * @lines: which
 *
 * Context: any, under hub->lock.
 */
void gpiohub_hub_unlatch(struct gpiohub_hub *hub, u64 lines)
{
	if (!(hub->state->latched & lines))
		return;
	gpiohub_state_mark(hub->state, &hub->state->latched, lines, false);
	hub->barred = hub->state->playing | hub->state->latched;
}

/**
 * gpiohub_hub_message - publish a message
 * @hub: the hub
 * @text: the message, zero-padded to a multiple of GPIOHUB_TEXT_SIZE
 * @size: its bytes, 1..GPIOHUB_MAX_MESSAGE
 *
 * The message and its text appear to readers at once.
 * Context: any, under hub->lock.
 */
void gpiohub_hub_message(struct gpiohub_hub *hub, const u8 *text, u32 size)
{
	u32 texts = DIV_ROUND_UP(size, GPIOHUB_TEXT_SIZE);
	struct gpiohub_event event = {
		.type = GPIOHUB_EVENT_MESSAGE, .line = GPIOHUB_NO_LINE, .value = size,
	};
	u32 i;

	lockdep_assert_held(&hub->lock);
	gpiohub_state_begin(hub->state);
	event.time_ns = gpiohub_publish_advance(hub->state, ktime_get_ns(), 1 + texts);
	gpiohub_state_end(hub->state);

	gpiohub_ring_claim(&hub->ring, 1 + texts);
	event.levels = hub->state->levels;
	trace_gpiohub_publish(hub, gpiohub_ring_write(&hub->ring, &event));
	event.type = GPIOHUB_EVENT_TEXT;
	for (i = 0; i < texts; i++) {
		memcpy((u8 *)&event + GPIOHUB_TEXT_OFFSET, text + i * GPIOHUB_TEXT_SIZE,
		       GPIOHUB_TEXT_SIZE);
		gpiohub_ring_write(&hub->ring, &event);
	}
	gpiohub_ring_release(&hub->ring);
	gpiohub_publish_news(hub, GPIOHUB_KIND(GPIOHUB_EVENT_MESSAGE), U64_MAX);
}

/**
 * gpiohub_hub_trace - tell who traces of an event
 * @hub: the hub
 * @record: the event in the ring
 *
 * Context: any, under hub->lock.
 */
void gpiohub_hub_trace(const struct gpiohub_hub *hub, const struct gpiohub_event *record)
{
	trace_gpiohub_publish(hub, record);
}

/**
 * gpiohub_hub_unlock_and_wake - gpiohub_hub_unlock() when somebody may wait
 * @hub: the hub
 * @flags: from gpiohub_hub_lock()
 * @enlisted: who may sleep
 *
 * Context: any.
 */
void gpiohub_hub_unlock_and_wake(struct gpiohub_hub *hub, unsigned long flags,
				 unsigned long enlisted)
	__releases(&hub->lock)
{
	struct gpiohub_news news = hub->news;

	news.head = (u32)hub->ring.seq;
	hub->news.kinds = 0;
	if (enlisted & BIT(GPIOHUB_WAITING))
		news.woken = gpiohub_waits_look(hub);
	/*
	 * Outside the lock, for waking takes locks of its own, but before any
	 * interrupt: who publishes here may be preempted for long.
	 */
	raw_spin_unlock(&hub->lock);
	gpiohub_sleepers_wake(&hub->sleepers, &news, enlisted);
	local_irq_restore(flags);
}
