// SPDX-License-Identifier: GPL-2.0
/* What debugfs shows of a hub: for people, so only that it is there and true. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"
#include "mapped.h"
#include "steps.h"

#define FREE	BIT_OF(LINE_FREE)
#define FREE2	BIT_OF(LINE_FREE + 1)
#define PRESS	(LINE_FREE + 2)
#define PRESS2	(LINE_FREE + 3)
#define DEBUG	"/sys/kernel/debug"

static void need_debugfs(void)
{
	if (access(DEBUG "/gpiohub", F_OK))
		mount("debugfs", DEBUG, "debugfs", 0, NULL);
	if (access(DEBUG "/gpiohub", F_OK))
		ktap_skip("no debugfs");
}

static FILE *debug_open(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUG "/gpiohub/%s/%s", fixture_node() + strlen("/dev/"),
		 name);
	return fopen(path, "r");
}

/* The line of a file that begins with these words, spaces apart. */
static bool find(const char *name, const char *begin, char *line, int size)
{
	FILE *file = debug_open(name);
	bool found = false;

	CHECK(file);
	while (!found && fgets(line, size, file))
		found = !strncmp(line + strspn(line, " "), begin, strlen(begin));
	fclose(file);
	return found;
}

/* What it shows of this process's only file. */
struct reader {
	unsigned long long position, lag, lost;
	char way[32], now[16], by[16];
};

static struct reader my_reader(void)
{
	struct reader reader;
	char begin[16], line[512];
	int pid;

	snprintf(begin, sizeof(begin), "%d ", getpid());
	CHECK(find("readers", begin, line, sizeof(line)));
	CHECK_EQ(sscanf(line, "%d %*s %llu %llu %llu %31s %15s %15s", &pid, &reader.position,
			&reader.lag, &reader.lost, reader.way, reader.now, reader.by), 7);
	CHECK_EQ(pid, getpid());
	return reader;
}

/* A child that owns the line, and makes that many events when told to. */
static pid_t driver(int order, unsigned int count)
{
	pid_t child = ktap_fork();

	if (!child) {
		int fd = device_driving(FREE);
		char token;

		CHECK_EQ(write(order, "x", 1), 1);
		CHECK_EQ(read(order, &token, 1), 1);
		device_toggle(fd, FREE, count);
		CHECK_EQ(write(order, "x", 1), 1);
		/* It ends with the case. */
		_exit(read(order, &token, 1));
	}
	return child;
}

static void readers_and_their_lag(void)
{
	int fd, peer[2];
	struct reader reader;
	__u64 head;
	char token;

	need_debugfs();
	CHECK_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, peer));
	driver(peer[1], 100);
	CHECK_EQ(read(peer[0], &token, 1), 1);
	fd = device_open(O_RDONLY);
	head = lseek(fd, 0, SEEK_CUR) / sizeof(struct gpiohub_event);
	reader = my_reader();
	CHECK_EQ(reader.position, head);
	CHECK_EQ(reader.lag, 0);
	CHECK_EQ(strcmp(reader.now, "-"), 0);
	CHECK_EQ(device_poll(fd, 0), 0);
	CHECK_EQ(strcmp(my_reader().now, "waits"), 0);
	CHECK_EQ(write(peer[0], "x", 1), 1);
	CHECK_EQ(read(peer[0], &token, 1), 1);
	CHECK_EQ(my_reader().lag, 100);
}

static void readers_loss(void)
{
	int fd, peer[2];
	__u32 records;
	struct gpiohub_event event;
	struct reader reader;
	char token;

	need_debugfs();
	CHECK_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, peer));
	fixture_module_reload("records=2048");
	fixture_before();
	fd = device_open(O_RDONLY);
	records = device_info(fd).records;
	driver(peer[1], records + 500);
	CHECK_EQ(read(peer[0], &token, 1), 1);
	CHECK_EQ(write(peer[0], "x", 1), 1);
	CHECK_EQ(read(peer[0], &token, 1), 1);
	/* A look is no loss yet. */
	device_wait(fd);
	device_wait(fd);
	CHECK_EQ(my_reader().lost, 0);
	CHECK_EQ(read(fd, &event, sizeof(event)), sizeof(event));
	CHECK_EQ(event.type, GPIOHUB_EVENT_LOST);
	reader = my_reader();
	CHECK_EQ(reader.lost, event.levels);
	CHECK_EQ(reader.lag, records);
}

static void mapped_readers_lag(void)
{
	struct reader reader;
	struct mapped mapped;
	int fd;

	need_debugfs();
	fd = device_open(O_RDWR);
	mapped = mapped_open(fd, true);
	mapped.cursor->tail = device_head() - 3;
	reader = my_reader();
	CHECK_EQ(strcmp(reader.by, "mapped"), 0);
	CHECK_EQ(reader.lag, 3);
}

static void lines_and_ring(void)
{
	char line[512], begin[16];
	int fd;

	need_debugfs();
	fd = device_driving(FREE);
	snprintf(begin, sizeof(begin), "%d ", LINE_FREE);
	CHECK(find("lines", begin, line, sizeof(line)));
	CHECK(strstr(line, BOARD_LABEL));
	CHECK(strstr(line, " output "));
	snprintf(begin, sizeof(begin), " %d ", getpid());
	CHECK(strstr(line, begin));
	CHECK(find("ring", "records ", line, sizeof(line)));
	CHECK_EQ(atoi(line + strlen("records ")), device_info(fd).records);
}

/* What is shown of a request of that process; how long it is there is not known before. */
static bool request_is(pid_t process, __u32 id, const char *kind_and_state, __u64 lines,
		       const char *far)
{
	char begin[64], end[128], line[512];
	unsigned long long ms;
	int at = 0;

	snprintf(begin, sizeof(begin), "%d %-15s %10u %s ", process, "debugfs", id,
		 kind_and_state);
	if (!find("requests", begin, line, sizeof(line)))
		return false;
	snprintf(end, sizeof(end), "%016llx %s", (unsigned long long)lines, far);
	CHECK_EQ(sscanf(strstr(line, begin) + strlen(begin), "%llu %n", &ms, &at), 1);
	if (strncmp(strstr(line, begin) + strlen(begin) + at, end, strlen(end)))
		KTAP_FAIL_WITH("%s", line);
	return true;
}

static void waits_are_shown(void)
{
	struct gpiohub_wait wait = { .lines = FREE | FREE2, .kinds = GPIOHUB_KINDS_EDGES,
		.count = 3, .since = GPIOHUB_FROM_NOW, .id = 77 };
	pid_t waiter;
	int fd;

	need_debugfs();
	fd = device_driving(FREE);
	waiter = ktap_fork();
	if (!waiter) {
		CHECK_OK(ioctl(device_open(O_RDONLY), GPIOHUB_WAIT, &wait));
		_exit(KTAP_PASS);
	}
	while (!request_is(waiter, 77, "wait active", FREE | FREE2, "left 3\n"))
		;
	device_set(fd, FREE, FREE);
	CHECK(request_is(waiter, 77, "wait active", FREE | FREE2, "left 2\n"));
	device_set(fd, FREE, 0);
	device_set(fd, FREE, FREE);
	ktap_join(waiter);
	CHECK(!request_is(waiter, 77, "wait active", FREE | FREE2, ""));
}

static void patterns_are_shown(void)
{
	static const struct gpiohub_step hold[] = { STEP_SET(FREE, 3600000 * MS) };
	static const struct gpiohub_step pulse[] = { STEP_SET(FREE2, MS), STEP_CLEAR(FREE2, MS) };
	int fd, reader;
	pid_t me = getpid();

	need_debugfs();
	reader = device_open(O_RDONLY);
	fd = device_driving(FREE | FREE2);
	steps_play(fd, PLAY(1, FREE, hold));
	steps_play(fd, PLAY(2, FREE, hold));
	steps_play(fd, PLAY(3, FREE2, pulse, .start = GPIOHUB_START_EDGE, .start_line = LINE_IN,
			    .start_kinds = GPIOHUB_KINDS_EDGES));
	device_until(reader, GPIOHUB_EVENT_RISING, LINE_FREE);
	CHECK(request_is(me, 1, "play active", FREE, "driven 1 late_max "));
	CHECK(request_is(me, 2, "play queued", FREE, "-\n"));
	CHECK(request_is(me, 3, "play armed ", FREE2, "edge of line 1\n"));
	/* What came after it has its turn. */
	steps_cancel(fd, 1, 0);
	CHECK(!request_is(me, 1, "play active", FREE, ""));
	CHECK(request_is(me, 2, "play active", FREE, "driven "));
	steps_cancel(fd, 3, 0);
	steps_play(fd, PLAY(3, FREE2, pulse, .start = GPIOHUB_START_RULE));
	CHECK(request_is(me, 3, "play armed ", FREE2, "rule\n"));
}

static bool rule_is(const char *owner, const char *rest)
{
	char line[512];

	if (!find("rules", owner, line, sizeof(line)))
		return false;
	if (strcmp(strstr(line, owner) + strlen(owner), rest))
		KTAP_FAIL_WITH("%s", line);
	return true;
}

static void add_rule(int fd, struct gpiohub_rule rule)
{
	rule.kinds = rule.kinds ?: GPIOHUB_KINDS_EDGES;
	rule.holdoff_ns = GPIOHUB_HOLDOFF_MIN_NS;
	CHECK_OK(ioctl(fd, GPIOHUB_RULE_ADD, &rule));
}

static void rules_are_shown(void)
{
	char standing[64], once[64];
	int fd, reader;

	need_debugfs();
	board_level(PRESS, false);
	board_level(PRESS2, false);
	fd = device_driving(FREE | FREE2);
	snprintf(standing, sizeof(standing), "%d %-15s %10u %10u ", getpid(), "debugfs", 0, 5);
	snprintf(once, sizeof(once), "%d %-15s %10u %10u ", getpid(), "debugfs", 0, 6);
	add_rule(fd, (struct gpiohub_rule) { .id = 5, .trigger = PRESS, .toggle = FREE,
		 .kinds = GPIOHUB_KIND(GPIOHUB_EVENT_RISING) });
	add_rule(fd, (struct gpiohub_rule) { .id = 6, .trigger = PRESS2, .set = FREE2,
		 .clear = FREE, .stop = FREE, .start = 9, .mask = FREE2, .value = 0,
		 .flags = GPIOHUB_RULE_ONE_SHOT | GPIOHUB_RULE_LATCH });
	CHECK(rule_is(standing, "     10     r        10000          0 toggle 0x100\n"));
	CHECK(rule_is(once, "     11     b        10000          0 if 0x200=0x0 set 0x200 clear 0x100 stop 0x100 start 9 latch one-shot\n"));
	reader = device_open(O_RDONLY);
	board_level(PRESS, true);
	CHECK_EQ(device_until(reader, GPIOHUB_EVENT_RULE, PRESS).value, 5);
	CHECK(rule_is(standing, "     10     r        10000          1 toggle 0x100\n"));
	board_level(PRESS2, true);
	CHECK_EQ(device_until(reader, GPIOHUB_EVENT_RULE, PRESS2).value, 6);
	CHECK(!rule_is(once, ""));
}

/* Whose rule it is that nobody's file has any more. */
static void rules_of_the_hub_are_shown(void)
{
	char owner[64];
	int fd;

	need_debugfs();
	fd = device_driving(FREE);
	snprintf(owner, sizeof(owner), "0 %-15s %10u %10u ", "(hub)", 0, 7);
	add_rule(fd, (struct gpiohub_rule) { .id = 7, .trigger = PRESS, .clear = FREE,
		 .flags = GPIOHUB_RULE_HUB, .kinds = GPIOHUB_KIND(GPIOHUB_EVENT_FALLING) });
	close(fd);
	CHECK(rule_is(owner, "     10     f        10000          0 clear 0x100\n"));
}

/* Whoever has a file of a hub open there does not keep it, nor is hurt. */
static void hub_goes_while_it_is_read(void)
{
	char text[256];
	FILE *file;

	need_debugfs();
	file = debug_open("readers");
	CHECK(file);
	fixture_hub_delete();
	CHECK(!fgets(text, sizeof(text), file));
	CHECK(!debug_open("readers"));
	CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
	CHECK(fixture_find_hub());
	CHECK(debug_open("readers"));
}

static void *read_all(void *unused)
{
	static const char * const names[] = { "readers", "lines", "ring", "requests", "rules" };
	char text[512];
	unsigned int i;

	(void)unused;
	for (i = 0; i < 500; i++) {
		FILE *file = fopen(DEBUG "/gpiohub/gpiohub0/readers", "r");
		char path[128];

		if (file)
			fclose(file);
		snprintf(path, sizeof(path), DEBUG "/gpiohub/gpiohub0/%s", names[i % 5]);
		file = fopen(path, "r");
		while (file && fgets(text, sizeof(text), file))
			;
		if (file)
			fclose(file);
	}
	return NULL;
}

static void files_and_hubs_go_while_it_is_read(void)
{
	pthread_t reader;
	unsigned int i, n;

	need_debugfs();
	CHECK_EQ(pthread_create(&reader, NULL, read_all, NULL), 0);
	for (i = 0; i < 10; i++) {
		for (n = 0; n < 20; n++) {
			int fd = device_driving(FREE | FREE2);

			steps_wave(fd, 1, FREE, 0, MS, MS, 0);
			steps_wave(fd, 2, FREE, 0, MS, MS, 0);
			add_rule(fd, (struct gpiohub_rule) { .id = 3, .trigger = PRESS,
				 .set = FREE2, .stop = FREE });
			close(fd);
		}
		fixture_hub_delete();
		CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
		CHECK(fixture_find_hub());
	}
	pthread_join(reader, NULL);
}

static const struct ktap_case cases[] = {
	{ "readers are shown with their lag", readers_and_their_lag, 0 },
	{ "readers are shown with what they lost", readers_loss, 0 },
	{ "a mapped reader's lag is what its cursor says", mapped_readers_lag, 0 },
	{ "lines and the ring are shown", lines_and_ring, 0 },
	{ "waits are shown with what is left", waits_are_shown, 0 },
	{ "patterns are shown, running, queued and armed", patterns_are_shown, 0 },
	{ "rules are shown, standing and one-shot", rules_are_shown, 0 },
	{ "rules of the hub are shown as that", rules_of_the_hub_are_shown, 0 },
	{ "a hub goes while its folder is in use", hub_goes_while_it_is_read, 0 },
	{ "files and hubs go while all is read", files_and_hubs_go_while_it_is_read, 0 },
};

FIXTURE_MAIN(cases)
