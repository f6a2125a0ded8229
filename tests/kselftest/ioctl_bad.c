// SPDX-License-Identifier: GPL-2.0
/* What calls refuse: with which error, and with nothing done. */
#include <sys/mman.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "refusal.h"

#define LINES_BEYOND	BIT_OF(BOARD_LINES + 4)

static void unknown_values(void)
{
	static const __u64 line = BIT_OF(LINE_FREE);
	const struct refusal refusals[] = {
		{ "subscribe: no kinds", GPIOHUB_SUBSCRIBE, EINVAL,
		  { .subscription = { .lines = line } } },
		{ "subscribe: kind 0", GPIOHUB_SUBSCRIBE, EINVAL,
		  { .subscription = { .lines = line, .kinds = GPIOHUB_KIND(0) } } },
		{ "subscribe: kind 31", GPIOHUB_SUBSCRIBE, EINVAL,
		  { .subscription = { .lines = line, .kinds = GPIOHUB_KIND(31) | 2 } } },
		{ "restrict: unknown bit", GPIOHUB_RESTRICT, EINVAL,
		  { .restriction = 1U << 2 } },
		{ "restrict: unknown bit 31", GPIOHUB_RESTRICT, EINVAL,
		  { .restriction = 1U << 31 | GPIOHUB_RESTRICT_DRIVE } },
		{ "claim: no guard", GPIOHUB_CLAIM, EINVAL, { .claim = { .lines = line } } },
		{ "claim: guard 4", GPIOHUB_CLAIM, EINVAL,
		  { .claim = { .lines = line, .guard = 4 } } },
		{ "claim: levels of guard keep", GPIOHUB_CLAIM, EINVAL,
		  { .claim = { .lines = line, .guard = GPIOHUB_GUARD_KEEP, .levels = line } } },
		{ "claim: levels of other lines", GPIOHUB_CLAIM, EINVAL,
		  { .claim = { .lines = line, .guard = GPIOHUB_GUARD_LEVELS,
			       .levels = line << 1 } } },
		{ "claim: too quick a heartbeat", GPIOHUB_CLAIM, EINVAL,
		  { .claim = { .lines = line, .guard = GPIOHUB_GUARD_KEEP,
			       .heartbeat_us = GPIOHUB_HEARTBEAT_MIN - 1 } } },
		{ "claim: guard 256 + 1", GPIOHUB_CLAIM, EINVAL,
		  { .claim = { .lines = line, .guard = 257 } } },
		{ "configure: direction 3", GPIOHUB_CONFIGURE, EINVAL,
		  { .config = { .lines = line, .direction = 3 } } },
		{ "configure: bias 4", GPIOHUB_CONFIGURE, EINVAL,
		  { .config = { .lines = line, .bias = 4 } } },
		{ "configure: drive 4", GPIOHUB_CONFIGURE, EINVAL,
		  { .config = { .lines = line, .direction = GPIOHUB_DIRECTION_OUTPUT,
				.drive = 4 } } },
		{ "configure: drive of an input", GPIOHUB_CONFIGURE, EINVAL,
		  { .config = { .lines = line, .direction = GPIOHUB_DIRECTION_INPUT,
				.drive = GPIOHUB_DRIVE_PUSH_PULL } } },
		{ "configure: drive without direction", GPIOHUB_CONFIGURE, EINVAL,
		  { .config = { .lines = line, .drive = GPIOHUB_DRIVE_PUSH_PULL } } },
		{ "configure: too much debounce", GPIOHUB_CONFIGURE, EINVAL,
		  { .config = { .lines = line, .debounce_us = GPIOHUB_DEBOUNCE_MAX + 1 } } },
		{ "submit: no commands", GPIOHUB_SUBMIT, EINVAL, { .submit = {} } },
	};

	refusal_expect(device_open(O_RDWR), refusals, ARRAY_SIZE(refusals));
}

static void reserved_fields(void)
{
	static const __u64 line = BIT_OF(LINE_FREE);
	static struct gpiohub_command command = { .op = GPIOHUB_OP_CLAIM,
		.mask = BIT_OF(LINE_FREE), .value = GPIOHUB_GUARD_INPUT };
	const struct refusal refusals[] = {
		{ "subscribe", GPIOHUB_SUBSCRIBE, EINVAL,
		  { .subscription = { .lines = line, .kinds = GPIOHUB_KINDS_ALL,
				      .reserved = 1U << 31 } } },
		{ "claim", GPIOHUB_CLAIM, EINVAL,
		  { .claim = { .lines = line, .guard = GPIOHUB_GUARD_INPUT,
			       .reserved = 1 } } },
		{ "configure", GPIOHUB_CONFIGURE, EINVAL,
		  { .config = { .lines = line, .reserved = 1 } } },
		{ "configure: wake 3", GPIOHUB_CONFIGURE, EINVAL,
		  { .config = { .lines = line, .wake = 3 } } },
		{ "get", GPIOHUB_GET, EINVAL, { .levels = { .lines = line, .reserved = 1 } } },
		{ "set", GPIOHUB_SET, EINVAL, { .levels = { .lines = line, .reserved = 1 } } },
		{ "submit", GPIOHUB_SUBMIT, EINVAL,
		  { .submit = { .commands = (uintptr_t)&command, .count = 1,
				.reserved = 1 } } },
	};

	refusal_expect(device_open(O_RDWR), refusals, ARRAY_SIZE(refusals));
}

/* Together with a good line: that one must be left alone. */
static void lines_beyond_hub(void)
{
	static const __u64 lines = BIT_OF(LINE_FREE) | LINES_BEYOND;
	static struct gpiohub_command command = { .op = GPIOHUB_OP_CLAIM,
		.mask = BIT_OF(LINE_FREE) | LINES_BEYOND, .value = GPIOHUB_GUARD_INPUT };
	const struct refusal refusals[] = {
		{ "line_info", GPIOHUB_LINE_INFO, ENXIO, { .line_info = { .line = 20 } } },
		{ "subscribe", GPIOHUB_SUBSCRIBE, ENXIO,
		  { .subscription = { .lines = lines, .kinds = GPIOHUB_KINDS_ALL } } },
		{ "claim", GPIOHUB_CLAIM, ENXIO,
		  { .claim = { .lines = lines, .guard = GPIOHUB_GUARD_INPUT } } },
		{ "release", GPIOHUB_RELEASE, ENXIO, { .lines = lines } },
		{ "configure", GPIOHUB_CONFIGURE, ENXIO,
		  { .config = { .lines = lines, .direction = GPIOHUB_DIRECTION_INPUT } } },
		{ "get", GPIOHUB_GET, ENXIO, { .levels = { .lines = lines } } },
		{ "set", GPIOHUB_SET, ENXIO, { .levels = { .lines = lines } } },
		{ "submit", GPIOHUB_SUBMIT, ENXIO,
		  { .submit = { .commands = (uintptr_t)&command, .count = 1 } } },
	};

	refusal_expect(device_open(O_RDWR), refusals, ARRAY_SIZE(refusals));
}

static void tells_the_line(void)
{
	struct gpiohub_subscription subscription = {
		.lines = BIT_OF(LINE_FREE) | LINES_BEYOND, .kinds = GPIOHUB_KINDS_ALL,
		.line = LINE_UNTOUCHED,
	};
	struct gpiohub_claim claim = { .lines = LINES_BEYOND, .guard = GPIOHUB_GUARD_INPUT,
		.line = LINE_UNTOUCHED };
	struct gpiohub_config config = { .lines = LINES_BEYOND, .line = LINE_UNTOUCHED };
	struct gpiohub_levels levels = { .lines = LINES_BEYOND, .line = LINE_UNTOUCHED };
	int fd = device_open(O_RDWR);

	CHECK_ERRNO(ioctl(fd, GPIOHUB_SUBSCRIBE, &subscription), ENXIO);
	CHECK_EQ(subscription.line, BOARD_LINES + 4);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_CLAIM, &claim), ENXIO);
	CHECK_EQ(claim.line, BOARD_LINES + 4);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_CONFIGURE, &config), ENXIO);
	CHECK_EQ(config.line, BOARD_LINES + 4);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_GET, &levels), ENXIO);
	CHECK_EQ(levels.line, BOARD_LINES + 4);
	levels.line = LINE_UNTOUCHED;
	CHECK_ERRNO(ioctl(fd, GPIOHUB_SET, &levels), ENXIO);
	CHECK_EQ(levels.line, BOARD_LINES + 4);
}

static void tells_no_line(void)
{
	struct gpiohub_claim claim = { .lines = BIT_OF(LINE_FREE), .guard = 99,
		.line = LINE_UNTOUCHED };
	struct gpiohub_submit submit = { .line = LINE_UNTOUCHED, .done = 7 };
	int fd = device_open(O_RDWR);

	CHECK_ERRNO(ioctl(fd, GPIOHUB_CLAIM, &claim), EINVAL);
	CHECK_EQ(claim.line, GPIOHUB_NO_LINE);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_SUBMIT, &submit), EINVAL);
	CHECK_EQ(submit.line, GPIOHUB_NO_LINE);
	CHECK_EQ(submit.done, 0);
}

static const unsigned long all_requests[] = {
	GPIOHUB_INFO, GPIOHUB_LINE_INFO, GPIOHUB_SUBSCRIBE, GPIOHUB_RESTRICT, GPIOHUB_GET,
	GPIOHUB_CLAIM, GPIOHUB_RELEASE, GPIOHUB_CONFIGURE, GPIOHUB_SET, GPIOHUB_SUBMIT,
	GPIOHUB_EVENTFD,
};

static void bad_addresses(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = device_open(O_RDWR);
	unsigned int i;

	CHECK(pages != MAP_FAILED);
	CHECK_OK(mprotect(pages + page, page, PROT_NONE));
	for (i = 0; i < ARRAY_SIZE(all_requests); i++) {
		CHECK_ERRNO(ioctl(fd, all_requests[i], NULL), EFAULT);
		CHECK_ERRNO(ioctl(fd, all_requests[i], (void *)-1L), EFAULT);
		CHECK_ERRNO(ioctl(fd, all_requests[i], pages + page), EFAULT);
		/* Its last byte is out of reach; the others are zero. */
		memset(pages, 0, page);
		CHECK_ERRNO(ioctl(fd, all_requests[i],
				  pages + page - _IOC_SIZE(all_requests[i]) + 1), EFAULT);
	}
}

static void answer_not_writable(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *answer = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = device_open(O_RDWR);

	CHECK(answer != MAP_FAILED);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_INFO, answer), EFAULT);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_LINE_INFO, answer), EFAULT);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_GET, answer), EFAULT);
}

static void unknown_requests(void)
{
	unsigned char bytes[16384] = {};
	int fd = device_open(O_RDWR);
	unsigned int i;

	CHECK_ERRNO(ioctl(fd, _IO(GPIOHUB_IOCTL, 0x00), bytes), ENOTTY);
	CHECK_ERRNO(ioctl(fd, _IO(GPIOHUB_IOCTL, 0x06), bytes), ENOTTY);
	CHECK_ERRNO(ioctl(fd, _IO(GPIOHUB_IOCTL, 0x1f), bytes), ENOTTY);
	CHECK_ERRNO(ioctl(fd, _IO(GPIOHUB_IOCTL, 0xff), bytes), ENOTTY);
	CHECK_ERRNO(ioctl(fd, 0, bytes), ENOTTY);
	CHECK_ERRNO(ioctl(fd, ~0U, bytes), ENOTTY);
	for (i = 0; i < ARRAY_SIZE(all_requests); i++) {
		/* Another size, direction or type is another request. */
		CHECK_ERRNO(ioctl(fd, all_requests[i] + (8U << _IOC_SIZESHIFT), bytes), ENOTTY);
		CHECK_ERRNO(ioctl(fd, all_requests[i] ^ (3U << _IOC_DIRSHIFT), bytes), ENOTTY);
		CHECK_ERRNO(ioctl(fd, all_requests[i] ^ (1U << _IOC_TYPESHIFT), bytes), ENOTTY);
	}
}

static void unknown_whatever_the_rights(void)
{
	unsigned char bytes[256] = {};
	int looks = device_open(O_RDONLY), drives = device_open(O_WRONLY);

	CHECK_ERRNO(ioctl(looks, _IO(GPIOHUB_IOCTL, 0x7f), bytes), ENOTTY);
	CHECK_ERRNO(ioctl(looks, _IO(GPIOHUB_IOCTL, 0x06), bytes), ENOTTY);
	CHECK_ERRNO(ioctl(drives, _IO(GPIOHUB_IOCTL, 0x7f), bytes), ENOTTY);
	CHECK_ERRNO(ioctl(drives, _IO(GPIOHUB_IOCTL, 0x06), bytes), ENOTTY);
}

static const struct ktap_case cases[] = {
	{ "values that are not known are EINVAL", unknown_values, 0 },
	{ "reserved fields that are not zero are EINVAL", reserved_fields, 0 },
	{ "lines beyond the hub are ENXIO", lines_beyond_hub, 0 },
	{ "an error tells the line that it is about", tells_the_line, 0 },
	{ "an error about no line tells none", tells_no_line, 0 },
	{ "bad addresses are EFAULT", bad_addresses, 0 },
	{ "an answer that cannot be written is EFAULT", answer_not_writable, 0 },
	{ "unknown requests are ENOTTY", unknown_requests, 0 },
	{ "unknown requests are ENOTTY whatever the file may do", unknown_whatever_the_rights, 0 },
};

FIXTURE_MAIN(cases)
