// SPDX-License-Identifier: GPL-2.0
/* What becomes of a line when its owner is gone: the guard that it declared. */
#include <signal.h>
#include <sys/wait.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)

/* The value of a GUARD event that is no failure. */
static __u32 guard_value(enum gpiohub_guard guard, enum gpiohub_end why)
{
	return guard | (__u32)why << 24;
}

static void guard_input_on_close(void)
{
	int reader = device_open(O_RDONLY);
	int fd = device_open(O_RDWR);
	struct gpiohub_event event;

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, FREE);
	CHECK(board_drives(LINE_FREE));
	close(fd);
	CHECK(!board_drives(LINE_FREE));
	event = device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
	CHECK_EQ(event.value, guard_value(GPIOHUB_GUARD_INPUT, GPIOHUB_END_CLOSED));
	CHECK_EQ(event.levels & FREE, 0);
	CHECK_EQ(device_line_info(reader, LINE_FREE).flags, 0);
}

static void guard_keep_on_close(void)
{
	int reader = device_open(O_RDONLY);
	int fd = device_open(O_RDWR);
	struct gpiohub_event event;

	device_claim(fd, FREE, GPIOHUB_GUARD_KEEP);
	device_output(fd, FREE, FREE);
	close(fd);
	CHECK(board_drives(LINE_FREE));
	CHECK(board_pin(LINE_FREE));
	event = device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
	CHECK_EQ(event.value, guard_value(GPIOHUB_GUARD_KEEP, GPIOHUB_END_CLOSED));
	CHECK_EQ(event.levels & FREE, FREE);
	CHECK_EQ(board_try_hold(LINE_FREE), EBUSY);
}

static void claim_levels(int fd, __u64 lines, __u64 levels, __u32 heartbeat_us)
{
	struct gpiohub_claim claim = { .lines = lines, .guard = GPIOHUB_GUARD_LEVELS,
		.levels = levels, .heartbeat_us = heartbeat_us };

	CHECK_OK(ioctl(fd, GPIOHUB_CLAIM, &claim));
}

/* One is an output that is otherwise, the other an input still. */
static void guard_levels_on_close(void)
{
	int reader = device_open(O_RDONLY);
	int fd = device_open(O_RDWR);
	struct gpiohub_event event;

	claim_levels(fd, FREE | FREE2, FREE2, 0);
	device_output(fd, FREE, FREE);
	close(fd);
	CHECK(board_drives(LINE_FREE));
	CHECK(!board_pin(LINE_FREE));
	CHECK(board_drives(LINE_FREE + 1));
	CHECK(board_pin(LINE_FREE + 1));
	event = device_until(reader, GPIOHUB_EVENT_FALLING, LINE_FREE);
	CHECK_EQ(event.flags, GPIOHUB_EVENT_FLAG_DRIVEN);
	event = device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
	CHECK_EQ(event.value, guard_value(GPIOHUB_GUARD_LEVELS, GPIOHUB_END_CLOSED));
	event = device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE + 1);
	CHECK_EQ(event.levels & (FREE | FREE2), FREE2);
	/* The hub goes on driving them. */
	CHECK_EQ(device_line_info(reader, LINE_FREE).flags & GPIOHUB_LINE_KEPT,
		 GPIOHUB_LINE_KEPT);
	CHECK_EQ(board_try_hold(LINE_FREE), EBUSY);
}

static void levels_are_adopted(void)
{
	int reader = device_open(O_RDONLY);
	int fd = device_open(O_RDWR);

	claim_levels(fd, FREE, FREE, 0);
	device_output(fd, FREE, 0);
	close(fd);
	device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
	fd = device_open(O_RDWR);
	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	CHECK(board_pin(LINE_FREE));
	/* It is an output already: no glitch, and it can be driven. */
	device_output(fd, FREE, 0);
	CHECK(board_pin(LINE_FREE));
	device_set(fd, FREE, 0);
	CHECK(!board_pin(LINE_FREE));
}

static void heartbeat_missed(void)
{
	struct gpiohub_levels set = { .lines = FREE, .levels = FREE };
	int reader = device_open(O_RDONLY);
	int fd = device_open(O_RDWR);
	struct gpiohub_event event;
	__u64 claimed;

	device_claim(fd, FREE2, GPIOHUB_GUARD_INPUT);
	claimed = fixture_now();
	claim_levels(fd, FREE, 0, 20000);
	event = device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
	CHECK_EQ(event.value, guard_value(GPIOHUB_GUARD_LEVELS, GPIOHUB_END_SILENT));
	CHECK_LE(claimed + 20000000, event.time_ns);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_SET, &set), EPERM);
	CHECK(!board_pin(LINE_FREE));
	/* What has no heartbeat stays. */
	CHECK_EQ(device_line_info(fd, LINE_FREE + 1).flags & GPIOHUB_LINE_MINE,
		 GPIOHUB_LINE_MINE);
	CHECK_OK(ioctl(fd, GPIOHUB_KICK));
	device_release(fd, FREE2);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_KICK), EPERM);
}

/* A guest may stand still for a while: the heartbeat is slow. */
static void heartbeat_kept(void)
{
	__u64 heartbeat = 1500000000, begin = fixture_now(), kicked;
	int reader = device_open(O_RDONLY);
	int fd = device_open(O_RDWR);
	struct gpiohub_event event;

	claim_levels(fd, FREE, FREE, heartbeat / 1000);
	device_output(fd, FREE, 0);
	do {
		kicked = fixture_now();
		CHECK_OK(ioctl(fd, GPIOHUB_KICK));
	} while (kicked < begin + 3 * heartbeat);
	CHECK(!board_pin(LINE_FREE));
	event = device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
	CHECK_LE(kicked + heartbeat, event.time_ns);
	CHECK(board_pin(LINE_FREE));
}

static void heartbeat_of_the_closed(void)
{
	unsigned long i, count = ktap_count(200);

	for (i = 0; i < count; i++) {
		int fd = device_open(O_RDWR);
		__u64 end;

		claim_levels(fd, FREE, FREE, GPIOHUB_HEARTBEAT_MIN);
		/* From before it runs out to after it. */
		end = fixture_now() + i % 20 * 100000;
		while (fixture_now() < end)
			;
		close(fd);
	}
	CHECK(board_pin(LINE_FREE));
}

static void guard_on_release(void)
{
	int reader = device_open(O_RDONLY);
	int fd = device_open(O_RDWR);
	struct gpiohub_event event;

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_claim(fd, FREE2, GPIOHUB_GUARD_KEEP);
	device_output(fd, FREE | FREE2, FREE | FREE2);
	device_release(fd, FREE | FREE2);
	CHECK(!board_drives(LINE_FREE));
	CHECK(board_drives(LINE_FREE + 1));
	event = device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
	CHECK_EQ(event.value, guard_value(GPIOHUB_GUARD_INPUT, GPIOHUB_END_RELEASED));
	device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE + 1);
}

static void guard_changed_by_claiming_again(void)
{
	int fd = device_open(O_RDWR);

	device_claim(fd, FREE, GPIOHUB_GUARD_KEEP);
	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, FREE);
	CHECK_EQ(device_line_info(fd, LINE_FREE).guard, GPIOHUB_GUARD_INPUT);
	close(fd);
	CHECK(!board_drives(LINE_FREE));
}

static void guard_when_killed(void)
{
	int reader = device_open(O_RDONLY);
	pid_t child = ktap_fork();
	int status;

	if (!child) {
		int fd = device_open(O_RDWR);

		device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
		device_claim(fd, FREE2, GPIOHUB_GUARD_KEEP);
		device_output(fd, FREE | FREE2, FREE | FREE2);
		raise(SIGKILL);
	}
	CHECK_EQ(waitpid(child, &status, 0), child);
	device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
	device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE + 1);
	CHECK(!board_drives(LINE_FREE));
	CHECK(board_drives(LINE_FREE + 1));
	CHECK(board_pin(LINE_FREE + 1));
}

/* The claiming process is gone, but its child still has the file. */
static void guard_when_claimer_exits(void)
{
	int reader = device_open(O_RDONLY);
	int gate[2];
	pid_t claimer;
	int status;

	CHECK_OK(pipe(gate));
	claimer = ktap_fork();
	if (!claimer) {
		int fd = device_open(O_RDWR);
		pid_t heir;

		device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
		device_output(fd, FREE, FREE);
		heir = fork();
		if (!heir) {
			char end;

			close(gate[1]);
			_exit(read(gate[0], &end, 1) != 0);
		}
		_exit(heir == -1);
	}
	CHECK_EQ(waitpid(claimer, &status, 0), claimer);
	CHECK_EQ(status, 0);
	CHECK_EQ(device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE).value,
		 guard_value(GPIOHUB_GUARD_INPUT, GPIOHUB_END_EXITED));
	CHECK(!board_drives(LINE_FREE));
	close(gate[1]);
}

static void heir_may_exit(void)
{
	int fd = device_open(O_RDWR);
	pid_t heir;

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, FREE);
	heir = ktap_fork();
	if (!heir) {
		close(fd);
		_exit(KTAP_PASS);
	}
	ktap_join(heir);
	CHECK(board_drives(LINE_FREE));
	CHECK_EQ(device_line_info(fd, LINE_FREE).flags & GPIOHUB_LINE_MINE, GPIOHUB_LINE_MINE);
}

static void duplicate_may_close(void)
{
	int fd = device_open(O_RDWR);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_output(fd, FREE, FREE);
	close(dup(fd));
	CHECK(board_drives(LINE_FREE));
}

static void killed_many_times(void)
{
	unsigned long i, count = ktap_count(10);
	int reader = device_open(O_RDONLY);

	for (i = 0; i < count; i++) {
		pid_t child = ktap_fork();
		int status;

		if (!child) {
			int fd = device_open(O_RDWR);

			device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
			device_output(fd, FREE, FREE);
			device_toggle(fd, FREE, i % 7);
			raise(SIGKILL);
		}
		CHECK_EQ(waitpid(child, &status, 0), child);
		device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
		CHECK(!board_drives(LINE_FREE));
	}
}

static const struct ktap_case cases[] = {
	{ "guard input makes the line an input at the last close", guard_input_on_close, 0 },
	{ "guard keep leaves the pin as it is", guard_keep_on_close, 0 },
	{ "guard levels drives what was declared", guard_levels_on_close, 0 },
	{ "lines with guard levels are adopted without a glitch", levels_are_adopted, 0 },
	{ "the guard is applied when the heartbeat stops", heartbeat_missed, 0 },
	{ "kicks keep the owner", heartbeat_kept, 0 },
	{ "a file may be closed while its heartbeat runs out", heartbeat_of_the_closed, 0 },
	{ "releasing applies the guard too", guard_on_release, 0 },
	{ "claiming again changes the guard", guard_changed_by_claiming_again, 0 },
	{ "the guard is applied when the owner is killed", guard_when_killed, 0 },
	{ "the guard is applied when the claimer exits before the last close",
	  guard_when_claimer_exits, 0 },
	{ "a child that inherited the file may exit", heir_may_exit, 0 },
	{ "a duplicate of the file may be closed", duplicate_may_close, 0 },
	{ "killed owners always leave the declared state", killed_many_times, 0 },
};

FIXTURE_MAIN(cases)
