// SPDX-License-Identifier: GPL-2.0
/* What sysfs and the tracepoints show of a hub. */
#include <stdio.h>
#include <stdlib.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"
#include "trace.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)

static void attribute_path(char *path, size_t size, const char *name)
{
	snprintf(path, size, "/sys/class/gpiohub/%s/%s", fixture_node() + strlen("/dev/"), name);
}

static __u64 attribute(const char *name, int base)
{
	char path[128], text[256];
	char *end;
	__u64 value;

	attribute_path(path, sizeof(path), name);
	CHECK_EQ(fixture_read(path, text, sizeof(text)), 0);
	value = strtoull(text, &end, base);
	if (end == text || *end)
		KTAP_FAIL_WITH("%s: \"%s\"", path, text);
	return value;
}

static void describe_the_hub(void)
{
	char path[128], text[256];
	int fd = device_open(O_RDONLY);
	struct gpiohub_info info = device_info(fd);

	CHECK_EQ(attribute("lines", 10), info.lines);
	CHECK_EQ(attribute("records", 10), info.records);
	CHECK_EQ(attribute("epoch", 16), info.epoch);
	attribute_path(path, sizeof(path), "label");
	CHECK_EQ(fixture_read(path, text, sizeof(text)), 0);
	CHECK_EQ(strcmp(text, BOARD_HUB), 0);
}

static void agree_with_the_state_page(void)
{
	int fd = device_open(O_RDWR);
	struct mapped mapped = mapped_open(fd, false);
	struct gpiohub_state state;

	device_claim(fd, FREE, GPIOHUB_GUARD_KEEP);
	device_output(fd, FREE, FREE);
	device_release(fd, FREE);
	device_claim(fd, BIT_OF(LINE_OUT), GPIOHUB_GUARD_INPUT);
	device_subscribe(fd, FREE2, GPIOHUB_KINDS_ALL);
	state = mapped_state(&mapped);
	CHECK_EQ(state.kept, FREE);
	CHECK_EQ(attribute("levels", 16), state.levels);
	CHECK_EQ(attribute("known", 16), state.known);
	CHECK_EQ(attribute("outputs", 16), state.outputs);
	CHECK_EQ(attribute("held", 16), state.held);
	CHECK_EQ(attribute("watched", 16), state.watched);
	CHECK_EQ(attribute("owned", 16), state.owned);
	CHECK_EQ(attribute("kept", 16), state.kept);
	CHECK_EQ(attribute("gone", 16), state.gone);
}

static void count_files_and_events(void)
{
	int fd = device_driving(FREE);
	int other = device_open(O_RDONLY);
	__u64 before = attribute("published", 10);

	CHECK_EQ(attribute("files", 10), 2);
	device_toggle(fd, FREE, 10);
	CHECK_EQ(attribute("published", 10), before + 10);
	close(other);
	CHECK_EQ(attribute("files", 10), 1);
}

static void publishing_is_traced(void)
{
	int fd = device_driving(FREE);

	trace_begin("gpiohub_publish");
	device_toggle(fd, FREE, 7);
	trace_end("gpiohub_publish");
	CHECK_EQ(trace_count("gpiohub_publish: "), 7);
}

static const struct ktap_case cases[] = {
	{ "attributes describe the hub", describe_the_hub, 0 },
	{ "attributes agree with the state page", agree_with_the_state_page, 0 },
	{ "attributes count files and events", count_files_and_events, 0 },
	{ "each published event is traced", publishing_is_traced, 0 },
};

FIXTURE_MAIN(cases)
