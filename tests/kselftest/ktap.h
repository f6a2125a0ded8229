/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small harness with KTAP output. A program is a table of cases; every case
 * runs in a process of its own, so that a crash, a hang or a file left open is
 * that case's alone. A check that fails ends its case.
 */
#ifndef KTAP_H
#define KTAP_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

enum { KTAP_PASS = 0, KTAP_FAIL = 1, KTAP_SKIP = 4 };

/*
 * @name: what holds, as a sentence; no '#'
 * @run: returns when it does; else KTAP_CHECK and its like end the process
 * @seconds: time limit, 0 for the usual one
 */
struct ktap_case {
	const char *name;
	void (*run)(void);
	unsigned int seconds;
};

/*
 * @before: in the case's own process, before it, or NULL
 * @setup: once, in a process of its own; may skip all cases, or NULL
 * @teardown: the same afterwards; told as a case of its own, or NULL
 * @teardown_name: its sentence
 */
struct ktap_suite {
	const struct ktap_case *cases;
	unsigned int count;
	void (*before)(void);
	void (*setup)(void);
	void (*teardown)(void);
	const char *teardown_name;
};

/* The whole of main(): "-l" lists the cases, PATTERN... picks them by substring. */
int ktap_main(int argc, char **argv, const struct ktap_suite *suite);

/* GPIOHUB_LONG=1: the big counts. */
bool ktap_long(void);
/* A kernel that checks everything, and takes its time for it. */
bool ktap_debug_kernel(void);
/* @quick, or when GPIOHUB_LONG=1 a hundred times that, ten times on a debug kernel. */
unsigned long ktap_count(unsigned long quick);

void ktap_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ktap_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4), noreturn));
void ktap_skip(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* A helper process of the case; it dies with the case. */
pid_t ktap_fork(void);
/* Waits for it; the case ends as it did if that was not well. */
void ktap_join(pid_t child);

#define KTAP_FAIL_WITH(...)	ktap_fail(__FILE__, __LINE__, __VA_ARGS__)

#define CHECK(condition)						\
	do {								\
		if (!(condition))					\
			KTAP_FAIL_WITH("%s (errno: %s)", #condition, strerror(errno)); \
	} while (0)

#define CHECK_OP(left, op, right)					\
	do {								\
		long long left_ = (long long)(left);			\
		long long right_ = (long long)(right);			\
									\
		if (!(left_ op right_))					\
			KTAP_FAIL_WITH("%s %s %s: %lld, %lld (%#llx, %#llx)", #left, #op, \
				       #right, left_, right_, left_, right_); \
	} while (0)

#define CHECK_EQ(left, right)	CHECK_OP(left, ==, right)
#define CHECK_NE(left, right)	CHECK_OP(left, !=, right)
#define CHECK_LT(left, right)	CHECK_OP(left, <, right)
#define CHECK_LE(left, right)	CHECK_OP(left, <=, right)

/* The call succeeds, that is: does not give -1. */
#define CHECK_OK(call)							\
	do {								\
		if ((call) == -1)					\
			KTAP_FAIL_WITH("%s: %s", #call, strerror(errno)); \
	} while (0)

/* The call gives -1 and this errno. */
#define CHECK_ERRNO(call, expected)					\
	do {								\
		errno = 0;						\
		if ((call) != -1)					\
			KTAP_FAIL_WITH("%s worked, expected %s", #call, #expected); \
		if (errno != (expected))				\
			KTAP_FAIL_WITH("%s: %s, expected %s", #call, strerror(errno), #expected); \
	} while (0)

#endif /* KTAP_H */
