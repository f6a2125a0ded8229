// SPDX-License-Identifier: GPL-2.0
/* What trace.h says. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "fixture.h"
#include "ktap.h"
#include "trace.h"

#define TRACING	"/sys/kernel/tracing"

static void trace_enable(const char *event, const char *on)
{
	char path[128];

	snprintf(path, sizeof(path), TRACING "/events/gpiohub/%s/enable", event);
	CHECK_EQ(fixture_write(path, on), 0);
}

void trace_begin(const char *event)
{
	int trace;

	if (access(TRACING "/trace", F_OK))
		mount("tracefs", TRACING, "tracefs", 0, NULL);
	if (access(TRACING "/trace", F_OK))
		ktap_skip("no tracefs");
	/* Opened like this it is emptied. */
	trace = open(TRACING "/trace", O_WRONLY | O_TRUNC | O_CLOEXEC);
	CHECK_OK(trace);
	close(trace);
	/*
	 * Names of tasks would make the kernel patch its scheduler as it runs, which
	 * emulated machines of several processors do not always survive.
	 */
	CHECK_EQ(fixture_write(TRACING "/options/record-cmd", "0"), 0);
	trace_enable(event, "1");
}

void trace_end(const char *event)
{
	trace_enable(event, "0");
}

unsigned int trace_count(const char *text)
{
	FILE *file = fopen(TRACING "/trace", "r");
	unsigned int count = 0;
	char line[512];

	CHECK(file);
	while (fgets(line, sizeof(line), file))
		count += line[0] != '#' && strstr(line, text);
	fclose(file);
	return count;
}
