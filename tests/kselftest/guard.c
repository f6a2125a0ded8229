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
	CHECK_EQ(event.value, GPIOHUB_GUARD_INPUT);
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
	CHECK_EQ(event.value, GPIOHUB_GUARD_KEEP);
	CHECK_EQ(event.levels & FREE, FREE);
	CHECK_EQ(board_try_hold(LINE_FREE), EBUSY);
}

static void guard_on_release(void)
{
	int reader = device_open(O_RDONLY);
	int fd = device_open(O_RDWR);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_claim(fd, FREE2, GPIOHUB_GUARD_KEEP);
	device_output(fd, FREE | FREE2, FREE | FREE2);
	device_release(fd, FREE | FREE2);
	CHECK(!board_drives(LINE_FREE));
	CHECK(board_drives(LINE_FREE + 1));
	device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
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
	device_until(reader, GPIOHUB_EVENT_GUARD, LINE_FREE);
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
