// SPDX-License-Identifier: GPL-2.0
/* What device.h says. */
#include "device.h"
#include "fixture.h"
#include "ktap.h"

int device_try_open(int flags)
{
	return open(fixture_node(), flags | O_CLOEXEC);
}

int device_open(int flags)
{
	int fd = device_try_open(flags);

	if (fd == -1)
		KTAP_FAIL_WITH("%s: %s", fixture_node(), strerror(errno));
	return fd;
}

struct gpiohub_info device_info(int fd)
{
	struct gpiohub_info info = {};

	CHECK_OK(ioctl(fd, GPIOHUB_INFO, &info));
	return info;
}

struct gpiohub_line_info device_line_info(int fd, unsigned int line)
{
	struct gpiohub_line_info info = { .line = line };

	CHECK_OK(ioctl(fd, GPIOHUB_LINE_INFO, &info));
	return info;
}

void device_subscribe(int fd, __u64 lines, __u32 kinds)
{
	struct gpiohub_subscription subscription = { .lines = lines, .kinds = kinds };

	CHECK_OK(ioctl(fd, GPIOHUB_SUBSCRIBE, &subscription));
}

void device_claim(int fd, __u64 lines, __u32 guard)
{
	struct gpiohub_claim claim = { .lines = lines, .guard = guard };

	CHECK_OK(ioctl(fd, GPIOHUB_CLAIM, &claim));
}

void device_release(int fd, __u64 lines)
{
	CHECK_OK(ioctl(fd, GPIOHUB_RELEASE, &lines));
}

void device_output(int fd, __u64 lines, __u64 levels)
{
	struct gpiohub_config config = {
		.lines = lines,
		.levels = levels,
		.direction = GPIOHUB_DIRECTION_OUTPUT,
	};

	CHECK_OK(ioctl(fd, GPIOHUB_CONFIGURE, &config));
}

int device_driving(__u64 lines)
{
	int fd = device_open(O_RDWR);

	device_claim(fd, lines, GPIOHUB_GUARD_INPUT);
	device_output(fd, lines, 0);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	return fd;
}

void device_input(int fd, __u64 lines)
{
	struct gpiohub_config config = {
		.lines = lines,
		.direction = GPIOHUB_DIRECTION_INPUT,
	};

	CHECK_OK(ioctl(fd, GPIOHUB_CONFIGURE, &config));
}

void device_set(int fd, __u64 lines, __u64 levels)
{
	struct gpiohub_levels set = { .lines = lines, .levels = levels };

	CHECK_OK(ioctl(fd, GPIOHUB_SET, &set));
}

__u64 device_get(int fd, __u64 lines)
{
	struct gpiohub_levels get = { .lines = lines };

	CHECK_OK(ioctl(fd, GPIOHUB_GET, &get));
	return get.levels;
}

void device_message(int fd, const char *text)
{
	CHECK_EQ(write(fd, text, strlen(text)), strlen(text));
}

void device_toggle(int fd, __u64 mask, unsigned long count)
{
	struct gpiohub_command commands[GPIOHUB_MAX_SUBMIT] = {};
	unsigned long done, part, i;

	for (done = 0; done < count; done += part) {
		struct gpiohub_submit submit = { .commands = (uintptr_t)commands };

		part = count - done;
		if (part > GPIOHUB_MAX_SUBMIT)
			part = GPIOHUB_MAX_SUBMIT;
		for (i = 0; i < part; i++) {
			commands[i].op = GPIOHUB_OP_SET;
			commands[i].mask = mask;
			commands[i].value = (done + i) % 2 ? 0 : mask;
		}
		submit.count = part;
		CHECK_OK(ioctl(fd, GPIOHUB_SUBMIT, &submit));
		CHECK_EQ(submit.done, part);
	}
}

/* Asked through a file of its own, so that no reader's position moves. */
__u64 device_head(void)
{
	int other = device_open(O_RDONLY);
	off_t end = lseek(other, 0, SEEK_END);

	CHECK_OK(end);
	CHECK_EQ(end % sizeof(struct gpiohub_event), 0);
	close(other);
	return end / sizeof(struct gpiohub_event);
}

short device_poll(int fd, int timeout_ms)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	CHECK_OK(poll(&wait, 1, timeout_ms));
	return wait.revents;
}

void device_wait(int fd)
{
	CHECK_EQ(device_poll(fd, FOREVER) & POLLIN, POLLIN);
}

struct gpiohub_event device_next(int fd)
{
	struct gpiohub_event event = {};

	device_wait(fd);
	CHECK_EQ(read(fd, &event, sizeof(event)), sizeof(event));
	return event;
}

struct gpiohub_event device_until(int fd, unsigned int type, unsigned int line)
{
	struct gpiohub_event event;

	do
		event = device_next(fd);
	while (event.type != type || event.line != line);
	return event;
}

void device_expect_empty(int fd)
{
	struct gpiohub_event event = {};
	int flags = fcntl(fd, F_GETFL);
	ssize_t got;

	CHECK_EQ(device_poll(fd, 0) & POLLIN, 0);
	CHECK_OK(fcntl(fd, F_SETFL, flags | O_NONBLOCK));
	got = read(fd, &event, sizeof(event));
	if (got != -1)
		KTAP_FAIL_WITH("unexpected event %llu: type %u, line %u", event.seq, event.type,
			       event.line);
	CHECK_EQ(errno, EAGAIN);
	CHECK_OK(fcntl(fd, F_SETFL, flags));
}
