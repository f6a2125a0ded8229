// SPDX-License-Identifier: GPL-2.0
/* The hub is deleted while it is used: that is for good. */
#include <sys/epoll.h>
#include <sys/mman.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define HUP	(POLLHUP | POLLERR)

static void hub_deleted_says_enodev(void)
{
	struct gpiohub_info info;
	struct gpiohub_line_info line = {};
	struct gpiohub_subscription subscription = { .kinds = GPIOHUB_KINDS_ALL };
	struct gpiohub_levels levels = { .lines = FREE };
	struct gpiohub_claim claim = { .lines = FREE, .guard = GPIOHUB_GUARD_INPUT };
	__u32 restriction = GPIOHUB_RESTRICT_DRIVE;
	__s32 none = -1;
	struct gpiohub_event event;
	__u64 lines = FREE;
	int fd = device_open(O_RDWR);
	size_t size = mapped_length(device_info(fd).state_size);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	fixture_hub_delete();
	CHECK_ERRNO(ioctl(fd, GPIOHUB_INFO, &info), ENODEV);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_LINE_INFO, &line), ENODEV);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_SUBSCRIBE, &subscription), ENODEV);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_GET, &levels), ENODEV);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_SET, &levels), ENODEV);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_CLAIM, &claim), ENODEV);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_RELEASE, &lines), ENODEV);
	while (read(fd, &event, sizeof(event)) == sizeof(event))
		;
	CHECK_ERRNO(read(fd, &event, sizeof(event)), ENODEV);
	CHECK_ERRNO(write(fd, "x", 1), ENODEV);
	CHECK_ERRNO(lseek(fd, 0, SEEK_END), ENODEV);
	CHECK_EQ(device_poll(fd, 0) & HUP, HUP);
	CHECK(mmap(NULL, size, PROT_READ, MAP_SHARED, fd, GPIOHUB_MMAP_STATE) == MAP_FAILED);
	CHECK_EQ(errno, ENODEV);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_RESTRICT, &restriction), ENODEV);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_EVENTFD, &none), ENODEV);
	CHECK_EQ(device_try_open(O_RDONLY), -1);
}

static void hub_deleted_lets_lines_go(void)
{
	int fd = device_open(O_RDWR);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, FREE);
	device_subscribe(fd, FREE2, GPIOHUB_KINDS_ALL);
	fixture_hub_delete();
	CHECK(!board_drives(LINE_FREE));
	CHECK_EQ(board_try_hold(LINE_FREE), 0);
	CHECK_EQ(board_try_hold(LINE_FREE + 1), 0);
	/* The old file is no owner in the hub that comes next. */
	CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
	CHECK(fixture_find_hub());
	CHECK_EQ(device_line_info(device_open(O_RDONLY), LINE_FREE).flags, 0);
}

static void hub_deleted_tells_the_last(void)
{
	struct gpiohub_event event;
	bool guarded = false;
	bool gone = false;
	int fd = device_open(O_RDWR);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, FREE);
	fixture_hub_delete();
	CHECK_EQ(device_poll(fd, 0) & (POLLIN | HUP), POLLIN | HUP);
	while (read(fd, &event, sizeof(event)) == sizeof(event)) {
		if (event.line != LINE_FREE)
			continue;
		guarded |= event.type == GPIOHUB_EVENT_GUARD;
		gone |= event.type == GPIOHUB_EVENT_GONE;
	}
	CHECK_EQ(errno, ENODEV);
	CHECK(guarded);
	CHECK(gone);
	CHECK_EQ(device_poll(fd, 0) & (POLLIN | HUP), HUP);
}

static void hub_deleted_wakes_reader(void)
{
	pid_t child = ktap_fork();

	if (!child) {
		int fd = device_open(O_RDONLY);
		struct gpiohub_event event;

		device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
		CHECK_ERRNO(read(fd, &event, sizeof(event)), ENODEV);
		_exit(KTAP_PASS);
	}
	fixture_await_sleep(child);
	fixture_hub_delete();
	ktap_join(child);
}

static void hub_deleted_wakes_epoll(void)
{
	struct epoll_event interest = { .events = EPOLLIN | EPOLLET }, got;
	int fd = device_open(O_RDONLY);
	int epoll = epoll_create1(0);

	CHECK_OK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &interest));
	CHECK_EQ(epoll_wait(epoll, &got, 1, 0), 0);
	fixture_hub_delete();
	CHECK_EQ(epoll_wait(epoll, &got, 1, FOREVER), 1);
	CHECK_EQ(got.events & (EPOLLHUP | EPOLLERR), EPOLLHUP | EPOLLERR);
}

static const struct ktap_case cases[] = {
	{ "every call to a deleted hub is ENODEV", hub_deleted_says_enodev, 0 },
	{ "a deleted hub lets its lines go", hub_deleted_lets_lines_go, 0 },
	{ "what happened last to a deleted hub can still be read", hub_deleted_tells_the_last, 0 },
	{ "a blocked read of a deleted hub is ENODEV", hub_deleted_wakes_reader, 0 },
	{ "edge-triggered epoll tells that the hub was deleted", hub_deleted_wakes_epoll, 0 },
};

FIXTURE_MAIN(cases)
