// SPDX-License-Identifier: GPL-2.0
/*
 * Random calls: structured ones, whose fields are mostly what they may be, and
 * noise. Whatever comes: a documented error, a hub that still works, and a
 * kernel that has nothing to report.
 */
#include <stdio.h>
#include <stdlib.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define FREE	BIT_OF(LINE_FREE)

static unsigned int seed;

static unsigned int pick(unsigned int count)
{
	return rand_r(&seed) % count;
}

/* Mostly 0, so that calls get past the first check. */
static __u64 rarely(__u64 value)
{
	return pick(16) ? 0 : value;
}

static __u64 some_lines(void)
{
	__u64 lines = BIT_OF(pick(BOARD_LINES));

	while (pick(2))
		lines |= BIT_OF(pick(BOARD_LINES));
	return lines | rarely(BIT_OF(pick(64)));
}

static struct gpiohub_command some_command(void)
{
	return (struct gpiohub_command) {
		.op = 1 + pick(4) + rarely(pick(256)),
		.line = rarely(pick(64)),
		.flags = rarely(pick(65536)),
		.id = rand_r(&seed),
		.mask = some_lines(),
		.value = pick(2) ? 1 + pick(2) : some_lines(),
		.arg = pick(3) | rarely((__u64)rand_r(&seed) << pick(40)),
	};
}

union argument {
	struct gpiohub_info info;
	struct gpiohub_line_info line_info;
	struct gpiohub_subscription subscription;
	struct gpiohub_levels levels;
	struct gpiohub_claim claim;
	struct gpiohub_config config;
	struct gpiohub_submit submit;
	__u64 lines;
	__s32 fd;
	unsigned char noise[256];
};

static int structured_call(int fd)
{
	struct gpiohub_command commands[8];
	union argument argument = {};
	unsigned int i;

	switch (pick(10)) {
	case 0:
		return ioctl(fd, GPIOHUB_INFO, &argument);
	case 1:
		argument.line_info.line = pick(20);
		return ioctl(fd, GPIOHUB_LINE_INFO, &argument);
	case 2:
		argument.subscription = (struct gpiohub_subscription) {
			.lines = some_lines(), .kinds = GPIOHUB_KINDS_ALL ^ rarely(pick(1024)),
			.reserved = rarely(1) };
		return ioctl(fd, GPIOHUB_SUBSCRIBE, &argument);
	case 3:
		argument.levels = (struct gpiohub_levels) { .lines = some_lines(),
			.levels = some_lines(), .reserved = rarely(1) };
		return ioctl(fd, pick(2) ? GPIOHUB_GET : GPIOHUB_SET, &argument);
	case 4:
		argument.claim = (struct gpiohub_claim) { .lines = some_lines(),
			.guard = 1 + pick(3) + rarely(pick(300)), .levels = rarely(some_lines()),
			.heartbeat_us = rarely(1000 + pick(10000)), .reserved = rarely(1) };
		return ioctl(fd, GPIOHUB_CLAIM, &argument);
	case 5:
		argument.lines = some_lines();
		return ioctl(fd, GPIOHUB_RELEASE, &argument);
	case 6:
		argument.config = (struct gpiohub_config) { .lines = some_lines(),
			.levels = some_lines(), .direction = pick(3) + rarely(pick(256)),
			.bias = pick(4), .drive = rarely(pick(5)), .reserved = rarely(1),
			.debounce_us = rarely(rand_r(&seed)) };
		return ioctl(fd, GPIOHUB_CONFIGURE, &argument);
	case 7:
		for (i = 0; i < ARRAY_SIZE(commands); i++)
			commands[i] = some_command();
		argument.submit = (struct gpiohub_submit) { .commands = (uintptr_t)commands,
			.count = 1 + pick(ARRAY_SIZE(commands)), .reserved = rarely(1) };
		return ioctl(fd, GPIOHUB_SUBMIT, &argument);
	case 8:
		/* Mostly no eventfd; -1 takes back what there is. */
		argument.fd = (int)pick(40) - 1;
		return ioctl(fd, GPIOHUB_EVENTFD, &argument);
	default:
		return lseek(fd, (off_t)pick(4096) * pick(33), pick(6)) == -1 ? -1 : 0;
	}
}

static int noisy_call(int fd)
{
	static const unsigned int sizes[] = { 0, 4, 8, 24, 32, 96, 176 };
	union argument argument;
	unsigned int i, request;

	for (i = 0; i < sizeof(argument.noise); i++)
		argument.noise[i] = pick(2) ? 0 : pick(256);
	request = _IOC(pick(4), GPIOHUB_IOCTL, pick(0x18), sizes[pick(ARRAY_SIZE(sizes))]);
	/* Rights that are given up would end the game. */
	if (request == GPIOHUB_RESTRICT)
		return 0;
	return ioctl(fd, request, &argument);
}

static bool documented(int error)
{
	static const int errors[] = { EINVAL, ENXIO, EFAULT, ENOTTY, EACCES, EBUSY, EPERM, EIO,
		EOPNOTSUPP, EAGAIN, ENOENT, EEXIST, ENOSPC, EDQUOT, EOVERFLOW, EBADF };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		if (error == errors[i])
			return true;
	}
	return false;
}

/* @files share the lines, so that they get into each other's way. */
static void play(unsigned long count, int (*call)(int fd))
{
	unsigned long i, good = 0;
	int files[3], fd;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		files[i] = device_open(O_RDWR | O_NONBLOCK);
	fixture_option("message_rate", "1000000");
	for (i = 0; i < count; i++) {
		fd = files[pick(ARRAY_SIZE(files))];
		if (call(fd) != -1)
			good++;
		else if (!documented(errno))
			KTAP_FAIL_WITH("call %lu: %s", i, strerror(errno));
		if (!pick(200)) {
			unsigned int which = pick(ARRAY_SIZE(files));

			close(files[which]);
			files[which] = device_open(O_RDWR | O_NONBLOCK);
		}
	}
	ktap_say("%lu calls, %lu of them good", count, good);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		close(files[i]);
	/* All is as it should be: a line can be had and watched. */
	fd = device_open(O_RDWR);
	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_input(fd, FREE);
	board_level(LINE_FREE, false);
	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	board_level(LINE_FREE, true);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_RISING);
}

static void choose_seed(void)
{
	const char *text = getenv("GPIOHUB_SEED");

	seed = text ? strtoul(text, NULL, 10) : 20251;
	ktap_say("GPIOHUB_SEED=%u", seed);
}

static void structured_calls(void)
{
	choose_seed();
	play(ktap_count(10000), structured_call);
}

static void noisy_calls(void)
{
	choose_seed();
	play(ktap_count(10000), noisy_call);
}

static const struct ktap_case cases[] = {
	{ "random calls end well or in a documented error", structured_calls, 300 },
	{ "noise ends in a documented error", noisy_calls, 300 },
};

FIXTURE_MAIN(cases)
