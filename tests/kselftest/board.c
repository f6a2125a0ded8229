// SPDX-License-Identifier: GPL-2.0
/* What board.h says. */
#include <fcntl.h>
#include <glob.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "board.h"
#include "fixture.h"
#include "ktap.h"

#define DEVICE	"/sys/bus/platform/devices/" BOARD_LABEL
#define DRIVER	"/sys/bus/platform/drivers/gpiohub-vboard"
#define OPTIONS	"/sys/module/gpiohub_vboard/parameters"

#define TEXT(token)	#token
#define NUMBER(macro)	TEXT(macro)

static void control(const char *name, const char *text)
{
	char path[128];
	int error;

	snprintf(path, sizeof(path), "%s/%s", DEVICE, name);
	error = fixture_write(path, text);
	if (error)
		KTAP_FAIL_WITH("%s: \"%s\": %s", path, text, strerror(error));
}

/* The rest of the line in that file that begins with the line's number. */
static void report(const char *name, unsigned int line, char *rest, size_t size)
{
	char path[128];
	char text[128];
	char *end;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", DEVICE, name);
	file = fopen(path, "r");
	if (!file)
		KTAP_FAIL_WITH("%s: %s", path, strerror(errno));
	while (fgets(text, sizeof(text), file)) {
		if (strtoul(text, &end, 10) != line || end == text)
			continue;
		snprintf(rest, size, "%s", end + 1);
		fclose(file);
		return;
	}
	KTAP_FAIL_WITH("%s: no line %u", path, line);
}

void board_unbind(void)
{
	CHECK_EQ(fixture_write(DRIVER "/unbind", BOARD_LABEL), 0);
}

void board_bind(void)
{
	CHECK_EQ(fixture_write(DRIVER "/bind", BOARD_LABEL), 0);
}

void board_option(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", OPTIONS, name);
	CHECK_EQ(fixture_write(path, value), 0);
}

void board_wire(void)
{
	char text[32];

	snprintf(text, sizeof(text), "%u %u;%u %u", LINE_OUT, LINE_IN, LINE_OUT2, LINE_IN2);
	control("loop", text);
}

void board_reset(void)
{
	/* An earlier case may have left it unplugged. */
	if (!access(DRIVER "/" BOARD_LABEL, F_OK))
		board_unbind();
	board_option("lines", NUMBER(BOARD_LINES));
	board_option("debounce", "0");
	board_bind();
	board_wire();
}

const char *board_chip(void)
{
	static char name[32];
	glob_t found;

	if (glob(DEVICE "/gpiochip*", 0, NULL, &found) || found.gl_pathc != 1)
		KTAP_FAIL_WITH("no character device below %s", DEVICE);
	snprintf(name, sizeof(name), "%s", strrchr(found.gl_pathv[0], '/') + 1);
	globfree(&found);
	return name;
}

void board_level(unsigned int line, bool high)
{
	char text[32];

	snprintf(text, sizeof(text), "%u %d", line, high);
	control("level", text);
}

void board_float(unsigned int line)
{
	char text[32];

	snprintf(text, sizeof(text), "%u z", line);
	control("level", text);
}

bool board_pin(unsigned int line)
{
	char rest[64];

	report("level", line, rest, sizeof(rest));
	return rest[0] == '1';
}

bool board_drives(unsigned int line)
{
	char rest[64];

	report("level", line, rest, sizeof(rest));
	return strstr(rest, " out ");
}

void board_generate(unsigned int line, unsigned long hertz, unsigned long edges)
{
	char text[64];

	if (hertz)
		snprintf(text, sizeof(text), "%u %lu %lu", line, hertz, edges);
	else
		snprintf(text, sizeof(text), "%u burst %lu", line, edges);
	control("generate", text);
}

void board_stop(unsigned int line)
{
	char text[32];

	snprintf(text, sizeof(text), "%u stop", line);
	control("generate", text);
}

void board_wait_generated(unsigned int seconds)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", seconds);
	control("wait", text);
}

struct board_counts board_counts(unsigned int line)
{
	struct board_counts counts;
	char rest[64];

	report("edges", line, rest, sizeof(rest));
	CHECK_EQ(sscanf(rest, "%lu %lu %lu", &counts.edges, &counts.delivered, &counts.lost), 3);
	return counts;
}

/* The file, or -1. */
static int hold(unsigned int line)
{
	struct gpio_v2_line_request request = {
		.offsets = { line },
		.consumer = "kselftest",
		.num_lines = 1,
	};
	char path[64];
	int chip, error = 0;

	snprintf(path, sizeof(path), "/dev/%s", board_chip());
	chip = open(path, O_RDWR | O_CLOEXEC);
	if (chip == -1)
		KTAP_FAIL_WITH("%s: %s", path, strerror(errno));
	if (ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request))
		error = errno;
	close(chip);
	errno = error;
	return error ? -1 : request.fd;
}

int board_hold(unsigned int line)
{
	int fd = hold(line);

	if (fd == -1)
		KTAP_FAIL_WITH("gpiochip line %u: %s", line, strerror(errno));
	return fd;
}

int board_try_hold(unsigned int line)
{
	int fd = hold(line);

	if (fd == -1)
		return errno;
	close(fd);
	return 0;
}
