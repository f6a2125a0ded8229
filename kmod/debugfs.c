// SPDX-License-Identifier: GPL-2.0
/*
 * Details for who looks for a fault: /sys/kernel/debug/gpiohub/gpiohubN/. For people;
 * nothing there is an interface. A hub's folder goes before the hub does. Requests and
 * rules are in debugfs_engine.c.
 */
#include <linux/debugfs.h>
#include <linux/pid.h>
#include <linux/seq_file.h>

#include "hub.h"
#include "seen.h"
#include "session.h"
#include "words.h"

static struct dentry *debugfs_root;

/* Where a reader is: of a mapped cursor what it says, which may be anything. */
static u64 reader_position(const struct gpiohub_session *session, u64 head)
{
	const struct gpiohub_cursor *cursor = READ_ONCE(session->cursor);

	if (!cursor)
		return READ_ONCE(session->pos);
	return head - (u32)((u32)head - READ_ONCE(cursor->tail));
}

/* Who wakes it; "-": it has not slept yet. */
static void show_way(struct seq_file *seq, const struct gpiohub_session *session)
{
	int slot = READ_ONCE(session->slot);

	if (READ_ONCE(session->notify.active))
		seq_puts(seq, " notified");
	else if (slot < GPIOHUB_DIRECT)
		seq_printf(seq, " direct-%d", slot);
	else
		seq_printf(seq, " %-8s", READ_ONCE(session->late) ? "late" : "-");
}

static bool is_enlisted(const struct gpiohub_session *session)
{
	int slot = READ_ONCE(session->slot);

	return READ_ONCE(session->late) ||
	       (slot < GPIOHUB_DIRECT && test_bit(slot, &session->hub->sleepers.enlisted));
}

static void show_reader(struct seq_file *seq, struct gpiohub_session *session, u64 head)
{
	u64 position = reader_position(session, head);

	seq_printf(seq, "%7d %-15s %12llu %10llu %10llu", pid_vnr(session->opener),
		   session->opener_comm, position, head - position, READ_ONCE(session->lost));
	show_way(seq, session);
	seq_printf(seq, " %-8s %-6s %016llx %#x\n", is_enlisted(session) ? "waits" : "-",
		   READ_ONCE(session->cursor) ? "mapped" : "read", READ_ONCE(session->lines),
		   READ_ONCE(session->kinds));
}

/* What is lost behind a mapped cursor, only its reader knows. */
static int readers_show(struct seq_file *seq, void *unused)
{
	struct gpiohub_hub *hub = seq->private;
	struct gpiohub_session *session;
	unsigned long flags;
	u64 head;

	seq_puts(seq, "    pid opened by           position        lag       lost woken    now      by     lines            kinds\n");
	mutex_lock(&hub->config);
	flags = gpiohub_hub_lock(hub);
	head = hub->ring.seq;
	gpiohub_hub_unlock(hub, flags);
	list_for_each_entry(session, &hub->sessions, node)
		show_reader(seq, session, head);
	mutex_unlock(&hub->config);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(readers);

static void show_line(struct seq_file *seq, struct gpiohub_line *line)
{
	struct gpiohub_seen seen = gpiohub_line_seen(line);

	seq_printf(seq, "%4u %-24s %6u %-7s %-9s %-11s %-6s %8u %7d %-15s", line->number,
		   line->chip->label, line->offset, gpiohub_word_direction(line->direction),
		   gpiohub_word_bias(line->bias), gpiohub_word_drive(line->drive),
		   gpiohub_word_guard(line->guard), line->watchers,
		   line->owner ? pid_vnr(line->owner_pid) : 0,
		   line->owner ? line->owner_comm : line->kept ? "(kept)" : "-");
	seq_printf(seq, " %-4s %-7s %5s %10llu %10llu %8llu %llu\n",
		   !line->desc ? "-" : line->slow ? "slow" : "fast", line->irq ? "armed" : "-",
		   !seen.known ? "?" : seen.level ? "1" : "0", seen.rising, seen.falling,
		   seen.missed, seen.last_ns);
}

static int lines_show(struct seq_file *seq, void *unused)
{
	struct gpiohub_hub *hub = seq->private;
	unsigned int i;

	seq_puts(seq, "line chip                     offset now     bias      drive       guard  watchers     pid owner           way  edges   level     rising    falling   missed last_ns\n");
	mutex_lock(&hub->config);
	for (i = 0; i < hub->nr_lines; i++)
		show_line(seq, &hub->line[i]);
	mutex_unlock(&hub->config);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(lines);

static int ring_show(struct seq_file *seq, void *unused)
{
	struct gpiohub_hub *hub = seq->private;
	const struct gpiohub_sleepers *sleepers = &hub->sleepers;
	unsigned long flags;
	u64 oldest, next;
	unsigned int slot;

	flags = gpiohub_hub_lock(hub);
	oldest = gpiohub_ring_oldest(&hub->ring);
	next = hub->ring.seq;
	gpiohub_hub_unlock(hub, flags);
	seq_printf(seq, "records %u\nbytes %zu\n", hub->ring.mask + 1,
		   ((size_t)hub->ring.mask + 1) * sizeof(*hub->ring.records));
	seq_printf(seq, "first %llu\noldest %llu\nnext %llu\n", hub->ring.first_seq, oldest,
		   next);
	seq_printf(seq, "enlisted %#lx\n", READ_ONCE(sleepers->enlisted));
	/* Slots whose waiters took long, see sleepers.c; times as in the events. */
	for (slot = 0; slot < GPIOHUB_DIRECT; slot++)
		if (READ_ONCE(sleepers->rest_until[slot]))
			seq_printf(seq, "slot-%u rests until %llu\n", slot,
				   READ_ONCE(sleepers->rest_until[slot]));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ring);

DEFINE_SHOW_ATTRIBUTE(gpiohub_requests);
DEFINE_SHOW_ATTRIBUTE(gpiohub_rules);

/* A hub's files. Each takes hub->config or hub->lock, and nothing outside them. */
static const struct {
	const char *name;
	const struct file_operations *fops;
} files[] = {
	{ "readers", &readers_fops },
	{ "lines", &lines_fops },
	{ "ring", &ring_fops },
	{ "requests", &gpiohub_requests_fops },
	{ "rules", &gpiohub_rules_fops },
};

/**
 * gpiohub_debugfs_add - make a hub's folder
 * @hub: it has its name
 *
 * Without debugfs, or memory, there is none, and nobody minds.
 * Context: may sleep.
 */
void gpiohub_debugfs_add(struct gpiohub_hub *hub)
{
	unsigned int i;

	hub->debugfs = debugfs_create_dir(gpiohub_hub_name(hub), debugfs_root);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		debugfs_create_file(files[i].name, 0400, hub->debugfs, hub, files[i].fops);
}

/**
 * gpiohub_debugfs_remove - remove it
 * @hub: whoever reads there is done when this returns
 *
 * Context: may sleep; no lock of the hub's, which readers take.
 */
void gpiohub_debugfs_remove(struct gpiohub_hub *hub)
{
	debugfs_remove(hub->debugfs);
}

/** gpiohub_debugfs_init - before the first hub */
void gpiohub_debugfs_init(void)
{
	debugfs_root = debugfs_create_dir("gpiohub", NULL);
}

/** gpiohub_debugfs_exit - after the last one */
void gpiohub_debugfs_exit(void)
{
	debugfs_remove(debugfs_root);
}
