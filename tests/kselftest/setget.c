// SPDX-License-Identifier: GPL-2.0
/* GPIOHUB_SET, GPIOHUB_GET and batches by GPIOHUB_SUBMIT. */
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define FREE3	BIT_OF(LINE_FREE + 2)

static void set_drives_pins(void)
{
	int fd = device_driving(FREE | FREE2);

	device_set(fd, FREE | FREE2, FREE2);
	CHECK(!board_pin(LINE_FREE));
	CHECK(board_pin(LINE_FREE + 1));
	device_set(fd, FREE, FREE);
	CHECK(board_pin(LINE_FREE));
	CHECK(board_pin(LINE_FREE + 1));
}

static void set_publishes_in_line_order(void)
{
	int fd = device_driving(FREE | FREE2 | FREE3);
	struct gpiohub_event first, second, third;

	device_set(fd, FREE | FREE2 | FREE3, FREE | FREE3);
	first = device_next(fd);
	second = device_next(fd);
	CHECK_EQ(first.type, GPIOHUB_EVENT_RISING);
	CHECK_EQ(first.line, LINE_FREE);
	CHECK_EQ(first.flags, GPIOHUB_EVENT_FLAG_DRIVEN);
	CHECK_EQ(first.levels & (FREE | FREE2 | FREE3), FREE);
	CHECK_EQ(second.line, LINE_FREE + 2);
	CHECK_EQ(second.levels & (FREE | FREE2 | FREE3), FREE | FREE3);
	CHECK_EQ(second.seq, first.seq + 1);
	CHECK_LE(first.time_ns, second.time_ns);
	device_expect_empty(fd);
	device_set(fd, FREE, 0);
	third = device_next(fd);
	CHECK_EQ(third.type, GPIOHUB_EVENT_FALLING);
	CHECK_EQ(third.levels & (FREE | FREE2 | FREE3), FREE3);
}

static void set_to_same_level_is_silent(void)
{
	int fd = device_driving(FREE);

	device_set(fd, FREE, 0);
	device_expect_empty(fd);
}

static void set_outside_mask_is_ignored(void)
{
	int fd = device_driving(FREE | FREE2);

	device_set(fd, FREE, FREE | FREE2);
	CHECK(!board_pin(LINE_FREE + 1));
}

static void set_of_input(void)
{
	int fd = device_driving(FREE);
	struct gpiohub_levels levels = { .lines = FREE | FREE2, .levels = FREE | FREE2,
		.line = LINE_UNTOUCHED };

	device_claim(fd, FREE2, GPIOHUB_GUARD_INPUT);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_SET, &levels), EIO);
	CHECK_EQ(levels.line, LINE_FREE + 1);
	CHECK(!board_pin(LINE_FREE));
	device_expect_empty(fd);
}

static void get_known(void)
{
	int fd = device_driving(FREE | FREE2);
	struct gpiohub_levels levels = { .lines = FREE | FREE2, .levels = ~0ULL };

	device_set(fd, FREE2, FREE2);
	CHECK_OK(ioctl(fd, GPIOHUB_GET, &levels));
	CHECK_EQ(levels.levels, FREE2);
}

static void get_asks_chip(void)
{
	int fd = device_open(O_RDONLY);

	board_level(LINE_FREE, true);
	CHECK_EQ(device_get(fd, FREE | FREE2), FREE);
	board_level(LINE_FREE, false);
	board_level(LINE_FREE + 1, true);
	CHECK_EQ(device_get(fd, FREE | FREE2), FREE2);
	/* Taken for the moment only. */
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags, 0);
	CHECK_EQ(board_try_hold(LINE_FREE), 0);
}

static void get_of_used_line(void)
{
	struct gpiohub_levels levels = { .lines = FREE | FREE2, .line = LINE_UNTOUCHED };
	int fd = device_open(O_RDONLY);
	int holder = board_hold(LINE_FREE + 1);

	CHECK_ERRNO(ioctl(fd, GPIOHUB_GET, &levels), EBUSY);
	CHECK_EQ(levels.line, LINE_FREE + 1);
	close(holder);
	CHECK_OK(ioctl(fd, GPIOHUB_GET, &levels));
}

static void get_of_nothing(void)
{
	struct gpiohub_levels levels = { .lines = 0, .levels = ~0ULL };

	CHECK_OK(ioctl(device_open(O_RDONLY), GPIOHUB_GET, &levels));
	CHECK_EQ(levels.levels, 0);
}

static int submit(int fd, struct gpiohub_command *commands, __u32 count, __u32 *done,
		  __u32 *line)
{
	struct gpiohub_submit submit = { .commands = (uintptr_t)commands, .count = count,
		.done = 77, .line = LINE_UNTOUCHED };
	int error = ioctl(fd, GPIOHUB_SUBMIT, &submit) ? errno : 0;

	*done = submit.done;
	*line = submit.line;
	return error;
}

static void batch_does_all(void)
{
	struct gpiohub_command commands[] = {
		{ .op = GPIOHUB_OP_CLAIM, .mask = FREE | FREE2, .value = GPIOHUB_GUARD_INPUT },
		{ .op = GPIOHUB_OP_CONFIGURE, .mask = FREE | FREE2, .value = FREE,
		  .arg = GPIOHUB_DIRECTION_OUTPUT, .id = 0xdeadbeef },
		{ .op = GPIOHUB_OP_SET, .mask = FREE2, .value = FREE2 },
		{ .op = GPIOHUB_OP_RELEASE, .mask = FREE },
	};
	int fd = device_open(O_RDWR);
	__u32 done, line;

	CHECK_EQ(submit(fd, commands, ARRAY_SIZE(commands), &done, &line), 0);
	CHECK_EQ(done, ARRAY_SIZE(commands));
	CHECK(!board_drives(LINE_FREE));
	CHECK(board_drives(LINE_FREE + 1));
	CHECK(board_pin(LINE_FREE + 1));
}

static void batch_stops_at_first_error(void)
{
	struct gpiohub_command commands[] = {
		{ .op = GPIOHUB_OP_SET, .mask = FREE, .value = FREE },
		{ .op = GPIOHUB_OP_SET, .mask = FREE | FREE2, .value = 0 },
		{ .op = GPIOHUB_OP_SET, .mask = FREE, .value = 0 },
	};
	int fd = device_driving(FREE);
	__u32 done, line;

	CHECK_EQ(submit(fd, commands, ARRAY_SIZE(commands), &done, &line), EPERM);
	CHECK_EQ(done, 1);
	CHECK_EQ(line, LINE_FREE + 1);
	CHECK(board_pin(LINE_FREE));
}

static void batch_refuses_bad_commands(void)
{
	const struct gpiohub_command good = { .op = GPIOHUB_OP_SET, .mask = FREE,
		.value = FREE };
	const struct gpiohub_command bad[] = {
		{ .op = 0, .mask = FREE },
		{ .op = 5, .mask = FREE },
		{ .op = 255, .mask = FREE },
		{ .op = GPIOHUB_OP_SET, .mask = FREE, .line = 1 },
		{ .op = GPIOHUB_OP_SET, .mask = FREE, .flags = 1 },
		{ .op = GPIOHUB_OP_SET, .mask = FREE, .arg = 1 },
		{ .op = GPIOHUB_OP_CLAIM, .mask = FREE, .value = 0 },
		{ .op = GPIOHUB_OP_CLAIM, .mask = FREE, .value = 1ULL << 32 | 1 },
		{ .op = GPIOHUB_OP_CLAIM, .mask = FREE, .value = 1, .arg = 1 },
		{ .op = GPIOHUB_OP_RELEASE, .mask = FREE, .value = 1 },
		{ .op = GPIOHUB_OP_RELEASE, .mask = FREE, .arg = 1 },
		{ .op = GPIOHUB_OP_CONFIGURE, .mask = FREE, .arg = 3 },
		{ .op = GPIOHUB_OP_CONFIGURE, .mask = FREE, .arg = 3 << 24 },
	};
	int fd = device_driving(FREE);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct gpiohub_command commands[] = { good, bad[i] };
		__u32 done, line;
		int error;

		device_set(fd, FREE, 0);
		error = submit(fd, commands, ARRAY_SIZE(commands), &done, &line);
		if (error != EINVAL || done != 1)
			KTAP_FAIL_WITH("command %u: %s after %u done", i, strerror(error), done);
		CHECK(board_pin(LINE_FREE));
	}
}

static void batch_out_of_reach(void)
{
	struct gpiohub_submit submit = { .commands = 8, .count = 2, .done = 7 };
	int fd = device_driving(FREE);

	CHECK_ERRNO(ioctl(fd, GPIOHUB_SUBMIT, &submit), EFAULT);
	CHECK_EQ(submit.done, 0);
}

static void batch_too_long(void)
{
	static struct gpiohub_command commands[GPIOHUB_MAX_SUBMIT + 1];
	int fd = device_driving(FREE);
	__u32 done, line;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		commands[i] = (struct gpiohub_command){ .op = GPIOHUB_OP_SET, .mask = FREE,
			.value = i % 2 ? 0 : FREE };
	CHECK_EQ(submit(fd, commands, GPIOHUB_MAX_SUBMIT + 1, &done, &line), EINVAL);
	CHECK_EQ(done, 0);
	CHECK_EQ(submit(fd, commands, ~0U, &done, &line), EINVAL);
	device_expect_empty(fd);
	CHECK_EQ(submit(fd, commands, GPIOHUB_MAX_SUBMIT, &done, &line), 0);
	CHECK_EQ(done, GPIOHUB_MAX_SUBMIT);
}

static void batch_publishes_each_change(void)
{
	unsigned long i, count = 2 * GPIOHUB_MAX_SUBMIT;
	int fd = device_driving(FREE);
	__u64 seq = device_head();

	device_toggle(fd, FREE, count);
	for (i = 0; i < count; i++) {
		struct gpiohub_event event = device_next(fd);

		CHECK_EQ(event.seq, seq + i);
		CHECK_EQ(event.type, i % 2 ? GPIOHUB_EVENT_FALLING : GPIOHUB_EVENT_RISING);
	}
	device_expect_empty(fd);
	CHECK_EQ(board_counts(LINE_FREE).edges, count);
}

static const struct ktap_case cases[] = {
	{ "SET drives the pins", set_drives_pins, 0 },
	{ "SET publishes each change in line order", set_publishes_in_line_order, 0 },
	{ "SET to the level that it has publishes nothing", set_to_same_level_is_silent, 0 },
	{ "SET leaves lines alone that are not asked for", set_outside_mask_is_ignored, 0 },
	{ "SET of an input is EIO and sets nothing", set_of_input, 0 },
	{ "GET tells what is driven, and nothing of other lines", get_known, 0 },
	{ "GET asks the chip for a line that is not known", get_asks_chip, 0 },
	{ "GET of a line used through gpiochip is EBUSY", get_of_used_line, 0 },
	{ "GET of no line is nothing", get_of_nothing, 0 },
	{ "a batch does all its commands", batch_does_all, 0 },
	{ "a batch stops at the first error and tells how far it came",
	  batch_stops_at_first_error, 0 },
	{ "a batch refuses commands that it does not know", batch_refuses_bad_commands, 0 },
	{ "a batch at a bad address is EFAULT", batch_out_of_reach, 0 },
	{ "a batch has at most 1024 commands", batch_too_long, 0 },
	{ "a batch publishes every change", batch_publishes_each_change, 0 },
};

FIXTURE_MAIN(cases)
