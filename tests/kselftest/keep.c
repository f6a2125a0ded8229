// SPDX-License-Identifier: GPL-2.0
/* Subscriptions that stay armed for a while after their file is closed. */
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define IN	BIT_OF(LINE_IN)
#define IN2	BIT_OF(LINE_IN2)
#define OUT	BIT_OF(LINE_OUT)
#define LONG	GPIOHUB_KEEP_MAX_MS

static void subscribe(int fd, __u64 lines, __u32 keep_ms)
{
	struct gpiohub_subscription subscription = { .lines = lines, .keep_ms = keep_ms,
		.kinds = GPIOHUB_KINDS_ALL };

	CHECK_OK(ioctl(fd, GPIOHUB_SUBSCRIBE, &subscription));
}

static void watch_and_close(__u64 lines, __u32 keep_ms)
{
	int fd = device_open(O_RDONLY);

	subscribe(fd, lines, keep_ms);
	close(fd);
}

static unsigned int watchers(int fd, unsigned int line)
{
	return device_line_info(fd, line).watchers;
}

static void nothing_is_lost(void)
{
	int driver = device_driving(OUT), fd = device_open(O_RDONLY);
	__u64 seq;

	subscribe(fd, IN, LONG);
	seq = device_head();
	close(fd);
	device_set(driver, OUT, OUT);
	/* The next one goes on where this one was. */
	fd = device_open(O_RDONLY);
	subscribe(fd, IN, 0);
	CHECK_OK(lseek(fd, seq * sizeof(struct gpiohub_event), SEEK_SET));
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_RISING);
}

static void adopted_by_the_next(void)
{
	int other = device_open(O_RDONLY), fd = device_open(O_RDONLY);

	watch_and_close(IN | IN2, LONG);
	CHECK_EQ(watchers(other, LINE_IN), 1);
	subscribe(fd, IN, 0);
	CHECK_EQ(watchers(other, LINE_IN), 1);
	CHECK_EQ(watchers(other, LINE_IN2), 1);
	close(fd);
	CHECK_EQ(watchers(other, LINE_IN), 0);
	fd = device_open(O_RDONLY);
	subscribe(fd, IN2, 0);
	close(fd);
	CHECK_EQ(watchers(other, LINE_IN2), 0);
}

/* Not once for each that closes. */
static void kept_once(void)
{
	int other = device_open(O_RDONLY);

	watch_and_close(IN, LONG);
	watch_and_close(IN | IN2, LONG);
	CHECK_EQ(watchers(other, LINE_IN), 1);
	CHECK_EQ(watchers(other, LINE_IN2), 1);
}

static void not_for_ever(void)
{
	int other = device_open(O_RDONLY);
	struct gpiohub_event event;

	watch_and_close(IN, 50);
	do {
		event = device_until(other, GPIOHUB_EVENT_KNOWN, LINE_IN);
	} while (event.value);
	CHECK_EQ(watchers(other, LINE_IN), 0);
	CHECK_EQ(device_line_info(other, LINE_IN).flags, 0);
}

static void only_if_asked_for(void)
{
	int other = device_open(O_RDONLY), fd = device_open(O_RDONLY);

	subscribe(fd, IN, LONG);
	subscribe(fd, IN, 0);
	close(fd);
	CHECK_EQ(watchers(other, LINE_IN), 0);
}

static void another_user_adopts_nothing(void)
{
	int other = device_open(O_RDONLY);
	pid_t child;

	fixture_allow_all();
	watch_and_close(IN, LONG);
	child = ktap_fork();
	if (!child) {
		int fd;

		fixture_become(USER_A);
		fd = device_open(O_RDONLY);
		subscribe(fd, IN, 0);
		CHECK_EQ(watchers(fd, LINE_IN), 2);
		_exit(KTAP_PASS);
	}
	ktap_join(child);
	CHECK_EQ(watchers(other, LINE_IN), 1);
}

static void armed_again_after_replugging(void)
{
	int other = device_open(O_RDONLY);

	watch_and_close(IN, LONG);
	board_unbind();
	board_bind();
	while (!(device_line_info(other, LINE_IN).flags & GPIOHUB_LINE_KNOWN))
		;
	CHECK_EQ(watchers(other, LINE_IN), 1);
}

static void ends_with_the_hub(void)
{
	watch_and_close(IN, LONG);
	fixture_hub_delete();
	CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
	CHECK(fixture_find_hub());
	CHECK_EQ(watchers(device_open(O_RDONLY), LINE_IN), 0);
}

static void too_long_is_refused(void)
{
	struct gpiohub_subscription subscription = { .lines = IN, .kinds = GPIOHUB_KINDS_ALL,
		.keep_ms = LONG + 1 };

	CHECK_ERRNO(ioctl(device_open(O_RDONLY), GPIOHUB_SUBSCRIBE, &subscription), EINVAL);
}

static const struct ktap_case cases[] = {
	{ "what happens between two files is in the stream", nothing_is_lost, 0 },
	{ "kept lines are adopted by the same user's next file", adopted_by_the_next, 0 },
	{ "a line is kept once, however many files had it", kept_once, 0 },
	{ "lines are not kept for longer than was asked", not_for_ever, 0 },
	{ "lines are kept only if that was asked last", only_if_asked_for, 0 },
	{ "another user adopts nothing", another_user_adopts_nothing, 0 },
	{ "kept lines are armed again when their chip is back", armed_again_after_replugging, 0 },
	{ "nothing is kept of a deleted hub", ends_with_the_hub, 0 },
	{ "keeping for longer than is allowed is refused", too_long_is_refused, 0 },
};

FIXTURE_MAIN(cases)
