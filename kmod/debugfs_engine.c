// SPDX-License-Identifier: GPL-2.0
/*
 * What debugfs.c shows of requests and rules. All is copied under hub->lock and printed
 * without it; sessions, whose names are printed with them, are there as long as
 * hub->config is held: a file's requests and rules end before it leaves hub->sessions.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/pid.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "hub.h"
#include "pattern.h"
#include "request.h"
#include "seen.h"
#include "session.h"

/* As many of a file are shown: they are copied in one critical section. */
#define MOST	256

/**
 * struct request_seen - a request as it was at one moment
 * @id: as in struct gpiohub_request, and so are @is_pattern, @progress and @lines
 * @start: of a pattern: enum gpiohub_start
 * @start_line: of a pattern: ditto
 * @age_ns: how long it has been there
 * @left: of a wait: how many events
 * @driven: of a pattern: steps of this run
 * @late_max: of a pattern: how late its latest step was, ns
 */
struct request_seen {
	u32 id;
	bool is_pattern;
	u8 progress;
	u8 start;
	u8 start_line;
	u64 lines;
	u64 age_ns;
	u32 left;
	u64 driven;
	u64 late_max;
};

/* Under hub->lock. */
static void look(struct request_seen *seen, struct gpiohub_request *request, u64 now)
{
	const struct gpiohub_pattern *pattern;

	*seen = (struct request_seen) {
		.id = request->id,
		.is_pattern = request->is_pattern,
		.progress = request->progress,
		.lines = request->lines,
		.age_ns = now - request->entered_ns,
	};
	if (!seen->is_pattern) {
		seen->left = gpiohub_to_waiter(request)->left;
		return;
	}
	pattern = gpiohub_to_pattern(request);
	seen->start = pattern->start;
	seen->start_line = pattern->start_line;
	seen->driven = pattern->driven;
	seen->late_max = pattern->late_max;
}

/* Return: how many there are, of which MOST are copied. */
static unsigned int look_at_all(struct gpiohub_session *session, struct request_seen *seen)
{
	struct gpiohub_hub *hub = session->hub;
	struct gpiohub_request *request;
	unsigned int count = 0;
	unsigned long flags;
	u64 now;

	flags = gpiohub_hub_lock(hub);
	now = ktime_get_ns();
	list_for_each_entry(request, &session->requests, own) {
		if (count++ == MOST)
			break;
		look(&seen[count - 1], request, now);
	}
	gpiohub_hub_unlock(hub, flags);
	return count;
}

static const char *word_progress(u8 progress)
{
	switch ((enum gpiohub_progress)progress) {
	case GPIOHUB_QUEUED:
		return "queued";
	case GPIOHUB_ARMED:
		return "armed";
	case GPIOHUB_ACTIVE:
		return "active";
	case GPIOHUB_OVER:
		break;
	}
	return "over";
}

static void show_far(struct seq_file *seq, const struct request_seen *seen)
{
	if (!seen->is_pattern)
		seq_printf(seq, "left %u\n", seen->left);
	else if (seen->progress == GPIOHUB_ACTIVE)
		seq_printf(seq, "driven %llu late_max %llu\n", seen->driven, seen->late_max);
	else if (seen->start == GPIOHUB_START_EDGE)
		seq_printf(seq, "edge of line %u\n", seen->start_line);
	else if (seen->start == GPIOHUB_START_RULE)
		seq_puts(seq, "rule\n");
	else
		seq_puts(seq, "-\n");
}

static void show_file(struct seq_file *seq, const struct gpiohub_session *session)
{
	seq_printf(seq, "%7d %-15s", pid_vnr(session->opener), session->opener_comm);
}

static void show_request(struct seq_file *seq, const struct gpiohub_session *session,
			 const struct request_seen *seen)
{
	show_file(seq, session);
	seq_printf(seq, " %10u %-4s %-6s %10llu %016llx ", seen->id,
		   seen->is_pattern ? "play" : "wait", word_progress(seen->progress),
		   div_u64(seen->age_ns, NSEC_PER_MSEC), seen->lines);
	show_far(seq, seen);
}

/**
 * gpiohub_requests_show - waits and patterns, a line each, as they came
 * @seq: of a hub
 * @unused: no position
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int gpiohub_requests_show(struct seq_file *seq, void *unused)
{
	struct request_seen *seen = kvmalloc_array(MOST, sizeof(*seen), GFP_KERNEL);
	struct gpiohub_hub *hub = seq->private;
	struct gpiohub_session *session;
	unsigned int count, i;

	if (!seen)
		return -ENOMEM;
	seq_puts(seq, "    pid opened by               id kind state          ms lines            how far\n");
	mutex_lock(&hub->config);
	list_for_each_entry(session, &hub->sessions, node) {
		count = look_at_all(session, seen);
		for (i = 0; i < min(count, MOST); i++)
			show_request(seq, session, &seen[i]);
		if (count > MOST)
			seq_puts(seq, "        and more\n");
	}
	mutex_unlock(&hub->config);
	kvfree(seen);
	return 0;
}

static void show_lines(struct seq_file *seq, const char *what, u64 lines)
{
	if (lines)
		seq_printf(seq, " %s %#llx", what, lines);
}

static void show_rule(struct seq_file *seq, const struct gpiohub_reflex *reflex)
{
	const struct gpiohub_rule *rule = &reflex->rule;

	if (reflex->session)
		show_file(seq, reflex->session);
	else
		seq_printf(seq, "%7d %-15s", 0, "(hub)");
	seq_printf(seq, " %10u %10u %7u %5c %12llu %10llu",
		   from_kuid_munged(seq_user_ns(seq), reflex->uid), rule->id, rule->trigger,
		   gpiohub_rule_edges(rule), rule->holdoff_ns, reflex->fired);
	if (rule->mask)
		seq_printf(seq, " if %#llx=%#llx", rule->mask, rule->value);
	show_lines(seq, "set", rule->set);
	show_lines(seq, "clear", rule->clear);
	show_lines(seq, "toggle", rule->toggle);
	show_lines(seq, "stop", rule->stop);
	if (rule->start)
		seq_printf(seq, " start %u", rule->start);
	/* What it may not do any more. */
	show_lines(seq, "denied", reflex->denied);
	if (rule->flags & GPIOHUB_RULE_LATCH)
		seq_puts(seq, " latch");
	if (rule->flags & GPIOHUB_RULE_ONE_SHOT)
		seq_puts(seq, " one-shot");
	seq_putc(seq, '\n');
}

/**
 * gpiohub_rules_show - rules, a line each, the last word last
 * @seq: of a hub
 * @unused: no position
 *
 * Context: process. Return: 0.
 */
int gpiohub_rules_show(struct seq_file *seq, void *unused)
{
	struct gpiohub_hub *hub = seq->private;
	struct gpiohub_reflex copy;
	unsigned int slot;

	seq_puts(seq, "    pid opened by              uid         id trigger edges   holdoff_ns      fired does\n");
	mutex_lock(&hub->config);
	for (slot = 0; slot < GPIOHUB_MAX_RULES; slot++)
		if (gpiohub_reflex_copy(hub, slot, &copy))
			show_rule(seq, &copy);
	mutex_unlock(&hub->config);
	return 0;
}
