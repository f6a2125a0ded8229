/* SPDX-License-Identifier: MIT */
/*
 * witness CHIP-LABEL LINE: what the kernel's GPIO character device says of a line,
 * by libgpiod. Prints "used by CONSUMER" or "free", then tries to get the line as an
 * input and prints its level, 0 or 1, or why it did not get it.
 */
#include <errno.h>
#include <gpiod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct gpiod_chip *chip = argc == 3 ? gpiod_chip_open_by_label(argv[1]) : NULL;
	struct gpiod_line *line = chip ? gpiod_chip_get_line(chip, strtoul(argv[2], NULL, 10)) : NULL;
	const char *consumer;

	if (!line) {
		fprintf(stderr, "witness: no such line\n");
		return 1;
	}
	consumer = gpiod_line_consumer(line);
	if (gpiod_line_is_used(line))
		printf("used by %s\n", consumer ? consumer : "?");
	else
		printf("free\n");

	if (gpiod_line_request_input(line, "witness"))
		printf("%s\n", strerror(errno));
	else
		printf("%d\n", gpiod_line_get_value(line));
	gpiod_chip_close(chip);
	return 0;
}
