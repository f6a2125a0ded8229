// SPDX-License-Identifier: GPL-2.0
/*
 * Random calls, while all memory that they share with the kernel is rewritten. Whatever
 * comes: a documented error, a bystander who misses nothing, a hub that still works, and
 * a kernel that has nothing to report.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "board.h"
#include "calls.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define FREE	BIT_OF(LINE_FREE)
#define FLOOD	(LINE_FREE + 6)		/* beyond the lines that calls often name */
#define FILES	3

/* Are the files that it is called on restricted to that? */
static bool looking;

/* Rewrites words of the calls' memory and of a mapped cursor. */
struct mutator {
	pthread_t thread;
	unsigned int seed;
	volatile struct gpiohub_cursor *cursor;
	bool stop;
};

static void *mutate(void *data)
{
	volatile __u32 *words = (volatile __u32 *)&calls_memory;
	struct mutator *mutator = data;

	while (!__atomic_load_n(&mutator->stop, __ATOMIC_RELAXED)) {
		unsigned int at = rand_r(&mutator->seed) % (sizeof(calls_memory) / 4);
		__u32 was = words[at];

		/* A wrong value, for as long as this takes, or for good. */
		words[at] = rand_r(&mutator->seed) % 2 ? was ^ 1U << rand_r(&mutator->seed) % 32 :
			(__u32)rand_r(&mutator->seed);
		mutator->cursor->tail = rand_r(&mutator->seed);
		mutator->cursor->wake_at = rand_r(&mutator->seed);
		if (rand_r(&mutator->seed) % 64)
			words[at] = was;
		else
			sched_yield();
	}
	return NULL;
}

/* Another process that reads everything, and counts. It is told where the end is. */
struct bystander {
	pid_t process;
	int tell;
};

/* Who may only look makes lines known, and nothing else; the generator floods. */
static void expect_harmless(const struct gpiohub_event *event)
{
	CHECK(event->type == GPIOHUB_EVENT_KNOWN || event->type == GPIOHUB_EVENT_LOST ||
	      GPIOHUB_KINDS_EDGES & GPIOHUB_KIND(event->type));
	CHECK(event->type == GPIOHUB_EVENT_LOST || !(event->flags & GPIOHUB_EVENT_FLAG_DRIVEN));
}

static void bystand(int fd, int told)
{
	struct pollfd wait[] = { { .fd = fd, .events = POLLIN }, { .fd = told, .events = POLLIN } };
	__u64 first = lseek(fd, 0, SEEK_CUR) / sizeof(struct gpiohub_event), seq = first;
	__u64 received = 0, lost = 0, end = ~0ULL;
	struct gpiohub_event events[256];
	ssize_t got, i;

	while (seq != end) {
		CHECK_OK(poll(wait, end == ~0ULL ? 2 : 1, FOREVER));
		if (wait[1].revents && end == ~0ULL)
			CHECK_EQ(read(told, &end, sizeof(end)), sizeof(end));
		got = read(fd, events, sizeof(events)) / (ssize_t)sizeof(*events);
		for (i = 0; i < got; i++) {
			CHECK_EQ(events[i].seq, seq);
			if (looking)
				expect_harmless(&events[i]);
			if (events[i].type == GPIOHUB_EVENT_LOST) {
				lost += events[i].levels;
				seq += events[i].levels;
			} else {
				received++;
				seq++;
			}
		}
	}
	CHECK_EQ(received + lost, end - first);
	ktap_say("a bystander received %llu events and lost %llu", received, lost);
	_exit(KTAP_PASS);
}

static void bystander_begin(struct bystander *bystander)
{
	int ends[2], fd = device_open(O_RDONLY | O_NONBLOCK);

	CHECK_OK(pipe(ends));
	bystander->process = ktap_fork();
	if (!bystander->process)
		bystand(fd, ends[0]);
	close(fd);
	close(ends[0]);
	bystander->tell = ends[1];
}

static void bystander_end(struct bystander *bystander)
{
	__u64 head = device_head();

	CHECK_EQ(write(bystander->tell, &head, sizeof(head)), sizeof(head));
	ktap_join(bystander->process);
}

static void open_anew(int *fd)
{
	if (*fd)
		close(*fd);
	*fd = device_open(O_RDWR | O_NONBLOCK);
	if (looking)
		CHECK_OK(ioctl(*fd, GPIOHUB_RESTRICT, &(__u32){ GPIOHUB_RESTRICT_DRIVE }));
}

/* Rules that were handed to the hub stay otherwise. */
static void delete_all_rules(void)
{
	int fd = device_open(O_RDWR);
	char path[96], text[64];
	__u32 id;

	snprintf(path, sizeof(path), "/sys/class/gpiohub/%s/rules",
		 fixture_node() + strlen("/dev/"));
	while (!fixture_read(path, text, sizeof(text)) && *text) {
		id = strtoul(text, NULL, 10);
		CHECK_OK(ioctl(fd, GPIOHUB_RULE_DEL, &id));
	}
	close(fd);
}

/* All is as it should be: a line can be had and watched, and nothing is left. */
static void still_works(void)
{
	int fd = device_open(O_RDWR);

	device_claim(fd, FREE, GPIOHUB_GUARD_INPUT);
	device_input(fd, FREE);
	board_level(LINE_FREE, false);
	device_subscribe(fd, FREE, GPIOHUB_KINDS_EDGES);
	CHECK_OK(lseek(fd, 0, SEEK_END));
	board_level(LINE_FREE, true);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_RISING);
	close(fd);
	fixture_expect_freed("gpiohub_wait");
	fixture_expect_freed("gpiohub_pattern");
	fixture_expect_freed("gpiohub_rule");
}

/* A ring so small that the bystander is lapped now and then. */
static void shrink_ring(void)
{
	fixture_hub_delete();
	fixture_module_reload("records=2048 storm_rate=0 hubs=" BOARD_HUB);
	CHECK(fixture_find_hub());
}

/* @files share the lines, so that they get into each other's way. */
static void play(unsigned long count, int (*call)(int fd))
{
	unsigned int seed = fixture_seed();
	struct mutator mutator = { .seed = seed ^ 0x5555 };
	struct bystander bystander;
	int files[FILES] = {}, mapped_fd;
	unsigned long i, good = 0;
	struct mapped mapped;

	mapped_fd = device_open(O_RDWR);
	mapped = mapped_open(mapped_fd, true);
	device_subscribe(mapped_fd, BIT_OF(FLOOD), GPIOHUB_KINDS_EDGES);
	/* So that nobody makes it an output. */
	device_claim(mapped_fd, BIT_OF(FLOOD), GPIOHUB_GUARD_INPUT);
	calls_seed(seed);
	fixture_option("message_rate", "1000000");
	/* Endless patterns leave the calls some of the processor. */
	fixture_option("pattern_cpu", "10");
	bystander_begin(&bystander);
	mutator.cursor = mapped.cursor;
	CHECK_EQ(pthread_create(&mutator.thread, NULL, mutate, &mutator), 0);
	for (i = 0; i < FILES; i++)
		open_anew(&files[i]);
	for (i = 0; i < count; i++) {
		if (call(files[calls_pick(FILES)]) != -1)
			good++;
		else if (!calls_documented(errno))
			KTAP_FAIL_WITH("call %lu: %s", i, strerror(errno));
		if (!calls_pick(200))
			open_anew(&files[calls_pick(FILES)]);
		/* The mapped one is not read; but it is asked whether it could be. */
		device_poll(mapped_fd, 0);
		if (!calls_pick(500)) {
			board_wait_generated(60);
			board_generate(FLOOD, 0, 5000);
		}
	}
	ktap_say("%lu calls, %lu of them good", count, good);
	board_wait_generated(60);
	mutator.stop = true;
	CHECK_EQ(pthread_join(mutator.thread, NULL), 0);
	for (i = 0; i < FILES; i++)
		close(files[i]);
	mapped_close(&mapped, mapped_fd);
	close(mapped_fd);
	if (!looking)
		delete_all_rules();
	bystander_end(&bystander);
	if (!looking)
		still_works();
}

static void structured_calls(void)
{
	unsigned int i, worked = 0;

	shrink_ring();
	play(fixture_count(10000), calls_structured);
	for (i = 0; i < calls_verb_count; i++) {
		const struct calls_verb *verb = &calls_verbs[i];

		ktap_say("%s: %lu of %lu good", verb->name, verb->good, verb->done);
		worked += verb->good > 0;
	}
	/* Else it is noise as well. */
	CHECK_LE(8 * calls_verb_count, 10 * worked);
}

static void noisy_calls(void)
{
	shrink_ring();
	play(fixture_count(10000), calls_noise);
}

/* As a file that is handed to a program which may look, and no more. */
static void calls_by_who_may_look(void)
{
	int owner;

	shrink_ring();
	owner = device_driving(FREE);
	device_set(owner, FREE, FREE);
	looking = true;
	play(fixture_count(10000), calls_structured);
	CHECK_EQ(device_line_info(owner, LINE_FREE).flags & GPIOHUB_LINE_MINE,
		 GPIOHUB_LINE_MINE);
	CHECK(board_pin(LINE_FREE));
	device_set(owner, FREE, 0);
	CHECK(!board_pin(LINE_FREE));
}

static const struct ktap_case cases[] = {
	{ "random calls end well or in a documented error", structured_calls, 300 },
	{ "noise ends in a documented error", noisy_calls, 300 },
	{ "calls by who may only look change nothing for others", calls_by_who_may_look, 300 },
};

FIXTURE_MAIN(cases)
