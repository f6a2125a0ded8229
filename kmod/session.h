/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session: one open file of a hub.
 */
#ifndef GPIOHUB_SESSION_H
#define GPIOHUB_SESSION_H

#include <linux/fs.h>
#include <linux/gpiohub.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "notify.h"
#include "sleepers.h"

struct gpiohub_hub;
struct gpiohub_keep;
struct gpiohub_line;
struct gpiohub_user;
struct page;
struct pid;

#define GPIOHUB_NO_SLOT	(GPIOHUB_DIRECT + 1)

/**
 * struct gpiohub_session - one open file
 * @hub: its hub, a reference
 * @user: whose it is
 * @node: place in hub->sessions
 * @opener: the process that opened it, a reference; constant
 * @opener_comm: its name; constant
 * @restricted: GPIOHUB_RESTRICT_*; only grows; changed under hub->config
 * @watched: lines that it subscribed to; changed under hub->config
 * @keep: what keeps @watched armed after it is closed, or NULL; under hub->config
 * @keep_ms: for how long; 0: it does not; under hub->config
 * @owned: lines that it owns; changed under hub->config and hub->lock
 * @stream: guards @pos. Its holder may be in a page fault as long as another
 *	program likes: take it interruptibly, and after nothing.
 * @pos: the next event that read(2) looks at
 * @lost: positions that read(2) told as lost, under @stream; looked at without it, for
 *	people
 * @lines: filter of read(2); changed under hub->config, looked at without it
 * @kinds: ditto
 * @wait: who waits for this file
 * @slot: its place in hub->sleepers, or GPIOHUB_NO_SLOT until it first sleeps
 * @late: the worker is to wake it
 * @notify: whom to tell who does not wait in this file
 * @cursor: the mapped cursor, or NULL; set once, see map.c
 * @cursor_page: its page, freed with the session
 * @rate_begin: when the current second of the file's rate began, ns
 * @rate_used: how much of it is used; both under hub->lock
 * @requests: its waits and patterns that are not over, in the order in which they came,
 *	under hub->lock
 * @pending: these, and those over that are not freed yet; under hub->lock
 * @idle: who waits for @pending to be 0
 * @used_since: the budget's window that @used_ns is of; under hub->lock
 * @used_ns: how long its patterns worked in that window; under hub->lock
 * @kicked_ns: when the last heartbeat came
 * @heartbeat: when to look whether there was one, while one is expected
 * @silent: looks, and applies guards
 * @end: frees it after a grace period
 */
struct gpiohub_session {
	struct gpiohub_hub *hub;
	struct gpiohub_user *user;
	struct list_head node;
	struct pid *opener;
	char opener_comm[TASK_COMM_LEN];

	u32 restricted;
	u64 watched;
	struct gpiohub_keep *keep;
	u32 keep_ms;
	u64 owned;

	struct mutex stream;	/* the place in the stream */
	u64 pos;
	u64 lost;
	u64 lines;
	u32 kinds;

	wait_queue_head_t wait;
	int slot;
	bool late;
	struct gpiohub_notify notify;
	struct gpiohub_cursor *cursor;
	struct page *cursor_page;

	u64 rate_begin;
	u32 rate_used;

	struct list_head requests;
	unsigned int pending;
	wait_queue_head_t idle;
	u64 used_since;
	u64 used_ns;

	atomic64_t kicked_ns;
	struct hrtimer heartbeat;
	struct work_struct silent;

	struct rcu_work end;
};

extern const struct file_operations gpiohub_session_fops;

/*
 * Ends sessions after a grace period, and applies the guards of those whose heartbeat
 * stopped: on any processor, for the one that claimed may be what hangs.
 */
extern struct workqueue_struct *gpiohub_session_work;

int gpiohub_sessions_init(void);
void gpiohub_sessions_flush(void);
void gpiohub_sessions_exit(void);
int gpiohub_session_may_drive(struct file *file);
int gpiohub_session_spend(struct gpiohub_session *session);

/* ioctl.c: the table of verbs. */
long gpiohub_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

/* stream.c: the file as a place in the stream. */
ssize_t gpiohub_stream_read(struct file *file, char __user *buf, size_t size, loff_t *ppos);
ssize_t gpiohub_stream_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t gpiohub_stream_write(struct file *file, const char __user *buf, size_t size,
			     loff_t *ppos);
loff_t gpiohub_stream_llseek(struct file *file, loff_t offset, int whence);
bool gpiohub_stream_readable(struct gpiohub_session *session);
bool gpiohub_stream_gone(const struct gpiohub_session *session);
__poll_t gpiohub_stream_poll(struct file *file, struct poll_table_struct *table);

/* map.c: the mapped regions. */
int gpiohub_map(struct file *file, struct vm_area_struct *vma);

/* claim.c: who watches and who owns. */
int gpiohub_watch(struct gpiohub_session *session, u64 lines, u32 *culprit);
void gpiohub_unwatch(struct gpiohub_hub *hub, u64 lines);
void gpiohub_unwatch_locked(struct gpiohub_hub *hub, u64 lines);
int gpiohub_subscribe(struct gpiohub_session *session, u64 lines, u32 kinds, u32 keep_ms,
		      u32 *culprit);
int gpiohub_claim(struct gpiohub_session *session, const struct gpiohub_claim *claim,
		  u32 *culprit);
int gpiohub_release(struct gpiohub_session *session, u64 lines, u32 *culprit);
void gpiohub_release_all(struct gpiohub_session *session, const struct pid *process,
			 enum gpiohub_end why);
int gpiohub_configure(struct gpiohub_session *session, const struct gpiohub_config *config,
		      u32 *culprit);

/* guard.c: what happens to a line whose owner is gone. */
void gpiohub_guard_apply(struct gpiohub_session *session, u64 lines, enum gpiohub_end why);
void gpiohub_heartbeat_init(struct gpiohub_session *session);
void gpiohub_heartbeat_expect(struct gpiohub_session *session);
void gpiohub_heartbeats_forgive(struct gpiohub_hub *hub);
int gpiohub_heartbeat_kick(struct gpiohub_session *session);
void gpiohub_heartbeat_stop(struct gpiohub_session *session);

#endif
