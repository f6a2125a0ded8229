// SPDX-License-Identifier: GPL-2.0
/* How hubs are named, made and deleted: by module parameter and at run time. */
#include <stdio.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

static void expect_hub(unsigned int lines, const char *label)
{
	struct gpiohub_info info;
	int fd;

	CHECK(fixture_find_hub());
	fd = device_open(O_RDONLY);
	info = device_info(fd);
	CHECK_EQ(info.lines, lines);
	if (strcmp(info.label, label))
		KTAP_FAIL_WITH("label \"%s\", expected \"%s\"", info.label, label);
	close(fd);
}

static void by_parameter(void)
{
	fixture_module_reload("hubs=" BOARD_LABEL ":0-7,9");
	expect_hub(9, BOARD_LABEL ":0-7,9");
}

static void several_by_parameter(void)
{
	fixture_module_reload("hubs=" BOARD_LABEL ":0-3;" BOARD_LABEL ":4-7");
	CHECK_EQ(fixture_hub_count(), 2);
}

static void none_without_parameter(void)
{
	fixture_module_reload("");
	CHECK_EQ(fixture_hub_count(), 0);
}

/* Other chips of the machine may be there too. */
static void by_auto(void)
{
	fixture_module_reload("hubs=auto");
	CHECK_LE(1, fixture_hub_count());
}

static void bad_parameter(void)
{
	CHECK_EQ(fixture_module_unload("gpiohub"), 0);
	CHECK(!fixture_module_load("gpiohub", "hubs=nonsense:7-"));
	CHECK(!fixture_module_load("gpiohub", "hubs=" BOARD_LABEL ":0-16"));
	CHECK(!fixture_module_load("gpiohub", "hubs=" BOARD_LABEL ":0-3;" BOARD_LABEL ":x"));
	CHECK(!fixture_module_load("gpiohub", "records=3000"));
	/* For the cases after this one. */
	CHECK(fixture_module_load("gpiohub", ""));
}

/* It makes the hub at once; its lines are gone until the chip comes. */
static void parameter_waits_for_chip(void)
{
	int fd;

	fixture_hub_delete();
	board_unbind();
	fixture_module_reload("hubs=" BOARD_HUB);
	expect_hub(BOARD_LINES, BOARD_HUB);
	fd = device_open(O_RDONLY);
	CHECK_EQ(device_line_info(fd, 0).flags, GPIOHUB_LINE_GONE);
	board_bind();
	CHECK_EQ(device_until(fd, GPIOHUB_EVENT_GONE, BOARD_LINES - 1).value, 0);
	CHECK_EQ(device_line_info(fd, 0).flags, 0);
	device_subscribe(fd, BIT_OF(LINE_FREE), GPIOHUB_KINDS_EDGES);
}

static void at_run_time(void)
{
	fixture_hub_delete();
	CHECK_EQ(fixture_hub_count(), 0);
	CHECK_EQ(fixture_hub_make(BOARD_LABEL ":3"), 0);
	expect_hub(1, BOARD_LABEL ":3");
}

static void with_newline(void)
{
	fixture_hub_delete();
	CHECK_EQ(fixture_hub_make(BOARD_LABEL ":1,5\n"), 0);
	expect_hub(2, BOARD_LABEL ":1,5");
}

static void lines_in_order_of_text(void)
{
	static const unsigned int offsets[] = { 9, 2, 3, 4, 0 };
	unsigned int i;
	int fd;

	fixture_hub_delete();
	CHECK_EQ(fixture_hub_make(BOARD_LABEL ":9,2-4+" BOARD_LABEL ":0"), 0);
	expect_hub(5, BOARD_LABEL ":9,2-4+" BOARD_LABEL ":0");
	fd = device_open(O_RDONLY);
	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		CHECK_EQ(device_line_info(fd, i).offset, offsets[i]);
}

static void whole_chip(void)
{
	fixture_hub_delete();
	CHECK_EQ(fixture_hub_make(BOARD_LABEL), 0);
	expect_hub(BOARD_LINES, BOARD_LABEL);
}

static void by_chip_name(void)
{
	char text[64];

	fixture_hub_delete();
	snprintf(text, sizeof(text), "%s:0-3", board_chip());
	CHECK_EQ(fixture_hub_make(text), 0);
	expect_hub(4, text);
}

static void refuses_bad_texts(void)
{
	static const char * const texts[] = {
		"", ":", ":0", BOARD_LABEL ":", BOARD_LABEL ":x",
		BOARD_LABEL ":-1", BOARD_LABEL ":1-", BOARD_LABEL ":5-3", BOARD_LABEL ":0,,1",
		BOARD_LABEL ":0,", BOARD_LABEL ":0-3+", "+" BOARD_LABEL ":0", BOARD_LABEL ":0 1",
		BOARD_LABEL ":4294967296", BOARD_LABEL ":0-4294967295", BOARD_LABEL ":1x",
		BOARD_LABEL ":0-99999999999999999999", BOARD_LABEL ":0x1",
	};
	unsigned int i;
	int error;

	fixture_hub_delete();
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		error = fixture_hub_make(texts[i]);
		/* An empty write never reaches the module. */
		if (error != EINVAL && *texts[i])
			KTAP_FAIL_WITH("\"%s\": %s", texts[i], strerror(error));
		CHECK_EQ(fixture_hub_count(), 0);
	}
}

static void refuses_line_beyond_chip(void)
{
	fixture_hub_delete();
	CHECK_EQ(fixture_hub_make(BOARD_LABEL ":12-16"), ERANGE);
	CHECK_EQ(fixture_hub_count(), 0);
}

static void refuses_line_twice(void)
{
	fixture_hub_delete();
	CHECK_EQ(fixture_hub_make(BOARD_LABEL ":0-3,2"), EEXIST);
	CHECK_EQ(fixture_hub_make(BOARD_LABEL ":0-3+" BOARD_LABEL ":3-4"), EEXIST);
	CHECK_EQ(fixture_hub_count(), 0);
}

/* Lines are taken when they are used, and then only once. */
static void hubs_may_overlap(void)
{
	struct gpiohub_subscription subscription = { .lines = 1,
		.kinds = GPIOHUB_KINDS_ALL, .line = LINE_UNTOUCHED };
	int fd = device_open(O_RDONLY);
	int other;

	device_subscribe(fd, BIT_OF(15), GPIOHUB_KINDS_ALL);
	CHECK_EQ(fixture_hub_make(BOARD_LABEL ":15"), 0);
	CHECK_EQ(fixture_hub_count(), 2);
	other = open("/dev/gpiohub1", O_RDONLY);
	CHECK_OK(other);
	CHECK_ERRNO(ioctl(other, GPIOHUB_SUBSCRIBE, &subscription), EBUSY);
	CHECK_EQ(subscription.line, 0);
	close(fd);
	CHECK_OK(ioctl(other, GPIOHUB_SUBSCRIBE, &subscription));
}

static void refuses_unknown_chip(void)
{
	CHECK_EQ(fixture_hub_make("no-such-chip:0-3"), ENODEV);
	CHECK_EQ(fixture_hub_make("gpiochip9999:0-3"), ENODEV);
	CHECK_EQ(fixture_hub_count(), 1);
}

static void refuses_65_lines(void)
{
	fixture_hub_delete();
	CHECK_EQ(fixture_hub_make(BOARD_LABEL ":0-64"), E2BIG);
	CHECK_EQ(fixture_hub_count(), 0);
}

static void delete_refuses_unknown(void)
{
	CHECK_EQ(fixture_hub_delete_named("gpiohub77"), ENOENT);
	CHECK_EQ(fixture_hub_delete_named("gpiohub"), ENOENT);
	CHECK_EQ(fixture_hub_delete_named(BOARD_LABEL), ENOENT);
	CHECK_EQ(fixture_hub_count(), 1);
}

static void delete_is_once(void)
{
	CHECK_EQ(fixture_hub_delete_named("gpiohub0\n"), 0);
	CHECK_EQ(fixture_hub_delete_named("gpiohub0"), ENOENT);
}

static void epoch_is_new(void)
{
	int fd = device_open(O_RDONLY);
	__u64 epoch = device_info(fd).epoch;

	close(fd);
	fixture_hub_delete();
	CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
	CHECK(fixture_find_hub());
	CHECK_NE(device_info(device_open(O_RDONLY)).epoch, epoch);
}

static void only_with_capability(void)
{
	pid_t child = ktap_fork();

	if (!child) {
		fixture_become(USER_A);
		CHECK_EQ(fixture_hub_make(BOARD_HUB), EACCES);
		CHECK_EQ(fixture_hub_delete_named("gpiohub0"), EACCES);
		_exit(KTAP_PASS);
	}
	ktap_join(child);
	CHECK_EQ(fixture_hub_count(), 1);
}

static void holds_nothing_unused(void)
{
	int fd = device_open(O_RDWR);
	unsigned int line;

	for (line = 0; line < BOARD_LINES; line++)
		CHECK_EQ(device_line_info(fd, line).flags & GPIOHUB_LINE_HELD, 0);
}

static void made_and_deleted_often(void)
{
	unsigned long i, count = ktap_count(10);

	for (i = 0; i < count; i++) {
		fixture_hub_delete();
		CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
	}
}

static void loaded_and_unloaded_often(void)
{
	unsigned long i, count = ktap_count(10);

	for (i = 0; i < count; i++)
		fixture_module_reload("hubs=" BOARD_HUB);
	CHECK_EQ(fixture_hub_count(), 1);
}

static const struct ktap_case cases[] = {
	{ "the module makes no hub without a parameter", none_without_parameter, 0 },
	{ "the module parameter makes a hub", by_parameter, 0 },
	{ "the module parameter makes several hubs", several_by_parameter, 0 },
	{ "hubs=auto makes hubs of the chips that are there", by_auto, 0 },
	{ "a wrong parameter refuses the module", bad_parameter, 0 },
	{ "a hub named by parameter waits for its chip", parameter_waits_for_chip, 0 },
	{ "a hub is made and deleted at run time", at_run_time, 0 },
	{ "a newline at the end of the text is accepted", with_newline, 0 },
	{ "lines are numbered in the order of the text", lines_in_order_of_text, 0 },
	{ "a label alone is the whole chip", whole_chip, 0 },
	{ "a chip may be named gpiochipN", by_chip_name, 0 },
	{ "wrong texts are refused with EINVAL", refuses_bad_texts, 0 },
	{ "a line beyond the chip is refused", refuses_line_beyond_chip, 0 },
	{ "a line named twice is refused", refuses_line_twice, 0 },
	{ "a line of two hubs is used by one of them at a time", hubs_may_overlap, 0 },
	{ "an unknown chip is refused", refuses_unknown_chip, 0 },
	{ "more than 64 lines are refused", refuses_65_lines, 0 },
	{ "deleting an unknown hub is refused", delete_refuses_unknown, 0 },
	{ "deleting a hub twice is refused", delete_is_once, 0 },
	{ "a hub made anew has another epoch", epoch_is_new, 0 },
	{ "another user can neither make nor delete a hub", only_with_capability, 0 },
	{ "a hub holds no line that nobody uses", holds_nothing_unused, 0 },
	{ "hubs are made and deleted many times", made_and_deleted_often, 0 },
	{ "the module is loaded and unloaded many times", loaded_and_unloaded_often, 300 },
};

FIXTURE_MAIN(cases)
