// SPDX-License-Identifier: GPL-2.0
/* What fixture.h says. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define CLASS	"/sys/class/gpiohub/"

static char node[64];

int fixture_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd == -1)
		return errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		error = errno;
	close(fd);
	return error;
}

int fixture_read(const char *path, char *text, unsigned int size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd == -1)
		return errno;
	got = read(fd, text, size - 1);
	close(fd);
	if (got == -1)
		return errno;
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

bool fixture_module_load(const char *name, const char *parameters)
{
	pid_t child = ktap_fork();
	int status;

	if (!child) {
		/* Some cases expect a refusal: its words are not for the report. */
		if (!freopen("/dev/null", "w", stderr))
			_exit(127);
		execlp("sh", "sh", "-c", "exec modprobe $0 $1", name, parameters, NULL);
		_exit(127);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

int fixture_module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
}

static bool fixture_loaded(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

void fixture_module_reload(const char *parameters)
{
	int error = fixture_module_unload("gpiohub");

	if (error)
		KTAP_FAIL_WITH("rmmod gpiohub: %s", strerror(error));
	if (!fixture_module_load("gpiohub", parameters))
		KTAP_FAIL_WITH("modprobe gpiohub %s", parameters);
}

static void fixture_load(const char *board)
{
	if (geteuid())
		ktap_skip("needs root");
	if (fixture_loaded("gpiohub") || fixture_loaded("gpiohub_vboard"))
		ktap_skip("gpiohub is in use here: unload it first");
	if (!fixture_module_load("gpiohub-vboard", board))
		ktap_skip("modprobe gpiohub-vboard does not work");
	if (!fixture_module_load("gpiohub", "")) {
		fixture_module_unload("gpiohub_vboard");
		KTAP_FAIL_WITH("modprobe gpiohub does not work");
	}
}

void fixture_setup(void)
{
	fixture_load("can_sleep=0");
}

void fixture_setup_sleeping(void)
{
	fixture_load("can_sleep=1");
}

void fixture_hold_up_all(const char *functions, const char *ms)
{
	char parameters[128];

	snprintf(parameters, sizeof(parameters), "function=%s ms=%s", functions, ms);
	if (!fixture_module_load("gpiohub-vmslow", parameters))
		ktap_skip("nothing here makes the kernel slow");
}

void fixture_hold_up(const char *function, unsigned int ms)
{
	char name[64], length[16];

	snprintf(name, sizeof(name), "gpiohub:%s", function);
	snprintf(length, sizeof(length), "%u", ms);
	fixture_hold_up_all(name, length);
}

/* When there is no hub: code that runs meanwhile is better not patched. */
static void fixture_let_go(void)
{
	int error = fixture_module_unload("gpiohub_vmslow");

	CHECK(!error || error == ENOENT);
}

void fixture_teardown(void)
{
	int error;

	fixture_let_go();
	if (fixture_loaded("gpiohub")) {
		error = fixture_module_unload("gpiohub");
		if (error)
			KTAP_FAIL_WITH("rmmod gpiohub: %s", strerror(error));
	}
	if (fixture_loaded("gpiohub_vboard")) {
		error = fixture_module_unload("gpiohub_vboard");
		if (error)
			KTAP_FAIL_WITH("rmmod gpiohub-vboard: %s", strerror(error));
	}
}

const char *fixture_node(void)
{
	if (!*node)
		KTAP_FAIL_WITH("the case has no hub");
	return node;
}

unsigned int fixture_hub_count(void)
{
	glob_t found;
	unsigned int count;

	if (glob(CLASS "gpiohub[0-9]*", 0, NULL, &found))
		return 0;
	count = found.gl_pathc;
	globfree(&found);
	return count;
}

bool fixture_find_hub(void)
{
	glob_t found;
	bool one;

	*node = '\0';
	if (glob(CLASS "gpiohub[0-9]*", 0, NULL, &found))
		return false;
	one = found.gl_pathc == 1;
	if (one)
		snprintf(node, sizeof(node), "/dev/%s", found.gl_pathv[0] + strlen(CLASS));
	globfree(&found);
	return one;
}

int fixture_hub_make(const char *text)
{
	return fixture_write(CLASS "new_hub", text);
}

int fixture_hub_delete_named(const char *name)
{
	return fixture_write(CLASS "delete_hub", name);
}

void fixture_hub_delete(void)
{
	CHECK_EQ(fixture_hub_delete_named(fixture_node() + strlen("/dev/")), 0);
}

/* Also those that an earlier case left. */
static void fixture_delete_all(void)
{
	glob_t found;
	size_t i;

	if (glob(CLASS "gpiohub[0-9]*", 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++)
		CHECK_EQ(fixture_hub_delete_named(found.gl_pathv[i] + strlen(CLASS)), 0);
	globfree(&found);
}

void fixture_option(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/gpiohub/parameters/%s", name);
	CHECK_EQ(fixture_write(path, value), 0);
}

void fixture_before(void)
{
	fixture_delete_all();
	fixture_let_go();
	fixture_option("user_files", "256");
	fixture_option("message_rate", "1000");
	fixture_option("user_requests", "128");
	fixture_option("user_rules", "48");
	/* Emulated interrupts are slow: what is tested is not their speed. */
	fixture_option("pattern_cpu", "90");
	/* Bursts are as fast as they can be. */
	fixture_option("storm_rate", "0");
	board_reset();
	CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
	CHECK(fixture_find_hub());
}

__u64 fixture_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

unsigned long fixture_count(unsigned long quick)
{
	if (ktap_debug_kernel() && !ktap_long())
		return (quick + 9) / 10;
	return ktap_count(quick);
}

unsigned int fixture_seed(void)
{
	const char *text = getenv("GPIOHUB_SEED");
	unsigned int seed = text ? strtoul(text, NULL, 10) : 20251;

	ktap_say("GPIOHUB_SEED=%u", seed);
	return seed;
}

/* What processors keep for themselves counts as in use, until the cache is shrunk. */
unsigned long fixture_objects(const char *cache)
{
	char path[96], text[128];
	int error;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", cache);
	error = fixture_write(path, "1");
	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/objects", cache);
	if (!error)
		error = fixture_read(path, text, sizeof(text));
	if (error)
		KTAP_FAIL_WITH("%s: %s", path, strerror(error));
	return strtoul(text, NULL, 10);
}

void fixture_expect_freed(const char *cache)
{
	unsigned int tries = 1000;
	unsigned long left;

	while ((left = fixture_objects(cache)) != 0 && --tries > 0)
		usleep(10000);
	CHECK_EQ(left, 0);
}

/* There is no event for that: its state is asked for until it is so. */
void fixture_await_sleep(pid_t process)
{
	char path[64], text[512];
	char *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", process);
	do {
		sched_yield();
		if (fixture_read(path, text, sizeof(text)))
			return;
		state = strrchr(text, ')');
	} while (state && state[2] != 'S' && state[2] != 'Z');
}

void fixture_become(unsigned int user)
{
	CHECK_OK(setgroups(0, NULL));
	CHECK_OK(setresgid(user, user, user));
	CHECK_OK(setresuid(user, user, user));
}

void fixture_allow_all(void)
{
	CHECK_OK(chmod(fixture_node(), 0666));
}
