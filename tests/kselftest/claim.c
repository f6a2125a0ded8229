// SPDX-License-Identifier: GPL-2.0
/* One owner per line, and who may be the next one. */
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)

static int try_claim(int fd, __u64 lines, __u32 guard, __u32 *line)
{
	struct gpiohub_claim claim = { .lines = lines, .guard = guard,
		.line = LINE_UNTOUCHED };
	int error = ioctl(fd, GPIOHUB_CLAIM, &claim) ? errno : 0;

	if (line)
		*line = claim.line;
	return error;
}

static void second_owner_refused(void)
{
	int first = device_open(O_RDWR);
	int second = device_open(O_RDWR);
	__u32 line;

	device_claim(first, FREE2, GPIOHUB_GUARD_INPUT);
	CHECK_EQ(try_claim(second, FREE | FREE2, GPIOHUB_GUARD_INPUT, &line), EBUSY);
	CHECK_EQ(line, LINE_FREE + 1);
	/* All or nothing. */
	CHECK_EQ(device_line_info(second, LINE_FREE).flags & GPIOHUB_LINE_OWNED, 0);
}

static void released_line_is_free(void)
{
	int first = device_open(O_RDWR);
	int second = device_open(O_RDWR);

	device_claim(first, FREE | FREE2, GPIOHUB_GUARD_INPUT);
	device_release(first, FREE);
	CHECK_EQ(try_claim(second, FREE, GPIOHUB_GUARD_INPUT, NULL), 0);
	CHECK_EQ(try_claim(second, FREE2, GPIOHUB_GUARD_INPUT, NULL), EBUSY);
}

static void close_releases(void)
{
	int first = device_open(O_RDWR);

	device_claim(first, FREE, GPIOHUB_GUARD_INPUT);
	close(first);
	CHECK_EQ(try_claim(device_open(O_RDWR), FREE, GPIOHUB_GUARD_INPUT, NULL), 0);
}

static void claim_leaves_pin_alone(void)
{
	int fd = device_open(O_RDWR);
	__u64 head;

	board_level(LINE_FREE, true);
	head = device_head();
	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	CHECK(!board_drives(LINE_FREE));
	CHECK(board_pin(LINE_FREE));
	CHECK_EQ(device_head(), head);
}

static void claims_of_used_line(void)
{
	int holder = board_hold(LINE_FREE);
	int fd = device_open(O_RDWR);
	__u32 line;

	CHECK_EQ(try_claim(fd, FREE | FREE2, GPIOHUB_GUARD_INPUT, &line), EBUSY);
	CHECK_EQ(line, LINE_FREE);
	CHECK_EQ(device_line_info(fd, LINE_FREE + 1).flags, 0);
	close(holder);
	device_claim(fd, FREE | FREE2, GPIOHUB_GUARD_INPUT);
}

static void held_line_is_used(void)
{
	int fd = device_open(O_RDWR);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	CHECK_EQ(board_try_hold(LINE_FREE), EBUSY);
	device_release(fd, FREE);
	CHECK_EQ(board_try_hold(LINE_FREE), 0);
}

/* Leaves FREE kept high by @user. */
static void keep_as(unsigned int user)
{
	pid_t child = ktap_fork();

	if (!child) {
		int fd;

		fixture_become(user);
		fd = device_open(O_RDWR);
		device_claim(fd, FREE, GPIOHUB_GUARD_KEEP);
		device_output(fd, FREE, FREE);
		close(fd);
		_exit(KTAP_PASS);
	}
	ktap_join(child);
}

static void claim_as(unsigned int user, int expected)
{
	pid_t child = ktap_fork();

	if (!child) {
		if (user)
			fixture_become(user);
		CHECK_EQ(try_claim(device_open(O_RDWR), FREE, GPIOHUB_GUARD_KEEP, NULL),
			 expected);
		CHECK(board_pin(LINE_FREE));
		_exit(KTAP_PASS);
	}
	ktap_join(child);
}

static void kept_adopted_by_same_user(void)
{
	fixture_allow_all();
	keep_as(USER_A);
	claim_as(USER_A, 0);
	CHECK(board_drives(LINE_FREE));
}

static void kept_refused_to_other_user(void)
{
	fixture_allow_all();
	keep_as(USER_A);
	claim_as(USER_B, EBUSY);
	CHECK(board_drives(LINE_FREE));
}

static void kept_adopted_by_administrator(void)
{
	fixture_allow_all();
	keep_as(USER_A);
	claim_as(0, 0);
	CHECK(board_drives(LINE_FREE));
}

static void adopter_drives_on(void)
{
	int fd;

	fixture_allow_all();
	keep_as(0);
	fd = device_open(O_RDWR);
	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	CHECK_EQ(device_line_info(fd, LINE_FREE).direction, GPIOHUB_DIRECTION_OUTPUT);
	CHECK_EQ(device_get(fd, FREE), FREE);
	device_set(fd, FREE, 0);
	CHECK(!board_pin(LINE_FREE));
	device_release(fd, FREE);
	CHECK(!board_drives(LINE_FREE));
}

static const struct ktap_case cases[] = {
	{ "a line has one owner", second_owner_refused, 0 },
	{ "a released line can be claimed by another", released_line_is_free, 0 },
	{ "closing the file releases its lines", close_releases, 0 },
	{ "claiming changes nothing on the pin", claim_leaves_pin_alone, 0 },
	{ "a line used through gpiochip cannot be claimed", claims_of_used_line, 0 },
	{ "a claimed line cannot be used through gpiochip", held_line_is_used, 0 },
	{ "a kept line can be claimed by the same user", kept_adopted_by_same_user, 0 },
	{ "a kept line is refused to another user", kept_refused_to_other_user, 0 },
	{ "a kept line can be claimed with CAP_SYS_ADMIN", kept_adopted_by_administrator, 0 },
	{ "who adopts a kept output drives it on", adopter_drives_on, 0 },
};

FIXTURE_MAIN(cases)
