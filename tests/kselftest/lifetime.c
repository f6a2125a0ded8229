// SPDX-License-Identifier: GPL-2.0
/* What mappings and open files keep alive. */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

static void mapping_survives_hub(void)
{
	int fd = device_open(O_RDWR);
	struct mapped mapped = mapped_open(fd, true);
	struct gpiohub_event event;
	__u64 seq = device_head();

	device_message(fd, "last words");
	fixture_hub_delete();
	CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
	CHECK_EQ(mapped_next(&mapped, &seq, &event), MAPPED_EVENT);
	CHECK_EQ(event.type, GPIOHUB_EVENT_MESSAGE);
	CHECK_EQ(mapped_state(&mapped).lines, BOARD_LINES);
	mapped.cursor->tail = 1;
	close(fd);
	CHECK_EQ(mapped.records[(seq - 1) & (mapped.count - 1)].type, GPIOHUB_EVENT_MESSAGE);
	mapped.cursor->tail = 2;
}

static void mapping_holds_module(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_info info = device_info(fd);
	struct mapped mapped = mapped_open(fd, false);

	munmap((void *)mapped.records, mapped_length(info.records_size));
	munmap((void *)mapped.positions, mapped_length(info.positions_size));
	close(fd);
	fixture_hub_delete();
	CHECK_EQ(fixture_module_unload("gpiohub"), EAGAIN);
	CHECK_EQ(mapped.state->lines, BOARD_LINES);
	munmap((void *)mapped.state, mapped_length(info.state_size));
	fixture_module_reload("");
}

static void file_holds_module(void)
{
	int fd = device_open(O_RDONLY);

	CHECK_EQ(fixture_module_unload("gpiohub"), EAGAIN);
	close(fd);
	fixture_module_reload("");
}

static void fork_and_remap(void)
{
	int fd = device_open(O_RDWR);
	struct gpiohub_info info = device_info(fd);
	struct mapped mapped = mapped_open(fd, true);
	size_t length = mapped_length(info.records_size);
	pid_t child = ktap_fork();
	void *moved;

	if (!child) {
		CHECK_EQ(mapped.state->lines, BOARD_LINES);
		mapped.cursor->tail = 77;
		_exit(KTAP_PASS);
	}
	ktap_join(child);
	CHECK_EQ(mapped.cursor->tail, 77);
	/* Growing is refused, one way or the other; the mapping stays. */
	moved = mremap((void *)mapped.records, length, 2 * length, MREMAP_MAYMOVE);
	CHECK(moved == MAP_FAILED);
	device_message(fd, "x");
	CHECK_EQ(mapped.records[0].type, GPIOHUB_EVENT_MESSAGE);
}

static const struct ktap_case cases[] = {
	{ "a mapping stays readable when the hub is deleted", mapping_survives_hub, 0 },
	{ "a mapping alone keeps the module", mapping_holds_module, 0 },
	{ "an open file keeps the module", file_holds_module, 0 },
	{ "mappings are shared by fork and do not grow", fork_and_remap, 0 },
};

FIXTURE_MAIN(cases)
