// SPDX-License-Identifier: GPL-2.0
/* What udev is told of hubs and of chips that come and go. */
#include <linux/netlink.h>
#include <stdio.h>
#include <sys/socket.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

#define FREE	BIT_OF(LINE_FREE)

static int kernel_events(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd == -1)
		ktap_skip("no uevents: %s", strerror(errno));
	CHECK_OK(bind(fd, (struct sockaddr *)&address, sizeof(address)));
	return fd;
}

/* One event: "add@/devices/...", then its variables, each ended by a zero byte. */
struct uevent {
	char text[4096];
	ssize_t size;
};

/* The next one of that action that is about a hub. */
static void await(int fd, const char *action, struct uevent *event)
{
	size_t length = strlen(action);

	do {
		event->size = recv(fd, event->text, sizeof(event->text) - 1, 0);
		CHECK_LE(1, event->size);
		event->text[event->size] = '\0';
	} while (strncmp(event->text, action, length) || event->text[length] != '@' ||
		 !strstr(event->text, "/gpiohub/gpiohub"));
}

static const char *variable(const struct uevent *event, const char *name)
{
	const char *text = event->text;
	size_t length = strlen(name);

	for (; text < event->text + event->size; text += strlen(text) + 1)
		if (!strncmp(text, name, length) && text[length] == '=')
			return text + length + 1;
	KTAP_FAIL_WITH("no %s in %s", name, event->text);
}

static void expect(const struct uevent *event, const char *name, const char *value)
{
	if (strcmp(variable(event, name), value))
		KTAP_FAIL_WITH("%s=%s, expected %s", name, variable(event, name), value);
}

static void hubs_that_come_and_go(void)
{
	int fd = kernel_events();
	struct uevent event;
	char epoch[32];

	fixture_hub_delete();
	await(fd, "remove", &event);
	expect(&event, "GPIOHUB_LABEL", BOARD_HUB);
	CHECK_EQ(fixture_hub_make(BOARD_LABEL ":2-5"), 0);
	CHECK(fixture_find_hub());
	await(fd, "add", &event);
	expect(&event, "GPIOHUB_LABEL", BOARD_LABEL ":2-5");
	expect(&event, "GPIOHUB_LINES", "4");
	expect(&event, "SUBSYSTEM", "gpiohub");
	snprintf(epoch, sizeof(epoch), "%016llx", device_info(device_open(O_RDONLY)).epoch);
	expect(&event, "GPIOHUB_EPOCH", epoch);
}

static void chips_that_go_and_come_back(void)
{
	int fd = kernel_events();
	struct uevent event;

	board_unbind();
	await(fd, "change", &event);
	expect(&event, "GPIOHUB_CHANGED", "000000000000ffff");
	expect(&event, "GPIOHUB_GONE", "000000000000ffff");
	expect(&event, "GPIOHUB_LABEL", BOARD_HUB);
	board_bind();
	await(fd, "change", &event);
	expect(&event, "GPIOHUB_CHANGED", "000000000000ffff");
	expect(&event, "GPIOHUB_GONE", "0000000000000000");
}

/* What comes after the first event is the second, and no change between. */
static void nothing_is_told_of_a_hub_that_goes(void)
{
	int fd = kernel_events();
	struct uevent event;

	device_subscribe(device_open(O_RDONLY), FREE, GPIOHUB_KINDS_ALL);
	fixture_hub_delete();
	CHECK_EQ(fixture_hub_make(BOARD_HUB), 0);
	do {
		event.size = recv(fd, event.text, sizeof(event.text) - 1, 0);
		CHECK_LE(1, event.size);
		event.text[event.size] = '\0';
		CHECK(strncmp(event.text, "change@", 7) || !strstr(event.text, "/gpiohub/"));
	} while (strncmp(event.text, "add@", 4) || !strstr(event.text, "/gpiohub/gpiohub"));
}

static const struct ktap_case cases[] = {
	{ "hubs that come and go are told, with what they are", hubs_that_come_and_go, 0 },
	{ "chips that go and come back are a change of the hub",
	  chips_that_go_and_come_back, 0 },
	{ "a hub that goes is no change", nothing_is_told_of_a_hub_that_goes, 0 },
};

FIXTURE_MAIN(cases)
