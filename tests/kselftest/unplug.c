// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever a program holds of a hub, and whatever it does with it: the board may go,
 * the hub may be deleted, unloading may be tried. The matrix of the kernel's own
 * gpio-cdev-uaf, with mapped memory, requests and rules added. For each use that which is
 * held is used all the time while it happens, and once more afterwards; then the board is
 * plugged in again and works as if nothing had been. What is held is in unplug_held.c.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "steps.h"
#include "unplug_held.h"

#define HUP	(POLLHUP | POLLERR)

/* Uses: while it happens, what a call says does not matter; afterwards (@event) it does. */

static void use_poll(const struct held *held, enum unplug_event event)
{
	bool hung = event == EVENT_DELETE || (event == EVENT_UNBIND && held->watches);
	short got = device_poll(held->fd, 0);

	if (event)
		CHECK_EQ(got & HUP, hung ? HUP : 0);
}

static void use_read(const struct held *held, enum unplug_event event)
{
	struct gpiohub_event events[16];
	int error;

	while (read(held->fd, events, sizeof(events)) > 0)
		;
	error = errno;
	if (event && held->map.cursor)
		CHECK_EQ(error, EBUSY);
	else if (event)
		CHECK_EQ(error, event == EVENT_DELETE ? ENODEV : EAGAIN);
}

static void use_ioctl(const struct held *held, enum unplug_event event)
{
	static const struct gpiohub_step steps[] = { STEP_SET(HELD_OTHER, GPIOHUB_STEP_MAX_NS) };
	struct gpiohub_line_info line = { .line = LINE_FREE };
	struct gpiohub_subscription subscription = { .lines = held->watches,
		.kinds = GPIOHUB_KINDS_ALL };
	struct gpiohub_levels levels = { .lines = HELD_OTHER };
	struct gpiohub_claim claim = { .lines = HELD_OTHER, .guard = GPIOHUB_GUARD_INPUT };
	struct gpiohub_config config = { .lines = HELD_OTHER,
		.direction = GPIOHUB_DIRECTION_OUTPUT };
	struct gpiohub_wait wait = { .lines = HELD_OTHER, .kinds = GPIOHUB_KINDS_EDGES,
		.count = 1, .since = GPIOHUB_FROM_NOW };
	struct gpiohub_play play = PLAY(77, HELD_OTHER, steps);
	struct gpiohub_rule rule = { .id = 77, .trigger = LINE_IN, .set = HELD_OTHER,
		.kinds = GPIOHUB_KINDS_EDGES, .holdoff_ns = GPIOHUB_HOLDOFF_MIN_NS };
	struct gpiohub_command command = { .op = GPIOHUB_OP_SET, .mask = HELD_OTHER };
	struct gpiohub_submit submit = { .commands = (uintptr_t)&command, .count = 1 };
	struct gpiohub_cancel cancel = { .id = 77 };
	__u64 lines = HELD_OTHER;
	__s32 told = held->told;
	__u32 id = 77;
	/* In the order in which they work on a hub that is whole. */
	const struct {
		unsigned long request;
		void *argument;
		int whole, unbound;
	} calls[] = {
		{ GPIOHUB_INFO, &(struct gpiohub_info) {}, 0, 0 },
		{ GPIOHUB_LINE_INFO, &line, 0, 0 },
		{ GPIOHUB_SUBSCRIBE, &subscription, 0, 0 },
		{ GPIOHUB_EVENTFD, &told, 0, 0 },
		{ GPIOHUB_GET, &levels, 0, ENODEV },
		{ GPIOHUB_WAIT, &wait, EAGAIN, ENODEV },
		{ GPIOHUB_CLAIM, &claim, 0, ENODEV },
		{ GPIOHUB_CONFIGURE, &config, 0, ENODEV },
		{ GPIOHUB_SET, &levels, 0, ENODEV },
		{ GPIOHUB_SUBMIT, &submit, 0, ENODEV },
		{ GPIOHUB_RULE_ADD, &rule, 0, ENODEV },
		{ GPIOHUB_RULE_DEL, &id, 0, ENOENT },
		{ GPIOHUB_PLAY, &play, 0, ENODEV },
		{ GPIOHUB_CANCEL, &cancel, 0, ENOENT },
		{ GPIOHUB_RELEASE, &lines, 0, ENODEV },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		int error = ioctl(held->fd, calls[i].request, calls[i].argument) ? errno : 0;
		int expected = event == EVENT_DELETE ? ENODEV :
			event == EVENT_UNBIND ? calls[i].unbound : calls[i].whole;

		if (event && error != expected)
			KTAP_FAIL_WITH("call %u: %s, expected %s", i, strerror(error),
				       strerror(expected));
	}
}

static void use_memory(const struct held *held, enum unplug_event event)
{
	held_touch(held, event);
}

/* Closed by itself: everything else that is held is let go after it. */
static void use_close(const struct held *held, enum unplug_event event)
{
	if (!event)
		close(held->fd);
}

static void use_fork(const struct held *held, enum unplug_event event)
{
	pid_t child = fork();
	int status;

	CHECK_OK(child);
	if (!child) {
		use_poll(held, event);
		use_memory(held, event);
		_exit(0);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
}

/* There and back again; what is under way when the sockets go is let go by the kernel. */
static void use_pass(const struct held *held, enum unplug_event event)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS } };
	char byte = 0;
	struct iovec io = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct held passed = *held;
	int ends[2];

	CHECK_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
	memcpy(CMSG_DATA(&control.header), &held->fd, sizeof(int));
	CHECK_EQ(sendmsg(ends[0], &message, 0), 1);
	CHECK_EQ(sendmsg(ends[0], &message, 0), 1);
	CHECK_EQ(recvmsg(ends[1], &message, 0), 1);
	memcpy(&passed.fd, CMSG_DATA(&control.header), sizeof(int));
	use_poll(&passed, event);
	use_read(&passed, event);
	close(passed.fd);
	close(ends[0]);
	close(ends[1]);
}

static const struct use {
	const char *name;
	void (*run)(const struct held *held, enum unplug_event event);
	bool once;
} uses[] = {
	{ "poll", use_poll, false },
	{ "read", use_read, false },
	{ "ioctl", use_ioctl, false },
	{ "memory", use_memory, false },
	{ "close", use_close, true },
	{ "fork", use_fork, false },
	{ "pass", use_pass, false },
};

struct user {
	const struct use *use;
	const struct held *held;
	bool begun, stop;
};

static void *keep_using(void *data)
{
	struct user *user = data;

	do {
		user->use->run(user->held, EVENT_NONE);
		__atomic_store_n(&user->begun, true, __ATOMIC_RELAXED);
	} while (!user->use->once && !__atomic_load_n(&user->stop, __ATOMIC_RELAXED));
	return NULL;
}

static void happen(enum unplug_event event)
{
	if (event == EVENT_UNBIND)
		board_unbind();
	else if (event == EVENT_DELETE)
		fixture_hub_delete();
	else
		CHECK_EQ(fixture_module_unload("gpiohub"), EAGAIN);
}

/* All is there again: a line can be had, watched and played. */
static void works_again(enum unplug_event event)
{
	static const struct gpiohub_step steps[] = { STEP_SET(HELD_OUT, MS), STEP_CLEAR(HELD_OUT, 0) };
	struct gpiohub_wait wait = { .lines = BIT_OF(LINE_IN), .kinds = GPIOHUB_KINDS_EDGES,
		.count = 2 };
	int fd;

	if (event == EVENT_UNBIND)
		board_bind();
	if (event == EVENT_DELETE)
		CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
	CHECK(fixture_find_hub());
	fd = device_open(O_RDWR);
	while (device_line_info(fd, BOARD_LINES - 1).flags & GPIOHUB_LINE_GONE)
		;
	board_wire();
	device_claim(fd, HELD_OUT, GPIOHUB_GUARD_INPUT);
	device_output(fd, HELD_OUT, 0);
	device_subscribe(fd, wait.lines | HELD_OUT, GPIOHUB_KINDS_ALL);
	wait.since = device_head();
	steps_play(fd, PLAY(1, HELD_OUT, steps));
	CHECK_OK(ioctl(fd, GPIOHUB_WAIT, &wait));
	steps_expect_end(fd, 1, GPIOHUB_OUTCOME_DONE);
	close(fd);
}

static void one_use(const struct holding *holding, const struct use *use,
		    enum unplug_event event)
{
	struct held held = {};
	struct user user = { .use = use, .held = &held };
	pthread_t thread;

	held_begin(&held);
	holding->hold(&held);
	CHECK_EQ(pthread_create(&thread, NULL, keep_using, &user), 0);
	/* Of what is done once, nobody knows whether it is before, after or meanwhile. */
	while (!use->once && !__atomic_load_n(&user.begun, __ATOMIC_RELAXED))
		;
	happen(event);
	__atomic_store_n(&user.stop, true, __ATOMIC_RELAXED);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	use->run(&held, event);
	if (use->once)
		held.fd = -1;
	if (holding->verify)
		holding->verify(&held, event);
	held_end(&held);
	works_again(event);
}

static void matrix(const struct holding *holding, enum unplug_event event)
{
	unsigned int i;

	fixture_option("message_rate", "1000000");
	for (i = 0; i < ARRAY_SIZE(uses); i++) {
		ktap_say("%s", uses[i].name);
		one_use(holding, &uses[i], event);
	}
	fixture_expect_freed("gpiohub_wait");
	fixture_expect_freed("gpiohub_pattern");
	fixture_expect_freed("gpiohub_rule");
}

#define DEFINE(name, sentence)							\
	static void name##_unbind(void) { matrix(&held_##name, EVENT_UNBIND); }	\
	static void name##_delete(void) { matrix(&held_##name, EVENT_DELETE); }	\
	static void name##_unload(void) { matrix(&held_##name, EVENT_UNLOAD); }

#define LIST(name, sentence)							\
	{ sentence " may be used while the board goes", name##_unbind, 300 },	\
	{ sentence " may be used while the hub is deleted", name##_delete, 300 },	\
	{ sentence " keeps the module", name##_unload, 300 },

HELD(DEFINE)

static const struct ktap_case cases[] = { HELD(LIST) };

FIXTURE_MAIN(cases)
