/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random calls to a hub's file: structured ones, whose fields are mostly what they may
 * be, and noise.
 */
#ifndef CALLS_H
#define CALLS_H

#include <linux/gpiohub.h>
#include <stdbool.h>

/* Every call of the contract, once or more; @good and @done count. */
struct calls_verb {
	const char *name;
	int (*call)(int fd);
	unsigned long done, good;
};

extern struct calls_verb calls_verbs[];
extern const unsigned int calls_verb_count;

/* One of them; -1 and errno, or not. */
int calls_structured(int fd);
/* Any ioctl's number with any argument. */
int calls_noise(int fd);
/* May a call say that? */
bool calls_documented(int error);

void calls_seed(unsigned int seed);
unsigned int calls_pick(unsigned int count);

/*
 * What the calls' arguments point to, for who wants to change it meanwhile: what the
 * kernel has checked is what it uses.
 */
extern struct calls_memory {
	struct gpiohub_command commands[8];
	struct gpiohub_play play;
	struct gpiohub_rule rule;
	struct gpiohub_step steps[16];
} calls_memory;

#endif /* CALLS_H */
