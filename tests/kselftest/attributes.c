// SPDX-License-Identifier: GPL-2.0
/* What sysfs and the tracepoints show of a hub. */
#include <pthread.h>
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

static void line_text(unsigned int line, const char *name, char *text, unsigned int size)
{
	char path[128], file[32];

	snprintf(file, sizeof(file), "line%u/%s", line, name);
	attribute_path(path, sizeof(path), file);
	CHECK_EQ(fixture_read(path, text, size), 0);
}

static void expect_line(unsigned int line, const char *name, const char *expected)
{
	char text[256];

	line_text(line, name, text, sizeof(text));
	if (strcmp(text, expected))
		KTAP_FAIL_WITH("line%u/%s: \"%s\", expected \"%s\"", line, name, text, expected);
}

static void expect_line_number(unsigned int line, const char *name, __u64 expected)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", expected);
	expect_line(line, name, text);
}

static void lines_that_nobody_uses(void)
{
	char path[128];

	expect_line(LINE_FREE, "chip", BOARD_LABEL);
	expect_line_number(LINE_FREE, "offset", LINE_FREE);
	expect_line(LINE_FREE, "direction", "unknown");
	expect_line(LINE_FREE, "bias", "as-is");
	expect_line(LINE_FREE, "drive", "as-is");
	expect_line(LINE_FREE, "guard", "none");
	expect_line(LINE_FREE, "owner", "");
	expect_line(LINE_FREE, "owner_pid", "0");
	expect_line(LINE_FREE, "owner_uid", "-1");
	expect_line(LINE_FREE, "level", "unknown");
	expect_line(LINE_FREE, "rising", "0");
	expect_line(LINE_FREE, "last_ns", "0");
	attribute_path(path, sizeof(path), "line15/chip");
	CHECK_OK(access(path, F_OK));
	attribute_path(path, sizeof(path), "line16");
	CHECK_ERRNO(access(path, F_OK), ENOENT);
}

static void lines_that_are_used(void)
{
	int fd = device_open(O_RDWR);
	struct gpiohub_line_info info;

	device_claim(fd, FREE, GPIOHUB_GUARD_KEEP);
	device_output(fd, FREE, FREE);
	device_subscribe(fd, FREE | FREE2, GPIOHUB_KINDS_ALL);
	info = device_line_info(fd, LINE_FREE);
	expect_line(LINE_FREE, "direction", "output");
	expect_line(LINE_FREE, "guard", "keep");
	expect_line(LINE_FREE, "watchers", "1");
	expect_line(LINE_FREE, "owner", info.owner_comm);
	expect_line_number(LINE_FREE, "owner_pid", getpid());
	expect_line(LINE_FREE, "owner_uid", "0");
	expect_line(LINE_FREE, "level", "1");
	expect_line(LINE_FREE + 1, "direction", "input");
	expect_line(LINE_FREE + 1, "guard", "none");
	device_release(fd, FREE);
	expect_line(LINE_FREE, "owner", "");
	expect_line(LINE_FREE, "owner_pid", "0");
	expect_line(LINE_FREE, "owner_uid", "0");
	expect_line(LINE_FREE, "guard", "keep");
}

static void lines_count_their_edges(void)
{
	int fd = device_driving(FREE);
	struct mapped mapped = mapped_open(fd, false);
	struct gpiohub_state state;

	device_toggle(fd, FREE, 21);
	state = mapped_state(&mapped);
	expect_line_number(LINE_FREE, "rising", 11);
	expect_line_number(LINE_FREE, "falling", 10);
	expect_line_number(LINE_FREE, "missed", 0);
	expect_line_number(LINE_FREE, "last_ns", state.line[LINE_FREE].last_ns);
	expect_line(LINE_FREE, "level", "1");
}

static __u64 line_rate(void)
{
	char text[32];

	line_text(LINE_FREE, "rate", text, sizeof(text));
	return strtoull(text, NULL, 10);
}

/* From one time that it was worked out to the next; nobody else asks. */
static void rate_is_edges_per_second(void)
{
	int fd = device_driving(FREE);
	__u64 before = fixture_now(), after, rate;

	device_toggle(fd, FREE, 10000);
	do {
		rate = line_rate();
		after = fixture_now();
	} while (!rate);
	/* The hub was made before: it counted for longer than we did, and at least 1 s. */
	CHECK_LE(rate, 10000);
	device_toggle(fd, FREE, 3000);
	CHECK_EQ(line_rate() == rate || fixture_now() - after > 1000000000, true);
	before = after;
	do {
		__u64 now = line_rate();

		after = fixture_now();
		if (now != rate) {
			/* 3000 in that time, which we know to a call's length. */
			CHECK_LE(now, 3000ULL * 1000000000 / (after - before) * 2 + 1);
			CHECK_LE(1, now);
			break;
		}
	} while (true);
}

/* What happens on a line is for root, and how it is set up for everybody. */
static void levels_are_not_for_everybody(void)
{
	static const char * const secret[] = { "levels", "line8/level", "line8/rising",
		"line8/falling", "line8/missed", "line8/last_ns", "line8/rate" };
	char path[128], text[64];
	pid_t child = ktap_fork();
	unsigned int i;

	if (!child) {
		fixture_become(USER_A);
		for (i = 0; i < ARRAY_SIZE(secret); i++) {
			attribute_path(path, sizeof(path), secret[i]);
			CHECK_EQ(fixture_read(path, text, sizeof(text)), EACCES);
		}
		expect_line(LINE_FREE, "direction", "unknown");
		_exit(KTAP_PASS);
	}
	ktap_join(child);
}

static void *read_attributes(void *unused)
{
	char path[128], text[256];
	unsigned int i;

	(void)unused;
	for (i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "/sys/class/gpiohub/gpiohub0/line%u/%s", i % 16,
			 i % 3 ? "rate" : "owner");
		fixture_read(path, text, sizeof(text));
	}
	return NULL;
}

static void hubs_go_while_attributes_are_read(void)
{
	pthread_t reader;
	unsigned int i;

	CHECK_EQ(pthread_create(&reader, NULL, read_attributes, NULL), 0);
	for (i = 0; i < 10; i++) {
		fixture_hub_delete();
		CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
		CHECK(fixture_find_hub());
	}
	pthread_join(reader, NULL);
}

static void interrupts_are_traced(void)
{
	int fd = device_driving(BIT_OF(LINE_OUT));
	int watcher = device_open(O_RDONLY);
	unsigned int i;

	device_subscribe(watcher, BIT_OF(LINE_IN), GPIOHUB_KINDS_EDGES);
	trace_begin("gpiohub_interrupt");
	for (i = 1; i <= 5; i++) {
		device_set(fd, BIT_OF(LINE_OUT), i % 2 ? BIT_OF(LINE_OUT) : 0);
		CHECK_EQ(device_next(watcher).line, LINE_IN);
	}
	trace_end("gpiohub_interrupt");
	CHECK_EQ(trace_count("gpiohub_interrupt: "), 5);
	CHECK_EQ(trace_count(" line=1 "), 5);
}

static void commands_are_traced(void)
{
	int fd = device_open(O_RDWR);

	trace_begin("gpiohub_command");
	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, 0);
	device_set(fd, FREE, FREE);
	device_toggle(fd, FREE, 3);
	device_release(fd, FREE);
	trace_end("gpiohub_command");
	CHECK_EQ(trace_count(" claim lines=0x100 "), 1);
	CHECK_EQ(trace_count(" configure lines=0x100 "), 1);
	CHECK_EQ(trace_count(" set lines=0x100 levels=0x100"), 3);
	CHECK_EQ(trace_count(" set lines=0x100 levels=0x0"), 1);
	CHECK_EQ(trace_count(" release lines=0x100 "), 1);
}

static void guards_are_traced(void)
{
	int fd = device_driving(FREE);

	trace_begin("gpiohub_guard");
	close(fd);
	trace_end("gpiohub_guard");
	CHECK_EQ(trace_count(" line=8 input after close: 0"), 1);
}

static const struct ktap_case cases[] = {
	{ "attributes describe the hub", describe_the_hub, 0 },
	{ "attributes agree with the state page", agree_with_the_state_page, 0 },
	{ "attributes count files and events", count_files_and_events, 0 },
	{ "attributes of a line that nobody uses", lines_that_nobody_uses, 0 },
	{ "attributes of a line tell who has it and how", lines_that_are_used, 0 },
	{ "attributes of a line count its edges", lines_count_their_edges, 0 },
	{ "a line's rate is its edges per second", rate_is_edges_per_second, 0 },
	{ "levels and what tells them are not for everybody", levels_are_not_for_everybody, 0 },
	{ "a hub goes while its attributes are read", hubs_go_while_attributes_are_read, 0 },
	{ "each published event is traced", publishing_is_traced, 0 },
	{ "each interrupt is traced", interrupts_are_traced, 0 },
	{ "commands are traced", commands_are_traced, 0 },
	{ "guards are traced", guards_are_traced, 0 },
};

FIXTURE_MAIN(cases)
