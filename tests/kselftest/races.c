// SPDX-License-Identifier: GPL-2.0
/* Boards and hubs come and go while edges flood and calls are made. */
#include <pthread.h>
#include <stdio.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define ALL_LINES	(BIT_OF(BOARD_LINES) - 1)

/*
 * All lines are back; those that are watched are armed after that, one by one,
 * and then known. Asked with a reader that was opened before.
 */
static void rebind(int reader)
{
	board_bind();
	while (device_until(reader, GPIOHUB_EVENT_GONE, BOARD_LINES - 1).value)
		;
}

static void goes_under_load(void)
{
	unsigned long i, count = ktap_count(10);
	int watcher = device_open(O_RDONLY);
	int reader = device_open(O_RDONLY);

	device_subscribe(watcher, FREE | FREE2, GPIOHUB_KINDS_EDGES);
	for (i = 0; i < count; i++) {
		board_generate(LINE_FREE, 2000, 1000000);
		board_generate(LINE_FREE + 1, 1500, 1000000);
		device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
		CHECK_OK(lseek(reader, 0, SEEK_END));
		board_unbind();
		rebind(reader);
		CHECK_EQ(device_until(reader, GPIOHUB_EVENT_KNOWN, LINE_FREE).value, 1);
	}
	board_level(LINE_FREE, true);
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
}

static bool busy = true;

/*
 * Uses the hub in every way; what a call says does not matter here. A hub made
 * while the one before it is still open has another number.
 */
static void *use(void *unused)
{
	unsigned int number = 0;

	(void)unused;
	while (__atomic_load_n(&busy, __ATOMIC_RELAXED)) {
		struct gpiohub_subscription subscription = { .lines = ALL_LINES,
			.kinds = GPIOHUB_KINDS_ALL };
		struct gpiohub_claim claim = { .lines = FREE, .guard = GPIOHUB_GUARD_INPUT };
		struct gpiohub_config config = { .lines = FREE,
			.direction = GPIOHUB_DIRECTION_OUTPUT };
		struct gpiohub_levels levels = { .lines = FREE | FREE2, .levels = FREE };
		struct gpiohub_event events[16];
		char path[32];
		int fd;

		snprintf(path, sizeof(path), "/dev/gpiohub%u", number++ % 8);
		fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		if (fd == -1)
			continue;
		ioctl(fd, GPIOHUB_SUBSCRIBE, &subscription);
		ioctl(fd, GPIOHUB_CLAIM, &claim);
		ioctl(fd, GPIOHUB_CONFIGURE, &config);
		ioctl(fd, GPIOHUB_SET, &levels);
		ioctl(fd, GPIOHUB_GET, &levels);
		device_poll(fd, 1);
		if (read(fd, events, sizeof(events)) == -1)
			errno = 0;
		close(fd);
	}
	return NULL;
}

static void goes_under_calls(void)
{
	unsigned long i, count = ktap_count(20);
	int reader = device_open(O_RDONLY);
	pthread_t threads[4];
	unsigned int t;

	for (t = 0; t < ARRAY_SIZE(threads); t++)
		CHECK_EQ(pthread_create(&threads[t], NULL, use, NULL), 0);
	for (i = 0; i < count; i++) {
		CHECK_OK(lseek(reader, 0, SEEK_END));
		board_unbind();
		rebind(reader);
	}
	__atomic_store_n(&busy, false, __ATOMIC_RELAXED);
	for (t = 0; t < ARRAY_SIZE(threads); t++)
		pthread_join(threads[t], NULL);
	device_subscribe(reader, FREE, GPIOHUB_KINDS_EDGES);
	board_level(LINE_FREE, true);
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
}

static void hub_deleted_under_calls(void)
{
	unsigned long i, count = ktap_count(20);
	pthread_t threads[4];
	unsigned int t;

	for (t = 0; t < ARRAY_SIZE(threads); t++)
		CHECK_EQ(pthread_create(&threads[t], NULL, use, NULL), 0);
	for (i = 0; i < count; i++) {
		fixture_hub_delete();
		CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
		CHECK(fixture_find_hub());
	}
	__atomic_store_n(&busy, false, __ATOMIC_RELAXED);
	for (t = 0; t < ARRAY_SIZE(threads); t++)
		pthread_join(threads[t], NULL);
}

static const struct ktap_case cases[] = {
	{ "the board may go while edges flood", goes_under_load, 0 },
	{ "the board may go while calls are made", goes_under_calls, 300 },
	{ "the hub may be deleted while calls are made", hub_deleted_under_calls, 300 },
};

FIXTURE_MAIN(cases)
