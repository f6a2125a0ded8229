/* SPDX-License-Identifier: GPL-2.0 */
/* What a program can hold of a hub, for unplug.c. What fails here ends the case. */
#ifndef UNPLUG_HELD_H
#define UNPLUG_HELD_H

#include <linux/gpiohub.h>
#include <pthread.h>

#include "board.h"
#include "device.h"
#include "mapped.h"

/* EVENT_NONE: it is not known yet whether it happened. */
enum unplug_event { EVENT_NONE = 0, EVENT_UNBIND, EVENT_DELETE, EVENT_UNLOAD };

/*
 * @fd: the file that is used; -1 after it was closed
 * @reader: of another file, what is told of it
 * @map: what is mapped
 * @watches: lines that @fd subscribed to
 * @told: an eventfd that is told of @fd; -1: none
 * @waiter: a thread in GPIOHUB_WAIT
 * @waiting: its number
 * @waited: what the call said
 */
struct held {
	int fd;
	int reader;
	struct mapped map;
	__u64 watches;
	int told;
	pthread_t waiter;
	pid_t waiting;
	int waited;
};

#define HELD_LINE	BIT_OF(LINE_FREE)	/* what is held is about this one */
#define HELD_OTHER	BIT_OF(LINE_FREE + 1)	/* what it is used with meanwhile */
#define HELD_OUT	BIT_OF(LINE_OUT)

/* @verify: afterwards; NULL: there is nothing to see */
struct holding {
	void (*hold)(struct held *held);
	void (*verify)(struct held *held, enum unplug_event event);
};

/* Each with the beginning of its sentence. */
#define HELD(row)							\
	row(file, "an open file")					\
	row(ring, "a mapped ring")					\
	row(state, "a mapped state")					\
	row(eventfd, "an eventfd that is told")				\
	row(wait, "a pending wait")					\
	row(running, "a running pattern")				\
	row(armed, "an armed pattern")					\
	row(rule, "a rule")						\
	row(hub_rule, "a rule handed to the hub")			\
	row(output, "a claimed output")

#define DECLARE(name, sentence)	extern const struct holding held_##name;
HELD(DECLARE)

void held_begin(struct held *held);
void held_end(struct held *held);
/*
 * Reads what is mapped, or maps all for the moment; writes the cursor. Reads the eventfd,
 * and writes back what was in it.
 */
void held_touch(const struct held *held, enum unplug_event event);

#endif /* UNPLUG_HELD_H */
