// SPDX-License-Identifier: GPL-2.0
/*
 * Reads that do not block anybody: RWF_NOWAIT and io_uring, by its system calls.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define FREE	BIT_OF(LINE_FREE)
#define IN	BIT_OF(LINE_IN)
#define OUT	BIT_OF(LINE_OUT)
#define ENTRIES	16

/* As much of a ring as a test needs: its entries are used once each, in order. */
struct uring {
	int fd;
	struct io_uring_params params;
	struct io_uring_sqe *sqes;
	char *sq, *cq;
};

static __u32 *word(char *ring, __u32 offset)
{
	return (__u32 *)(ring + offset);
}

static void *uring_map(const struct uring *uring, size_t size, off_t offset)
{
	void *region = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			    uring->fd, offset);

	CHECK(region != MAP_FAILED);
	return region;
}

static struct uring uring_open(void)
{
	struct uring uring = {};

	uring.fd = syscall(SYS_io_uring_setup, ENTRIES, &uring.params);
	if (uring.fd == -1)
		ktap_skip("no io_uring here: %s", strerror(errno));
	uring.sqes = uring_map(&uring, ENTRIES * sizeof(*uring.sqes), IORING_OFF_SQES);
	uring.sq = uring_map(&uring, uring.params.sq_off.array + ENTRIES * sizeof(__u32),
			     IORING_OFF_SQ_RING);
	uring.cq = uring_map(&uring, uring.params.cq_off.cqes + uring.params.cq_entries *
			     sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
	return uring;
}

static void uring_submit(struct uring *uring, const struct io_uring_sqe *sqe)
{
	__u32 *tail = word(uring->sq, uring->params.sq_off.tail);
	__u32 slot = *tail & (ENTRIES - 1);

	uring->sqes[slot] = *sqe;
	word(uring->sq, uring->params.sq_off.array)[slot] = slot;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	CHECK_EQ(syscall(SYS_io_uring_enter, uring->fd, 1, 0, 0, NULL, 0), 1);
}

static void uring_read(struct uring *uring, int fd, struct gpiohub_event *events,
		       unsigned int count, __u64 tag)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_READ, .fd = fd, .off = -1,
		.addr = (uintptr_t)events, .len = count * sizeof(*events), .user_data = tag };

	uring_submit(uring, &sqe);
}

static bool uring_peek(struct uring *uring, struct io_uring_cqe *cqe)
{
	__u32 *head = word(uring->cq, uring->params.cq_off.head);
	const struct io_uring_cqe *cqes =
		(struct io_uring_cqe *)(uring->cq + uring->params.cq_off.cqes);

	if (__atomic_load_n(word(uring->cq, uring->params.cq_off.tail), __ATOMIC_ACQUIRE) == *head)
		return false;
	*cqe = cqes[*head & (uring->params.cq_entries - 1)];
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return true;
}

/* Waits for the next one that is over: what it says. */
static int uring_next(struct uring *uring, struct io_uring_cqe *cqe)
{
	while (!uring_peek(uring, cqe))
		CHECK_OK(syscall(SYS_io_uring_enter, uring->fd, 0, 1, IORING_ENTER_GETEVENTS,
				 NULL, 0));
	return cqe->res;
}

static void expect_pending(struct uring *uring)
{
	struct io_uring_cqe cqe;

	/* Lets the kernel do what it put off. */
	syscall(SYS_io_uring_enter, uring->fd, 0, 0, IORING_ENTER_GETEVENTS, NULL, 0);
	CHECK(!uring_peek(uring, &cqe));
}

/* Threads of this process; io_uring's own are among them. */
static unsigned int threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;
	unsigned int count = 0;

	CHECK(tasks);
	while ((entry = readdir(tasks)))
		count += entry->d_name[0] != '.';
	closedir(tasks);
	return count;
}

static void read_completes_with_the_event(void)
{
	struct uring uring = uring_open();
	int fd = device_driving(FREE), reader = device_open(O_RDONLY);
	struct gpiohub_event event;
	struct io_uring_cqe cqe;
	unsigned int i;

	for (i = 0; i < 10; i++) {
		uring_read(&uring, reader, &event, 1, i);
		expect_pending(&uring);
		device_toggle(fd, FREE, 1);
		CHECK_EQ(uring_next(&uring, &cqe), sizeof(event));
		CHECK_EQ(cqe.user_data, i);
		CHECK_EQ(event.line, LINE_FREE);
		device_set(fd, FREE, 0);
		CHECK_EQ(device_next(reader).line, LINE_FREE);
	}
	/* No thread waited in place of ours. */
	CHECK_EQ(threads(), 1);
}

static void read_completes_from_the_interrupt(void)
{
	struct uring uring = uring_open();
	struct io_uring_cqe cqe;
	int fd = device_driving(OUT), reader = device_open(O_RDONLY);
	struct gpiohub_event event;

	device_subscribe(reader, IN, GPIOHUB_KINDS_EDGES);
	uring_read(&uring, reader, &event, 1, 0);
	expect_pending(&uring);
	device_set(fd, OUT, OUT);
	CHECK_EQ(uring_next(&uring, &cqe), sizeof(event));
	CHECK_EQ(event.line, LINE_IN);
	CHECK_EQ(threads(), 1);
}

static void several_reads_share_the_stream(void)
{
	struct uring uring = uring_open();
	struct io_uring_cqe cqe;
	int fd = device_driving(FREE), reader = device_open(O_RDONLY);
	struct gpiohub_event events[5];
	__u64 seen = 0, first;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		uring_read(&uring, reader, &events[i], 1, i);
	expect_pending(&uring);
	first = device_head();
	device_toggle(fd, FREE, ARRAY_SIZE(events));
	for (i = 0; i < ARRAY_SIZE(events); i++)
		CHECK_EQ(uring_next(&uring, &cqe), sizeof(events[0]));
	for (i = 0; i < ARRAY_SIZE(events); i++)
		seen |= 1ULL << (events[i].seq - first);
	CHECK_EQ(seen, (1ULL << ARRAY_SIZE(events)) - 1);
}

static void nowait_read_says_eagain(void)
{
	struct uring uring = uring_open();
	struct gpiohub_event event;
	struct io_uring_sqe sqe = { .opcode = IORING_OP_READ, .fd = device_open(O_RDONLY),
		.off = -1, .addr = (uintptr_t)&event, .len = sizeof(event),
		.rw_flags = RWF_NOWAIT };
	struct io_uring_cqe cqe;

	uring_submit(&uring, &sqe);
	CHECK_EQ(uring_next(&uring, &cqe), -EAGAIN);
}

static void read_ends_with_the_hub(void)
{
	struct uring uring = uring_open();
	struct io_uring_cqe cqe;
	struct gpiohub_event event;
	int reader = device_open(O_RDONLY);

	/* Nothing but its end is to be read. */
	device_subscribe(reader, 0, GPIOHUB_KIND(GPIOHUB_EVENT_GUARD));
	uring_read(&uring, reader, &event, 1, 0);
	expect_pending(&uring);
	fixture_hub_delete();
	CHECK_EQ(uring_next(&uring, &cqe), -ENODEV);
}

/* What waits when its process ends is over with it; the modules unload after it. */
static void read_may_be_left_pending(void)
{
	struct uring uring = uring_open();
	static struct gpiohub_event event;

	uring_read(&uring, device_open(O_RDONLY), &event, 1, 0);
	expect_pending(&uring);
}

static void multishot_poll_sees_every_batch(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_POLL_ADD, .len = IORING_POLL_ADD_MULTI,
		.poll32_events = POLLIN, .user_data = 7 };
	struct uring uring = uring_open();
	int fd = device_driving(FREE), reader = device_open(O_RDONLY | O_NONBLOCK);
	struct gpiohub_event events[8];
	struct io_uring_cqe cqe;
	unsigned int i;

	sqe.fd = reader;
	uring_submit(&uring, &sqe);
	expect_pending(&uring);
	for (i = 0; i < 50; i++) {
		device_toggle(fd, FREE, 2);
		CHECK_EQ(uring_next(&uring, &cqe) & POLLIN, POLLIN);
		CHECK_EQ(cqe.user_data, 7);
		CHECK_EQ(cqe.flags & IORING_CQE_F_MORE, IORING_CQE_F_MORE);
		/* The second event may have a completion of its own. */
		CHECK_EQ(read(reader, events, sizeof(events)), 2 * sizeof(events[0]));
		while (uring_peek(&uring, &cqe))
			CHECK_EQ(cqe.flags & IORING_CQE_F_MORE, IORING_CQE_F_MORE);
	}
}

static ssize_t read_now(int fd, struct gpiohub_event *events, unsigned int count)
{
	struct iovec iov = { events, count * sizeof(*events) };

	return preadv2(fd, &iov, 1, -1, RWF_NOWAIT);
}

static void nowait_reads_what_is_there(void)
{
	int fd = device_driving(FREE), reader = device_open(O_RDONLY);
	struct gpiohub_event events[4];

	CHECK_ERRNO(read_now(reader, events, 4), EAGAIN);
	device_toggle(fd, FREE, 3);
	CHECK_EQ(read_now(reader, events, 4), 3 * sizeof(events[0]));
	CHECK_ERRNO(read_now(reader, events, 4), EAGAIN);
	CHECK_EQ(lseek(reader, 0, SEEK_CUR), (events[2].seq + 1) * sizeof(events[0]));
}

/* There is no reading elsewhere than at the file's place. */
static void position_cannot_be_given(void)
{
	struct gpiohub_event event;
	struct iovec iov = { &event, sizeof(event) };

	CHECK_ERRNO(preadv2(device_open(O_RDONLY), &iov, 1, 0, RWF_NOWAIT), ESPIPE);
}

static void events_may_be_split(void)
{
	int fd = device_driving(FREE), reader = device_open(O_RDONLY);
	struct gpiohub_event events[2] = {};
	char *bytes = (char *)events;
	struct iovec iov[] = { { bytes, 5 }, { bytes + 5, 30 }, { bytes + 35, 29 } };
	__u64 seq = device_head();

	device_toggle(fd, FREE, 2);
	CHECK_EQ(readv(reader, iov, 3), sizeof(events));
	CHECK_EQ(events[0].seq, seq);
	CHECK_EQ(events[1].seq, seq + 1);
	CHECK_EQ(events[1].line, LINE_FREE);
	iov[0].iov_len = 4;
	CHECK_ERRNO(readv(reader, iov, 1), EINVAL);
}

/* What could not be copied is still there. */
static void bad_buffer_loses_nothing(void)
{
	int fd = device_driving(FREE), reader = device_open(O_RDONLY);
	struct gpiohub_event events[2] = {};
	struct iovec iov[] = { { events, sizeof(events[0]) + 8 }, { NULL, 24 } };
	__u64 seq = device_head();

	device_toggle(fd, FREE, 2);
	CHECK_EQ(readv(reader, iov, 2), sizeof(events[0]));
	CHECK_ERRNO(readv(reader, &iov[1], 1), EINVAL);
	iov[1].iov_len = sizeof(events[0]);
	CHECK_ERRNO(readv(reader, &iov[1], 1), EFAULT);
	CHECK_EQ(readv(reader, iov, 1), sizeof(events[0]));
	CHECK_EQ(events[0].seq, seq + 1);
}

/* A page that is not there until somebody answers on the file that is returned. */
static int absent_page(void **page, long size)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd == -1)
		ktap_skip("no userfaultfd here: %s", strerror(errno));
	*page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(*page != MAP_FAILED);
	area.range.start = (uintptr_t)*page;
	area.range.len = size;
	CHECK_OK(ioctl(fd, UFFDIO_API, &api));
	CHECK_OK(ioctl(fd, UFFDIO_REGISTER, &area));
	return fd;
}

struct reading {
	int fd;
	void *page;
};

static void *read_in_thread(void *data)
{
	const struct reading *reading = data;

	return (void *)read(reading->fd, reading->page, sizeof(struct gpiohub_event));
}

static void nowait_does_not_wait_for_readers(void)
{
	long size = sysconf(_SC_PAGESIZE);
	int fd = device_driving(FREE), reader = device_open(O_RDONLY), faults;
	struct reading reading = { .fd = reader };
	struct uffdio_zeropage answer = {};
	struct gpiohub_event event;
	struct uffd_msg fault;
	pthread_t thread;
	void *got;

	faults = absent_page(&reading.page, size);
	device_toggle(fd, FREE, 2);
	CHECK_EQ(pthread_create(&thread, NULL, read_in_thread, &reading), 0);
	/* Now it sits in the page fault, in the middle of its read. */
	CHECK_EQ(read(faults, &fault, sizeof(fault)), sizeof(fault));
	CHECK_ERRNO(read_now(reader, &event, 1), EAGAIN);
	answer.range.start = (uintptr_t)reading.page;
	answer.range.len = size;
	CHECK_OK(ioctl(faults, UFFDIO_ZEROPAGE, &answer));
	CHECK_EQ(pthread_join(thread, &got), 0);
	CHECK_EQ((intptr_t)got, sizeof(event));
	CHECK_EQ(read_now(reader, &event, 1), sizeof(event));
}

static const struct ktap_case cases[] = {
	{ "RWF_NOWAIT reads what is there, or says EAGAIN", nowait_reads_what_is_there, 0 },
	{ "RWF_NOWAIT does not wait for another reader", nowait_does_not_wait_for_readers, 0 },
	{ "a position cannot be given", position_cannot_be_given, 0 },
	{ "readv splits events as it is told", events_may_be_split, 0 },
	{ "a bad buffer of readv loses no event", bad_buffer_loses_nothing, 0 },
	{ "an io_uring read completes when an event comes", read_completes_with_the_event, 0 },
	{ "an interrupt completes an io_uring read", read_completes_from_the_interrupt, 0 },
	{ "io_uring reads of one file share its stream", several_reads_share_the_stream, 0 },
	{ "an io_uring read with RWF_NOWAIT says EAGAIN", nowait_read_says_eagain, 0 },
	{ "an io_uring read ends when the hub is deleted", read_ends_with_the_hub, 0 },
	{ "an io_uring read ends with its process", read_may_be_left_pending, 0 },
	{ "a multishot poll of io_uring sees every batch", multishot_poll_sees_every_batch, 0 },
};

/* What a ring waits for is given back some time after its process has ended. */
static void teardown(void)
{
	char users[16];

	do {
		sched_yield();
		CHECK_EQ(fixture_read("/sys/module/gpiohub/refcnt", users, sizeof(users)), 0);
	} while (strcmp(users, "0"));
	fixture_teardown();
}

int main(int argc, char **argv)
{
	static const struct ktap_suite suite = {
		.cases = cases,
		.count = ARRAY_SIZE(cases),
		.before = fixture_before,
		.setup = fixture_setup,
		.teardown = teardown,
		.teardown_name = "the modules unload again",
	};

	return ktap_main(argc, argv, &suite);
}
