// SPDX-License-Identifier: GPL-2.0
/*
 * Callers of 32 bits. A process of 64 bits may make a system call of the 32-bit
 * table by int $0x80, with addresses below 4 GiB: so this needs no 32-bit
 * libraries. Skipped where there is no such table.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define FREE	BIT_OF(LINE_FREE)

#if defined(__x86_64__)

#define NR32_READ	3
#define NR32_WRITE	4
#define NR32_GETPID	20
#define NR32_IOCTL	54

static long call32(long number, long first, long second, long third)
{
	long result;

	asm volatile("int $0x80" : "=a" (result)
		     : "a" (number), "b" (first), "c" (second), "d" (third)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static sigjmp_buf no_table;

static void is_missing(int number)
{
	(void)number;
	siglongjmp(no_table, 1);
}

/* Memory that such a call can reach. */
static void *low(void)
{
	static const struct sigaction action = { .sa_handler = is_missing };
	static void *page;

	if (!page) {
		sigaction(SIGSEGV, &action, NULL);
		if (sigsetjmp(no_table, 1) || call32(NR32_GETPID, 0, 0, 0) != getpid())
			ktap_skip("this kernel has no 32-bit calls");
		signal(SIGSEGV, SIG_DFL);
		page = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
		CHECK(page != MAP_FAILED);
	}
	return page;
}

/* 0 or a positive errno. */
static int ioctl32(int fd, unsigned int request, void *argument)
{
	return -call32(NR32_IOCTL, fd, request, (long)argument);
}

static ssize_t read32(int fd, void *buffer, size_t size)
{
	return call32(NR32_READ, fd, (long)buffer, size);
}

static ssize_t write32(int fd, const void *buffer, size_t size)
{
	return call32(NR32_WRITE, fd, (long)buffer, size);
}

#else

static void *low(void)
{
	ktap_skip("only known on x86-64");
}

static int ioctl32(int fd, unsigned int request, void *argument)
{
	return ioctl(fd, request, argument) ? errno : 0;
}

static ssize_t read32(int fd, void *buffer, size_t size)
{
	return read(fd, buffer, size);
}

static ssize_t write32(int fd, const void *buffer, size_t size)
{
	return write(fd, buffer, size);
}

#endif

static void info_is_the_same(void)
{
	struct gpiohub_info *info = low(), expected;
	int fd = device_open(O_RDONLY);

	expected = device_info(fd);
	memset(info, 0xaa, sizeof(*info));
	CHECK_EQ(ioctl32(fd, GPIOHUB_INFO, info), 0);
	CHECK_EQ(memcmp(info, &expected, sizeof(expected)), 0);
}

static void line_info_is_the_same(void)
{
	struct gpiohub_line_info *info = low(), expected;
	int fd = device_open(O_RDONLY);

	expected = device_line_info(fd, LINE_FREE);
	memset(info, 0xaa, sizeof(*info));
	info->line = LINE_FREE;
	CHECK_EQ(ioctl32(fd, GPIOHUB_LINE_INFO, info), 0);
	CHECK_EQ(memcmp(info, &expected, sizeof(expected)), 0);
	info->line = BOARD_LINES;
	CHECK_EQ(ioctl32(fd, GPIOHUB_LINE_INFO, info), ENXIO);
}

static void lines_are_driven(void)
{
	struct gpiohub_command *commands = low();
	struct gpiohub_submit *submit = (void *)(commands + 4);
	struct gpiohub_levels *levels = (void *)(submit + 1);
	int fd = device_open(O_RDWR);

	commands[0] = (struct gpiohub_command){ .op = GPIOHUB_OP_CLAIM, .mask = FREE,
		.value = GPIOHUB_GUARD_INPUT };
	commands[1] = (struct gpiohub_command){ .op = GPIOHUB_OP_CONFIGURE, .mask = FREE,
		.arg = GPIOHUB_DIRECTION_OUTPUT };
	commands[2] = (struct gpiohub_command){ .op = GPIOHUB_OP_SET, .mask = FREE,
		.value = FREE };
	*submit = (struct gpiohub_submit){ .commands = (uintptr_t)commands, .count = 3 };
	CHECK_EQ(ioctl32(fd, GPIOHUB_SUBMIT, submit), 0);
	CHECK_EQ(submit->done, 3);
	CHECK(board_pin(LINE_FREE));
	*levels = (struct gpiohub_levels){ .lines = FREE };
	CHECK_EQ(ioctl32(fd, GPIOHUB_GET, levels), 0);
	CHECK_EQ(levels->levels, FREE);
}

static void events_are_the_same(void)
{
	struct gpiohub_event *event = low(), expected;
	struct gpiohub_subscription *subscription = (void *)(event + 1);
	char *text = (char *)(subscription + 1);
	int fd = device_open(O_RDWR);
	int reader = device_open(O_RDONLY);

	*subscription = (struct gpiohub_subscription){ .lines = FREE,
		.kinds = GPIOHUB_KINDS_ALL };
	CHECK_EQ(ioctl32(fd, GPIOHUB_SUBSCRIBE, subscription), 0);
	strcpy(text, "hello");
	CHECK_EQ(write32(fd, text, 5), 5);
	for (int i = 0; i < 3; i++) {
		expected = device_next(reader);
		CHECK_EQ(read32(fd, event, sizeof(*event)), sizeof(*event));
		CHECK_EQ(memcmp(event, &expected, sizeof(expected)), 0);
	}
}

static void refusals_are_the_same(void)
{
	struct gpiohub_claim *claim = low();
	int fd = device_open(O_RDWR);

	*claim = (struct gpiohub_claim){ .lines = FREE, .guard = 4 };
	CHECK_EQ(ioctl32(fd, GPIOHUB_CLAIM, claim), EINVAL);
	*claim = (struct gpiohub_claim){ .lines = FREE, .guard = GPIOHUB_GUARD_INPUT,
		.reserved = 1 };
	CHECK_EQ(ioctl32(fd, GPIOHUB_CLAIM, claim), EINVAL);
	CHECK_EQ(ioctl32(fd, GPIOHUB_CLAIM, NULL), EFAULT);
	CHECK_EQ(ioctl32(fd, _IO(GPIOHUB_IOCTL, 0x77), claim), ENOTTY);
}

static const struct ktap_case cases[] = {
	{ "INFO is the same for 32 bits", info_is_the_same, 0 },
	{ "LINE_INFO is the same for 32 bits", line_info_is_the_same, 0 },
	{ "lines are driven by 32 bits", lines_are_driven, 0 },
	{ "events are the same for 32 bits", events_are_the_same, 0 },
	{ "refusals are the same for 32 bits", refusals_are_the_same, 0 },
};

FIXTURE_MAIN(cases)
