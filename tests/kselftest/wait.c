// SPDX-License-Identifier: GPL-2.0
/* WAIT: until something happened so many times, and no longer. */
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "steps.h"

#define FREE	BIT_OF(LINE_FREE)
#define OUT	BIT_OF(LINE_OUT)
#define IN	BIT_OF(LINE_IN)

static struct gpiohub_wait wait_for(__u64 lines, __u32 kinds, __u32 count)
{
	return (struct gpiohub_wait) { .lines = lines, .kinds = kinds, .count = count,
		.since = GPIOHUB_FROM_NOW, .line = LINE_UNTOUCHED };
}

/* A thread that waits: began, and how it ended. */
struct waiting {
	pthread_t thread;
	int fd;
	struct gpiohub_wait wait;
	int error;
};

static void *run(void *data)
{
	struct waiting *waiting = data;

	waiting->error = ioctl(waiting->fd, GPIOHUB_WAIT, &waiting->wait) ? errno : 0;
	return NULL;
}

/* It waits from the head of now on, so that nothing depends on when it really begins. */
static void start(struct waiting *waiting, int fd, struct gpiohub_wait wait)
{
	wait.since = device_head();
	*waiting = (struct waiting) { .fd = fd, .wait = wait };
	CHECK_EQ(pthread_create(&waiting->thread, NULL, run, waiting), 0);
}

static int join(struct waiting *waiting)
{
	CHECK_EQ(pthread_join(waiting->thread, NULL), 0);
	return waiting->error;
}

/* Watches as long as somebody waits: its first sample is an event of the wait. */
static void until_waiting(int reader)
{
	device_until(reader, GPIOHUB_EVENT_KNOWN, LINE_IN);
}

static void counts_to_the_end(void)
{
	int fd = device_driving(OUT), reader = device_open(O_RDONLY);
	struct waiting waiting;

	start(&waiting, device_open(O_RDONLY), wait_for(IN, GPIOHUB_KINDS_EDGES, 3));
	until_waiting(reader);
	CHECK_EQ(device_line_info(reader, LINE_IN).watchers, 1);
	device_toggle(fd, OUT, 3);
	CHECK_EQ(join(&waiting), 0);
	CHECK_EQ(waiting.wait.count, 0);
	CHECK_EQ(waiting.wait.event.line, LINE_IN);
	CHECK_EQ(waiting.wait.event.type, GPIOHUB_EVENT_RISING);
	CHECK_EQ(waiting.wait.since, waiting.wait.event.seq + 1);
	CHECK_EQ(device_line_info(reader, LINE_IN).watchers, 0);
}

static void only_what_it_asked_for(void)
{
	int fd = device_driving(OUT | FREE), reader = device_open(O_RDONLY);
	struct waiting waiting;

	start(&waiting, device_open(O_RDONLY),
	      wait_for(IN, GPIOHUB_KIND(GPIOHUB_EVENT_FALLING), 2));
	until_waiting(reader);
	device_toggle(fd, FREE, 10);
	device_toggle(fd, OUT, 4);
	CHECK_EQ(join(&waiting), 0);
	CHECK_EQ(waiting.wait.event.type, GPIOHUB_EVENT_FALLING);
	CHECK_EQ(waiting.wait.event.line, LINE_IN);
}

static void what_was_counts(void)
{
	int fd = device_driving(FREE);
	struct gpiohub_wait wait = wait_for(FREE, GPIOHUB_KINDS_EDGES, 30);

	wait.since = device_head();
	device_toggle(fd, FREE, 40);
	CHECK_OK(ioctl(fd, GPIOHUB_WAIT, &wait));
	CHECK_EQ(wait.count, 0);
	/* Exactly the thirtieth, and the rest is there for the next. */
	CHECK_EQ(device_head() - wait.since, 10);
	wait.count = 10;
	CHECK_OK(ioctl(fd, GPIOHUB_WAIT, &wait));
}

static void nonblocking_says_eagain(void)
{
	int fd = device_driving(FREE);
	int other = device_open(O_RDONLY | O_NONBLOCK);
	struct gpiohub_wait wait = wait_for(FREE, GPIOHUB_KINDS_EDGES, 4);

	wait.since = device_head();
	device_toggle(fd, FREE, 2);
	CHECK_ERRNO(ioctl(other, GPIOHUB_WAIT, &wait), EAGAIN);
	CHECK_EQ(wait.count, 2);
	device_toggle(fd, FREE, 1);
	CHECK_ERRNO(ioctl(other, GPIOHUB_WAIT, &wait), EAGAIN);
	device_set(fd, FREE, 0);
	CHECK_OK(ioctl(other, GPIOHUB_WAIT, &wait));
}

static void time_limit_ends_it(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_wait wait = wait_for(IN, GPIOHUB_KINDS_EDGES, 1);

	wait.timeout_ns = fixture_now() + 5 * MS;
	CHECK_ERRNO(ioctl(fd, GPIOHUB_WAIT, &wait), ETIMEDOUT);
	CHECK_LE(wait.timeout_ns, fixture_now());
	CHECK_EQ(wait.count, 1);
	/* Past already. */
	CHECK_ERRNO(ioctl(fd, GPIOHUB_WAIT, &wait), ETIMEDOUT);
	CHECK_EQ(device_line_info(fd, LINE_IN).watchers, 0);
}

static void cancelled_by_id(void)
{
	int fd = device_open(O_RDONLY), reader = device_open(O_RDONLY);
	struct gpiohub_cancel cancel = { .id = 5 };
	struct gpiohub_wait wait = wait_for(IN, GPIOHUB_KINDS_EDGES, 1);
	struct waiting waiting;

	CHECK_ERRNO(ioctl(fd, GPIOHUB_CANCEL, &cancel), ENOENT);
	wait.id = 5;
	start(&waiting, fd, wait);
	until_waiting(reader);
	/* Armed is not entered yet. */
	while (ioctl(fd, GPIOHUB_CANCEL, &cancel))
		CHECK_EQ(errno, ENOENT);
	CHECK_EQ(join(&waiting), ECANCELED);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_CANCEL, &cancel), ENOENT);
	cancel.id = 0;
	CHECK_OK(ioctl(fd, GPIOHUB_CANCEL, &cancel));
	cancel.flags = 2;
	CHECK_ERRNO(ioctl(fd, GPIOHUB_CANCEL, &cancel), EINVAL);
}

static void ignore(int signal)
{
	(void)signal;
}

/* Signals rain on it; it counts each edge once all the same. */
static void signals_change_nothing(void)
{
	struct sigaction action = { .sa_handler = ignore, .sa_flags = SA_RESTART };
	struct itimerval often = { { 0, 5000 }, { 0, 5000 } };
	unsigned int i, edges = ktap_count(100);
	int fd = device_driving(OUT), reader = device_open(O_RDONLY);
	struct gpiohub_wait wait;
	pid_t child;

	/* Stays armed while the one below comes and goes. */
	device_subscribe(reader, IN, GPIOHUB_KINDS_EDGES);
	wait = wait_for(IN, GPIOHUB_KINDS_EDGES, edges);
	wait.since = device_head();
	child = ktap_fork();
	if (!child) {
		CHECK_OK(sigaction(SIGALRM, &action, NULL));
		CHECK_OK(setitimer(ITIMER_REAL, &often, NULL));
		CHECK_OK(ioctl(reader, GPIOHUB_WAIT, &wait));
		CHECK_EQ(wait.count, 0);
		_exit(KTAP_PASS);
	}
	/* Each is seen before the next is made. */
	for (i = 0; i < edges; i++) {
		struct gpiohub_wait one = wait_for(IN, GPIOHUB_KINDS_EDGES, 1);

		one.since = device_head();
		device_set(fd, OUT, i % 2 ? 0 : OUT);
		CHECK_OK(ioctl(fd, GPIOHUB_WAIT, &one));
		CHECK_EQ(one.event.flags & GPIOHUB_EVENT_FLAG_MISSED, 0);
	}
	ktap_join(child);
}

static void overwritten_is_told(void)
{
	int fd = device_driving(FREE);
	struct gpiohub_wait wait = wait_for(FREE, GPIOHUB_KINDS_EDGES, 10);

	wait.since = 0;
	device_toggle(fd, FREE, device_info(fd).records);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_WAIT, &wait), EOVERFLOW);
	wait.since = device_head() + 1;
	CHECK_ERRNO(ioctl(fd, GPIOHUB_WAIT, &wait), EINVAL);
}

static void wrong_calls_are_refused(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_wait wait = wait_for(IN, 0, 1);

	CHECK_ERRNO(ioctl(fd, GPIOHUB_WAIT, &wait), EINVAL);
	wait = wait_for(IN, GPIOHUB_KINDS_EDGES, 0);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_WAIT, &wait), EINVAL);
	wait = wait_for(IN, GPIOHUB_KIND(GPIOHUB_EVENT_TEXT), 1);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_WAIT, &wait), EINVAL);
	wait = wait_for(BIT_OF(BOARD_LINES), GPIOHUB_KINDS_EDGES, 1);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_WAIT, &wait), ENXIO);
	CHECK_EQ(wait.line, BOARD_LINES);
	fd = device_open(O_WRONLY);
	wait = wait_for(IN, GPIOHUB_KINDS_EDGES, 1);
	CHECK_ERRNO(ioctl(fd, GPIOHUB_WAIT, &wait), EACCES);
}

static void restricted_file_arms_nothing(void)
{
	int fd = device_open(O_RDONLY);
	struct gpiohub_wait wait = wait_for(IN, GPIOHUB_KINDS_EDGES, 1);
	__u32 rights = GPIOHUB_RESTRICT_ARM;

	CHECK_OK(ioctl(fd, GPIOHUB_RESTRICT, &rights));
	CHECK_ERRNO(ioctl(fd, GPIOHUB_WAIT, &wait), EACCES);
	CHECK_EQ(wait.line, LINE_IN);
}

static void gone_line_ends_it(void)
{
	int reader = device_open(O_RDONLY);
	struct waiting edges, back;

	start(&edges, device_open(O_RDONLY), wait_for(IN, GPIOHUB_KINDS_EDGES, 1));
	start(&back, device_open(O_RDONLY), wait_for(IN, GPIOHUB_KIND(GPIOHUB_EVENT_GONE), 2));
	until_waiting(reader);
	board_unbind();
	CHECK_EQ(join(&edges), ENODEV);
	CHECK_ERRNO(ioctl(reader, GPIOHUB_WAIT, &edges.wait), ENODEV);
	board_bind();
	CHECK_EQ(join(&back), 0);
	CHECK_EQ(back.wait.event.value, 0);
}

static void deleted_hub_ends_it(void)
{
	int reader = device_open(O_RDONLY);
	struct waiting message;

	start(&message, device_open(O_RDONLY),
	      wait_for(IN, GPIOHUB_KIND(GPIOHUB_EVENT_MESSAGE) | GPIOHUB_KINDS_EDGES |
		       GPIOHUB_KIND(GPIOHUB_EVENT_GONE), 1000));
	until_waiting(reader);
	fixture_hub_delete();
	CHECK_EQ(join(&message), ENODEV);
}

/* More than the interrupt wakes itself. */
static void many_wait_for_one_edge(void)
{
	int fd = device_driving(OUT), reader = device_open(O_RDONLY);
	struct waiting waiting[GPIOHUB_MAX_WAITS];
	struct gpiohub_wait wait = wait_for(IN, GPIOHUB_KINDS_EDGES, 1);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(waiting); i++)
		start(&waiting[i], device_open(O_RDONLY), wait);
	until_waiting(reader);
	while (device_line_info(reader, LINE_IN).watchers < ARRAY_SIZE(waiting))
		;
	/* As many as there can be. */
	do {
		wait.timeout_ns = fixture_now();
	} while (ioctl(reader, GPIOHUB_WAIT, &wait) && errno == ETIMEDOUT);
	CHECK_EQ(errno, ENOSPC);
	device_set(fd, OUT, OUT);
	for (i = 0; i < ARRAY_SIZE(waiting); i++)
		CHECK_EQ(join(&waiting[i]), 0);
	CHECK_EQ(device_line_info(reader, LINE_IN).watchers, 0);
}

static const struct ktap_case cases[] = {
	{ "a wait ends with the last event that it asked for", counts_to_the_end, 0 },
	{ "other lines and kinds do not count", only_what_it_asked_for, 0 },
	{ "what is in the stream already counts", what_was_counts, 0 },
	{ "O_NONBLOCK says EAGAIN and how far it came", nonblocking_says_eagain, 0 },
	{ "its time limit ends it", time_limit_ends_it, 0 },
	{ "it is cancelled by its id", cancelled_by_id, 0 },
	{ "signals make it miss nothing and count nothing twice", signals_change_nothing, 120 },
	{ "overwritten events are told, not counted", overwritten_is_told, 120 },
	{ "calls that are wrong are refused", wrong_calls_are_refused, 0 },
	{ "a file that gave up arming cannot wait for other lines", restricted_file_arms_nothing, 0 },
	{ "an unplugged line ends it, unless that is waited for", gone_line_ends_it, 0 },
	{ "a deleted hub ends it", deleted_hub_ends_it, 0 },
	{ "many can wait for one edge", many_wait_for_one_edge, 120 },
};

FIXTURE_MAIN(cases)
