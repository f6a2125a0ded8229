// SPDX-License-Identifier: GPL-2.0
/* GPIOHUB_INFO and GPIOHUB_LINE_INFO tell the truth, in every byte. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define POISON	0xAA

/* A terminated text, and nothing behind it. */
static bool clean_text(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	if (length == size)
		return false;
	while (length < size) {
		if (text[length++])
			return false;
	}
	return true;
}

static void info_describes_hub(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_info info = device_info(fd);

	CHECK_EQ(info.abi_version, GPIOHUB_ABI_VERSION);
	CHECK_EQ(info.lines, BOARD_LINES);
	CHECK_EQ(info.features, GPIOHUB_FEATURES);
	CHECK_EQ(strcmp(info.label, BOARD_HUB), 0);
	CHECK_EQ(strcmp(info.name, strrchr(fixture_node(), '/') + 1), 0);
}

static void info_sizes(void)
{
	struct gpiohub_info info = device_info(device_open(O_RDONLY));

	CHECK_NE(info.records, 0);
	CHECK_EQ(info.records & (info.records - 1), 0);
	CHECK_EQ(info.records_size, info.records * sizeof(struct gpiohub_event));
	CHECK_LE(sizeof(struct gpiohub_state), info.state_size);
	CHECK_LE(sizeof(struct gpiohub_cursor), info.cursor_size);
	CHECK_LE(sizeof(struct gpiohub_positions), info.positions_size);
}

static void info_overwrites_all(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_info info;

	memset(&info, POISON, sizeof(info));
	CHECK_OK(ioctl(fd, GPIOHUB_INFO, &info));
	CHECK_EQ(info.reserved, 0);
	CHECK_EQ(info.features, GPIOHUB_FEATURES);
	CHECK(clean_text(info.name, sizeof(info.name)));
	CHECK(clean_text(info.label, sizeof(info.label)));
}

static void line_info_overwrites_all(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_line_info info;

	memset(&info, POISON, sizeof(info));
	info.line = LINE_FREE;
	CHECK_OK(ioctl(fd, GPIOHUB_LINE_INFO, &info));
	CHECK_EQ(info.line, LINE_FREE);
	CHECK_EQ(info.flags, 0);
	CHECK_EQ(info.offset, LINE_FREE);
	CHECK_EQ(info.debounce_us, 0);
	CHECK_EQ(info.bias, GPIOHUB_BIAS_AS_IS);
	CHECK_EQ(info.drive, GPIOHUB_DRIVE_AS_IS);
	CHECK_EQ(info.guard, 0);
	CHECK_EQ(info.watchers, 0);
	CHECK_EQ(info.owner_pid, 0);
	CHECK_EQ(info.owner_comm[0], 0);
	CHECK(clean_text(info.owner_comm, sizeof(info.owner_comm)));
	CHECK(clean_text(info.chip, sizeof(info.chip)));
	CHECK_EQ(strcmp(info.chip, BOARD_LABEL), 0);
}

static void line_info_of_owned(void)
{
	int fd = device_open(O_RDWR);
	struct gpiohub_line_info info;

	device_claim(fd, BIT_OF(LINE_FREE), GPIOHUB_GUARD_KEEP);
	device_output(fd, BIT_OF(LINE_FREE), 0);
	memset(&info, POISON, sizeof(info));
	info.line = LINE_FREE;
	CHECK_OK(ioctl(fd, GPIOHUB_LINE_INFO, &info));
	CHECK_EQ(info.flags, GPIOHUB_LINE_HELD | GPIOHUB_LINE_OWNED | GPIOHUB_LINE_MINE |
			     GPIOHUB_LINE_KNOWN);
	CHECK_EQ(info.direction, GPIOHUB_DIRECTION_OUTPUT);
	CHECK_EQ(info.guard, GPIOHUB_GUARD_KEEP);
	CHECK_EQ(info.owner_pid, getpid());
	CHECK_EQ(info.owner_uid, getuid());
	CHECK_EQ(strcmp(info.owner_comm, "info"), 0);
	CHECK(clean_text(info.owner_comm, sizeof(info.owner_comm)));
}

static void line_info_of_others(void)
{
	int owner = device_open(O_RDWR);
	int other = device_open(O_RDONLY);
	struct gpiohub_line_info info;

	device_claim(owner, BIT_OF(LINE_FREE), GPIOHUB_GUARD_INPUT);
	info = device_line_info(other, LINE_FREE);
	CHECK_EQ(info.flags & (GPIOHUB_LINE_OWNED | GPIOHUB_LINE_MINE), GPIOHUB_LINE_OWNED);
	CHECK_EQ(info.owner_pid, getpid());
	CHECK_EQ(info.guard, GPIOHUB_GUARD_INPUT);
}

static void line_info_after_release(void)
{
	int fd = device_open(O_RDWR);
	struct gpiohub_line_info info;

	device_claim(fd, BIT_OF(LINE_FREE), GPIOHUB_GUARD_INPUT);
	device_release(fd, BIT_OF(LINE_FREE));
	info = device_line_info(fd, LINE_FREE);
	CHECK_EQ(info.flags, 0);
	CHECK_EQ(info.owner_pid, 0);
	CHECK_EQ(info.guard, 0);
}

static void line_info_counts_watchers(void)
{
	int first = device_open(O_RDONLY);
	int second = device_open(O_RDONLY);
	struct gpiohub_line_info info;

	device_subscribe(first, BIT_OF(LINE_IN), GPIOHUB_KINDS_ALL);
	device_subscribe(second, BIT_OF(LINE_IN) | BIT_OF(LINE_FREE), GPIOHUB_KINDS_ALL);
	info = device_line_info(first, LINE_IN);
	CHECK_EQ(info.watchers, 2);
	CHECK_EQ(info.flags, GPIOHUB_LINE_HELD | GPIOHUB_LINE_WATCHED | GPIOHUB_LINE_KNOWN);
	CHECK_EQ(info.direction, GPIOHUB_DIRECTION_INPUT);
	close(second);
	CHECK_EQ(device_line_info(first, LINE_IN).watchers, 1);
	CHECK_EQ(device_line_info(first, LINE_FREE).watchers, 0);
}

static void line_info_of_kept(void)
{
	int fd = device_open(O_RDWR);
	struct gpiohub_line_info info;

	device_claim(fd, BIT_OF(LINE_FREE), GPIOHUB_GUARD_KEEP);
	device_output(fd, BIT_OF(LINE_FREE), BIT_OF(LINE_FREE));
	close(fd);
	info = device_line_info(device_open(O_RDONLY), LINE_FREE);
	CHECK_EQ(info.flags, GPIOHUB_LINE_HELD | GPIOHUB_LINE_KEPT | GPIOHUB_LINE_KNOWN);
	CHECK_EQ(info.owner_pid, 0);
	CHECK_EQ(info.owner_uid, getuid());
	CHECK_EQ(info.guard, GPIOHUB_GUARD_KEEP);
}

static void owner_hidden_from_namespace(void)
{
	int fd = device_open(O_RDWR);
	pid_t child, inner;

	device_claim(fd, BIT_OF(LINE_FREE), GPIOHUB_GUARD_INPUT);
	child = ktap_fork();
	if (!child) {
		if (unshare(CLONE_NEWPID))
			ktap_skip("no process namespaces: %s", strerror(errno));
		/* Not by ktap_fork(): here no process has a parent that it sees. */
		inner = fork();
		if (!inner) {
			struct gpiohub_line_info info = device_line_info(fd, LINE_FREE);

			CHECK_EQ(info.owner_pid, 0);
			CHECK_EQ(info.flags & GPIOHUB_LINE_OWNED, GPIOHUB_LINE_OWNED);
			_exit(KTAP_PASS);
		}
		ktap_join(inner);
		_exit(KTAP_PASS);
	}
	ktap_join(child);
}

static void line_beyond_hub(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_line_info info = { .line = BOARD_LINES };

	CHECK_ERRNO(ioctl(fd, GPIOHUB_LINE_INFO, &info), ENXIO);
	info.line = ~0U;
	CHECK_ERRNO(ioctl(fd, GPIOHUB_LINE_INFO, &info), ENXIO);
}

static void state_page_agrees(void)
{
	int fd = device_open(O_RDWR);
	struct mapped mapped = mapped_open(fd, false);
	struct gpiohub_state state;

	device_claim(fd, BIT_OF(LINE_OUT), GPIOHUB_GUARD_INPUT);
	device_output(fd, BIT_OF(LINE_OUT), BIT_OF(LINE_OUT));
	device_subscribe(fd, BIT_OF(LINE_FREE), GPIOHUB_KINDS_ALL);
	state = mapped_state(&mapped);
	CHECK_EQ(state.lines, BOARD_LINES);
	CHECK_EQ(state.owned, BIT_OF(LINE_OUT));
	CHECK_EQ(state.outputs, BIT_OF(LINE_OUT));
	CHECK_EQ(state.watched, BIT_OF(LINE_FREE));
	CHECK_EQ(state.held, BIT_OF(LINE_OUT) | BIT_OF(LINE_FREE));
	CHECK_EQ(state.known, BIT_OF(LINE_OUT) | BIT_OF(LINE_FREE));
	CHECK_EQ(state.levels, BIT_OF(LINE_OUT));
	CHECK_EQ(state.kept, 0);
	CHECK_EQ(state.gone, 0);
	CHECK_EQ(state.seq, device_head());
}

static const struct ktap_case cases[] = {
	{ "INFO describes the hub", info_describes_hub, 0 },
	{ "INFO tells sizes that fit", info_sizes, 0 },
	{ "INFO writes every byte of its answer", info_overwrites_all, 0 },
	{ "LINE_INFO writes every byte of its answer", line_info_overwrites_all, 0 },
	{ "LINE_INFO tells the owner all about an owned line", line_info_of_owned, 0 },
	{ "LINE_INFO tells others who owns a line", line_info_of_others, 0 },
	{ "LINE_INFO forgets a released line's owner", line_info_after_release, 0 },
	{ "LINE_INFO counts the files that watch a line", line_info_counts_watchers, 0 },
	{ "LINE_INFO shows a kept line and whose it was", line_info_of_kept, 0 },
	{ "the owner's process is not shown to who may not see it",
	  owner_hidden_from_namespace, 0 },
	{ "LINE_INFO of a line beyond the hub is ENXIO", line_beyond_hub, 0 },
	{ "the state page agrees", state_page_agrees, 0 },
};

FIXTURE_MAIN(cases)
