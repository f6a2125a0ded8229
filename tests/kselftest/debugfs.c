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

#define FREE	BIT_OF(LINE_FREE)
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
	static const char * const names[] = { "readers", "lines", "ring" };
	char text[512];
	unsigned int i;

	(void)unused;
	for (i = 0; i < 300; i++) {
		FILE *file = fopen(DEBUG "/gpiohub/gpiohub0/readers", "r");
		char path[128];

		if (file)
			fclose(file);
		snprintf(path, sizeof(path), DEBUG "/gpiohub/gpiohub0/%s", names[i % 3]);
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
		for (n = 0; n < 20; n++)
			close(device_open(O_RDONLY));
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
	{ "a hub goes while its folder is in use", hub_goes_while_it_is_read, 0 },
	{ "files and hubs go while all is read", files_and_hubs_go_while_it_is_read, 0 },
};

FIXTURE_MAIN(cases)
