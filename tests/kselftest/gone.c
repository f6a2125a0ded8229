// SPDX-License-Identifier: GPL-2.0
/* The board goes while it is used, and comes back. */
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define FREE		BIT_OF(LINE_FREE)
#define FREE2		BIT_OF(LINE_FREE + 1)
#define ALL_LINES	(BIT_OF(BOARD_LINES) - 1)
#define HUP		(POLLHUP | POLLERR)

/*
 * All lines are back; those that are watched are armed after that, one by one,
 * and then known. Asked with a reader that was opened before.
 */
static void rebind(int reader)
{
	board_bind();
	while (device_until(reader, GPIOHUB_EVENT_GONE, BOARD_LINES - 1).value)
		;
}

static void calls_say_enodev(void)
{
	struct gpiohub_subscription subscription = { .lines = FREE, .line = LINE_UNTOUCHED,
		.kinds = GPIOHUB_KINDS_ALL };
	struct gpiohub_claim claim = { .lines = FREE, .guard = GPIOHUB_GUARD_INPUT,
		.line = LINE_UNTOUCHED };
	struct gpiohub_levels levels = { .lines = FREE, .line = LINE_UNTOUCHED };
	int fd = device_open(O_RDWR);

	board_unbind();
	CHECK_ERRNO(ioctl(fd, GPIOHUB_SUBSCRIBE, &subscription), ENODEV);
	CHECK_EQ(subscription.line, LINE_FREE);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_CLAIM, &claim), ENODEV);
	CHECK_EQ(claim.line, LINE_FREE);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_GET, &levels), ENODEV);
	CHECK_EQ(levels.line, LINE_FREE);
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags, GPIOHUB_LINE_GONE);
}

static void going_is_published(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_event event;
	unsigned int line;

	board_unbind();
	for (line = 0; line < BOARD_LINES; line++) {
		event = device_next(fd);
		CHECK_EQ(event.type, GPIOHUB_EVENT_GONE);
		CHECK_EQ(event.line, line);
		CHECK_EQ(event.value, 1);
	}
	board_bind();
	for (line = 0; line < BOARD_LINES; line++) {
		event = device_next(fd);
		CHECK_EQ(event.type, GPIOHUB_EVENT_GONE);
		CHECK_EQ(event.line, line);
		CHECK_EQ(event.value, 0);
	}
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags, 0);
}

/* Gone, and never low. */
static void state_page_tells(void)
{
	int fd = device_open(O_RDWR);
	int reader = device_open(O_RDONLY);
	struct mapped mapped = mapped_open(fd, false);
	struct gpiohub_state state;

	device_claim(fd, FREE, GPIOHUB_GUARD_KEEP);
	device_output(fd, FREE, FREE);
	device_subscribe(fd, FREE2, GPIOHUB_KINDS_EDGES);
	board_unbind();
	state = mapped_state(&mapped);
	CHECK_EQ(state.gone, ALL_LINES);
	CHECK_EQ(state.known, 0);
	CHECK_EQ(state.levels, 0);
	CHECK_EQ(state.held, 0);
	CHECK_EQ(state.outputs, 0);
	CHECK_EQ(state.owned, 0);
	CHECK_EQ(state.kept, 0);
	CHECK_EQ(state.watched, FREE2);
	rebind(reader);
	CHECK_EQ(mapped_state(&mapped).gone, 0);
}

static void poll_hangs_up_subscriber(void)
{
	int watcher = device_open(O_RDONLY);
	int other = device_open(O_RDONLY);

	device_subscribe(watcher, FREE, GPIOHUB_KINDS_EDGES);
	CHECK_EQ(device_poll(watcher, 0), 0);
	board_unbind();
	CHECK_EQ(device_poll(watcher, FOREVER) & HUP, HUP);
	CHECK_EQ(device_poll(other, 0) & HUP, 0);
	rebind(other);
	CHECK_EQ(device_poll(watcher, 0) & HUP, 0);
}

static void sleeping_poll_is_woken(void)
{
	pid_t child = ktap_fork();

	if (!child) {
		int fd = device_open(O_RDONLY);

		device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
		CHECK_EQ(device_poll(fd, FOREVER) & HUP, HUP);
		_exit(KTAP_PASS);
	}
	fixture_await_sleep(child);
	board_unbind();
	ktap_join(child);
}

static void blocked_read_is_told(void)
{
	pid_t child = ktap_fork();

	if (!child) {
		int fd = device_open(O_RDONLY);
		struct gpiohub_event event = {};

		device_subscribe(fd, FREE, GPIOHUB_KIND(GPIOHUB_EVENT_GONE));
		CHECK_EQ(read(fd, &event, sizeof(event)), sizeof(event));
		CHECK_EQ(event.type, GPIOHUB_EVENT_GONE);
		CHECK_EQ(event.line, LINE_FREE);
		_exit(KTAP_PASS);
	}
	fixture_await_sleep(child);
	board_unbind();
	ktap_join(child);
}

static void subscription_is_armed_again(void)
{
	int watcher = device_open(O_RDONLY);
	int reader = device_open(O_RDONLY);

	device_subscribe(watcher, FREE, GPIOHUB_KINDS_EDGES);
	board_unbind();
	rebind(reader);
	device_until(reader, GPIOHUB_EVENT_KNOWN, LINE_FREE);
	CHECK_EQ(device_line_info(watcher, LINE_FREE).watchers, 1);
	board_level(LINE_FREE, true);
	CHECK_EQ(device_next(watcher).type, GPIOHUB_EVENT_RISING);
}

static void may_unsubscribe_meanwhile(void)
{
	int watcher = device_open(O_RDONLY);
	int reader = device_open(O_RDONLY);

	device_subscribe(watcher, FREE | FREE2, GPIOHUB_KINDS_EDGES);
	board_unbind();
	device_subscribe(watcher, 0, GPIOHUB_KINDS_EDGES);
	CHECK_EQ(device_poll(watcher, 0) & HUP, 0);
	rebind(reader);
	CHECK_EQ(device_line_info(watcher, LINE_FREE).flags, 0);
	CHECK_EQ(board_try_hold(LINE_FREE), 0);
}

static void ownership_ends(void)
{
	struct gpiohub_levels set = { .lines = FREE, .levels = 0, .line = LINE_UNTOUCHED };
	int fd = device_open(O_RDWR);
	int reader = device_open(O_RDONLY);
	struct gpiohub_line_info info;

	device_claim(fd, FREE, GPIOHUB_GUARD_KEEP);
	device_output(fd, FREE, FREE);
	board_unbind();
	CHECK_ERRNO(ioctl(fd, GPIOHUB_SET, &set), ENODEV);
	CHECK_EQ(set.line, LINE_FREE);
	info = device_line_info(fd, LINE_FREE);
	CHECK_EQ(info.flags, GPIOHUB_LINE_GONE);
	CHECK_EQ(info.guard, 0);
	CHECK_EQ(info.owner_pid, 0);
	rebind(reader);
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags, 0);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_SET, &set), EPERM);
	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, FREE);
	CHECK(board_pin(LINE_FREE));
}

static void guard_before_gone(void)
{
	int fd = device_open(O_RDWR);
	int reader = device_open(O_RDONLY);
	struct gpiohub_event event;

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, FREE);
	CHECK_OK(lseek(reader, 0, SEEK_END));
	board_unbind();
	event = device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
	CHECK_EQ(event.value, GPIOHUB_GUARD_INPUT | GPIOHUB_END_GONE << 24);
	CHECK_EQ(device_until(reader, GPIOHUB_EVENT_GONE, LINE_FREE).value, 1);
}

static void file_goes_on(void)
{
	int fd = device_open(O_RDWR);
	struct mapped mapped = mapped_open(fd, true);
	__u64 seq = device_head();
	struct gpiohub_event event;

	board_unbind();
	device_message(fd, "still talking");
	while (mapped_next(&mapped, &seq, &event) == MAPPED_EVENT &&
	       event.type != GPIOHUB_EVENT_MESSAGE)
		CHECK_EQ(event.type, GPIOHUB_EVENT_GONE);
	CHECK_EQ(event.type, GPIOHUB_EVENT_MESSAGE);
}

static const struct ktap_case cases[] = {
	{ "calls for a line that is gone are ENODEV", calls_say_enodev, 0 },
	{ "lines that go and come back are published", going_is_published, 0 },
	{ "the state page shows gone lines as gone and not as low", state_page_tells, 0 },
	{ "poll hangs up for who watches a gone line", poll_hangs_up_subscriber, 0 },
	{ "a sleeping poll is woken when the line goes", sleeping_poll_is_woken, 0 },
	{ "a blocked read is told when the line goes", blocked_read_is_told, 0 },
	{ "a subscription is armed again when the board is back", subscription_is_armed_again, 0 },
	{ "a gone line may be unsubscribed", may_unsubscribe_meanwhile, 0 },
	{ "ownership ends when the board goes", ownership_ends, 0 },
	{ "the guard is applied before the board is gone", guard_before_gone, 0 },
	{ "messages and mappings go on without the board", file_goes_on, 0 },
};

FIXTURE_MAIN(cases)
