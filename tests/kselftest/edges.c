// SPDX-License-Identifier: GPL-2.0
/* From an edge at a pin to its event. */
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define OUT	BIT_OF(LINE_OUT)
#define IN	BIT_OF(LINE_IN)
#define OUT2	BIT_OF(LINE_OUT2)
#define IN2	BIT_OF(LINE_IN2)
#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)

/* Drives OUT and OUT2, watches IN and IN2, and has nothing to read yet. */
static int looped(void)
{
	int fd = device_open(O_RDWR);

	device_claim(fd, OUT | OUT2, GPIOHUB_GUARD_INPUT);
	device_output(fd, OUT | OUT2, 0);
	device_subscribe(fd, IN | IN2, GPIOHUB_KINDS_EDGES);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	return fd;
}

static void edge_arrives(void)
{
	int fd = looped();
	struct gpiohub_event event;

	device_set(fd, OUT, OUT);
	event = device_next(fd);
	CHECK_EQ(event.type, GPIOHUB_EVENT_RISING);
	CHECK_EQ(event.line, LINE_IN);
	CHECK_EQ(event.flags, 0);
	CHECK_EQ(event.levels & (IN | OUT), IN | OUT);
	device_set(fd, OUT, 0);
	event = device_next(fd);
	CHECK_EQ(event.type, GPIOHUB_EVENT_FALLING);
	CHECK_EQ(event.line, LINE_IN);
	CHECK_EQ(event.levels & (IN | OUT), 0);
}

static void cause_before_effect(void)
{
	int fd = looped();
	int reader = device_open(O_RDONLY);
	struct gpiohub_event cause, effect;

	device_set(fd, OUT, OUT);
	cause = device_next(reader);
	effect = device_next(reader);
	CHECK_EQ(cause.line, LINE_OUT);
	CHECK_EQ(cause.flags, GPIOHUB_EVENT_FLAG_DRIVEN);
	CHECK_EQ(effect.line, LINE_IN);
	CHECK_EQ(effect.seq, cause.seq + 1);
	CHECK_LE(cause.time_ns, effect.time_ns);
}

static void time_is_of_the_edge(void)
{
	int fd = looped();
	struct gpiohub_event event;
	__u64 before, after;

	before = fixture_now();
	device_set(fd, OUT, OUT);
	event = device_next(fd);
	after = fixture_now();
	CHECK_LE(before, event.time_ns);
	CHECK_LE(event.time_ns, after);
}

static void order_and_levels_hold(void)
{
	unsigned long i, count = ktap_count(1000);
	struct gpiohub_event event;
	__u64 last = 0, levels = 0, seq = 0;
	int fd = looped();

	for (i = 0; i < count; i++) {
		__u64 out = i & 1 ? OUT2 : OUT;
		__u64 in = i & 1 ? IN2 : IN;

		device_set(fd, out, i & 2 ? 0 : out);
		event = device_next(fd);
		levels ^= in;
		CHECK_EQ(event.line, i & 1 ? LINE_IN2 : LINE_IN);
		CHECK_EQ(event.type, i & 2 ? GPIOHUB_EVENT_FALLING : GPIOHUB_EVENT_RISING);
		CHECK_EQ(event.levels & (IN | IN2), levels);
		CHECK_LE(last, event.time_ns);
		CHECK(!i || seq < event.seq);
		last = event.time_ns;
		seq = event.seq;
	}
}

static void quick_edges_all_arrive(void)
{
	unsigned long i, count = 200;
	int fd = looped();

	device_toggle(fd, OUT, count);
	for (i = 0; i < count; i++)
		CHECK_EQ(device_next(fd).line, LINE_IN);
	device_expect_empty(fd);
}

/* Reads @count edges of a line and sees that they alternate from @rising on. */
static void expect_edges(int fd, unsigned long count, unsigned int line, bool rising)
{
	struct gpiohub_event events[256];
	unsigned long done = 0;
	__u64 last = 0;

	while (done < count) {
		ssize_t i, got;

		device_wait(fd);
		got = read(fd, events, sizeof(events));
		CHECK_OK(got);
		for (i = 0; i < got / (ssize_t)sizeof(events[0]); i++, done++) {
			struct gpiohub_event *event = &events[i];

			if (event->type == GPIOHUB_EVENT_LOST)
				KTAP_FAIL_WITH("lost %llu after %lu", event->levels, done);
			CHECK_EQ(event->line, line);
			CHECK_EQ(event->flags, 0);
			CHECK_EQ(event->type == GPIOHUB_EVENT_RISING, rising ^ (done % 2));
			CHECK_LE(last, event->time_ns);
			last = event->time_ns;
		}
	}
	CHECK_EQ(done, count);
	device_expect_empty(fd);
}

static void generated_are_exact(void)
{
	unsigned long count = ktap_count(1000);
	struct board_counts counts;
	int fd = device_open(O_RDONLY);

	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	board_generate(LINE_FREE, 1000, count);
	expect_edges(fd, count, LINE_FREE, true);
	board_wait_generated(60);
	counts = board_counts(LINE_FREE);
	CHECK_EQ(counts.edges, count);
	CHECK_EQ(counts.lost, 0);
}

static void burst_is_exact(void)
{
	unsigned long count = ktap_count(300);
	struct mapped mapped;
	struct gpiohub_state state;
	struct board_counts counts;
	int fd = device_open(O_RDONLY);

	mapped = mapped_open(fd, false);
	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	board_generate(LINE_FREE, 0, count);
	board_wait_generated(600);
	state = mapped_state(&mapped);
	counts = board_counts(LINE_FREE);
	CHECK_EQ(counts.edges, count);
	CHECK_EQ(counts.lost, 0);
	CHECK_EQ(state.line[LINE_FREE].rising + state.line[LINE_FREE].falling, count);
	CHECK_EQ(state.line[LINE_FREE].missed, 0);
}

/* Interrupts that a batch's own levels cause are taken between its commands. */
static void batch_lets_interrupts_in(void)
{
	struct gpiohub_command commands[16] = {};
	struct gpiohub_submit submit = {
		.commands = (uintptr_t)commands,
		.count = ARRAY_SIZE(commands),
	};
	int fd = looped();
	unsigned int i;

	for (i = 0; i < submit.count; i++) {
		commands[i].op = GPIOHUB_OP_SET;
		commands[i].mask = OUT;
		commands[i].value = i % 2 ? 0 : OUT;
	}
	CHECK_OK(ioctl(fd, GPIOHUB_SUBMIT, &submit));
	for (i = 0; i < submit.count; i++) {
		struct gpiohub_event event = device_next(fd);

		CHECK_EQ(event.line, LINE_IN);
		CHECK_EQ(event.type, i % 2 ? GPIOHUB_EVENT_FALLING : GPIOHUB_EVENT_RISING);
		CHECK_EQ(event.flags, 0);
	}
	device_expect_empty(fd);
}

static void counters_count(void)
{
	unsigned long count = 20;
	struct gpiohub_event event;
	struct gpiohub_state state;
	struct mapped mapped;
	int fd = looped();
	unsigned long i;

	mapped = mapped_open(fd, false);
	device_toggle(fd, OUT, count);
	for (i = 0; i < count; i++)
		event = device_next(fd);
	state = mapped_state(&mapped);
	CHECK_EQ(state.line[LINE_IN].rising, count / 2);
	CHECK_EQ(state.line[LINE_IN].falling, count / 2);
	CHECK_EQ(state.line[LINE_IN].missed, 0);
	CHECK_EQ(state.line[LINE_IN].last_ns, event.time_ns);
	CHECK_EQ(state.line[LINE_OUT].rising, count / 2);
	CHECK_EQ(state.line[LINE_IN2].rising, 0);
	CHECK_EQ(state.line[LINE_IN2].last_ns, 0);
	CHECK_EQ(state.seq, device_head());
}

/* In one order, without a gap, times that never run backwards. */
static void two_lines_at_once(void)
{
	unsigned long count = ktap_count(500), done = 0;
	unsigned long per_line[2] = {};
	struct gpiohub_event events[256];
	int fd = device_open(O_RDONLY);
	__u64 last = 0, seq;

	device_subscribe(fd, FREE | FREE2, GPIOHUB_KINDS_EDGES);
	seq = device_head();
	CHECK_OK(lseek(fd, 0, SEEK_END));
	board_generate(LINE_FREE, 1000, count);
	board_generate(LINE_FREE + 1, 700, count);
	while (done < 2 * count) {
		ssize_t i, got;

		device_wait(fd);
		got = read(fd, events, sizeof(events));
		CHECK_OK(got);
		for (i = 0; i < got / (ssize_t)sizeof(events[0]); i++, done++) {
			CHECK_EQ(events[i].seq, seq + done);
			CHECK_LE(last, events[i].time_ns);
			last = events[i].time_ns;
			per_line[events[i].line - LINE_FREE]++;
		}
	}
	CHECK_EQ(per_line[0], count);
	CHECK_EQ(per_line[1], count);
	device_expect_empty(fd);
}

static const struct ktap_case cases[] = {
	{ "an edge arrives with its line, kind and level", edge_arrives, 0 },
	{ "the cause comes before its effect", cause_before_effect, 0 },
	{ "an event has the time of its edge", time_is_of_the_edge, 0 },
	{ "order, levels and times agree over many edges", order_and_levels_hold, 0 },
	{ "quick edges arrive one by one", quick_edges_all_arrive, 0 },
	{ "a batch lets the interrupts in that it causes", batch_lets_interrupts_in, 0 },
	{ "every generated edge is one event", generated_are_exact, 0 },
	{ "a burst is counted exactly", burst_is_exact, 300 },
	{ "the state page counts edges by line", counters_count, 0 },
	{ "edges of two lines are in one order", two_lines_at_once, 0 },
};

FIXTURE_MAIN(cases)
