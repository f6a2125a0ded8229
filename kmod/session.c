// SPDX-License-Identifier: GPL-2.0
/*
 * Opening and closing a hub, and what an open file may.
 */
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/ktime.h>

#include "hub.h"
#include "keep.h"
#include "params.h"
#include "quota.h"
#include "request.h"
#include "session.h"

struct workqueue_struct *gpiohub_session_work;

/* Closed files that are not ended yet, of all hubs. */
static atomic_t sessions_ending = ATOMIC_INIT(0);

/**
 * gpiohub_session_may_drive - may this file change something for others?
 * @file: the file
 *
 * Return: 0 or -EACCES.
 */
int gpiohub_session_may_drive(struct file *file)
{
	struct gpiohub_session *session = file->private_data;

	if (!(file->f_mode & FMODE_WRITE) ||
	    (READ_ONCE(session->restricted) & GPIOHUB_RESTRICT_DRIVE))
		return -EACCES;
	return 0;
}

/**
 * gpiohub_session_spend - use one of the file's messages or configurations
 * @session: the session
 *
 * Context: process. Return: 0, or -EAGAIN: none left in this second.
 */
int gpiohub_session_spend(struct gpiohub_session *session)
{
	unsigned long flags;
	int err = 0;
	u64 now;

	flags = gpiohub_hub_lock(session->hub);
	now = ktime_get_ns();
	if (!session->rate_begin || now - session->rate_begin >= NSEC_PER_SEC) {
		session->rate_begin = now;
		session->rate_used = 0;
	}
	if (session->rate_used < READ_ONCE(gpiohub_message_rate))
		session->rate_used++;
	else
		err = -EAGAIN;
	gpiohub_hub_unlock(session->hub, flags);
	return err;
}

static struct gpiohub_session *session_alloc(struct gpiohub_hub *hub)
{
	struct gpiohub_session *session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);

	if (!session)
		return NULL;
	session->hub = hub;
	session->opener = get_pid(task_tgid(current));
	get_task_comm(session->opener_comm, current->group_leader);
	session->lines = U64_MAX;
	session->kinds = U32_MAX;
	session->slot = GPIOHUB_NO_SLOT;
	mutex_init(&session->stream);
	init_waitqueue_head(&session->wait);
	gpiohub_notify_init(session);
	INIT_LIST_HEAD(&session->requests);
	init_waitqueue_head(&session->idle);
	gpiohub_heartbeat_init(session);
	return session;
}

static void session_free(struct gpiohub_session *session)
{
	put_pid(session->opener);
	kfree(session);
}

/* Make a session one of its hub's. Return: 0, -ENODEV, -ENOMEM or -EDQUOT. */
static int session_join(struct gpiohub_session *session)
{
	struct gpiohub_hub *hub = session->hub;
	unsigned long flags;
	int err = -ENODEV;

	mutex_lock(&hub->config);
	if (gpiohub_hub_dead(hub))
		goto out_unlock;
	session->user = gpiohub_user_open(hub);
	err = PTR_ERR_OR_ZERO(session->user);
	if (err)
		goto out_unlock;
	get_device(&hub->dev);
	flags = gpiohub_hub_lock(hub);
	session->pos = hub->ring.seq;
	gpiohub_hub_unlock(hub, flags);
	list_add_tail_rcu(&session->node, &hub->sessions);
out_unlock:
	mutex_unlock(&hub->config);
	return err;
}

static int session_open(struct inode *inode, struct file *file)
{
	struct gpiohub_session *session;
	int err;

	session = session_alloc(container_of(inode->i_cdev, struct gpiohub_hub, cdev));
	if (!session)
		return -ENOMEM;
	err = session_join(session);
	if (err == -EDQUOT && atomic_read(&sessions_ending)) {
		/* Those that were closed count until their memory is free. */
		gpiohub_sessions_flush();
		err = session_join(session);
	}
	if (err) {
		session_free(session);
		return err;
	}
	file->private_data = session;
	/* The position is the session's; there is no reading elsewhere. */
	file->f_mode &= ~(FMODE_PREAD | FMODE_PWRITE);
	/* For io_uring and RWF_NOWAIT: see gpiohub_stream_read_iter(). */
	file->f_mode |= FMODE_NOWAIT;
	return 0;
}

/*
 * Called at each close of a copy of the file. One that comes from the exit of a
 * whole process is told by PF_EXITING and no thread being left: the file may live
 * on elsewhere (fork, SCM_RIGHTS), but what that process owned is to be guarded.
 */
static int session_flush(struct file *file, fl_owner_t id)
{
	struct gpiohub_session *session = file->private_data;

	if ((current->flags & PF_EXITING) && !atomic_read(&current->signal->live) &&
	    READ_ONCE(session->owned))
		gpiohub_release_all(session, task_tgid(current), GPIOHUB_END_EXITED);
	return 0;
}

static int session_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	return gpiohub_requests_sync(file->private_data);
}

/* Publishers and the late worker no longer look at it. */
static void session_end(struct work_struct *work)
{
	struct gpiohub_session *session =
		container_of(to_rcu_work(work), struct gpiohub_session, end);
	struct gpiohub_hub *hub = session->hub;

	gpiohub_notify_end(session);
	gpiohub_sleepers_left(session);
	gpiohub_user_give(hub, session->user,
			  session->restricted & GPIOHUB_RESTRICT_DRIVE ?
			  GPIOHUB_SHARE_LOOKERS : GPIOHUB_SHARE_FILES, 1);
	if (session->cursor_page)
		__free_page(session->cursor_page);
	session_free(session);
	put_device(&hub->dev);
	atomic_dec(&sessions_ending);
}

/*
 * After the last copy of the file is closed, its mappings included. Who closes does
 * not wait for the grace period: a daemon closes files all the time.
 */
static int session_release(struct inode *inode, struct file *file)
{
	struct gpiohub_session *session = file->private_data;
	struct gpiohub_hub *hub = session->hub;
	u32 culprit;

	/* A removed hub has let go of everything itself; these find nothing. */
	gpiohub_release_all(session, NULL, GPIOHUB_END_CLOSED);
	gpiohub_heartbeat_stop(session);
	gpiohub_reflexes_end(hub, session);
	gpiohub_requests_end(session);
	gpiohub_keep_watched(session);
	gpiohub_subscribe(session, 0, 0, 0, &culprit);

	mutex_lock(&hub->config);
	list_del_rcu(&session->node);
	gpiohub_sleepers_leave(session);
	mutex_unlock(&hub->config);

	INIT_RCU_WORK(&session->end, session_end);
	atomic_inc(&sessions_ending);
	queue_rcu_work(gpiohub_session_work, &session->end);
	return 0;
}

/**
 * gpiohub_sessions_init - before the first hub can be opened
 *
 * Return: 0 or -ENOMEM.
 */
int gpiohub_sessions_init(void)
{
	gpiohub_session_work = alloc_workqueue("gpiohub", WQ_UNBOUND | WQ_HIGHPRI |
					       WQ_MEM_RECLAIM, 0);
	return gpiohub_session_work ? 0 : -ENOMEM;
}

/**
 * gpiohub_sessions_flush - wait for the end of what was closed
 *
 * Context: may sleep.
 */
void gpiohub_sessions_flush(void)
{
	/* Until the grace periods are over that queue the last work. */
	rcu_barrier();
	flush_workqueue(gpiohub_session_work);
}

/** gpiohub_sessions_exit - after the last file was closed */
void gpiohub_sessions_exit(void)
{
	gpiohub_sessions_flush();
	destroy_workqueue(gpiohub_session_work);
}

const struct file_operations gpiohub_session_fops = {
	.owner = THIS_MODULE,
	.open = session_open,
	.flush = session_flush,
	.release = session_release,
	/* Both: read(2) costs less in this way, io_uring wants the other. */
	.read = gpiohub_stream_read,
	.read_iter = gpiohub_stream_read_iter,
	.write = gpiohub_stream_write,
	.llseek = gpiohub_stream_llseek,
	.fsync = session_fsync,
	.poll = gpiohub_stream_poll,
	.fasync = gpiohub_notify_fasync,
	.mmap = gpiohub_map,
	.unlocked_ioctl = gpiohub_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
