// SPDX-License-Identifier: GPL-2.0
/* SIGIO and eventfds: told without waiting in the hub's file. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/eventfd.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define IN	BIT_OF(LINE_IN)
#define OUT	BIT_OF(LINE_OUT)

/* A new eventfd that the file's session tells. */
static int hand_over(int fd)
{
	int told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	CHECK_OK(told);
	CHECK_OK(ioctl(fd, GPIOHUB_EVENTFD, &told));
	return told;
}

/* How often it was signalled since the last time. */
static __u64 count(int told)
{
	__u64 value = 0;

	if (read(told, &value, sizeof(value)) == -1)
		CHECK_EQ(errno, EAGAIN);
	return value;
}

/* Waits until it is signalled; how often. */
static __u64 await(int told)
{
	struct pollfd wait = { .fd = told, .events = POLLIN };

	CHECK_EQ(poll(&wait, 1, FOREVER), 1);
	return count(told);
}

static void read_to_the_end(int fd)
{
	struct gpiohub_event event;

	while (read(fd, &event, sizeof(event)) == sizeof(event))
		;
	CHECK_EQ(errno, EAGAIN);
}

static int reader_open(void)
{
	return device_open(O_RDONLY | O_NONBLOCK);
}

/* One event each time. */
static void change(int fd, __u64 line)
{
	static __u64 levels;

	levels ^= line;
	device_set(fd, line, levels & line);
}

static void many_changes(int fd, unsigned int count)
{
	while (count--)
		change(fd, FREE);
}

/*
 * Lets the worker come round: another session that is told of an event of its own. It
 * is looked at after those that were opened before. Takes ROUND positions.
 */
#define ROUND	2
static void let_come_round(int fd)
{
	int witness = reader_open();
	int told = hand_over(witness);

	device_message(fd, "round");
	await(told);
	close(witness);
	close(told);
}

static void eventfd_tells_of_an_event(void)
{
	int fd = device_driving(FREE);
	int reader = reader_open(), told = hand_over(reader);

	CHECK_EQ(count(told), 0);
	change(fd, FREE);
	CHECK_EQ(await(told), 1);
	CHECK_EQ(device_next(reader).line, LINE_FREE);
}

static void eventfd_tells_what_is_there(void)
{
	int fd = device_driving(FREE);
	int reader = reader_open();

	change(fd, FREE);
	CHECK_EQ(await(hand_over(reader)), 1);
}

static void told_once_until_read(void)
{
	int fd = device_driving(FREE);
	int reader = reader_open(), told = hand_over(reader);
	struct gpiohub_event events[100];

	change(fd, FREE);
	CHECK_EQ(await(told), 1);
	many_changes(fd, 50);
	let_come_round(fd);
	CHECK_EQ(count(told), 0);
	read_to_the_end(reader);
	CHECK_EQ(count(told), 0);
	change(fd, FREE);
	CHECK_EQ(await(told), 1);
	/* Less than there was room for: that was the end, too. */
	CHECK_EQ(read(reader, events, sizeof(events)), sizeof(events[0]));
	change(fd, FREE);
	CHECK_EQ(await(told), 1);
	/* This was not. */
	change(fd, FREE);
	CHECK_EQ(read(reader, events, sizeof(events[0])), sizeof(events[0]));
	let_come_round(fd);
	CHECK_EQ(count(told), 0);
}

static void told_of_what_the_filter_wants(void)
{
	int fd = device_driving(FREE | FREE2);
	int reader = reader_open(), told;

	device_subscribe(reader, FREE2, GPIOHUB_KINDS_EDGES);
	told = hand_over(reader);
	many_changes(fd, 10);
	let_come_round(fd);
	CHECK_EQ(count(told), 0);
	change(fd, FREE2);
	CHECK_EQ(await(told), 1);
	/* What it waits for changes: what is there then counts. */
	read_to_the_end(reader);
	change(fd, FREE);
	let_come_round(fd);
	CHECK_EQ(count(told), 0);
	CHECK_OK(lseek(reader, -10 * (off_t)sizeof(struct gpiohub_event), SEEK_END));
	CHECK_EQ(await(told), 1);
}

static void told_once_per_wake_at(void)
{
	int fd = device_driving(FREE);
	int reader = device_open(O_RDWR);
	struct mapped mapped = mapped_open(reader, true);
	int told;

	/* One change, what the round takes, another change. */
	mapped.cursor->wake_at = (__u32)device_head() + 1 + ROUND + 1;
	told = hand_over(reader);
	change(fd, FREE);
	let_come_round(fd);
	CHECK_EQ(count(told), 0);
	change(fd, FREE);
	CHECK_EQ(await(told), 1);
	many_changes(fd, 20);
	let_come_round(fd);
	CHECK_EQ(count(told), 0);
	/* Moved on without any call. */
	mapped.cursor->wake_at = (__u32)device_head() + 1;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	change(fd, FREE);
	CHECK_EQ(await(told), 1);
}

static void cursor_mapped_later(void)
{
	int fd = device_driving(FREE);
	int reader = device_open(O_RDWR), told = hand_over(reader);
	struct mapped mapped;

	change(fd, FREE);
	CHECK_EQ(await(told), 1);
	mapped = mapped_open(reader, true);
	CHECK_EQ(await(told), 1);
	mapped.cursor->wake_at = (__u32)device_head() + 1;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	change(fd, FREE);
	CHECK_EQ(await(told), 1);
}

static void eventfd_is_replaced(void)
{
	int fd = device_driving(FREE), none = -1;
	int reader = reader_open(), first = hand_over(reader), second = hand_over(reader);

	change(fd, FREE);
	CHECK_EQ(await(second), 1);
	CHECK_EQ(count(first), 0);
	CHECK_OK(ioctl(reader, GPIOHUB_EVENTFD, &none));
	read_to_the_end(reader);
	change(fd, FREE);
	let_come_round(fd);
	CHECK_EQ(count(second), 0);
	/* It waits in the file again. */
	CHECK_EQ(device_poll(reader, FOREVER) & POLLIN, POLLIN);
}

/* The hub has its own reference. */
static void eventfd_may_be_closed(void)
{
	int fd = device_driving(FREE);
	int reader = reader_open(), told = hand_over(reader);

	close(told);
	many_changes(fd, 10);
	let_come_round(fd);
	read_to_the_end(reader);
	many_changes(fd, 10);
	close(reader);
	let_come_round(fd);
}

static void eventfd_outlives_the_file(void)
{
	int fd = device_driving(FREE);
	int reader = reader_open(), told = hand_over(reader);

	close(reader);
	change(fd, FREE);
	let_come_round(fd);
	CHECK_EQ(count(told), 0);
}

static void other_things_are_refused(void)
{
	int reader = reader_open(), told = hand_over(reader);
	int wrong[] = { -2, 9999, reader };
	int fd = device_driving(FREE);

	CHECK_ERRNO(ioctl(reader, GPIOHUB_EVENTFD, &wrong[0]), EBADF);
	CHECK_ERRNO(ioctl(reader, GPIOHUB_EVENTFD, &wrong[1]), EBADF);
	CHECK_ERRNO(ioctl(reader, GPIOHUB_EVENTFD, &wrong[2]), EINVAL);
	CHECK_ERRNO(ioctl(reader, GPIOHUB_EVENTFD, NULL), EFAULT);
	CHECK_ERRNO(ioctl(device_open(O_WRONLY), GPIOHUB_EVENTFD, &told), EACCES);
	/* The one before is still told. */
	change(fd, FREE);
	CHECK_EQ(await(told), 1);
}

static void eventfd_tells_of_a_gone_chip(void)
{
	int reader = reader_open(), told;

	device_subscribe(reader, FREE, GPIOHUB_KINDS_EDGES);
	told = hand_over(reader);
	board_unbind();
	await(told);
	CHECK_EQ(device_poll(reader, 0), POLLHUP | POLLERR);
	/* Who comes later is told at once. */
	await(hand_over(reader));
	board_bind();
}

static void eventfd_tells_of_a_deleted_hub(void)
{
	int reader = reader_open(), told = hand_over(reader);
	int mapped_reader = device_open(O_RDWR), told_mapped;

	mapped_open(mapped_reader, true).cursor->wake_at = (__u32)device_head() + 1000;
	told_mapped = hand_over(mapped_reader);
	fixture_hub_delete();
	await(told);
	await(told_mapped);
}

/* More than are woken directly, and by an interrupt. */
static void interrupt_tells_many(void)
{
	int fd = device_driving(OUT);
	int readers[20], told[20];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(readers); i++) {
		readers[i] = reader_open();
		device_subscribe(readers[i], IN, GPIOHUB_KINDS_EDGES);
		read_to_the_end(readers[i]);
		told[i] = hand_over(readers[i]);
	}
	device_set(fd, OUT, OUT);
	for (i = 0; i < ARRAY_SIZE(readers); i++) {
		CHECK_EQ(await(told[i]), 1);
		CHECK_EQ(device_next(readers[i]).line, LINE_IN);
	}
}

/* Who waits in the file meanwhile is woken as well. */
static void sleepers_are_woken_as_well(void)
{
	int fd = device_driving(FREE);
	int reader = device_open(O_RDONLY), told = hand_over(reader);
	pid_t child = ktap_fork();

	if (!child) {
		struct gpiohub_event event;

		CHECK_EQ(read(reader, &event, sizeof(event)), sizeof(event));
		_exit(KTAP_PASS);
	}
	fixture_await_sleep(child);
	change(fd, FREE);
	ktap_join(child);
	/* Whether it was signalled depends on who was quicker. */
	count(told);
}

/* Every round is a chance to lose it between the end of the stream and the wait. */
static void none_is_lost(void)
{
	unsigned long rounds = ktap_count(300), i;
	int fd = device_driving(FREE | FREE2);
	int there = reader_open(), back = reader_open();
	int ping, pong;
	pid_t child;

	device_subscribe(there, FREE, GPIOHUB_KINDS_EDGES);
	device_subscribe(back, FREE2, GPIOHUB_KINDS_EDGES);
	ping = hand_over(there);
	pong = hand_over(back);
	child = ktap_fork();
	if (!child) {
		struct gpiohub_event event;

		for (i = 0; i < rounds; i++) {
			while (read(there, &event, sizeof(event)) != sizeof(event))
				await(ping);
			device_set(fd, FREE2, i % 2 ? 0 : FREE2);
		}
		_exit(KTAP_PASS);
	}
	for (i = 0; i < rounds; i++) {
		struct gpiohub_event event;

		device_set(fd, FREE, i % 2 ? 0 : FREE);
		while (read(back, &event, sizeof(event)) != sizeof(event))
			await(pong);
	}
	ktap_join(child);
}

static void none_is_lost_with_a_cursor(void)
{
	unsigned long rounds = ktap_count(300), i;
	int fd = device_driving(FREE | FREE2);
	int there = device_open(O_RDWR), back = device_open(O_RDWR);
	struct mapped mapped[2] = { mapped_open(there, true), mapped_open(back, true) };
	int told[2] = { hand_over(there), hand_over(back) };
	__u32 seq = device_head();
	pid_t child = ktap_fork();
	int me = !child;

	for (i = 0; i < rounds; i++) {
		__u32 mine = seq + 2 * i + !me;

		if (!me)
			device_set(fd, FREE, i % 2 ? 0 : FREE);
		__atomic_store_n(&mapped[me].cursor->wake_at, mine + 1, __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		while ((__s32)(mapped_head(&mapped[me]) - mine) <= 0)
			await(told[me]);
		if (me)
			device_set(fd, FREE2, i % 2 ? 0 : FREE2);
	}
	if (me)
		_exit(KTAP_PASS);
	ktap_join(child);
}

/* SIGIO with its reason, to be waited for. */
static void ask_for_signals(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	CHECK_OK(fcntl(fd, F_SETOWN, getpid()));
	CHECK_OK(fcntl(fd, F_SETSIG, SIGRTMIN));
	CHECK_OK(fcntl(fd, F_SETFL, on ? flags | O_ASYNC : flags & ~O_ASYNC));
}

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGRTMIN);
	CHECK_OK(sigprocmask(SIG_BLOCK, set, NULL));
}

static void expect_signal(const sigset_t *set, int fd, long band)
{
	siginfo_t info;

	CHECK_EQ(sigwaitinfo(set, &info), SIGRTMIN);
	CHECK_EQ(info.si_fd, fd);
	CHECK_EQ(info.si_band & (POLLIN | POLLHUP), band);
}

static void expect_no_signal(const sigset_t *set)
{
	const struct timespec now = {};
	siginfo_t info;

	CHECK_ERRNO(sigtimedwait(set, &info, &now), EAGAIN);
}

static void signal_tells_of_an_event(void)
{
	int fd = device_driving(FREE), reader = reader_open();
	sigset_t set;

	block_signals(&set);
	ask_for_signals(reader, true);
	expect_no_signal(&set);
	change(fd, FREE);
	expect_signal(&set, reader, POLLIN);
	many_changes(fd, 20);
	let_come_round(fd);
	expect_no_signal(&set);
	read_to_the_end(reader);
	change(fd, FREE);
	expect_signal(&set, reader, POLLIN);
}

static void plain_sigio(void)
{
	int fd = device_driving(FREE), reader = reader_open(), got;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK_OK(fcntl(reader, F_SETOWN, getpid()));
	CHECK_OK(fcntl(reader, F_SETFL, O_NONBLOCK | O_ASYNC));
	change(fd, FREE);
	CHECK_EQ(sigwait(&set, &got), 0);
	CHECK_EQ(got, SIGIO);
}

static void signals_can_be_stopped(void)
{
	int fd = device_driving(FREE), reader = reader_open();
	sigset_t set;

	block_signals(&set);
	ask_for_signals(reader, true);
	ask_for_signals(reader, false);
	change(fd, FREE);
	let_come_round(fd);
	expect_no_signal(&set);
	read_to_the_end(reader);
	ask_for_signals(reader, true);
	close(reader);
	change(fd, FREE);
	let_come_round(fd);
	expect_no_signal(&set);
}

static void signal_tells_of_a_deleted_hub(void)
{
	int reader = reader_open();
	sigset_t set;

	block_signals(&set);
	ask_for_signals(reader, true);
	fixture_hub_delete();
	do {
		siginfo_t info;

		CHECK_EQ(sigwaitinfo(&set, &info), SIGRTMIN);
		if (info.si_band & POLLHUP)
			break;
	} while (true);
}

static const struct ktap_case cases[] = {
	{ "an eventfd is signalled when an event comes", eventfd_tells_of_an_event, 0 },
	{ "an eventfd is signalled for what is there already", eventfd_tells_what_is_there, 0 },
	{ "it is signalled once until all was read", told_once_until_read, 0 },
	{ "it is signalled only for what read would give", told_of_what_the_filter_wants, 0 },
	{ "with a cursor it is signalled once for each wake_at", told_once_per_wake_at, 0 },
	{ "a cursor that is mapped later counts from then on", cursor_mapped_later, 0 },
	{ "a second eventfd takes the place of the first", eventfd_is_replaced, 0 },
	{ "an eventfd may be closed before the hub's file", eventfd_may_be_closed, 0 },
	{ "the hub's file may be closed before an eventfd", eventfd_outlives_the_file, 0 },
	{ "what is no eventfd is refused", other_things_are_refused, 0 },
	{ "an eventfd is signalled when a chip goes", eventfd_tells_of_a_gone_chip, 0 },
	{ "an eventfd is signalled when the hub is deleted", eventfd_tells_of_a_deleted_hub, 0 },
	{ "an interrupt signals many eventfds", interrupt_tells_many, 0 },
	{ "who sleeps in the file is woken beside an eventfd", sleepers_are_woken_as_well, 0 },
	{ "no signal of an eventfd is lost", none_is_lost, 0 },
	{ "no signal of an eventfd is lost with a cursor", none_is_lost_with_a_cursor, 0 },
	{ "a signal tells of an event, once until all was read", signal_tells_of_an_event, 0 },
	{ "SIGIO is that signal", plain_sigio, 0 },
	{ "signals can be stopped", signals_can_be_stopped, 0 },
	{ "a signal tells that the hub was deleted", signal_tells_of_a_deleted_hub, 0 },
};

FIXTURE_MAIN(cases)
