// SPDX-License-Identifier: GPL-2.0
/* What calls.h says. */
#include <stdlib.h>
#include <sys/eventfd.h>

#include "board.h"
#include "calls.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "steps.h"

struct calls_memory calls_memory;

static unsigned int seed;

void calls_seed(unsigned int value)
{
	seed = value;
}

unsigned int calls_pick(unsigned int count)
{
	return rand_r(&seed) % count;
}

/* Mostly 0, so that calls get past the first check. */
static __u64 rarely(__u64 value)
{
	return calls_pick(16) ? 0 : value;
}

/* Few, so that those that a file owns are met often. */
static __u64 some_lines(void)
{
	__u64 lines = BIT_OF(calls_pick(6));

	while (!calls_pick(4))
		lines |= BIT_OF(calls_pick(BOARD_LINES));
	return lines | rarely(BIT_OF(calls_pick(64)));
}

/* Mostly one that the file owns, if there is any. */
static __u64 own_lines(int fd)
{
	unsigned int tries;

	for (tries = calls_pick(16); tries; tries--) {
		struct gpiohub_line_info info = { .line = calls_pick(6) };

		if (!ioctl(fd, GPIOHUB_LINE_INFO, &info) && info.flags & GPIOHUB_LINE_MINE)
			return BIT_OF(info.line) | rarely(some_lines());
	}
	return some_lines();
}

static __u32 some_id(void)
{
	return calls_pick(8) + rarely(rand_r(&seed));
}

static __u64 soon(void)
{
	return fixture_now() + calls_pick(1000) * US;
}

static __u32 some_edges(void)
{
	return calls_pick(3) ? GPIOHUB_KINDS_EDGES :
		GPIOHUB_KIND(GPIOHUB_EVENT_RISING) << rarely(calls_pick(16));
}

static int info(int fd)
{
	struct gpiohub_info info;

	return ioctl(fd, GPIOHUB_INFO, &info);
}

static int line_info(int fd)
{
	struct gpiohub_line_info info = { .line = calls_pick(20) };

	return ioctl(fd, GPIOHUB_LINE_INFO, &info);
}

static int subscribe(int fd)
{
	struct gpiohub_subscription subscription = { .lines = some_lines(),
		.kinds = GPIOHUB_KINDS_ALL ^ rarely(calls_pick(1024)), .reserved = rarely(1) };

	return ioctl(fd, GPIOHUB_SUBSCRIBE, &subscription);
}

static int get(int fd)
{
	struct gpiohub_levels levels = { .lines = some_lines(), .reserved = rarely(1) };

	return ioctl(fd, GPIOHUB_GET, &levels);
}

static int set(int fd)
{
	struct gpiohub_levels levels = { .lines = own_lines(fd), .levels = some_lines(),
		.reserved = rarely(1) };

	return ioctl(fd, GPIOHUB_SET, &levels);
}

static int claim(int fd)
{
	struct gpiohub_claim claim = { .lines = some_lines(),
		.guard = 1 + calls_pick(3) + rarely(calls_pick(300)),
		.levels = rarely(some_lines()),
		.heartbeat_us = rarely(1000 + calls_pick(10000)), .reserved = rarely(1) };

	return ioctl(fd, GPIOHUB_CLAIM, &claim);
}

static int release(int fd)
{
	__u64 lines = some_lines();

	return ioctl(fd, GPIOHUB_RELEASE, &lines);
}

static int configure(int fd)
{
	struct gpiohub_config config = { .lines = own_lines(fd), .levels = some_lines(),
		.direction = calls_pick(4) ? GPIOHUB_DIRECTION_OUTPUT :
			calls_pick(3) + rarely(calls_pick(256)),
		.bias = rarely(calls_pick(4)), .drive = rarely(calls_pick(5)),
		.reserved = rarely(1), .debounce_us = rarely(rand_r(&seed)) };

	return ioctl(fd, GPIOHUB_CONFIGURE, &config);
}

static int kick(int fd)
{
	return ioctl(fd, GPIOHUB_KICK);
}

static int wait_for(int fd)
{
	struct gpiohub_wait wait = { .lines = some_lines() | calls_pick(2) * 0x3f, .count = 1 + calls_pick(3),
		.kinds = calls_pick(2) ? GPIOHUB_KINDS_ALL : some_edges(),
		.id = some_id(), .since = GPIOHUB_FROM_NOW };
	int flags = fcntl(fd, F_GETFL), result, error;
	bool blocks = !calls_pick(4);

	if (calls_pick(4))
		wait.since = calls_pick(2) ? device_head() - calls_pick(8) : (__u64)rand_r(&seed);
	if (blocks) {
		wait.timeout_ns = soon();
		CHECK_OK(fcntl(fd, F_SETFL, flags & ~O_NONBLOCK));
	}
	result = ioctl(fd, GPIOHUB_WAIT, &wait);
	error = errno;
	if (blocks)
		CHECK_OK(fcntl(fd, F_SETFL, flags));
	errno = error;
	return result;
}

/* An eventfd, full or not, that only the hub has afterwards. */
static int hand_over_eventfd(int fd)
{
	__u64 full = -2ULL;
	int told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int result, error;

	CHECK_OK(told);
	if (!calls_pick(4))
		CHECK_EQ(write(told, &full, sizeof(full)), sizeof(full));
	result = ioctl(fd, GPIOHUB_EVENTFD, &told);
	error = errno;
	close(told);
	errno = error;
	return result;
}

/* What it says of each kind of descriptor is documented: nothing else will do. */
static int tell_eventfd(int fd)
{
	const struct {
		__s32 told;
		int error;
	} others[] = { { -1, 0 }, { -2 - (__s32)calls_pick(1000), EBADF },
		{ 100000 + (__s32)calls_pick(1000), EBADF }, { fd, EINVAL } };
	unsigned int which = calls_pick(2 * ARRAY_SIZE(others));
	int error = 0, result;

	if (which < ARRAY_SIZE(others)) {
		error = others[which].error;
		result = ioctl(fd, GPIOHUB_EVENTFD, &others[which].told);
	} else {
		result = hand_over_eventfd(fd);
	}
	if ((result ? errno : 0) != error)
		KTAP_FAIL_WITH("EVENTFD %u: %s, expected %s", which, strerror(result ? errno : 0),
			       strerror(error));
	return result;
}

/* Drives, loops and their ends; mostly as many of these as of those. */
static __u32 some_steps(__u64 lines)
{
	const unsigned int most = ARRAY_SIZE(calls_memory.steps);
	struct gpiohub_step *steps = calls_memory.steps;
	unsigned int count = 0, depth = 0;

	while (count < 4 || calls_pick(4)) {
		struct gpiohub_step step = { .set = lines & rand_r(&seed), .wait_ns =
			1000 + calls_pick(100 * US) };

		if (count + depth >= most - 2)
			break;
		step.clear = lines & ~step.set;
		if (!calls_pick(3)) {
			step = (struct gpiohub_step)STEP_LOOP(calls_pick(4) + rarely(1 << 20));
			depth++;
			steps[count++] = step;
			step = (struct gpiohub_step)STEP_SET(lines, 1000 + calls_pick(1000));
		} else if (depth && !calls_pick(3)) {
			step = (struct gpiohub_step)STEP_END;
			depth--;
		}
		step.set ^= rarely(some_lines());
		steps[count++] = step;
	}
	while (depth-- && count < most)
		steps[count++] = (struct gpiohub_step)STEP_END;
	return count + rarely(calls_pick(8));
}

static struct gpiohub_play some_play(int fd)
{
	static const __u32 flags[] = { 0, GPIOHUB_PLAY_REPLACE, GPIOHUB_PLAY_AT_CYCLE,
		GPIOHUB_PLAY_MORE, GPIOHUB_PLAY_STANDING };
	struct gpiohub_play play = { .lines = own_lines(fd),
		.steps = (uintptr_t)calls_memory.steps, .id = some_id(),
		.flags = flags[calls_pick(ARRAY_SIZE(flags))] | rarely(calls_pick(64)),
		.start = calls_pick(4) + rarely(4), .timeout_ns = calls_pick(2) ? 0 : soon() };

	play.count = some_steps(play.lines);
	if (play.start == GPIOHUB_START_AT)
		play.start_ns = soon();
	if (play.start == GPIOHUB_START_EDGE) {
		play.start_line = calls_pick(6);
		play.start_kinds = some_edges();
	}
	return play;
}

static int play_it(int fd)
{
	struct gpiohub_play play = some_play(fd);

	return ioctl(fd, GPIOHUB_PLAY, &play);
}

static int cancel(int fd)
{
	struct gpiohub_cancel cancel = { .id = some_id(),
		.flags = calls_pick(2) | rarely(calls_pick(8)) };

	return ioctl(fd, GPIOHUB_CANCEL, &cancel);
}

static struct gpiohub_rule some_rule(int fd)
{
	struct gpiohub_rule rule = { .id = some_id(), .flags = calls_pick(8) + rarely(8),
		.trigger = calls_pick(6) + rarely(calls_pick(20)), .kinds = some_edges(),
		.mask = rarely(some_lines()), .set = own_lines(fd), .clear = rarely(some_lines()),
		.toggle = rarely(some_lines()), .stop = rarely(some_lines()),
		.holdoff_ns = GPIOHUB_HOLDOFF_MIN_NS + calls_pick(MS), .start = rarely(some_id()),
		.reserved[1] = rarely(1) };

	rule.value = rule.mask & some_lines();
	return rule;
}

static int rule_add(int fd)
{
	struct gpiohub_rule rule = some_rule(fd);

	return ioctl(fd, GPIOHUB_RULE_ADD, &rule);
}

static int rule_del(int fd)
{
	__u32 id = some_id();

	return ioctl(fd, GPIOHUB_RULE_DEL, &id);
}

static struct gpiohub_command some_command(int fd)
{
	struct gpiohub_command command = {
		.op = GPIOHUB_OP_SET + calls_pick(GPIOHUB_OP_RULE_DEL) + rarely(calls_pick(256)),
		.line = rarely(calls_pick(64)), .flags = rarely(calls_pick(65536)),
		.id = some_id(), .mask = own_lines(fd), .value = some_lines(),
	};

	switch (command.op) {
	case GPIOHUB_OP_CLAIM:
		command.value = 1 + calls_pick(2) + rarely(1ULL << 43);
		break;
	case GPIOHUB_OP_CONFIGURE:
		command.arg = GPIOHUB_DIRECTION_OUTPUT + rarely((__u64)rand_r(&seed) << 8);
		break;
	case GPIOHUB_OP_SET:
	case GPIOHUB_OP_RELEASE:
		break;
	default:
		command.mask = rarely(1);
		command.value = some_id();
	}
	if (command.op == GPIOHUB_OP_PLAY)
		command.value = (uintptr_t)&calls_memory.play + rarely(rand_r(&seed));
	if (command.op == GPIOHUB_OP_RULE_ADD)
		command.value = (uintptr_t)&calls_memory.rule + rarely(rand_r(&seed));
	if (command.op == GPIOHUB_OP_KICK || command.op == GPIOHUB_OP_RELEASE)
		command.value = 0;
	return command;
}

static int submit(int fd)
{
	struct gpiohub_submit submit = { .commands = (uintptr_t)calls_memory.commands,
		.count = 1 + calls_pick(1 + calls_pick(ARRAY_SIZE(calls_memory.commands))),
		.reserved = rarely(1) };
	unsigned int i;
	int result;

	for (i = 0; i < submit.count; i++)
		calls_memory.commands[i] = some_command(fd);
	calls_memory.rule = some_rule(fd);
	calls_memory.play = some_play(fd);
	result = ioctl(fd, GPIOHUB_SUBMIT, &submit);
	CHECK_LE(submit.done, submit.count);
	return result;
}

static int seek(int fd)
{
	return lseek(fd, (off_t)calls_pick(4096) * calls_pick(33), calls_pick(6)) == -1 ? -1 : 0;
}

static int read_some(int fd)
{
	struct gpiohub_event events[64];

	return read(fd, events, calls_pick(sizeof(events))) == -1 ? -1 : 0;
}

static int write_some(int fd)
{
	char text[GPIOHUB_MAX_MESSAGE + 2] = {};

	return write(fd, text, calls_pick(sizeof(text))) == -1 ? -1 : 0;
}

struct calls_verb calls_verbs[] = {
	{ .name = "INFO", .call = info }, { .name = "LINE_INFO", .call = line_info },
	{ .name = "SUBSCRIBE", .call = subscribe }, { .name = "GET", .call = get },
	{ .name = "SET", .call = set }, { .name = "CLAIM", .call = claim },
	{ .name = "RELEASE", .call = release }, { .name = "CONFIGURE", .call = configure },
	{ .name = "KICK", .call = kick }, { .name = "WAIT", .call = wait_for },
	{ .name = "PLAY", .call = play_it }, { .name = "CANCEL", .call = cancel },
	{ .name = "RULE_ADD", .call = rule_add }, { .name = "RULE_DEL", .call = rule_del },
	{ .name = "SUBMIT", .call = submit }, { .name = "EVENTFD", .call = tell_eventfd },
	{ .name = "lseek", .call = seek },
	{ .name = "read", .call = read_some }, { .name = "write", .call = write_some },
};

const unsigned int calls_verb_count = ARRAY_SIZE(calls_verbs);

int calls_structured(int fd)
{
	struct calls_verb *verb = &calls_verbs[calls_pick(calls_verb_count)];
	int result = verb->call(fd);

	verb->done++;
	verb->good += result != -1;
	return result;
}

/* Mostly a verb's number, and words that mean nothing or not much. */
int calls_noise(int fd)
{
	static const unsigned long verbs[] = { GPIOHUB_INFO, GPIOHUB_LINE_INFO, GPIOHUB_SUBSCRIBE,
		GPIOHUB_GET, GPIOHUB_WAIT, GPIOHUB_CANCEL, GPIOHUB_CLAIM, GPIOHUB_RELEASE,
		GPIOHUB_CONFIGURE, GPIOHUB_SET, GPIOHUB_SUBMIT, GPIOHUB_KICK, GPIOHUB_PLAY,
		GPIOHUB_RULE_ADD, GPIOHUB_RULE_DEL, GPIOHUB_EVENTFD };
	static const unsigned int sizes[] = { 0, 4, 8, 24, 32, 64, 72, 96, 176 };
	unsigned long request = verbs[calls_pick(ARRAY_SIZE(verbs))];
	__u64 noise[32];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(noise); i++) {
		noise[i] = calls_pick(3) ? 0 : calls_pick(64);
		if (!calls_pick(8))
			noise[i] = (__u64)rand_r(&seed) << calls_pick(33);
		if (!calls_pick(16))
			noise[i] = (uintptr_t)&calls_memory;
	}
	if (!calls_pick(4))
		request = _IOC(calls_pick(4), GPIOHUB_IOCTL, calls_pick(0x1a),
			       sizes[calls_pick(ARRAY_SIZE(sizes))]);
	/* Rights that are given up would end the game. */
	if (request == GPIOHUB_RESTRICT)
		return 0;
	return ioctl(fd, request, noise);
}

bool calls_documented(int error)
{
	static const int errors[] = { EINVAL, ENXIO, EFAULT, ENOTTY, EACCES, EBUSY, EPERM, EIO,
		EOPNOTSUPP, EAGAIN, ENOENT, EEXIST, ENOSPC, EDQUOT, EOVERFLOW, ETIMEDOUT, EBADF,
		EMSGSIZE };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		if (error == errors[i])
			return true;
	}
	return false;
}
