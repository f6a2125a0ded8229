// SPDX-License-Identifier: GPL-2.0
/* What steps.h says. */
#include "device.h"
#include "ktap.h"
#include "steps.h"

int steps_try_play(int fd, struct gpiohub_play play)
{
	return ioctl(fd, GPIOHUB_PLAY, &play) ? errno : 0;
}

void steps_play(int fd, struct gpiohub_play play)
{
	int error = steps_try_play(fd, play);

	if (error)
		KTAP_FAIL_WITH("play %u: %s", play.id, strerror(error));
}

void steps_wave(int fd, __u32 id, __u64 line, __u32 times, __u64 high_ns, __u64 low_ns,
		__u32 flags)
{
	const struct gpiohub_step steps[] = { STEP_LOOP(times), STEP_SET(line, high_ns),
		STEP_CLEAR(line, low_ns), STEP_END };

	steps_play(fd, PLAY(id, line, steps, .flags = flags));
}

void steps_cancel(int fd, __u32 id, __u32 flags)
{
	struct gpiohub_cancel cancel = { .id = id, .flags = flags };

	CHECK_OK(ioctl(fd, GPIOHUB_CANCEL, &cancel));
}

struct ending steps_until_end(int reader, __u32 id)
{
	struct gpiohub_event event;
	struct ending ending = {};

	do {
		event = device_next(reader);
	} while (event.type != GPIOHUB_EVENT_PATTERN || event.value != id);
	ending.time_ns = event.time_ns;
	event = device_next(reader);
	CHECK_EQ(event.type, GPIOHUB_EVENT_REPORT);
	ending.outcome = event.value & 0xffff;
	ending.error = event.value >> 16;
	ending.late_max = (__u32)event.time_ns;
	ending.late_mean = event.time_ns >> 32;
	ending.driven = event.levels;
	return ending;
}

void steps_expect_end(int reader, __u32 id, enum gpiohub_outcome outcome)
{
	struct ending ending = steps_until_end(reader, id);

	if (ending.outcome != outcome)
		KTAP_FAIL_WITH("run of %u: outcome %u (errno %u), expected %u", id,
			       ending.outcome, ending.error, outcome);
}
