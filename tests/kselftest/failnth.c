// SPDX-License-Identifier: GPL-2.0
/*
 * Every allocation and every copy from or to user memory fails once, in every
 * operation: it says so, and the next try works. Needs a kernel with fault
 * injection, as the debug kernel is.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"
#include "steps.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define DEBUG	"/sys/kernel/debug/"

/* More points of failure than this no operation has. */
#define MOST	2000

static int control = -1;

/* Also what may sleep shall fail, and quietly. */
static void need_injection(void)
{
	static const char * const settings[][2] = {
		{ DEBUG "failslab/ignore-gfp-wait", "N" },
		{ DEBUG "failslab/verbose", "0" },
		{ DEBUG "fail_page_alloc/ignore-gfp-wait", "N" },
		{ DEBUG "fail_page_alloc/verbose", "0" },
		{ DEBUG "fail_page_alloc/min-order", "0" },
		{ DEBUG "fail_usercopy/verbose", "0" },
	};
	char path[64];
	unsigned int i;

	snprintf(path, sizeof(path), "/proc/self/task/%d/fail-nth", (int)syscall(SYS_gettid));
	control = open(path, O_RDWR | O_CLOEXEC);
	if (control == -1)
		ktap_skip("this kernel cannot inject faults");
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		fixture_write(settings[i][0], settings[i][1]);
	if (access(DEBUG "failslab", F_OK))
		ktap_skip("no debugfs, or no failslab in it");
}

/* The failure may also hit the copies that these two make: then it has gone off. */
static void disarm(void)
{
	if (pwrite(control, "0", 1, 0) != 1)
		CHECK_EQ(errno, EFAULT);
}

static void arm(unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	CHECK_EQ(pwrite(control, text, length, 0), length);
}

/* Did it go off before this was called? Disarms. */
static bool fired(void)
{
	char text[16] = {};

	if (pread(control, text, sizeof(text) - 1, 0) == -1) {
		CHECK_EQ(errno, EFAULT);
		return false;
	}
	if (!atoi(text))
		return true;
	disarm();
	return false;
}

/*
 * @run gives 0 or an errno, @undo takes back what it did. With the first, the
 * second ... point failing, until none is left.
 */
static void sweep(int (*run)(void), void (*undo)(void))
{
	unsigned int nth;
	int error;

	need_injection();
	for (nth = 1; nth < MOST; nth++) {
		bool hit;

		arm(nth);
		error = run();
		hit = fired();
		if (error && (!hit || (error != ENOMEM && error != EFAULT)))
			KTAP_FAIL_WITH("point %u: %s", nth, strerror(error));
		if (!error && undo)
			undo();
		if (!hit)
			break;
		/* And now it works. */
		error = run();
		if (error)
			KTAP_FAIL_WITH("after point %u: %s", nth, strerror(error));
		if (undo)
			undo();
	}
	CHECK_LT(nth, MOST);
	ktap_say("%u points", nth - 1);
}

static int file = -1;

static int run_open(void)
{
	file = device_try_open(O_RDWR);
	return file == -1 ? errno : 0;
}

static void undo_open(void)
{
	close(file);
}

static void opening(void)
{
	sweep(run_open, undo_open);
}

static int run_subscribe(void)
{
	struct gpiohub_subscription subscription = { .lines = FREE | FREE2,
		.kinds = GPIOHUB_KINDS_ALL };

	return ioctl(file, GPIOHUB_SUBSCRIBE, &subscription) ? errno : 0;
}

static void undo_subscribe(void)
{
	device_subscribe(file, 0, GPIOHUB_KINDS_ALL);
	CHECK_EQ(device_line_info(file, LINE_FREE).flags, 0);
	CHECK_EQ(device_line_info(file, LINE_FREE + 1).flags, 0);
}

static void subscribing(void)
{
	file = device_open(O_RDWR);
	sweep(run_subscribe, undo_subscribe);
}

static int run_claim(void)
{
	struct gpiohub_claim claim = { .lines = FREE | FREE2, .guard = GPIOHUB_GUARD_INPUT };

	return ioctl(file, GPIOHUB_CLAIM, &claim) ? errno : 0;
}

static void undo_claim(void)
{
	device_release(file, FREE | FREE2);
	CHECK_EQ(device_line_info(file, LINE_FREE).flags, 0);
	CHECK_EQ(device_line_info(file, LINE_FREE + 1).flags, 0);
}

static void claiming(void)
{
	file = device_open(O_RDWR);
	sweep(run_claim, undo_claim);
}

static int run_submit(void)
{
	struct gpiohub_command commands[] = {
		{ .op = GPIOHUB_OP_CLAIM, .mask = FREE | FREE2, .value = GPIOHUB_GUARD_INPUT },
		{ .op = GPIOHUB_OP_CONFIGURE, .mask = FREE, .value = FREE,
		  .arg = GPIOHUB_DIRECTION_OUTPUT },
		{ .op = GPIOHUB_OP_SET, .mask = FREE },
		{ .op = GPIOHUB_OP_RELEASE, .mask = FREE | FREE2 },
	};
	struct gpiohub_submit submit = { .commands = (uintptr_t)commands,
		.count = ARRAY_SIZE(commands) };

	return ioctl(file, GPIOHUB_SUBMIT, &submit) ? errno : 0;
}

static void submitting(void)
{
	file = device_open(O_RDWR);
	fixture_option("message_rate", "1000000");
	sweep(run_submit, NULL);
}

static int run_get(void)
{
	struct gpiohub_levels levels = { .lines = FREE | FREE2 };

	return ioctl(file, GPIOHUB_GET, &levels) ? errno : 0;
}

static void getting(void)
{
	file = device_open(O_RDWR);
	sweep(run_get, NULL);
	CHECK_EQ(device_line_info(file, LINE_FREE).flags, 0);
}

static int run_read_write(void)
{
	struct gpiohub_event event;

	if (write(file, "text", 4) != 4)
		return errno;
	return read(file, &event, sizeof(event)) == sizeof(event) ? 0 : errno;
}

static void reading_and_writing(void)
{
	file = device_open(O_RDWR);
	fixture_option("message_rate", "1000000");
	sweep(run_read_write, NULL);
}

/* Without waiting: that nothing came is what is to be said. */
static int run_wait(void)
{
	struct gpiohub_wait wait = { .lines = FREE | FREE2, .kinds = GPIOHUB_KINDS_EDGES,
		.count = 1, .since = GPIOHUB_FROM_NOW };

	return ioctl(file, GPIOHUB_WAIT, &wait) && errno != EAGAIN ? errno : 0;
}

static void waiting(void)
{
	file = device_open(O_RDWR | O_NONBLOCK);
	sweep(run_wait, NULL);
	CHECK_EQ(device_line_info(file, LINE_FREE).flags, 0);
	fixture_expect_freed("gpiohub_wait");
}

static int run_play(void)
{
	static const struct gpiohub_step steps[] = { STEP_SET(FREE, MS), STEP_CLEAR(FREE, 0) };

	return steps_try_play(file, PLAY(1, FREE, steps, .start = GPIOHUB_START_EDGE,
					 .start_line = LINE_IN,
					 .start_kinds = GPIOHUB_KINDS_EDGES));
}

static void undo_play(void)
{
	steps_cancel(file, 1, 0);
	CHECK_OK(fsync(file));
	CHECK_EQ(device_line_info(file, LINE_IN).flags, 0);
}

static void playing(void)
{
	file = device_driving(FREE);
	sweep(run_play, undo_play);
	fixture_expect_freed("gpiohub_pattern");
}

static int run_rule(void)
{
	struct gpiohub_rule rule = { .id = 1, .trigger = LINE_IN, .kinds = GPIOHUB_KINDS_EDGES,
		.mask = FREE2, .set = FREE, .holdoff_ns = GPIOHUB_HOLDOFF_MIN_NS };

	return ioctl(file, GPIOHUB_RULE_ADD, &rule) ? errno : 0;
}

/* What it held is let go a moment later. */
static void undo_rule(void)
{
	__u32 id = 1;

	CHECK_OK(ioctl(file, GPIOHUB_RULE_DEL, &id));
	while (device_line_info(file, LINE_IN).flags)
		;
	while (device_line_info(file, LINE_FREE + 1).flags)
		;
}

static void adding_rules(void)
{
	file = device_driving(FREE);
	sweep(run_rule, undo_rule);
	close(file);
	fixture_expect_freed("gpiohub_rule");
}

static int told = -1;

static int run_notify(void)
{
	if (fcntl(file, F_SETFL, O_NONBLOCK | O_ASYNC))
		return errno;
	return ioctl(file, GPIOHUB_EVENTFD, &told) ? errno : 0;
}

static void undo_notify(void)
{
	static const __s32 none = -1;

	CHECK_OK(fcntl(file, F_SETFL, O_NONBLOCK));
	CHECK_OK(ioctl(file, GPIOHUB_EVENTFD, &none));
}

static void notifying(void)
{
	file = device_open(O_RDWR);
	told = eventfd(0, EFD_CLOEXEC);
	CHECK_OK(told);
	sweep(run_notify, undo_notify);
}

static int run_vectors(void)
{
	struct gpiohub_event event;
	struct iovec iov[] = { { &event, 8 }, { (char *)&event + 8, sizeof(event) - 8 } };

	if (write(file, "text", 4) != 4)
		return errno;
	return readv(file, iov, 2) == sizeof(event) ? 0 : errno;
}

static void reading_vectors(void)
{
	file = device_open(O_RDWR);
	fixture_option("message_rate", "1000000");
	sweep(run_vectors, NULL);
}

/* All regions of a new file, with the cursor's page made for it. */
static int run_map(void)
{
	static const off_t offsets[] = { GPIOHUB_MMAP_STATE, GPIOHUB_MMAP_CURSOR,
		GPIOHUB_MMAP_POSITIONS };
	long page = sysconf(_SC_PAGESIZE);
	int error = 0, fd = device_try_open(O_RDWR);
	unsigned int i;

	if (fd == -1)
		return errno;
	for (i = 0; i < ARRAY_SIZE(offsets) && !error; i++) {
		void *region = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, offsets[i]);

		if (region == MAP_FAILED)
			error = errno;
		else
			munmap(region, page);
	}
	close(fd);
	return error;
}

static void mapping(void)
{
	sweep(run_map, NULL);
}

static int run_hub(void)
{
	return fixture_hub_make(BOARD_LABEL ":0-3");
}

/* It is whole: no line waits for a chip that is there. */
static void undo_hub(void)
{
	int fd;

	CHECK(fixture_find_hub());
	fd = device_open(O_RDONLY);
	CHECK_EQ(device_line_info(fd, 0).flags, 0);
	close(fd);
	fixture_hub_delete();
}

/*
 * The driver core does not always say that it was memory: a name that could not be
 * made is EINVAL, and a chip that could not be bound is one to try again.
 */
static int run_hub_short_of_memory(void)
{
	int error = run_hub();

	return error == EINVAL || error == EAGAIN ? ENOMEM : error;
}

static void making_hubs(void)
{
	fixture_hub_delete();
	sweep(run_hub_short_of_memory, undo_hub);
}

static const struct ktap_case cases[] = {
	{ "opening survives every failure", opening, 600 },
	{ "subscribing survives every failure", subscribing, 600 },
	{ "claiming survives every failure", claiming, 600 },
	{ "batches survive every failure", submitting, 600 },
	{ "GET survives every failure", getting, 600 },
	{ "WAIT survives every failure", waiting, 600 },
	{ "PLAY survives every failure", playing, 600 },
	{ "RULE_ADD survives every failure", adding_rules, 600 },
	{ "reading and writing survive every failure", reading_and_writing, 600 },
	{ "readv survives every failure", reading_vectors, 600 },
	{ "handing over an eventfd survives every failure", notifying, 600 },
	{ "mapping survives every failure", mapping, 600 },
	{ "making a hub survives every failure", making_hubs, 600 },
};

FIXTURE_MAIN(cases)
