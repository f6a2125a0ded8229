// SPDX-License-Identifier: GPL-2.0
/*
 * The file as a place in the stream: read, write, lseek, poll. A reader here
 * follows the same loop as one that maps the ring.
 */
#include <linux/minmax.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "hub.h"
#include "session.h"

static bool wanted(const struct gpiohub_session *session, const struct gpiohub_event *event)
{
	u8 type = event->type;

	/* What follows another without a gap goes with it. */
	if (type == GPIOHUB_EVENT_TEXT)
		type = GPIOHUB_EVENT_MESSAGE;
	else if (type == GPIOHUB_EVENT_REPORT)
		type = GPIOHUB_EVENT_PATTERN;
	return (READ_ONCE(session->kinds) & GPIOHUB_KIND(type)) &&
	       (event->line == GPIOHUB_NO_LINE ||
		(READ_ONCE(session->lines) & 1ULL << event->line));
}

/* The reader was lapped: go to the oldest event, and say what was lost. */
static noinline bool make_lost(struct gpiohub_session *session, struct gpiohub_event *event)
{
	struct gpiohub_hub *hub = session->hub;
	unsigned long flags;
	u64 oldest, lost;

	flags = gpiohub_hub_lock(hub);
	oldest = gpiohub_ring_oldest(&hub->ring);
	gpiohub_hub_unlock(hub, flags);
	if (oldest <= session->pos)
		return false;
	lost = oldest - session->pos;
	*event = (struct gpiohub_event) {
		.seq = session->pos,
		.type = GPIOHUB_EVENT_LOST,
		.line = GPIOHUB_NO_LINE,
		.value = min_t(u64, lost, U32_MAX),
		.levels = lost,
	};
	session->pos = oldest;
	WRITE_ONCE(session->lost, session->lost + lost);
	return true;
}

/*
 * The next event that the filter wants; the position is then behind it. Looks no
 * further than the head of now: a filter that wants nothing does not chase a storm.
 * Inline, for it is most of what read(2) does.
 * Under session->stream. Return: false if there is none up to there.
 */
static __always_inline bool next_event(struct gpiohub_session *session,
				       struct gpiohub_event *event)
{
	const struct gpiohub_ring *ring = &session->hub->ring;
	u32 head = gpiohub_ring_head(ring);
	u32 ahead;

	while ((ahead = head - (u32)session->pos)) {
		if (unlikely(ahead > ring->mask + 1 ||
			     !gpiohub_ring_copy(ring, session->pos, event))) {
			if (make_lost(session, event))
				return true;
			continue;
		}
		session->pos++;
		if (wanted(session, event))
			return true;
		cond_resched();
	}
	return false;
}

/* Undo next_event(): it was not given. A LOST event has its first position. */
static void put_back(struct gpiohub_session *session, const struct gpiohub_event *event)
{
	session->pos = event->seq;
	if (event->type == GPIOHUB_EVENT_LOST)
		WRITE_ONCE(session->lost, session->lost - event->levels);
}

/* One of the two ways out: to buf, or where that is NULL, to an iterator. */
static __always_inline bool give(const struct gpiohub_event *event, char __user *buf,
				 struct iov_iter *to)
{
	size_t done;

	if (!to)
		return !copy_to_user(buf, event, sizeof(*event));
	done = copy_to_iter(event, sizeof(*event), to);
	if (unlikely(done != sizeof(*event)))
		iov_iter_revert(to, done);
	return done == sizeof(*event);
}

/* Under session->stream. Return: bytes, 0 if there is nothing, or -EFAULT. */
static __always_inline ssize_t read_events(struct gpiohub_session *session, char __user *buf,
					   struct iov_iter *to, size_t size)
{
	struct gpiohub_event event;
	size_t done = 0;

	/* One by one: most reads get one, and several at once save little. */
	while (size - done >= sizeof(event) && next_event(session, &event)) {
		if (!give(&event, buf + done, to)) {
			put_back(session, &event);
			return done ?: -EFAULT;
		}
		done += sizeof(event);
		if (done % PAGE_SIZE == 0)
			cond_resched();
	}
	return done;
}

/**
 * gpiohub_stream_readable - is there something to read?
 * @session: the session
 *
 * Skips what the filter does not want, so that it is looked at once. Enlists first:
 * what is published from then on wakes. Yes, too, while somebody reads, for who reads
 * may sit in a page fault: the caller will see.
 * Context: process; waits for nobody.
 */
bool gpiohub_stream_readable(struct gpiohub_session *session)
{
	struct gpiohub_event event;
	bool found;

	gpiohub_sleepers_enlist(session);
	if (!mutex_trylock(&session->stream))
		return true;
	found = next_event(session, &event);
	/* It was only a look. */
	if (found)
		put_back(session, &event);
	mutex_unlock(&session->stream);
	return found;
}

/* Sleep until there may be more to read. Return: 0, or -ERESTARTSYS. */
static int wait_for_news(struct gpiohub_session *session)
{
	struct gpiohub_hub *hub = session->hub;
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err = 0;

	add_wait_queue(&session->wait, &wait);
	if (signal_pending(current))
		err = -ERESTARTSYS;
	else if (!gpiohub_hub_dead(hub) && !READ_ONCE(session->cursor) &&
		 !gpiohub_stream_readable(session))
		wait_woken(&wait, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	remove_wait_queue(&session->wait, &wait);
	return err;
}

/* With @nowait it takes no lock that it would have to wait for. */
static __always_inline ssize_t read_stream(struct file *file, char __user *buf,
					   struct iov_iter *to, size_t size, loff_t *ppos,
					   bool nowait)
{
	struct gpiohub_session *session = file->private_data;
	ssize_t done;
	bool dead;
	int err;

	if (size < sizeof(struct gpiohub_event))
		return -EINVAL;
	for (;;) {
		if (READ_ONCE(session->cursor))
			return -EBUSY;
		/* Before the events: what came before the end is still given. */
		dead = gpiohub_hub_dead(session->hub);
		if (nowait ? !mutex_trylock(&session->stream) :
			     mutex_lock_interruptible(&session->stream))
			return nowait ? -EAGAIN : -ERESTARTSYS;
		done = read_events(session, buf, to, size);
		*ppos = session->pos * sizeof(struct gpiohub_event);
		mutex_unlock(&session->stream);
		/* He has seen the end. */
		if (unlikely(READ_ONCE(session->notify.active)) && done >= 0 &&
		    size - done >= sizeof(struct gpiohub_event))
			gpiohub_notify_again(session);
		if (done)
			return done;
		if (dead)
			return -ENODEV;
		if (nowait || (file->f_flags & O_NONBLOCK))
			return -EAGAIN;
		err = wait_for_news(session);
		if (err)
			return err;
	}
}

ssize_t gpiohub_stream_read(struct file *file, char __user *buf, size_t size, loff_t *ppos)
{
	return read_stream(file, buf, NULL, size, ppos, false);
}

/*
 * For io_uring, readv(2) and preadv2(2). IOCB_NOWAIT waits for neither events nor other
 * readers; only the buffer may have to be paged in, as everywhere.
 */
ssize_t gpiohub_stream_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	return read_stream(iocb->ki_filp, NULL, to, iov_iter_count(to), &iocb->ki_pos,
			   iocb->ki_flags & IOCB_NOWAIT);
}

ssize_t gpiohub_stream_write(struct file *file, const char __user *buf, size_t size,
			     loff_t *ppos)
{
	struct gpiohub_session *session = file->private_data;
	struct gpiohub_hub *hub = session->hub;
	u8 text[GPIOHUB_MAX_MESSAGE] = {};
	unsigned long flags;
	int err;

	err = gpiohub_session_may_drive(file);
	if (err)
		return err;
	if (!size)
		return -EINVAL;
	if (size > sizeof(text))
		return -EMSGSIZE;
	if (copy_from_user(text, buf, size))
		return -EFAULT;
	if (gpiohub_hub_dead(hub))
		return -ENODEV;
	err = gpiohub_session_spend(session);
	if (err)
		return err;
	flags = gpiohub_hub_lock(hub);
	/* Under the lock under which the end is said: nothing comes after it. */
	if (!gpiohub_hub_dead(hub))
		gpiohub_hub_message(hub, text, size);
	else
		err = -ENODEV;
	gpiohub_hub_unlock(hub, flags);
	return err ?: size;
}

/* Under session->stream. Return: the sequence number asked for, or an errno. */
static s64 seek(struct gpiohub_session *session, loff_t offset, int whence)
{
	struct gpiohub_hub *hub = session->hub;
	unsigned long flags;
	u64 head, oldest;
	s64 seq = offset / (s64)sizeof(struct gpiohub_event);

	if (offset % (s64)sizeof(struct gpiohub_event))
		return -EINVAL;
	flags = gpiohub_hub_lock(hub);
	head = hub->ring.seq;
	oldest = gpiohub_ring_oldest(&hub->ring);
	gpiohub_hub_unlock(hub, flags);

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		seq += session->pos;
		break;
	case SEEK_END:
		seq += head;
		break;
	case SEEK_DATA:
		if (seq < 0 || max_t(u64, seq, oldest) >= head)
			return -ENXIO;
		seq = max_t(u64, seq, oldest);
		break;
	default:
		return -EINVAL;
	}
	return seq < 0 || seq > head ? -EINVAL : seq;
}

loff_t gpiohub_stream_llseek(struct file *file, loff_t offset, int whence)
{
	struct gpiohub_session *session = file->private_data;
	s64 seq;

	if (gpiohub_hub_dead(session->hub))
		return -ENODEV;
	if (mutex_lock_interruptible(&session->stream))
		return -ERESTARTSYS;
	seq = seek(session, offset, whence);
	if (seq >= 0) {
		session->pos = seq;
		file->f_pos = seq * sizeof(struct gpiohub_event);
	}
	mutex_unlock(&session->stream);
	gpiohub_sleepers_changed(session);
	return seq < 0 ? seq : seq * sizeof(struct gpiohub_event);
}

/* Has the head come to where a mapped cursor wants to be told? */
static bool reached(struct gpiohub_session *session, const struct gpiohub_cursor *cursor)
{
	gpiohub_sleepers_enlist(session);
	return (s32)(gpiohub_ring_head(&session->hub->ring) - READ_ONCE(cursor->wake_at)) >= 0;
}

/**
 * gpiohub_stream_gone - was the hub deleted, or is a line gone that it subscribed to?
 * @session: the session
 *
 * Context: any.
 */
bool gpiohub_stream_gone(const struct gpiohub_session *session)
{
	return gpiohub_hub_dead(session->hub) ||
	       (READ_ONCE(session->watched) & READ_ONCE(session->hub->state->gone));
}

__poll_t gpiohub_stream_poll(struct file *file, struct poll_table_struct *table)
{
	struct gpiohub_session *session = file->private_data;
	const struct gpiohub_cursor *cursor;
	__poll_t events = 0;

	poll_wait(file, &session->wait, table);
	if (gpiohub_stream_gone(session))
		events |= EPOLLHUP | EPOLLERR;
	cursor = READ_ONCE(session->cursor);
	if (cursor ? reached(session, cursor) : gpiohub_stream_readable(session))
		events |= EPOLLIN | EPOLLRDNORM;
	if (!gpiohub_session_may_drive(file))
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}
