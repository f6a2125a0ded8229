// SPDX-License-Identifier: GPL-2.0
/* What unplug_held.h says. */
#define _GNU_SOURCE
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "fixture.h"
#include "ktap.h"
#include "steps.h"
#include "unplug_held.h"

#define ALL_LINES	(BIT_OF(BOARD_LINES) - 1)

void held_begin(struct held *held)
{
	held->reader = device_open(O_RDONLY | O_NONBLOCK);
	held->fd = device_open(O_RDWR | O_NONBLOCK);
	held->told = -1;
}

static void unmap(const void *region, size_t size)
{
	if (region)
		munmap((void *)region, mapped_length(size));
}

void held_end(struct held *held)
{
	if (held->fd != -1)
		close(held->fd);
	close(held->reader);
	unmap(held->map.state, sizeof(*held->map.state));
	unmap(held->map.positions, sizeof(*held->map.positions));
	unmap(held->map.records, held->map.count * sizeof(*held->map.records));
	unmap(held->map.cursor, sizeof(*held->map.cursor));
}

/* A byte of each page; the last event is whole. */
static void touch_ring(const struct mapped *map)
{
	const volatile unsigned char *bytes = (const void *)map->records;
	size_t size = map->count * sizeof(*map->records), page = sysconf(_SC_PAGESIZE), at;

	for (at = 0; at < size; at += page)
		(void)bytes[at];
	CHECK_LE(map->records[(mapped_head(map) - 1) & (map->count - 1)].type,
		 GPIOHUB_EVENT_SUSPENDED);
}

static void touch_eventfd(int told)
{
	__u64 count;

	CHECK_EQ(device_poll(told, 0) & ~POLLIN, 0);
	if (read(told, &count, sizeof(count)) == -1)
		CHECK_EQ(errno, EAGAIN);
	else
		CHECK_EQ(write(told, &count, sizeof(count)), sizeof(count));
}

void held_touch(const struct held *held, enum unplug_event event)
{
	static const off_t offsets[] = { GPIOHUB_MMAP_STATE, GPIOHUB_MMAP_POSITIONS };
	size_t page = sysconf(_SC_PAGESIZE);
	unsigned int i;

	if (held->told != -1)
		touch_eventfd(held->told);
	if (held->map.records)
		touch_ring(&held->map);
	if (held->map.cursor)
		held->map.cursor->tail = held->map.cursor->wake_at = mapped_head(&held->map);
	if (held->map.state && event)
		CHECK_EQ(mapped_state(&held->map).gone, event == EVENT_UNLOAD ? 0 : ALL_LINES);
	if (held->map.state || held->map.records)
		return;
	/* Nothing is mapped yet. */
	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		size_t size = i ? page : mapped_length(sizeof(struct gpiohub_state));
		volatile unsigned int *region = mmap(NULL, size, PROT_READ, MAP_SHARED, held->fd,
						     offsets[i]);

		if (event)
			CHECK_EQ(region == MAP_FAILED, event == EVENT_DELETE);
		if (region == MAP_FAILED)
			continue;
		(void)region[0];
		munmap((void *)region, size);
	}
}

static void hold_file(struct held *held)
{
	device_subscribe(held->fd, HELD_LINE, GPIOHUB_KINDS_ALL);
	held->watches = HELD_LINE;
}

const struct holding held_file = { hold_file, NULL };

static void hold_ring(struct held *held)
{
	held->map = mapped_open(held->fd, true);
	unmap(held->map.state, sizeof(*held->map.state));
	held->map.state = NULL;
	/* There is something in it. */
	device_message(held->fd, "ring");
}

const struct holding held_ring = { hold_ring, NULL };

static void hold_state(struct held *held)
{
	held->map = mapped_open(held->fd, false);
	unmap(held->map.positions, sizeof(*held->map.positions));
	unmap(held->map.records, held->map.count * sizeof(*held->map.records));
	held->map.positions = NULL;
	held->map.records = NULL;
}

const struct holding held_state = { hold_state, NULL };

/* There is nothing to tell yet. */
static void hold_eventfd(struct held *held)
{
	hold_file(held);
	CHECK_OK(lseek(held->fd, 0, SEEK_END));
	held->told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	CHECK_OK(held->told);
	CHECK_OK(ioctl(held->fd, GPIOHUB_EVENTFD, &held->told));
	touch_eventfd(held->told);
}

/* It is told of the end, or goes on being told; then its user closes it before the file. */
static void verify_eventfd(struct held *held, enum unplug_event event)
{
	if (held->fd != -1) {
		if (event == EVENT_UNLOAD)
			device_message(held->fd, "told");
		device_wait(held->told);
	}
	touch_eventfd(held->told);
	close(held->told);
	/* Somebody is told in its place, or nobody. */
	if (held->fd != -1 && event == EVENT_UNLOAD)
		device_message(held->fd, "told");
}

const struct holding held_eventfd = { hold_eventfd, verify_eventfd };

static void *wait_for_it(void *data)
{
	struct held *held = data;
	struct gpiohub_wait wait = { .lines = HELD_LINE, .kinds = GPIOHUB_KINDS_EDGES, .count = 1,
		.since = GPIOHUB_FROM_NOW };

	__atomic_store_n(&held->waiting, syscall(SYS_gettid), __ATOMIC_RELEASE);
	held->waited = ioctl(held->fd, GPIOHUB_WAIT, &wait) ? errno : 0;
	return NULL;
}

/* The file blocks for this one call. */
static void hold_wait(struct held *held)
{
	pid_t waiting;

	board_level(LINE_FREE, false);
	CHECK_OK(fcntl(held->fd, F_SETFL, 0));
	CHECK_EQ(pthread_create(&held->waiter, NULL, wait_for_it, held), 0);
	do
		waiting = __atomic_load_n(&held->waiting, __ATOMIC_ACQUIRE);
	while (!waiting);
	/* It has not slept before it waits. */
	while (!(device_line_info(held->fd, LINE_FREE).flags & GPIOHUB_LINE_WATCHED))
		;
	fixture_await_sleep(waiting);
	CHECK_OK(fcntl(held->fd, F_SETFL, O_NONBLOCK));
}

static void verify_wait(struct held *held, enum unplug_event event)
{
	if (event == EVENT_UNLOAD)
		board_level(LINE_FREE, true);
	CHECK_EQ(pthread_join(held->waiter, NULL), 0);
	CHECK_EQ(held->waited, event == EVENT_UNLOAD ? 0 : ENODEV);
}

const struct holding held_wait = { hold_wait, verify_wait };

static void drive(struct held *held)
{
	device_claim(held->fd, HELD_LINE, GPIOHUB_GUARD_INPUT);
	device_output(held->fd, HELD_LINE, 0);
}

#define PATTERN_ID	9

/* It ended once, because of the board or of the file; or it is there and ends when asked. */
static void verify_pattern(struct held *held, enum unplug_event event)
{
	struct gpiohub_event told;
	unsigned int ends = 0;

	if (event == EVENT_UNLOAD && held->fd != -1)
		steps_cancel(held->fd, PATTERN_ID, 0);
	while (read(held->reader, &told, sizeof(told)) == sizeof(told)) {
		if (told.type != GPIOHUB_EVENT_PATTERN || told.value != PATTERN_ID)
			continue;
		ends++;
		CHECK_EQ(read(held->reader, &told, sizeof(told)), sizeof(told));
		if (event == EVENT_UNLOAD)
			CHECK_EQ(told.value, held->fd == -1 ? GPIOHUB_OUTCOME_RELEASED :
				 GPIOHUB_OUTCOME_CANCELLED);
		else if (held->fd != -1)
			CHECK_EQ(told.value, GPIOHUB_OUTCOME_FAILED | ENODEV << 16);
	}
	CHECK_EQ(ends, 1);
}

static void hold_running(struct held *held)
{
	drive(held);
	steps_wave(held->fd, PATTERN_ID, HELD_LINE, 0, MS, MS, 0);
}

const struct holding held_running = { hold_running, verify_pattern };

static void hold_armed(struct held *held)
{
	const struct gpiohub_step steps[] = { STEP_SET(HELD_LINE, MS) };

	drive(held);
	steps_play(held->fd, PLAY(PATTERN_ID, HELD_LINE, steps, .start = GPIOHUB_START_EDGE,
				  .start_line = LINE_IN2, .start_kinds = GPIOHUB_KINDS_EDGES));
}

const struct holding held_armed = { hold_armed, verify_pattern };

#define RULE_ID	4

static void add_rule(struct held *held, __u32 flags)
{
	struct gpiohub_rule rule = { .id = RULE_ID, .flags = flags, .trigger = LINE_IN2,
		.kinds = GPIOHUB_KINDS_EDGES, .toggle = HELD_LINE,
		.holdoff_ns = GPIOHUB_HOLDOFF_MIN_NS };

	drive(held);
	CHECK_OK(ioctl(held->fd, GPIOHUB_RULE_ADD, &rule));
}

static int delete_rule(int fd)
{
	__u32 id = RULE_ID;

	return ioctl(fd, GPIOHUB_RULE_DEL, &id) ? errno : 0;
}

static void hold_rule(struct held *held)
{
	add_rule(held, 0);
}

/* It outlives the board, and goes with its file or the hub. */
static void verify_rule(struct held *held, enum unplug_event event)
{
	if (held->fd != -1)
		CHECK_EQ(delete_rule(held->fd), event == EVENT_DELETE ? ENODEV : 0);
}

const struct holding held_rule = { hold_rule, verify_rule };

static void hold_hub_rule(struct held *held)
{
	add_rule(held, GPIOHUB_RULE_HUB);
}

static void verify_hub_rule(struct held *held, enum unplug_event event)
{
	int other;

	if (event == EVENT_DELETE)
		return;
	other = device_open(O_RDWR);
	CHECK_EQ(delete_rule(other), 0);
	CHECK_EQ(delete_rule(other), ENOENT);
	close(other);
	(void)held;
}

const struct holding held_hub_rule = { hold_hub_rule, verify_hub_rule };

static void hold_output(struct held *held)
{
	drive(held);
	device_set(held->fd, HELD_LINE, HELD_LINE);
}

/* The guard was applied once, by what came first. */
static void verify_output(struct held *held, enum unplug_event event)
{
	struct gpiohub_event told;
	unsigned int guards = 0;
	__u32 why = event == EVENT_UNLOAD ? GPIOHUB_END_CLOSED : GPIOHUB_END_GONE;

	while (read(held->reader, &told, sizeof(told)) == sizeof(told)) {
		if (told.type != GPIOHUB_EVENT_GUARD || told.line != LINE_FREE)
			continue;
		guards++;
		if (event == EVENT_UNLOAD || held->fd != -1)
			CHECK_EQ(told.value, GPIOHUB_GUARD_INPUT | why << 24);
	}
	CHECK_EQ(guards, event != EVENT_UNLOAD || held->fd == -1);
}

const struct holding held_output = { hold_output, verify_output };
