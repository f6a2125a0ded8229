// SPDX-License-Identifier: GPL-2.0
/* What a file may do by how it was opened, what it gave up and what it owns. */
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "refusal.h"

static void read_only_file(void)
{
	static const __u64 line = BIT_OF(LINE_FREE);
	static struct gpiohub_command command = { .op = GPIOHUB_OP_CLAIM,
		.mask = BIT_OF(LINE_FREE), .value = GPIOHUB_GUARD_INPUT };
	const struct refusal refusals[] = {
		{ "claim", GPIOHUB_CLAIM, EACCES,
		  { .claim = { .lines = line, .guard = GPIOHUB_GUARD_INPUT } } },
		{ "release", GPIOHUB_RELEASE, EACCES, { .lines = line } },
		{ "configure", GPIOHUB_CONFIGURE, EACCES,
		  { .config = { .lines = line, .direction = GPIOHUB_DIRECTION_INPUT } } },
		{ "set", GPIOHUB_SET, EACCES, { .levels = { .lines = line } } },
		{ "submit", GPIOHUB_SUBMIT, EACCES,
		  { .submit = { .commands = (uintptr_t)&command, .count = 1 } } },
	};
	int fd = device_open(O_RDONLY);

	refusal_expect(fd, refusals, ARRAY_SIZE(refusals));
	CHECK_ERRNO(write(fd, "text", 4), EBADF);
}

static void write_only_file(void)
{
	struct gpiohub_subscription subscription = { .kinds = GPIOHUB_KINDS_ALL };
	struct gpiohub_line_info line_info = { .line = LINE_FREE };
	struct gpiohub_levels levels = { .lines = BIT_OF(LINE_FREE) };
	struct gpiohub_event event;
	struct gpiohub_info info;
	int fd = device_open(O_WRONLY);

	CHECK_ERRNO(ioctl(fd, GPIOHUB_INFO, &info), EACCES);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_LINE_INFO, &line_info), EACCES);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_SUBSCRIBE, &subscription), EACCES);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_GET, &levels), EACCES);
	CHECK_ERRNO(read(fd, &event, sizeof(event)), EBADF);
	CHECK_EQ(write(fd, "text", 4), 4);
	device_claim(fd, BIT_OF(LINE_FREE), GPIOHUB_GUARD_INPUT);
}

static void restricted_from_driving(void)
{
	static const __u64 line = BIT_OF(LINE_FREE);
	static struct gpiohub_command command = { .op = GPIOHUB_OP_CLAIM,
		.mask = BIT_OF(LINE_FREE), .value = GPIOHUB_GUARD_INPUT };
	const struct refusal refusals[] = {
		{ "claim", GPIOHUB_CLAIM, EACCES,
		  { .claim = { .lines = line, .guard = GPIOHUB_GUARD_INPUT } } },
		{ "configure", GPIOHUB_CONFIGURE, EACCES,
		  { .config = { .lines = line, .direction = GPIOHUB_DIRECTION_INPUT } } },
		{ "set", GPIOHUB_SET, EACCES, { .levels = { .lines = line } } },
		{ "submit", GPIOHUB_SUBMIT, EACCES,
		  { .submit = { .commands = (uintptr_t)&command, .count = 1 } } },
	};
	__u32 restriction = GPIOHUB_RESTRICT_DRIVE;
	int fd = device_open(O_RDWR);

	CHECK_OK(ioctl(fd, GPIOHUB_RESTRICT, &restriction));
	refusal_expect(fd, refusals, ARRAY_SIZE(refusals));
	CHECK_ERRNO(write(fd, "text", 4), EACCES);
	/* Looking goes on, arming too. */
	device_subscribe(fd, line, GPIOHUB_KINDS_ALL);
	device_get(fd, line);
}

static void restricted_from_arming(void)
{
	struct gpiohub_subscription more = { .lines = BIT_OF(LINE_IN) | BIT_OF(LINE_FREE),
		.kinds = GPIOHUB_KINDS_ALL, .line = LINE_UNTOUCHED };
	struct gpiohub_levels levels = { .lines = BIT_OF(LINE_FREE), .line = LINE_UNTOUCHED };
	__u32 restriction = GPIOHUB_RESTRICT_ARM;
	int fd = device_open(O_RDONLY);

	device_subscribe(fd, BIT_OF(LINE_IN), GPIOHUB_KINDS_ALL);
	CHECK_OK(ioctl(fd, GPIOHUB_RESTRICT, &restriction));
	CHECK_ERRNO(ioctl(fd, GPIOHUB_SUBSCRIBE, &more), EACCES);
	CHECK_EQ(more.line, LINE_FREE);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_GET, &levels), EACCES);
	CHECK_EQ(levels.line, LINE_FREE);
	/* What it watches it may go on watching, with other kinds. */
	device_subscribe(fd, BIT_OF(LINE_IN), GPIOHUB_KINDS_EDGES);
	device_get(fd, BIT_OF(LINE_IN));
}

static void restriction_is_one_way(void)
{
	struct gpiohub_claim claim = { .lines = BIT_OF(LINE_FREE),
		.guard = GPIOHUB_GUARD_INPUT };
	__u32 restriction = GPIOHUB_RESTRICT_DRIVE;
	int fd = device_open(O_RDWR);

	CHECK_OK(ioctl(fd, GPIOHUB_RESTRICT, &restriction));
	restriction = GPIOHUB_RESTRICT_ARM;
	CHECK_OK(ioctl(fd, GPIOHUB_RESTRICT, &restriction));
	CHECK_ERRNO(ioctl(fd, GPIOHUB_CLAIM, &claim), EACCES);
	/* The restriction is the file's, not the user's. */
	CHECK_OK(ioctl(device_open(O_RDWR), GPIOHUB_CLAIM, &claim));
}

static void lines_not_owned(void)
{
	int owner = device_open(O_RDWR);
	static const __u64 lines = BIT_OF(LINE_OUT) | BIT_OF(LINE_FREE);
	const struct refusal refusals[] = {
		{ "release", GPIOHUB_RELEASE, EPERM, { .lines = lines } },
		{ "configure", GPIOHUB_CONFIGURE, EPERM,
		  { .config = { .lines = lines, .direction = GPIOHUB_DIRECTION_INPUT } } },
		{ "set", GPIOHUB_SET, EPERM, { .levels = { .lines = lines } } },
	};
	int fd = device_open(O_RDWR);

	device_claim(fd, BIT_OF(LINE_OUT), GPIOHUB_GUARD_INPUT);
	device_output(fd, BIT_OF(LINE_OUT), BIT_OF(LINE_OUT));
	device_claim(owner, BIT_OF(LINE_FREE), GPIOHUB_GUARD_INPUT);
	device_output(owner, BIT_OF(LINE_FREE), BIT_OF(LINE_FREE));
	refusal_expect(fd, refusals, ARRAY_SIZE(refusals));
}

static const struct ktap_case cases[] = {
	{ "a read-only file cannot change anything", read_only_file, 0 },
	{ "a write-only file cannot look", write_only_file, 0 },
	{ "a file that gave up driving cannot drive", restricted_from_driving, 0 },
	{ "a file that gave up arming takes no further line", restricted_from_arming, 0 },
	{ "what a file gave up does not come back", restriction_is_one_way, 0 },
	{ "lines of others are EPERM", lines_not_owned, 0 },
};

FIXTURE_MAIN(cases)
