/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints, for perf and ftrace: gpiohub:gpiohub_publish per event, and
 * gpiohub:gpiohub_wake per reader that is woken.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM gpiohub

#if !defined(GPIOHUB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define GPIOHUB_TRACE_H

#include <linux/tracepoint.h>

#include "hub.h"

TRACE_EVENT(gpiohub_publish,
	TP_PROTO(const struct gpiohub_hub *hub, const struct gpiohub_event *event),
	TP_ARGS(hub, event),
	TP_STRUCT__entry(
		__field(int, hub)
		__field(u64, seq)
		__field(u64, time_ns)
		__field(u64, levels)
		__field(u32, value)
		__field(u16, flags)
		__field(u8, type)
		__field(u8, line)
	),
	TP_fast_assign(
		__entry->hub = hub->id;
		__entry->seq = event->seq;
		__entry->time_ns = event->time_ns;
		__entry->levels = event->levels;
		__entry->value = event->value;
		__entry->flags = event->flags;
		__entry->type = event->type;
		__entry->line = event->line;
	),
	TP_printk("hub=%d seq=%llu time=%llu type=%u line=%u flags=%#x value=%u levels=%#llx",
		  __entry->hub, __entry->seq, __entry->time_ns, __entry->type,
		  __entry->line, __entry->flags, __entry->value, __entry->levels)
);

TRACE_EVENT(gpiohub_wake,
	TP_PROTO(const struct gpiohub_hub *hub, u32 position, bool direct),
	TP_ARGS(hub, position, direct),
	TP_STRUCT__entry(
		__field(int, hub)
		__field(u32, position)
		__field(bool, direct)
	),
	TP_fast_assign(
		__entry->hub = hub->id;
		__entry->position = position;
		__entry->direct = direct;
	),
	TP_printk("hub=%d position=%u %s", __entry->hub, __entry->position,
		  __entry->direct ? "direct" : "late")
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
