/* SPDX-License-Identifier: GPL-2.0 */
/* Tables of calls that are refused. */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <linux/gpiohub.h>

union argument {
	struct gpiohub_line_info line_info;
	struct gpiohub_subscription subscription;
	__u32 restriction;
	struct gpiohub_levels levels;
	struct gpiohub_claim claim;
	__u64 lines;
	struct gpiohub_config config;
	struct gpiohub_submit submit;
	unsigned char bytes[256];
};

struct refusal {
	const char *what;
	unsigned long request;
	int error;
	union argument argument;
};

/*
 * Makes every call and sees that it is refused, and that the hub and its stream
 * stay as they were.
 */
void refusal_expect(int fd, const struct refusal *refusals, unsigned int count);

#endif /* REFUSAL_H */
