/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Telling a program that does not sleep in our file: SIGIO and an eventfd. Both can
 * take long, for their receivers are any number, so a worker does it.
 */
#ifndef GPIOHUB_NOTIFY_H
#define GPIOHUB_NOTIFY_H

#include <linux/bits.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct eventfd_ctx;
struct fasync_struct;
struct file;
struct gpiohub_session;

/* Numbers of bits in struct gpiohub_notify's @due. */
enum {
	GPIOHUB_NOTIFY_READ,	/* as soon as there is something to read */
	GPIOHUB_NOTIFY_REACHED,	/* a mapped cursor's wake_at was reached */
	GPIOHUB_NOTIFY_GONE,	/* the hub or a line went */
};

/**
 * struct gpiohub_notify - whom to tell, of one session
 * @lock: guards who is told, and is held while they are: whoever has taken it and
 *	changed them knows that the former ones are told no more
 * @fasync: receivers of SIGIO, changed under @lock
 * @eventfd: or NULL, under @lock; a reference
 * @active: there is anybody; written under @lock, looked at without: a stale value may
 *	tell in vain, or not at all until its change looks again
 * @due: GPIOHUB_NOTIFY_*; atomic bits. READ is set by the reader who came to the end of
 *	the stream, and cleared when he was told: he is told once until he comes there again.
 * @told: @told_at is valid; cleared under @lock, set by the hub's late worker
 * @told_at: the cursor's wake_at of which it was told; the late worker's
 * @work: tells
 */
struct gpiohub_notify {
	struct mutex lock;	/* see above */
	struct fasync_struct *fasync;
	struct eventfd_ctx *eventfd;
	bool active;
	unsigned long due;
	bool told;
	u32 told_at;
	struct work_struct work;
};

void gpiohub_notify_init(struct gpiohub_session *session);
void gpiohub_notify_end(struct gpiohub_session *session);
int gpiohub_notify_fasync(int fd, struct file *file, int on);
int gpiohub_notify_eventfd(struct gpiohub_session *session, int fd);
void gpiohub_notify_again(struct gpiohub_session *session);
bool gpiohub_notify_look(struct gpiohub_session *session, u32 head);
void gpiohub_notify_gone(struct gpiohub_session *session);

#endif
