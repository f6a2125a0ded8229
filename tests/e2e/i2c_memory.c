/* SPDX-License-Identifier: MIT */
/*
 * i2c_memory CHIP LEVEL SDA SCL: a memory of 256 bytes on a bus of the virtual board, at
 * address 0x50. It sees the edges of two lines by the kernel's GPIO character device CHIP,
 * and pulls them low by the board's file LEVEL (docs/vboard.md). The first byte that is
 * written says where, the others go there; reading goes on from there. From 0x80 on it holds
 * the clock down for 20 ms after each byte. Prints "ready" when it listens.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/gpio.h>

enum { ADDRESS = 0x50, SLOW = 0x80, HOLD_US = 20000 };

static int level_file;
static unsigned int sda, scl;

static struct {
	unsigned char bytes[256], at, byte, out;
	bool is_addressed, is_sender, is_first, is_pointed;
	int bits; /* of a byte that are over; the ninth is its acknowledge */
} memory;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void pull(unsigned int line, bool low)
{
	char text[16];
	int size = snprintf(text, sizeof(text), "%u %c", line, low ? '0' : 'z');

	if (pwrite(level_file, text, (size_t)size, 0) != size)
		fail("level");
}

/* A byte came: is it ours? */
static bool take(unsigned char byte)
{
	if (memory.is_first) {
		memory.is_sender = byte & 1;
		return byte >> 1 == ADDRESS;
	}
	if (memory.is_pointed)
		memory.bytes[memory.at++] = byte;
	else
		memory.at = byte;
	memory.is_pointed = true;
	return true;
}

static void condition(bool is_start)
{
	memory.is_addressed = is_start;
	memory.is_first = is_start;
	memory.is_sender = memory.is_pointed = false;
	memory.bits = -1;
}

static void rose(bool bit)
{
	if (memory.bits < 8)
		memory.byte = (unsigned char)(memory.byte << 1 | bit);
	else if (memory.is_sender && !memory.is_first && bit)
		memory.is_addressed = false; /* not acknowledged: that was all */
}

static void fell(void)
{
	static bool is_low;
	bool low = false;

	if (memory.is_addressed && ++memory.bits == 9) {
		memory.bits = 0;
		memory.is_first = false;
		if (memory.is_sender)
			memory.out = memory.bytes[memory.at++];
		if (memory.at >= SLOW) {
			pull(scl, true);
			usleep(HOLD_US);
		}
	}
	if (memory.is_addressed && memory.bits == 8 && (memory.is_first || !memory.is_sender))
		low = memory.is_addressed = take(memory.byte);
	else if (memory.is_addressed && memory.bits < 8 && memory.is_sender && !memory.is_first)
		low = !(memory.out >> (7 - memory.bits) & 1);
	if (low != is_low)
		pull(sda, low);
	is_low = low;
	if (memory.bits == 0)
		pull(scl, false);
}

static int listen_to(const char *path)
{
	struct gpio_v2_line_request request = {
		.offsets = { sda, scl },
		.consumer = "i2c_memory",
		.num_lines = 2,
		.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING |
			GPIO_V2_LINE_FLAG_EDGE_FALLING,
	};
	int chip = open(path, O_RDWR | O_CLOEXEC);

	if (chip < 0 || ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request))
		fail(path);
	return request.fd;
}

int main(int argc, char **argv)
{
	/* At once, whatever else there is to do. */
	const struct sched_param first = { .sched_priority = 50 };
	bool data = true, clock = true;
	struct gpio_v2_line_event event;
	int lines;

	if (argc != 5 || sched_setscheduler(0, SCHED_FIFO, &first))
		fail("i2c_memory CHIP LEVEL SDA SCL");
	sda = (unsigned int)atoi(argv[3]);
	scl = (unsigned int)atoi(argv[4]);
	level_file = open(argv[2], O_WRONLY | O_CLOEXEC);
	if (level_file < 0)
		fail(argv[2]);
	lines = listen_to(argv[1]);
	puts("ready");
	fflush(stdout);

	while (read(lines, &event, sizeof(event)) == sizeof(event)) {
		bool is_high = event.id == GPIO_V2_LINE_EVENT_RISING_EDGE;

		if (event.offset == sda) {
			data = is_high;
			if (clock)
				condition(!is_high);
		} else {
			clock = is_high;
			if (is_high)
				rose(data);
			else
				fell();
		}
	}
	fail("read");
}
