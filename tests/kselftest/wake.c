// SPDX-License-Identifier: GPL-2.0
/* When sleepers are woken: the cursor's rule, many of them, hostile ones. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"
#include "trace.h"

#define FREE	BIT_OF(LINE_FREE)
#define IN	BIT_OF(LINE_IN)
#define OUT	BIT_OF(LINE_OUT)

static void cursor_begins_at_end(void)
{
	int fd = device_driving(FREE | OUT);
	struct mapped mapped = mapped_open(device_open(O_RDWR), true);

	(void)fd;
	CHECK_EQ(mapped.cursor->tail, (__u32)device_head());
	CHECK_EQ(mapped.cursor->wake_at, (__u32)device_head() + 1);
}

static void woken_at_and_not_before(void)
{
	static const __u32 batches[] = { 1, 2, 5, 100 };
	int fd = device_driving(FREE | OUT);
	int reader = device_open(O_RDWR);
	struct mapped mapped = mapped_open(reader, true);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(batches); i++) {
		mapped.cursor->wake_at = (__u32)device_head() + batches[i];
		CHECK_EQ(device_poll(reader, 0), 0);
		device_toggle(fd, FREE, batches[i] - 1);
		CHECK_EQ(device_poll(reader, 0), 0);
		device_set(fd, FREE, batches[i] % 2 ? FREE : 0);
		CHECK_EQ(device_poll(reader, 0), POLLIN);
		device_set(fd, FREE, 0);
	}
}

/*
 * A process that sleeps until @batch more events are there; it fails when it is
 * woken before. Returns when it sleeps.
 */
static pid_t sleeper(__u32 batch)
{
	pid_t child = ktap_fork();

	if (!child) {
		int fd = device_open(O_RDWR);
		struct mapped mapped = mapped_open(fd, true);
		__u32 seq = device_head();

		CHECK(mapped_sleep(&mapped, fd, seq, batch));
		CHECK_LE(batch, mapped_head(&mapped) - seq);
		_exit(KTAP_PASS);
	}
	fixture_await_sleep(child);
	return child;
}

static void blocked_sleeper_is_woken(void)
{
	int fd = device_driving(FREE | OUT);
	pid_t child = sleeper(1);

	device_toggle(fd, FREE, 1);
	ktap_join(child);
}

static void blocked_batch_is_woken(void)
{
	int fd = device_driving(FREE | OUT);
	pid_t child = sleeper(64);

	device_toggle(fd, FREE, 63);
	device_toggle(fd, FREE, 2);
	ktap_join(child);
}

static void woken_from_interrupt(void)
{
	int fd = device_driving(FREE | OUT);
	int watcher = device_open(O_RDONLY);
	pid_t child;

	device_subscribe(watcher, IN, GPIOHUB_KINDS_EDGES);
	/* One event of ours, then one of the interrupt. */
	child = sleeper(2);
	device_set(fd, OUT, OUT);
	ktap_join(child);
}

static void many_sleepers_all_woken(void)
{
	pid_t children[24];
	int fd = device_driving(FREE | OUT);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(children); i++)
		children[i] = sleeper(1 + i % 3);
	device_toggle(fd, FREE, 3);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		ktap_join(children[i]);
}

static void many_sleepers_woken_from_interrupt(void)
{
	pid_t children[24];
	int fd = device_driving(FREE | OUT);
	int watcher = device_open(O_RDONLY);
	unsigned int i;

	device_subscribe(watcher, IN, GPIOHUB_KINDS_EDGES);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		children[i] = sleeper(2);
	device_set(fd, OUT, OUT);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		ktap_join(children[i]);
}

static void many_readers_of_one_file(void)
{
	pid_t children[12];
	int fd = device_driving(FREE | OUT);
	int reader = device_open(O_RDONLY);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(children); i++) {
		children[i] = ktap_fork();
		if (!children[i]) {
			struct gpiohub_event event;

			CHECK_EQ(read(reader, &event, sizeof(event)), sizeof(event));
			_exit(KTAP_PASS);
		}
		fixture_await_sleep(children[i]);
	}
	device_toggle(fd, FREE, ARRAY_SIZE(children));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		ktap_join(children[i]);
}

/* Every round is a chance to lose the wake-up between the look and the sleep. */
static void no_wakeup_is_lost(void)
{
	unsigned long rounds = ktap_count(300), i;
	int fd = device_driving(FREE | OUT);
	int there = device_open(O_RDWR), back = device_open(O_RDWR);
	struct mapped ping, pong;
	__u64 seq = device_head();
	pid_t child;

	ping = mapped_open(there, true);
	pong = mapped_open(back, true);
	child = ktap_fork();
	if (!child) {
		for (i = 0; i < rounds; i++) {
			CHECK(mapped_sleep(&ping, there, seq + 2 * i, 1));
			device_set(fd, OUT, i % 2 ? 0 : OUT);
		}
		_exit(KTAP_PASS);
	}
	for (i = 0; i < rounds; i++) {
		device_set(fd, FREE, i % 2 ? 0 : FREE);
		CHECK(mapped_sleep(&pong, back, seq + 2 * i + 1, 1));
	}
	ktap_join(child);
}

static void epoll_with_cursor(void)
{
	struct epoll_event interest = { .events = EPOLLIN | EPOLLET }, got;
	int fd = device_driving(FREE | OUT);
	int reader = device_open(O_RDWR);
	struct mapped mapped = mapped_open(reader, true);
	int epoll = epoll_create1(0);
	unsigned int i;

	mapped.cursor->wake_at = (__u32)device_head() + 1;
	CHECK_OK(epoll_ctl(epoll, EPOLL_CTL_ADD, reader, &interest));
	CHECK_EQ(epoll_wait(epoll, &got, 1, 0), 0);
	for (i = 0; i < 20; i++) {
		device_set(fd, FREE, i % 2 ? 0 : FREE);
		CHECK_EQ(epoll_wait(epoll, &got, 1, FOREVER), 1);
		CHECK_EQ(epoll_wait(epoll, &got, 1, 0), 0);
		mapped.cursor->wake_at = (__u32)device_head() + 1;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	}
}

static void wrong_cursor_harms_nobody(void)
{
	static const __u32 values[] = { 0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };
	int fd = device_driving(FREE | OUT);
	int hostile = device_open(O_RDWR);
	struct mapped mapped = mapped_open(hostile, true);
	int reader = device_open(O_RDONLY);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		mapped.cursor->wake_at = values[i];
		mapped.cursor->tail = ~values[i];
		device_poll(hostile, 0);
		device_set(fd, FREE, i % 2 ? 0 : FREE);
		CHECK_EQ(device_until(reader, i % 2 ? GPIOHUB_EVENT_FALLING :
				      GPIOHUB_EVENT_RISING, LINE_FREE).line, LINE_FREE);
	}
}

static bool mutating = true;

static void *mutate(void *page)
{
	struct gpiohub_cursor *cursor = page;
	unsigned int seed = 7;

	while (__atomic_load_n(&mutating, __ATOMIC_RELAXED)) {
		__atomic_store_n(&cursor->wake_at, rand_r(&seed) * 3U, __ATOMIC_RELAXED);
		__atomic_store_n(&cursor->tail, rand_r(&seed) * 3U, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void *poll_on(void *file)
{
	while (__atomic_load_n(&mutating, __ATOMIC_RELAXED))
		device_poll(*(int *)file, 1);
	return NULL;
}

/* A thread that writes nonsense while another polls and a third publishes. */
static void changing_cursor_harms_nobody(void)
{
	unsigned long rounds = ktap_count(2000), i;
	int fd = device_driving(FREE | OUT);
	int hostile = device_open(O_RDWR);
	struct mapped mapped = mapped_open(hostile, true);
	int reader = device_open(O_RDONLY);
	pthread_t mutator, poller;

	CHECK_EQ(pthread_create(&mutator, NULL, mutate, mapped.cursor), 0);
	CHECK_EQ(pthread_create(&poller, NULL, poll_on, &hostile), 0);
	for (i = 0; i < rounds; i++) {
		struct gpiohub_event event;

		device_set(fd, FREE, i % 2 ? 0 : FREE);
		event = device_next(reader);
		CHECK_EQ(event.line, LINE_FREE);
	}
	__atomic_store_n(&mutating, false, __ATOMIC_RELAXED);
	pthread_join(mutator, NULL);
	pthread_join(poller, NULL);
}

static void sleeper_is_woken_by_delete(void)
{
	pid_t child = ktap_fork();

	if (!child) {
		int fd = device_open(O_RDWR);
		struct mapped mapped = mapped_open(fd, true);
		__u64 seq = device_head();

		mapped.cursor->wake_at = (__u32)seq + 1000;
		CHECK_EQ(device_poll(fd, FOREVER) & (POLLHUP | POLLERR), POLLHUP | POLLERR);
		_exit(KTAP_PASS);
	}
	fixture_await_sleep(child);
	fixture_hub_delete();
	ktap_join(child);
}

/* A process of USER_A's that blocks in read(2) until an event comes. */
static pid_t blocked_reader(void)
{
	pid_t child = ktap_fork();

	if (!child) {
		struct gpiohub_event event;
		int fd;

		fixture_become(USER_A);
		fd = device_open(O_RDONLY);
		CHECK_EQ(read(fd, &event, sizeof(event)), sizeof(event));
		_exit(KTAP_PASS);
	}
	fixture_await_sleep(child);
	return child;
}

static void direct_slots_are_shared(void)
{
	pid_t children[10];
	int fd = device_driving(FREE | OUT);
	unsigned int i;

	fixture_allow_all();
	for (i = 0; i < ARRAY_SIZE(children) - 1; i++)
		children[i] = blocked_reader();
	/* Another user, after them. */
	children[i] = sleeper(1);
	trace_begin("gpiohub_wake");
	device_toggle(fd, FREE, 1);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		ktap_join(children[i]);
	trace_end("gpiohub_wake");
	CHECK_LE(trace_count(" direct"), 4 + 1);
	CHECK_LE(1, trace_count(" direct"));
	CHECK_LE(ARRAY_SIZE(children) - 1 - 4, trace_count(" late"));
}

#define NESTED	490		/* epolls: about as many as one may be in */

/* The first time shows how long it takes; from then on it is not for interrupts. */
static void long_wakeup_is_not_repeated(void)
{
	struct epoll_event interest = { .events = EPOLLIN }, got;
	struct gpiohub_event event;
	int fd = device_driving(FREE | OUT);
	int reader = device_open(O_RDONLY | O_NONBLOCK);
	int epoll = epoll_create1(0);
	__u64 took;
	int i;

	CHECK_OK(epoll_ctl(epoll, EPOLL_CTL_ADD, reader, &interest));
	for (i = 0; i < NESTED; i++)
		CHECK_OK(epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, epoll, &interest));
	trace_begin("gpiohub_wake");
	took = fixture_now();
	device_set(fd, FREE, FREE);
	took = fixture_now() - took;
	for (i = 0; i < 2; i++) {
		CHECK_EQ(epoll_wait(epoll, &got, 1, FOREVER), 1);
		while (read(reader, &event, sizeof(event)) == sizeof(event))
			;
		/* Asks the file again, which enlists. */
		CHECK_EQ(epoll_wait(epoll, &got, 1, 0), 0);
		if (!i)
			device_set(fd, FREE, 0);
	}
	trace_end("gpiohub_wake");
	if (took < 200000)
		ktap_skip("this machine is too quick: %llu ns", took);
	CHECK_LE(trace_count(" direct"), 1);
	CHECK_LE(1, trace_count(" late"));
}

static const struct ktap_case cases[] = {
	{ "a new cursor asks for the next event", cursor_begins_at_end, 0 },
	{ "a file is readable at wake_at and not before", woken_at_and_not_before, 0 },
	{ "who sleeps until the next event is woken by it", blocked_sleeper_is_woken, 0 },
	{ "who sleeps until a batch is there is woken by its last event",
	  blocked_batch_is_woken, 0 },
	{ "an interrupt wakes", woken_from_interrupt, 0 },
	{ "more sleepers than eight are all woken", many_sleepers_all_woken, 0 },
	{ "an interrupt wakes more sleepers than eight", many_sleepers_woken_from_interrupt, 0 },
	{ "several processes read one file", many_readers_of_one_file, 0 },
	{ "no wake-up is lost between looking and sleeping", no_wakeup_is_lost, 0 },
	{ "edge-triggered epoll follows the cursor", epoll_with_cursor, 0 },
	{ "a wrong cursor harms nobody else", wrong_cursor_harms_nobody, 0 },
	{ "a cursor that changes all the time harms nobody else",
	  changing_cursor_harms_nobody, 0 },
	{ "deleting the hub wakes who sleeps", sleeper_is_woken_by_delete, 0 },
	{ "one user has at most half of the direct ways", direct_slots_are_shared, 0 },
	{ "a wake-up that takes long is not repeated in interrupts",
	  long_wakeup_is_not_repeated, 0 },
};

FIXTURE_MAIN(cases)
