// SPDX-License-Identifier: GPL-2.0
/*
 * The harness of ktap.h: one process per case, a time limit on each, KTAP on
 * standard output. What a case says goes there too, as diagnostics.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ktap.h"

/* Guests are emulated: what takes milliseconds elsewhere may take seconds. */
#define KTAP_SECONDS		120
#define KTAP_LONG_FACTOR	60
/* A killed process that is not gone after this is stuck in the kernel. */
#define KTAP_STUCK_SECONDS	30

bool ktap_long(void)
{
	const char *text = getenv("GPIOHUB_LONG");

	return text && *text && strcmp(text, "0");
}

/* What checks locks is there. */
bool ktap_debug_kernel(void)
{
	return !access("/proc/lockdep", F_OK);
}

unsigned long ktap_count(unsigned long quick)
{
	if (!ktap_long())
		return quick;
	return quick * (ktap_debug_kernel() ? 10 : 100);
}

static void ktap_vsay(const char *file, int line, const char *format, va_list args)
{
	char text[512];
	char *part, *rest = text;

	vsnprintf(text, sizeof(text), format, args);
	while ((part = strsep(&rest, "\n"))) {
		if (file)
			printf("# %s:%d: %s\n", file, line, part);
		else
			printf("# %s\n", part);
	}
	fflush(stdout);
}

void ktap_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ktap_vsay(NULL, 0, format, args);
	va_end(args);
}

void ktap_fail(const char *file, int line, const char *format, ...)
{
	const char *slash = strrchr(file, '/');
	va_list args;

	va_start(args, format);
	ktap_vsay(slash ? slash + 1 : file, line, format, args);
	va_end(args);
	_exit(KTAP_FAIL);
}

void ktap_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ktap_vsay(NULL, 0, format, args);
	va_end(args);
	_exit(KTAP_SKIP);
}

pid_t ktap_fork(void)
{
	pid_t parent = getpid();
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == -1)
		KTAP_FAIL_WITH("fork: %s", strerror(errno));
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(KTAP_FAIL);
	}
	return child;
}

void ktap_join(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) == -1) {
		if (errno != EINTR)
			KTAP_FAIL_WITH("waitpid: %s", strerror(errno));
	}
	if (WIFSIGNALED(status))
		KTAP_FAIL_WITH("helper process: %s", strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status))
		_exit(WEXITSTATUS(status));
}

/* Waits on a pidfd, so that no signal handler is in anybody's way. */
static bool ktap_wait(pid_t child, unsigned int seconds, int *status)
{
	int pidfd = syscall(SYS_pidfd_open, child, 0);
	struct pollfd wait = { .fd = pidfd, .events = POLLIN };
	int ready = pidfd == -1 ? 1 : poll(&wait, 1, seconds * 1000);

	if (pidfd != -1)
		close(pidfd);
	return ready == 1 && waitpid(child, status, 0) == child;
}

/*
 * What the helpers of a case hold is free again when they are gone. One that is stuck in
 * the kernel ends the program, by SIGALRM.
 */
static void ktap_end(pid_t group)
{
	kill(-group, SIGKILL);
	alarm(KTAP_STUCK_SECONDS);
	while (waitpid(-group, NULL, 0) != -1 || errno == EINTR)
		;
	alarm(0);
}

/* Runs one function in a process group of its own. */
static int ktap_run(void (*before)(void), void (*run)(void), unsigned int seconds)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == -1)
		return KTAP_FAIL;
	if (!child) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (before)
			before();
		run();
		fflush(stdout);
		_exit(KTAP_PASS);
	}
	setpgid(child, child);
	if (!ktap_wait(child, seconds, &status)) {
		printf("# not done after %u s\n", seconds);
		kill(-child, SIGKILL);
		if (!ktap_wait(child, KTAP_STUCK_SECONDS, &status)) {
			printf("Bail out! process %d does not die\n", child);
			exit(KTAP_FAIL);
		}
		ktap_end(child);
		return KTAP_FAIL;
	}
	ktap_end(child);
	if (WIFSIGNALED(status)) {
		printf("# %s\n", strsignal(WTERMSIG(status)));
		return KTAP_FAIL;
	}
	return WEXITSTATUS(status);
}

static bool ktap_picked(const char *name, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strstr(name, argv[i]))
			return true;
	}
	return argc < 2;
}

struct ktap_totals {
	unsigned int number;
	unsigned int pass;
	unsigned int fail;
	unsigned int skip;
};

static void ktap_result(struct ktap_totals *totals, const char *name, int result)
{
	totals->number++;
	if (result == KTAP_PASS) {
		totals->pass++;
		printf("ok %u %s\n", totals->number, name);
	} else if (result == KTAP_SKIP) {
		totals->skip++;
		printf("ok %u %s # SKIP\n", totals->number, name);
	} else {
		totals->fail++;
		printf("not ok %u %s\n", totals->number, name);
	}
	fflush(stdout);
}

static unsigned int ktap_plan(const struct ktap_suite *suite, int argc, char **argv)
{
	unsigned int i, count = 0;

	for (i = 0; i < suite->count; i++)
		count += ktap_picked(suite->cases[i].name, argc, argv);
	return count + !!suite->teardown;
}

int ktap_main(int argc, char **argv, const struct ktap_suite *suite)
{
	struct ktap_totals totals = {};
	unsigned int i, seconds;
	int start = KTAP_PASS;

	if (argc == 2 && !strcmp(argv[1], "-l")) {
		for (i = 0; i < suite->count; i++)
			puts(suite->cases[i].name);
		return KTAP_PASS;
	}
	printf("KTAP version 1\n1..%u\n", ktap_plan(suite, argc, argv));
	/* Whom helpers are left to, see ktap_end(). */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (suite->setup)
		start = ktap_run(NULL, suite->setup, KTAP_SECONDS);
	for (i = 0; i < suite->count; i++) {
		const struct ktap_case *test = &suite->cases[i];
		int result = start;

		if (!ktap_picked(test->name, argc, argv))
			continue;
		seconds = test->seconds ? test->seconds : KTAP_SECONDS;
		if (ktap_long())
			seconds *= KTAP_LONG_FACTOR;
		if (result == KTAP_PASS)
			result = ktap_run(suite->before, test->run, seconds);
		ktap_result(&totals, test->name, result);
	}
	if (suite->teardown) {
		int result = ktap_run(NULL, suite->teardown, KTAP_SECONDS);

		ktap_result(&totals, suite->teardown_name, start == KTAP_SKIP ? start : result);
	}
	printf("# Totals: pass:%u fail:%u xfail:0 xpass:0 skip:%u error:0\n", totals.pass,
	       totals.fail, totals.skip);
	if (totals.fail)
		return KTAP_FAIL;
	return totals.pass ? KTAP_PASS : KTAP_SKIP;
}
