/* SPDX-License-Identifier: GPL-2.0 */
/* The hub's tracepoints, seen by way of tracefs. Skips the case where there is none. */
#ifndef TRACE_H
#define TRACE_H

/* From here on these are traced: "gpiohub_publish". What was traced before is gone. */
void trace_begin(const char *event);
void trace_end(const char *event);

/* The number of lines of that text that the trace holds. */
unsigned int trace_count(const char *text);

#endif /* TRACE_H */
