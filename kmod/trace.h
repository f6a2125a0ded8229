/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints, for perf and ftrace, one for each stage of an event's way and a
 * command's: gpiohub_interrupt, gpiohub_publish, gpiohub_wake; gpiohub_command,
 * gpiohub_guard. A command's process is the one that is traced.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM gpiohub

#if !defined(GPIOHUB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define GPIOHUB_TRACE_H

#include <linux/tracepoint.h>

#include "hub.h"

TRACE_EVENT(gpiohub_interrupt,
	TP_PROTO(const struct gpiohub_line *line, u64 time_ns),
	TP_ARGS(line, time_ns),
	TP_STRUCT__entry(
		__field(int, hub)
		__field(u64, time_ns)
		__field(u8, line)
		__field(bool, slow)
	),
	TP_fast_assign(
		__entry->hub = line->hub->id;
		__entry->time_ns = time_ns;
		__entry->line = line->number;
		__entry->slow = line->slow;
	),
	TP_printk("hub=%d line=%u time=%llu%s", __entry->hub, __entry->line,
		  __entry->time_ns, __entry->slow ? " slow" : "")
);

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

TRACE_EVENT(gpiohub_command,
	TP_PROTO(const struct gpiohub_hub *hub, u8 op, u64 lines, u64 levels),
	TP_ARGS(hub, op, lines, levels),
	TP_STRUCT__entry(
		__field(int, hub)
		__field(u8, op)
		__field(u64, lines)
		__field(u64, levels)
	),
	TP_fast_assign(
		__entry->hub = hub->id;
		__entry->op = op;
		__entry->lines = lines;
		__entry->levels = levels;
	),
	TP_printk("hub=%d %s lines=%#llx levels=%#llx", __entry->hub,
		  __print_symbolic(__entry->op,
				   { GPIOHUB_OP_SET, "set" },
				   { GPIOHUB_OP_CLAIM, "claim" },
				   { GPIOHUB_OP_RELEASE, "release" },
				   { GPIOHUB_OP_CONFIGURE, "configure" }),
		  __entry->lines, __entry->levels)
);

TRACE_EVENT(gpiohub_guard,
	TP_PROTO(const struct gpiohub_line *line, enum gpiohub_end why, int err),
	TP_ARGS(line, why, err),
	TP_STRUCT__entry(
		__field(int, hub)
		__field(u8, line)
		__field(u8, guard)
		__field(u8, why)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->hub = line->hub->id;
		__entry->line = line->number;
		__entry->guard = line->guard;
		__entry->why = why;
		__entry->err = err;
	),
	TP_printk("hub=%d line=%u %s after %s: %d", __entry->hub, __entry->line,
		  __print_symbolic(__entry->guard,
				   { GPIOHUB_GUARD_INPUT, "input" },
				   { GPIOHUB_GUARD_KEEP, "keep" },
				   { GPIOHUB_GUARD_LEVELS, "levels" }),
		  __print_symbolic(__entry->why,
				   { GPIOHUB_END_RELEASED, "release" },
				   { GPIOHUB_END_CLOSED, "close" },
				   { GPIOHUB_END_EXITED, "exit" },
				   { GPIOHUB_END_SILENT, "silence" },
				   { GPIOHUB_END_GONE, "unbinding" }),
		  __entry->err)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
