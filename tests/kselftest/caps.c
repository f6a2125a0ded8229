// SPDX-License-Identifier: GPL-2.0
/* What a user may have at most, and may do at all. */
#include <sys/resource.h>
#include <sys/stat.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define ROOM	1000		/* more than any limit set here */

/* Opens files until it is told to stop; how many, and with which errno. */
static unsigned int open_all(int *fds, int *error)
{
	unsigned int count;

	for (count = 0; count < ROOM; count++) {
		fds[count] = device_try_open(O_RDONLY);
		if (fds[count] == -1)
			break;
	}
	*error = errno;
	return count;
}

static void make_room(void)
{
	struct rlimit files = { 2 * ROOM, 2 * ROOM };

	CHECK_OK(setrlimit(RLIMIT_NOFILE, &files));
}

/* Runs as USER_A, with that limit. */
static void as_user(const char *limit, void (*run)(void))
{
	pid_t child;

	fixture_allow_all();
	fixture_option("user_files", limit);
	child = ktap_fork();
	if (!child) {
		make_room();
		fixture_become(USER_A);
		run();
		_exit(KTAP_PASS);
	}
	ktap_join(child);
}

static void opens_up_to_limit(void)
{
	int fds[ROOM], error;

	CHECK_EQ(open_all(fds, &error), 20);
	CHECK_EQ(error, EDQUOT);
	/* One closed is one that can be opened. */
	close(fds[7]);
	CHECK_OK(device_try_open(O_RDONLY));
	CHECK_ERRNO(device_try_open(O_RDONLY), EDQUOT);
}

static void files_are_limited(void)
{
	as_user("20", opens_up_to_limit);
}

static void lookers_are_counted_apart(void)
{
	__u32 restriction = GPIOHUB_RESTRICT_DRIVE;
	int fds[ROOM], more[ROOM], error;
	unsigned int i;

	CHECK_EQ(open_all(fds, &error), 20);
	for (i = 0; i < 20; i++) {
		CHECK_OK(ioctl(fds[i], GPIOHUB_RESTRICT, &restriction));
		/* Once is enough. */
		CHECK_OK(ioctl(fds[i], GPIOHUB_RESTRICT, &restriction));
	}
	CHECK_EQ(open_all(more, &error), 20);
	CHECK_EQ(error, EDQUOT);
	CHECK_ERRNO(ioctl(more[0], GPIOHUB_RESTRICT, &restriction), EDQUOT);
	restriction = GPIOHUB_RESTRICT_ARM;
	CHECK_OK(ioctl(more[0], GPIOHUB_RESTRICT, &restriction));
	/* One that is closed makes room for one of its kind. */
	close(fds[7]);
	CHECK_ERRNO(device_try_open(O_RDONLY), EDQUOT);
	restriction = GPIOHUB_RESTRICT_DRIVE;
	CHECK_OK(ioctl(more[0], GPIOHUB_RESTRICT, &restriction));
	CHECK_OK(device_try_open(O_RDONLY));
}

static void lookers_have_a_limit_of_their_own(void)
{
	as_user("20", lookers_are_counted_apart);
}

static void opens_one(void)
{
	CHECK_OK(device_try_open(O_RDONLY));
}

/* The other user's files stay open while this one opens. */
static void limit_is_per_user(void)
{
	int fds[ROOM], error, gate[2], full[2];
	pid_t child;
	char token;

	fixture_allow_all();
	fixture_option("user_files", "20");
	CHECK_OK(pipe(gate));
	CHECK_OK(pipe(full));
	child = ktap_fork();
	if (!child) {
		close(gate[1]);
		make_room();
		fixture_become(USER_B);
		open_all(fds, &error);
		CHECK_EQ(error, EDQUOT);
		CHECK_EQ(write(full[1], "x", 1), 1);
		_exit(read(gate[0], &token, 1));
	}
	CHECK_EQ(read(full[0], &token, 1), 1);
	as_user("20", opens_one);
	close(gate[1]);
	ktap_join(child);
}

static void opens_up_to_limit_of_each(void)
{
	int fds[ROOM], error;

	CHECK_EQ(open_all(fds, &error), 20);
	CHECK_OK(open("/dev/gpiohub1", O_RDONLY | O_CLOEXEC));
}

static void limit_is_per_hub(void)
{
	CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
	CHECK_EQ(fixture_hub_count(), 2);
	CHECK_OK(chmod("/dev/gpiohub1", 0666));
	as_user("20", opens_up_to_limit_of_each);
}

static void administrator_opens_more(void)
{
	int fds[ROOM], error;

	make_room();
	fixture_option("user_files", "20");
	CHECK_EQ(open_all(fds, &error), ROOM);
}

static void closed_files_are_given_back(void)
{
	int fds[ROOM], error;
	unsigned int i, round, count;

	for (round = 0; round < 3; round++) {
		count = open_all(fds, &error);
		CHECK_EQ(count, 20);
		for (i = 0; i < count; i++)
			close(fds[i]);
	}
}

static void nothing_leaks(void)
{
	as_user("20", closed_files_are_given_back);
}

static void opens_nothing(void)
{
	CHECK_ERRNO(device_try_open(O_RDONLY), EACCES);
}

/* Without fixture_allow_all(): the node is for root, and a group by udev's rule. */
static void node_is_not_for_everybody(void)
{
	struct stat node;
	pid_t child;

	CHECK_OK(stat(fixture_node(), &node));
	CHECK(S_ISCHR(node.st_mode));
	CHECK_EQ(node.st_mode & 0007, 0);
	child = ktap_fork();
	if (!child) {
		fixture_become(USER_A);
		opens_nothing();
		_exit(KTAP_PASS);
	}
	ktap_join(child);
}

static const struct ktap_case cases[] = {
	{ "a user may have so many files of a hub open", files_are_limited, 0 },
	{ "files that gave up driving are counted by themselves",
	  lookers_have_a_limit_of_their_own, 0 },
	{ "one user's files do not count for another", limit_is_per_user, 0 },
	{ "files of one hub do not count for another", limit_is_per_hub, 0 },
	{ "with CAP_SYS_RESOURCE there is no limit", administrator_opens_more, 0 },
	{ "files that are closed do not count", nothing_leaks, 0 },
	{ "the device is not for everybody", node_is_not_for_everybody, 0 },
};

FIXTURE_MAIN(cases)
