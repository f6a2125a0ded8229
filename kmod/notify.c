// SPDX-License-Identifier: GPL-2.0
/*
 * SIGIO and eventfds: told by a worker when poll(2) would say readable, or that
 * something went. The hub's late worker sends it (sleepers.c): a session that is told
 * in this way is always one of those that no interrupt wakes.
 */
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/signal.h>

#include "compat.h"
#include "hub.h"
#include "session.h"

/* Under notify->lock. */
static void tell(struct gpiohub_notify *notify, bool gone)
{
	if (notify->eventfd)
		gpiohub_compat_eventfd_signal(notify->eventfd);
	kill_fasync(&notify->fasync, SIGIO, gone ? POLL_HUP : POLL_IN);
}

static void notify_work(struct work_struct *work)
{
	struct gpiohub_notify *notify = container_of(work, struct gpiohub_notify, work);
	struct gpiohub_session *session = container_of(notify, struct gpiohub_session, notify);
	bool gone, due;

	mutex_lock(&notify->lock);
	gone = test_and_clear_bit(GPIOHUB_NOTIFY_GONE, &notify->due) &&
	       gpiohub_stream_gone(session);
	due = test_and_clear_bit(GPIOHUB_NOTIFY_REACHED, &notify->due);
	if (test_bit(GPIOHUB_NOTIFY_READ, &notify->due) && gpiohub_stream_readable(session)) {
		/*
		 * Before he is told: a reader who comes to the end of the stream in
		 * between, and sets it, is told of what he has read, and comes there again.
		 */
		clear_bit(GPIOHUB_NOTIFY_READ, &notify->due);
		due = true;
	}
	if (due || gone)
		tell(notify, gone);
	mutex_unlock(&notify->lock);
}

/* Under notify->lock, after who is told was changed. */
static void changed(struct gpiohub_notify *notify)
{
	WRITE_ONCE(notify->told, false);
	WRITE_ONCE(notify->active, notify->eventfd || notify->fasync);
}

/**
 * gpiohub_notify_fasync - fcntl(2): who gets SIGIO, or no more
 * @fd: the file's descriptor
 * @file: the file
 * @on: or off
 *
 * Context: process. Return: as fasync_helper().
 */
int gpiohub_notify_fasync(int fd, struct file *file, int on)
{
	struct gpiohub_session *session = file->private_data;
	struct gpiohub_notify *notify = &session->notify;
	int err;

	mutex_lock(&notify->lock);
	err = fasync_helper(fd, file, on, &notify->fasync);
	changed(notify);
	mutex_unlock(&notify->lock);
	if (on)
		gpiohub_notify_again(session);
	return err;
}

/**
 * gpiohub_notify_eventfd - have an eventfd told, in place of the one before
 * @session: the session
 * @fd: the eventfd, or -1 for none
 *
 * Context: process. Return: 0; -EBADF, -EINVAL: it is no eventfd; then nothing changed.
 */
int gpiohub_notify_eventfd(struct gpiohub_session *session, int fd)
{
	struct gpiohub_notify *notify = &session->notify;
	struct eventfd_ctx *eventfd = NULL;

	if (fd != -1) {
		eventfd = eventfd_ctx_fdget(fd);
		if (IS_ERR(eventfd))
			return PTR_ERR(eventfd);
	}
	mutex_lock(&notify->lock);
	swap(notify->eventfd, eventfd);
	changed(notify);
	mutex_unlock(&notify->lock);
	/* The one before: nobody tells it from here on. */
	if (eventfd)
		eventfd_ctx_put(eventfd);
	if (fd == -1)
		return 0;
	gpiohub_notify_again(session);
	if (gpiohub_stream_gone(session))
		gpiohub_notify_gone(session);
	return 0;
}

/**
 * gpiohub_notify_again - the reader has come to the end of the stream: tell him of more
 * @session: active; or its filter, its place or whom it tells changed
 *
 * Context: process, without session->stream.
 */
void gpiohub_notify_again(struct gpiohub_session *session)
{
	set_bit(GPIOHUB_NOTIFY_READ, &session->notify.due);
	/*
	 * Before he is enlisted: the late worker strikes him off and then looks at it.
	 * Pairs with the barrier in gpiohub_notify_look().
	 */
	smp_mb__after_atomic();
	gpiohub_sleepers_enlist(session);
	/* What came before that sent nobody. A mapped cursor is not looked at here. */
	if (READ_ONCE(session->cursor) ||
	    gpiohub_ring_head(&session->hub->ring) != (u32)READ_ONCE(session->pos))
		gpiohub_sleepers_look(session->hub);
}

/**
 * gpiohub_notify_look - something was published: send the worker if he is to be told
 * @session: any; struck off, if a cursor does not say that he waits for more
 * @head: the position after it
 *
 * Context: the hub's late worker. Return: true if the session has to stay enlisted: the
 * reader of a mapped cursor moves his wake_at on without a call.
 */
bool gpiohub_notify_look(struct gpiohub_session *session, u32 head)
{
	struct gpiohub_notify *notify = &session->notify;
	const struct gpiohub_cursor *cursor = READ_ONCE(session->cursor);
	u32 wake_at;

	if (!READ_ONCE(notify->active))
		return false;
	if (!cursor) {
		/*
		 * Struck off before the look. Pairs with the one in
		 * gpiohub_notify_again(): whom we struck off after he had enlisted there
		 * is seen here.
		 */
		smp_mb();
		if (test_bit(GPIOHUB_NOTIFY_READ, &notify->due))
			queue_work(gpiohub_session_work, &notify->work);
		return false;
	}
	/* Once: it is user memory. Told once for each value that it has. */
	wake_at = READ_ONCE(cursor->wake_at);
	if ((s32)(head - wake_at) < 0) {
		WRITE_ONCE(notify->told, false);
	} else if (!READ_ONCE(notify->told) || notify->told_at != wake_at) {
		notify->told_at = wake_at;
		WRITE_ONCE(notify->told, true);
		set_bit(GPIOHUB_NOTIFY_REACHED, &notify->due);
		queue_work(gpiohub_session_work, &notify->work);
	}
	return true;
}

/**
 * gpiohub_notify_gone - the hub or a line went: tell, whatever there is to read
 * @session: any
 *
 * Context: any.
 */
void gpiohub_notify_gone(struct gpiohub_session *session)
{
	if (!READ_ONCE(session->notify.active))
		return;
	set_bit(GPIOHUB_NOTIFY_GONE, &session->notify.due);
	queue_work(gpiohub_session_work, &session->notify.work);
}

/**
 * gpiohub_notify_init - nobody is told yet
 * @session: zeroed by the caller
 */
void gpiohub_notify_init(struct gpiohub_session *session)
{
	mutex_init(&session->notify.lock);
	INIT_WORK(&session->notify.work, notify_work);
}

/**
 * gpiohub_notify_end - nobody is told any more
 * @session: closed, and found by no late worker since a grace period
 *
 * Context: may sleep.
 */
void gpiohub_notify_end(struct gpiohub_session *session)
{
	cancel_work_sync(&session->notify.work);
	if (session->notify.eventfd)
		eventfd_ctx_put(session->notify.eventfd);
}
