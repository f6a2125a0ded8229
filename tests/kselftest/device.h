/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hub's file, with calls that end the case when they fail. Calls that are
 * meant to fail are made with ioctl(2) itself and the structures from here.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <fcntl.h>
#include <linux/gpiohub.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BIT_OF(line)	(1ULL << (line))

/*
 * How long to wait for something that must happen: the case's own limit ends it. A
 * time limit of poll's would hide a lost wake-up, for poll looks once more at its end.
 */
#define FOREVER		(-1)

/* A line number that no call may leave in the field "line". */
#define LINE_UNTOUCHED	0x55

int device_open(int flags);
/* The same by path and without a check. */
int device_try_open(int flags);

struct gpiohub_info device_info(int fd);
struct gpiohub_line_info device_line_info(int fd, unsigned int line);
void device_subscribe(int fd, __u64 lines, __u32 kinds);
void device_claim(int fd, __u64 lines, __u32 guard);
void device_release(int fd, __u64 lines);
void device_output(int fd, __u64 lines, __u64 levels);
/* A new file that owns these lines, drives them low, and has read all that. */
int device_driving(__u64 lines);
void device_input(int fd, __u64 lines);
void device_set(int fd, __u64 lines, __u64 levels);
__u64 device_get(int fd, __u64 lines);
void device_message(int fd, const char *text);

/*
 * Sets the lines of @mask to all high and all low in turn, @count commands; the
 * first one makes them high. One line: count events.
 */
void device_toggle(int fd, __u64 mask, unsigned long count);

/* The number that the next event will have. */
__u64 device_head(void);

/* poll(2) with a time limit: what it says, 0 for nothing within it. */
short device_poll(int fd, int timeout_ms);
/* Waits until there is something to read. */
void device_wait(int fd);
/* Waits for one event and reads it. */
struct gpiohub_event device_next(int fd);
/* Reads until one of this type and line comes. */
struct gpiohub_event device_until(int fd, unsigned int type, unsigned int line);
/* There is nothing to read now. */
void device_expect_empty(int fd);

#endif /* DEVICE_H */
