// SPDX-License-Identifier: GPL-2.0
/* GPIOHUB_CONFIGURE: direction, bias, drive, debounce. */
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)

static int claimed(__u64 lines)
{
	int fd = device_open(O_RDWR);

	device_claim(fd, lines, GPIOHUB_GUARD_INPUT);
	return fd;
}

static void output_from_first_moment(void)
{
	int fd = claimed(FREE | FREE2);

	device_output(fd, FREE | FREE2, FREE2);
	CHECK(board_drives(LINE_FREE));
	CHECK(!board_pin(LINE_FREE));
	CHECK(board_drives(LINE_FREE + 1));
	CHECK(board_pin(LINE_FREE + 1));
	/* It never was at the other level. */
	CHECK_EQ(board_counts(LINE_FREE + 1).edges, 1);
}

static void output_is_published(void)
{
	int fd = claimed(FREE);
	struct gpiohub_event event;

	device_output(fd, FREE, FREE);
	event = device_until(fd, GPIOHUB_EVENT_CONFIGURED, LINE_FREE);
	CHECK_EQ(event.value & 0xff, GPIOHUB_DIRECTION_OUTPUT);
	CHECK_EQ(event.value >> 24, 0);
}

static void output_becomes_known(void)
{
	int fd = claimed(FREE);
	struct mapped mapped = mapped_open(fd, false);
	struct gpiohub_event event;

	device_output(fd, FREE, FREE);
	event = device_until(fd, GPIOHUB_EVENT_KNOWN, LINE_FREE);
	CHECK_EQ(event.value, 1);
	CHECK_EQ(event.levels & FREE, FREE);
	CHECK_EQ(mapped_state(&mapped).known & FREE, FREE);
	CHECK_EQ(mapped_state(&mapped).levels & FREE, FREE);
}

static void output_already_is_untouched(void)
{
	int fd = claimed(FREE | FREE2);

	device_output(fd, FREE, FREE);
	device_output(fd, FREE | FREE2, 0);
	CHECK(board_pin(LINE_FREE));
	CHECK(!board_pin(LINE_FREE + 1));
	CHECK_EQ(device_get(fd, FREE | FREE2), FREE);
}

static void back_to_input(void)
{
	int fd = claimed(FREE);
	struct mapped mapped = mapped_open(fd, false);
	struct gpiohub_event event;

	device_output(fd, FREE, FREE);
	device_input(fd, FREE);
	CHECK(!board_drives(LINE_FREE));
	do
		event = device_until(fd, GPIOHUB_EVENT_KNOWN, LINE_FREE);
	while (event.value);
	CHECK_EQ(event.levels & FREE, 0);
	CHECK_EQ(mapped_state(&mapped).known & FREE, 0);
	CHECK_EQ(mapped_state(&mapped).outputs & FREE, 0);
	CHECK_EQ(device_line_info(fd, LINE_FREE).direction, GPIOHUB_DIRECTION_INPUT);
}

/* Subscribed all the time: armed, driven, armed again. */
static void watched_line_turns_around(void)
{
	int fd = claimed(FREE);

	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	board_level(LINE_FREE, true);
	CHECK_EQ(device_next(fd).flags & GPIOHUB_EVENT_FLAG_DRIVEN, 0);
	device_output(fd, FREE, FREE);
	device_set(fd, FREE, 0);
	CHECK_EQ(device_until(fd, GPIOHUB_EVENT_FALLING, LINE_FREE).flags &
		 GPIOHUB_EVENT_FLAG_DRIVEN, GPIOHUB_EVENT_FLAG_DRIVEN);
	board_level(LINE_FREE, false);
	device_input(fd, FREE);
	board_level(LINE_FREE, true);
	CHECK_EQ(device_until(fd, GPIOHUB_EVENT_RISING, LINE_FREE).flags &
		 GPIOHUB_EVENT_FLAG_DRIVEN, 0);
}

static void bias_pulls(void)
{
	struct gpiohub_config config = { .lines = FREE, .bias = GPIOHUB_BIAS_PULL_UP,
		.direction = GPIOHUB_DIRECTION_INPUT };
	int fd = claimed(FREE);

	board_float(LINE_FREE);
	CHECK_OK(ioctl(fd, GPIOHUB_CONFIGURE, &config));
	CHECK(board_pin(LINE_FREE));
	CHECK_EQ(device_line_info(fd, LINE_FREE).bias, GPIOHUB_BIAS_PULL_UP);
	config.bias = GPIOHUB_BIAS_PULL_DOWN;
	CHECK_OK(ioctl(fd, GPIOHUB_CONFIGURE, &config));
	CHECK(!board_pin(LINE_FREE));
	CHECK_EQ(device_line_info(fd, LINE_FREE).bias, GPIOHUB_BIAS_PULL_DOWN);
}

static void open_drain(void)
{
	struct gpiohub_config config = { .lines = FREE, .levels = FREE,
		.direction = GPIOHUB_DIRECTION_OUTPUT, .drive = GPIOHUB_DRIVE_OPEN_DRAIN };
	int fd = claimed(FREE);
	struct mapped mapped = mapped_open(fd, false);

	board_level(LINE_FREE, false);
	CHECK_OK(ioctl(fd, GPIOHUB_CONFIGURE, &config));
	/* Somebody else pulls it down: what we drive is not what it is. */
	CHECK(!board_pin(LINE_FREE));
	CHECK_EQ(device_get(fd, FREE), 0);
	CHECK_EQ(device_line_info(fd, LINE_FREE).drive, GPIOHUB_DRIVE_OPEN_DRAIN);
	CHECK_EQ(mapped_state(&mapped).known & FREE, 0);
	board_level(LINE_FREE, true);
	CHECK_EQ(device_get(fd, FREE), FREE);
	device_set(fd, FREE, 0);
	CHECK_EQ(device_get(fd, FREE), 0);
}

/* The drive is changed first, by letting the line go and taking it again. */
static void failing_after_drive(void)
{
	struct gpiohub_config config = { .lines = FREE, .levels = FREE, .debounce_us = 1000,
		.direction = GPIOHUB_DIRECTION_OUTPUT, .drive = GPIOHUB_DRIVE_OPEN_SOURCE };
	int fd = claimed(FREE);

	device_output(fd, FREE, FREE);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_CONFIGURE, &config), EOPNOTSUPP);
	CHECK(board_drives(LINE_FREE));
	CHECK(board_pin(LINE_FREE));
	device_set(fd, FREE, 0);
	CHECK(!board_drives(LINE_FREE));
}

static void debounce_unsupported(void)
{
	struct gpiohub_config config = { .lines = FREE, .debounce_us = 1000,
		.line = LINE_UNTOUCHED };
	int fd = claimed(FREE);

	CHECK_ERRNO(ioctl(fd, GPIOHUB_CONFIGURE, &config), EOPNOTSUPP);
	CHECK_EQ(config.line, LINE_FREE);
	CHECK_EQ(device_line_info(fd, LINE_FREE).debounce_us, 0);
}

/* The same board with chips that can debounce. */
static int claimed_on_debouncing_board(__u64 lines)
{
	fixture_hub_delete();
	board_unbind();
	board_option("debounce", "1");
	board_bind();
	CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
	CHECK(fixture_find_hub());
	return claimed(lines);
}

static void debounce_hides_short_pulses(void)
{
	struct gpiohub_config config = { .lines = FREE, .debounce_us = 50000,
		.direction = GPIOHUB_DIRECTION_INPUT };
	int fd = claimed_on_debouncing_board(FREE);

	CHECK_OK(ioctl(fd, GPIOHUB_CONFIGURE, &config));
	CHECK_EQ(device_line_info(fd, LINE_FREE).debounce_us, 50000);
	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	/* Four short pulses, and then it stays: one change. */
	board_generate(LINE_FREE, 1000, 9);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_RISING);
	CHECK_EQ(board_counts(LINE_FREE).edges, 1);
}

static void debounce_is_switched_off(void)
{
	struct gpiohub_config config = { .lines = FREE, .debounce_us = 50000 };
	int fd = claimed_on_debouncing_board(FREE);

	CHECK_OK(ioctl(fd, GPIOHUB_CONFIGURE, &config));
	config.debounce_us = GPIOHUB_DEBOUNCE_AS_IS;
	CHECK_OK(ioctl(fd, GPIOHUB_CONFIGURE, &config));
	CHECK_EQ(device_line_info(fd, LINE_FREE).debounce_us, 50000);
	config.debounce_us = GPIOHUB_DEBOUNCE_OFF;
	CHECK_OK(ioctl(fd, GPIOHUB_CONFIGURE, &config));
	CHECK_EQ(device_line_info(fd, LINE_FREE).debounce_us, 0);
}

static void as_is_changes_nothing(void)
{
	struct gpiohub_config config = { .lines = FREE };
	int fd = claimed(FREE);

	device_output(fd, FREE, FREE);
	CHECK_OK(ioctl(fd, GPIOHUB_CONFIGURE, &config));
	CHECK(board_drives(LINE_FREE));
	CHECK(board_pin(LINE_FREE));
	CHECK_EQ(device_line_info(fd, LINE_FREE).direction, GPIOHUB_DIRECTION_OUTPUT);
}

static void survives_many_turns(void)
{
	unsigned long i, count = ktap_count(50);
	int fd = claimed(FREE);

	fixture_option("message_rate", "1000000");
	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	for (i = 0; i < count; i++) {
		device_output(fd, FREE, i % 2 ? FREE : 0);
		device_input(fd, FREE);
	}
	CHECK(!board_drives(LINE_FREE));
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags & GPIOHUB_LINE_KNOWN,
		 GPIOHUB_LINE_KNOWN);
}

static const struct ktap_case cases[] = {
	{ "an output has its level from the first moment", output_from_first_moment, 0 },
	{ "configuring is published", output_is_published, 0 },
	{ "an output is known", output_becomes_known, 0 },
	{ "a line that is an output already keeps its level", output_already_is_untouched, 0 },
	{ "an output becomes an input again and is no longer known", back_to_input, 0 },
	{ "a watched line is watched through both directions", watched_line_turns_around, 0 },
	{ "the bias pulls a line that nobody drives", bias_pulls, 0 },
	{ "an open-drain output is read at the pin", open_drain, 0 },
	{ "an output whose drive was changed stays one when the rest fails", failing_after_drive, 0 },
	{ "debounce that the chip cannot do is EOPNOTSUPP", debounce_unsupported, 0 },
	{ "the chip's own debounce hides short pulses", debounce_hides_short_pulses, 0 },
	{ "the chip's own debounce is kept and switched off", debounce_is_switched_off, 0 },
	{ "as-is changes nothing", as_is_changes_nothing, 0 },
	{ "the direction may turn many times", survives_many_turns, 0 },
};

FIXTURE_MAIN(cases)
