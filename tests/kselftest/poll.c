// SPDX-License-Identifier: GPL-2.0
/* poll(2), select(2), epoll(7) of a file that is read by read(2). */
#include <sys/epoll.h>
#include <sys/select.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)

static void poll_tells_readable(void)
{
	int fd = device_driving(FREE | FREE2);
	int reader = device_open(O_RDONLY);

	CHECK_EQ(device_poll(reader, 0), 0);
	device_toggle(fd, FREE, 1);
	CHECK_EQ(device_poll(reader, 0) & ~POLLRDNORM, POLLIN);
	device_next(reader);
	CHECK_EQ(device_poll(reader, 0), 0);
}

static void poll_obeys_the_filter(void)
{
	int fd = device_driving(FREE | FREE2);
	int reader = device_open(O_RDONLY);

	device_subscribe(reader, FREE2, GPIOHUB_KINDS_EDGES);
	device_toggle(fd, FREE, 100);
	CHECK_EQ(device_poll(reader, 0), 0);
	device_toggle(fd, FREE2, 1);
	CHECK_EQ(device_poll(reader, 0) & POLLIN, POLLIN);
	CHECK_EQ(device_next(reader).line, LINE_FREE + 1);
}

static void select_tells_readable(void)
{
	int fd = device_driving(FREE | FREE2);
	int reader = device_open(O_RDONLY);
	fd_set set;

	FD_ZERO(&set);
	FD_SET(reader, &set);
	device_toggle(fd, FREE, 1);
	CHECK_EQ(select(reader + 1, &set, NULL, NULL, NULL), 1);
}

static void edge_triggered_epoll(void)
{
	struct epoll_event interest = { .events = EPOLLIN | EPOLLET }, got;
	int fd = device_driving(FREE | FREE2);
	int reader = device_open(O_RDONLY | O_NONBLOCK);
	int epoll = epoll_create1(0);
	unsigned long i;

	CHECK_OK(epoll_ctl(epoll, EPOLL_CTL_ADD, reader, &interest));
	CHECK_EQ(epoll_wait(epoll, &got, 1, 0), 0);
	for (i = 0; i < 20; i++) {
		struct gpiohub_event event;

		device_toggle(fd, FREE, 1);
		CHECK_EQ(epoll_wait(epoll, &got, 1, FOREVER), 1);
		CHECK_EQ(got.events, EPOLLIN);
		/* Not read, and nothing new: silent. */
		CHECK_EQ(epoll_wait(epoll, &got, 1, 0), 0);
		device_toggle(fd, FREE2, 1);
		CHECK_EQ(epoll_wait(epoll, &got, 1, FOREVER), 1);
		while (read(reader, &event, sizeof(event)) == sizeof(event))
			;
		CHECK_EQ(errno, EAGAIN);
		device_set(fd, FREE | FREE2, 0);
		while (read(reader, &event, sizeof(event)) == sizeof(event))
			;
		epoll_wait(epoll, &got, 1, 0);
	}
}

static const struct ktap_case cases[] = {
	{ "poll says readable as long as there is something to read", poll_tells_readable, 0 },
	{ "poll says readable only for what read would give", poll_obeys_the_filter, 0 },
	{ "select says readable", select_tells_readable, 0 },
	{ "edge-triggered epoll tells each arrival once", edge_triggered_epoll, 0 },
};

FIXTURE_MAIN(cases)
