// SPDX-License-Identifier: GPL-2.0
/* read(2): what it gives, when it waits, what it says was lost. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/uio.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define EVENT	((off_t)sizeof(struct gpiohub_event))

static void begins_at_end(void)
{
	int fd = device_driving(FREE | FREE2);
	int reader;

	device_toggle(fd, FREE, 10);
	reader = device_open(O_RDONLY);
	CHECK_EQ(lseek(reader, 0, SEEK_CUR), device_head() * EVENT);
	device_expect_empty(reader);
	device_toggle(fd, FREE, 1);
	CHECK_EQ(device_next(reader).seq, device_head() - 1);
}

static void whole_events_only(void)
{
	unsigned char bytes[sizeof(struct gpiohub_event) * 3];
	int reader = device_open(O_RDONLY);
	int fd = device_driving(FREE | FREE2);

	CHECK_OK(lseek(reader, 0, SEEK_END));
	device_toggle(fd, FREE, 5);
	CHECK_ERRNO(read(reader, bytes, 0), EINVAL);
	CHECK_ERRNO(read(reader, bytes, EVENT - 1), EINVAL);
	CHECK_EQ(read(reader, bytes, EVENT + 1), EVENT);
	CHECK_EQ(read(reader, bytes, 3 * EVENT - 1), 2 * EVENT);
	CHECK_EQ(read(reader, bytes, sizeof(bytes)), 2 * EVENT);
	device_expect_empty(reader);
}

static void bad_buffer_moves_nothing(void)
{
	int reader = device_open(O_RDONLY);
	int fd = device_driving(FREE | FREE2);
	/* Not NULL: the compiler would know. */
	char *volatile nowhere = (char *)8;
	off_t before;

	device_toggle(fd, FREE, 5);
	before = lseek(reader, 0, SEEK_CUR);
	CHECK_ERRNO(read(reader, nowhere, 4 * EVENT), EFAULT);
	CHECK_EQ(lseek(reader, 0, SEEK_CUR), before);
}

static void empty_is_eagain(void)
{
	struct gpiohub_event event;
	int reader = device_open(O_RDONLY | O_NONBLOCK);

	CHECK_ERRNO(read(reader, &event, sizeof(event)), EAGAIN);
}

static void blocked_read_is_woken(void)
{
	int fd = device_driving(FREE | FREE2);
	pid_t child = ktap_fork();

	if (!child) {
		int reader = device_open(O_RDONLY);
		struct gpiohub_event event;

		device_subscribe(reader, FREE2, GPIOHUB_KINDS_EDGES);
		/* Tells that it is about to read. */
		device_toggle(fd, FREE, 1);
		CHECK_EQ(read(reader, &event, sizeof(event)), sizeof(event));
		CHECK_EQ(event.line, LINE_FREE + 1);
		_exit(KTAP_PASS);
	}
	while (device_get(fd, FREE) == 0)
		fixture_await_sleep(child);
	fixture_await_sleep(child);
	device_toggle(fd, FREE2, 1);
	ktap_join(child);
}

static void ignore_signal(int number)
{
	(void)number;
}

static void signal_interrupts_read(void)
{
	pid_t child = ktap_fork();

	if (!child) {
		struct sigaction action = { .sa_handler = ignore_signal };
		struct gpiohub_event event;
		int reader = device_open(O_RDONLY);

		CHECK_OK(sigaction(SIGUSR1, &action, NULL));
		CHECK_ERRNO(read(reader, &event, sizeof(event)), EINTR);
		_exit(KTAP_PASS);
	}
	/* A signal before its handler is there would end it: it sleeps in read first. */
	fixture_await_sleep(child);
	kill(child, SIGUSR1);
	ktap_join(child);
}

static void lost_is_exact(void)
{
	int fd = device_driving(FREE | FREE2);
	int reader = device_open(O_RDONLY);
	__u32 records = device_info(fd).records;
	__u64 first = device_head();
	struct gpiohub_event event;

	device_toggle(fd, FREE, records + 123);
	event = device_next(reader);
	CHECK_EQ(event.type, GPIOHUB_EVENT_LOST);
	CHECK_EQ(event.seq, first);
	CHECK_EQ(event.value, 123);
	CHECK_EQ(event.levels, 123);
	CHECK_EQ(lseek(reader, 0, SEEK_CUR), (off_t)(first + 123) * EVENT);
	CHECK_EQ(device_next(reader).seq, first + 123);
}

/* A reader that asks for another line is told all the same. */
static void lost_passes_the_filter(void)
{
	int fd = device_driving(FREE | FREE2);
	int reader = device_open(O_RDONLY);
	__u32 records = device_info(fd).records;
	struct gpiohub_event event;
	__u64 first;

	device_subscribe(reader, FREE2, GPIOHUB_KINDS_EDGES);
	CHECK_OK(lseek(reader, 0, SEEK_END));
	first = device_head();
	device_set(fd, FREE2, FREE2);
	device_toggle(fd, FREE, records + 1);
	device_set(fd, FREE2, 0);
	event = device_next(reader);
	CHECK_EQ(event.type, GPIOHUB_EVENT_LOST);
	CHECK_EQ(event.seq, first);
	CHECK_EQ(event.levels, 3);
	event = device_next(reader);
	CHECK_EQ(event.line, LINE_FREE + 1);
	CHECK_EQ(event.seq, first + records + 2);
}

static void text_follows_the_filter(void)
{
	int fd = device_open(O_RDWR);
	int reader = device_open(O_RDONLY);

	device_subscribe(reader, FREE, GPIOHUB_KINDS_EDGES);
	device_message(fd, "not for that reader");
	device_expect_empty(reader);
	device_subscribe(reader, FREE, GPIOHUB_KIND(GPIOHUB_EVENT_MESSAGE));
	CHECK_OK(lseek(reader, 0, SEEK_END));
	device_message(fd, "for that reader");
	CHECK_EQ(device_next(reader).type, GPIOHUB_EVENT_MESSAGE);
	CHECK_EQ(device_next(reader).type, GPIOHUB_EVENT_TEXT);
}

static void vector_read(void)
{
	struct gpiohub_event events[4];
	struct iovec parts[] = { { &events[0], 2 * EVENT }, { &events[2], 2 * EVENT } };
	int fd = device_driving(FREE | FREE2);
	int reader = device_open(O_RDONLY);

	device_toggle(fd, FREE, 4);
	CHECK_EQ(readv(reader, parts, 2), 4 * EVENT);
	CHECK_EQ(events[3].seq, events[0].seq + 3);
}

static void file_is_shared_by_fork(void)
{
	int fd = device_driving(FREE | FREE2);
	int reader = device_open(O_RDONLY);
	__u64 first = device_head();
	pid_t child;

	device_toggle(fd, FREE, 2);
	child = ktap_fork();
	if (!child) {
		CHECK_EQ(device_next(reader).seq, first);
		_exit(KTAP_PASS);
	}
	ktap_join(child);
	CHECK_EQ(device_next(reader).seq, first + 1);
}

static void all_is_accounted_for(void)
{
	unsigned long total = ktap_count(10000), received = 0;
	struct gpiohub_event events[64];
	int fd = device_driving(FREE | FREE2);
	int reader = device_open(O_RDONLY);
	__u64 next = device_head(), end = next + total, lost = 0;
	pid_t child = ktap_fork();

	if (!child) {
		device_toggle(fd, FREE, total);
		_exit(KTAP_PASS);
	}
	while (next < end) {
		ssize_t i, got;

		device_wait(reader);
		got = read(reader, events, sizeof(events));
		CHECK_OK(got);
		for (i = 0; i < got / EVENT; i++) {
			CHECK_EQ(events[i].seq, next);
			if (events[i].type == GPIOHUB_EVENT_LOST) {
				next += events[i].levels;
				lost += events[i].levels;
			} else {
				next++;
				received++;
			}
		}
	}
	ktap_join(child);
	CHECK_EQ(received + lost, total);
	device_expect_empty(reader);
}

static const struct ktap_case cases[] = {
	{ "a file begins at the end of the stream", begins_at_end, 0 },
	{ "read gives whole events only", whole_events_only, 0 },
	{ "read to a bad buffer loses nothing", bad_buffer_moves_nothing, 0 },
	{ "read without waiting is EAGAIN when there is nothing", empty_is_eagain, 0 },
	{ "a blocked read is woken by an event that it asks for", blocked_read_is_woken, 0 },
	{ "a signal interrupts a blocked read", signal_interrupts_read, 0 },
	{ "a lapped reader is told exactly what it lost", lost_is_exact, 0 },
	{ "loss is told whatever the reader asks for", lost_passes_the_filter, 0 },
	{ "text follows its message through the filter", text_follows_the_filter, 0 },
	{ "readv fills its parts in order", vector_read, 0 },
	{ "a file shared by fork has one place in the stream", file_is_shared_by_fork, 0 },
	{ "received and lost add up to what was published", all_is_accounted_for, 0 },
};

FIXTURE_MAIN(cases)
