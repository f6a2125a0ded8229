// SPDX-License-Identifier: GPL-2.0
/*
 * Many readers at once, mapped and not, slow and quick: for every one of them
 * what it received and what it lost add up to what was published.
 */
#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"

#define FREE	BIT_OF(LINE_FREE)

struct account {
	__u64 next;
	__u64 received;
	__u64 lost;
	__u64 last_ns;
};

/* In order, whole, and what it should be. */
static void receive(struct account *account, const struct gpiohub_event *event)
{
	CHECK_EQ(event->seq, account->next);
	CHECK_EQ(event->line, LINE_FREE);
	CHECK_EQ(event->flags, GPIOHUB_EVENT_FLAG_DRIVEN);
	CHECK(event->type == GPIOHUB_EVENT_RISING || event->type == GPIOHUB_EVENT_FALLING);
	CHECK_EQ(event->levels & FREE, event->type == GPIOHUB_EVENT_RISING ? FREE : 0);
	CHECK_LE(account->last_ns, event->time_ns);
	account->last_ns = event->time_ns;
	account->next++;
	account->received++;
}

static void mapped_until(int fd, __u64 begin, __u64 end, struct account *account)
{
	struct mapped mapped = mapped_open(fd, true);
	struct gpiohub_event event;

	*account = (struct account){ .next = begin };
	while (account->next < end) {
		__u64 seq = account->next, lost;

		switch (mapped_next(&mapped, &seq, &event)) {
		case MAPPED_EVENT:
			receive(account, &event);
			break;
		case MAPPED_LAPPED:
			lost = mapped_catch_up(&mapped, &account->next);
			account->lost += lost;
			CHECK_NE(lost, 0);
			break;
		case MAPPED_NOTHING:
			CHECK(mapped_sleep(&mapped, fd, account->next, 1));
			break;
		}
	}
	CHECK_EQ(account->received + account->lost, end - begin);
}

/* Reads @size events at a time. */
static void read_until(int fd, __u64 begin, __u64 end, unsigned int size,
		       struct account *account)
{
	struct gpiohub_event events[256];

	*account = (struct account){ .next = begin };
	while (account->next < end) {
		ssize_t got, i;

		device_wait(fd);
		got = read(fd, events, size * sizeof(events[0]));
		CHECK_OK(got);
		for (i = 0; i < got / (ssize_t)sizeof(events[0]); i++) {
			if (events[i].type != GPIOHUB_EVENT_LOST) {
				receive(account, &events[i]);
				continue;
			}
			CHECK_EQ(events[i].seq, account->next);
			account->next += events[i].levels;
			account->lost += events[i].levels;
		}
	}
	CHECK_EQ(account->received + account->lost, end - begin);
}

/* Runs so many readers of either kind beside one writer. */
static void run_readers(unsigned int count, unsigned long events)
{
	pid_t children[64];
	int fd = device_driving(FREE);
	__u64 begin = device_head(), end = begin + events;
	struct account account;
	unsigned int i;

	for (i = 0; i < count; i++) {
		/* Opened here, so that all of them begin at the same place. */
		int reader = device_open(O_RDWR);

		children[i] = ktap_fork();
		if (children[i]) {
			close(reader);
			continue;
		}
		if (i % 2)
			mapped_until(reader, begin, end, &account);
		else
			read_until(reader, begin, end, 1 + i * 8 % 256, &account);
		if (account.lost)
			ktap_say("reader %u lost %llu of %lu", i, account.lost, events);
		_exit(KTAP_PASS);
	}
	device_toggle(fd, FREE, events);
	for (i = 0; i < count; i++)
		ktap_join(children[i]);
}

static void two_readers(void)
{
	run_readers(2, ktap_count(20000));
}

static void sixteen_readers(void)
{
	run_readers(16, ktap_count(5000));
}

static void sixty_readers(void)
{
	run_readers(60, ktap_count(500));
}

static void lapped_mapped_reader(void)
{
	int fd = device_driving(FREE);
	int reader = device_open(O_RDWR);
	struct mapped mapped = mapped_open(reader, true);
	struct gpiohub_event event;
	__u64 begin = device_head(), seq = begin;

	device_toggle(fd, FREE, mapped.count + 77);
	CHECK_EQ(mapped_next(&mapped, &seq, &event), MAPPED_LAPPED);
	CHECK_EQ(mapped_catch_up(&mapped, &seq), 77);
	CHECK_EQ(seq, begin + 77);
	CHECK_EQ(mapped_next(&mapped, &seq, &event), MAPPED_EVENT);
	CHECK_EQ(event.seq, begin + 77);
}

/* The oldest record held is good, the one before it is not. */
static void exactly_full_ring(void)
{
	int fd = device_driving(FREE);
	struct mapped mapped = mapped_open(fd, false);
	struct gpiohub_event event;
	__u64 seq = device_head();
	__u32 i;

	device_toggle(fd, FREE, mapped.count);
	for (i = 0; i < mapped.count; i++)
		CHECK_EQ(mapped_next(&mapped, &seq, &event), MAPPED_EVENT);
	CHECK_EQ(mapped_next(&mapped, &seq, &event), MAPPED_NOTHING);
	seq -= mapped.count;
	device_toggle(fd, FREE, 1);
	CHECK_EQ(mapped_next(&mapped, &seq, &event), MAPPED_LAPPED);
	seq++;
	CHECK_EQ(mapped_next(&mapped, &seq, &event), MAPPED_EVENT);
}

/* A small ring that goes round all the time under the eyes of its readers. */
static void always_lapped(void)
{
	fixture_module_reload("records=2048 hubs=" BOARD_HUB);
	CHECK(fixture_find_hub());
	run_readers(8, ktap_count(50000));
}

static void generated_for_all(void)
{
	unsigned long count = ktap_count(1000);
	pid_t children[8];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(children); i++) {
		int reader = device_open(O_RDWR);

		device_subscribe(reader, FREE, GPIOHUB_KINDS_EDGES);
		CHECK_OK(lseek(reader, 0, SEEK_END));
		children[i] = ktap_fork();
		if (!children[i]) {
			unsigned long seen;

			for (seen = 0; seen < count; seen++)
				CHECK_EQ(device_next(reader).line, LINE_FREE);
			device_expect_empty(reader);
			_exit(KTAP_PASS);
		}
	}
	board_generate(LINE_FREE, 500, count);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		ktap_join(children[i]);
	CHECK_EQ(board_counts(LINE_FREE).edges, count);
}

static void stopped_reader_holds_nobody(void)
{
	int fd = device_driving(FREE);
	int stopped = device_open(O_RDWR);
	int reader = device_open(O_RDWR);
	__u64 begin = device_head();
	unsigned long count = 2UL * device_info(fd).records;
	struct account account;
	pid_t child = ktap_fork();

	if (!child) {
		read_until(reader, begin, begin + count, 256, &account);
		_exit(KTAP_PASS);
	}
	device_toggle(fd, FREE, count);
	ktap_join(child);
	read_until(stopped, begin, begin + count, 256, &account);
	CHECK_EQ(account.received, count / 2);
	CHECK_EQ(account.lost, count / 2);
}

static const struct ktap_case cases[] = {
	{ "two readers account for every event", two_readers, 0 },
	{ "sixteen readers account for every event", sixteen_readers, 300 },
	{ "sixty readers account for every event", sixty_readers, 300 },
	{ "a lapped mapped reader knows what it lost", lapped_mapped_reader, 0 },
	{ "the oldest record of a full ring is good", exactly_full_ring, 0 },
	{ "readers of a ring that goes round and round account for every event",
	  always_lapped, 300 },
	{ "every reader gets every generated edge", generated_for_all, 0 },
	{ "a reader that does not read holds nobody up", stopped_reader_holds_nobody, 0 },
};

FIXTURE_MAIN(cases)
