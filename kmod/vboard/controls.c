// SPDX-License-Identifier: GPL-2.0
/*
 * The files by which a shell plays the outside world. docs/vboard.md is their
 * manual. A write is statements, separated by ';' or newlines, each a list of lines
 * and a word or two; all of them are checked before the first takes effect.
 */

#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "vboard.h"

#define MAX_OPS	64

struct statement {
	u64		lines;
	char		*arg;
	char		*arg2;	/* NULL if there is none */
};

/* One write: what its statements add up to. Each file uses its part. */
struct request {
	u64		lines;			/* level */
	u64		driven;
	u64		high;
	struct {				/* loop */
		u64	lines;
		bool	cut;
	}		op[MAX_OPS];
	unsigned int	ops;
	u64		starts;			/* generate */
	u64		stops;
	struct vboard_run runs[VBOARD_MAX_LINES];
};

typedef int (*statement_fn)(const struct vboard *b, struct request *r,
			    const struct statement *s);

static int parse_lines(const struct vboard *b, const char *text, u64 *lines)
{
	DECLARE_BITMAP(bits, VBOARD_MAX_LINES);
	int ret;

	ret = bitmap_parselist(text, bits, b->lines);
	if (ret)
		return ret;
	bitmap_to_arr64(lines, bits, b->lines);
	return *lines ? 0 : -EINVAL;
}

static char *next_word(char **text)
{
	char *word;

	do {
		word = strsep(text, " \t");
	} while (word && !*word);
	return word;
}

static int parse_statement(const struct vboard *b, char *text, struct statement *s)
{
	char *lines = next_word(&text);

	s->arg = next_word(&text);
	s->arg2 = next_word(&text);
	if (!s->arg || next_word(&text))
		return -EINVAL;
	return parse_lines(b, lines, &s->lines);
}

/* The request that a write makes, to be freed; or an errno. */
static struct request *parse(const struct vboard *b, const char *buf, statement_fn add)
{
	struct request *r = kzalloc(sizeof(*r), GFP_KERNEL);
	char *copy = kstrdup(buf, GFP_KERNEL);
	char *rest = copy, *text;
	struct statement s;
	int n = 0, ret = 0;

	if (!r || !copy)
		ret = -ENOMEM;
	while (!ret && (text = strsep(&rest, ";\n"))) {
		if (!*skip_spaces(text))
			continue;
		ret = parse_statement(b, text, &s);
		if (!ret)
			ret = add(b, r, &s);
		n++;
	}
	kfree(copy);
	if (!ret && n)
		return r;
	kfree(r);
	return ERR_PTR(ret ?: -EINVAL);
}

static int add_level(const struct vboard *b, struct request *r, const struct statement *s)
{
	if (s->arg2 || !strchr("01z", s->arg[0]) || s->arg[1])
		return -EINVAL;
	r->lines |= s->lines;
	r->driven &= ~s->lines;
	r->high &= ~s->lines;
	if (s->arg[0] != 'z')
		r->driven |= s->lines;
	if (s->arg[0] == '1')
		r->high |= s->lines;
	return 0;
}

static ssize_t level_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	struct vboard *b = dev_get_drvdata(dev);
	struct request *r = parse(b, buf, add_level);
	unsigned long flags;
	u64 busy = 0;
	ssize_t ret = count;
	unsigned int i;

	if (IS_ERR(r))
		return PTR_ERR(r);

	raw_spin_lock_irqsave(&b->lock, flags);
	for (i = 0; i < b->lines; i++)
		if (b->line[i].gen.state == VBOARD_GEN_RUNNING)
			busy |= BIT_ULL(i);
	if (r->lines & busy) {
		ret = -EBUSY;
	} else {
		b->ext_driven = (b->ext_driven & ~r->lines) | r->driven;
		b->ext_level = (b->ext_level & ~r->lines) | r->high;
		vboard_settle(b, r->lines);
		vboard_kick(b);
	}
	raw_spin_unlock_irqrestore(&b->lock, flags);
	kfree(r);
	return ret;
}

static ssize_t level_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vboard *b = dev_get_drvdata(dev);
	u64 out, pin, seen, driven, high, up, down;
	unsigned long flags;
	unsigned int i;
	int len = 0;

	raw_spin_lock_irqsave(&b->lock, flags);
	out = b->out;
	pin = b->pin;
	seen = b->seen;
	driven = b->ext_driven;
	high = b->ext_level;
	up = b->pull_up;
	down = b->pull_down;
	raw_spin_unlock_irqrestore(&b->lock, flags);

	for (i = 0; i < b->lines; i++) {
		u64 bit = BIT_ULL(i);

		len += sysfs_emit_at(buf, len, "%u %d %s %s %s\n", i,
				     !!((out & bit ? pin : seen) & bit),
				     out & bit ? "out" : "in",
				     !(driven & bit) ? "z" : high & bit ? "1" : "0",
				     up & bit ? "up" : down & bit ? "down" : "none");
	}
	return len;
}
static DEVICE_ATTR_RW(level);

static int add_loop(const struct vboard *b, struct request *r, const struct statement *s)
{
	u64 other;
	int ret;

	if (s->arg2)
		return -EINVAL;
	if (r->ops == MAX_OPS)
		return -E2BIG;
	r->op[r->ops].cut = !strcmp(s->arg, "none");
	r->op[r->ops].lines = s->lines;
	if (!r->op[r->ops].cut) {
		ret = parse_lines(b, s->arg, &other);
		if (ret)
			return ret;
		other |= s->lines;
		if (!(other & (other - 1)))
			return -EINVAL;
		r->op[r->ops].lines = other;
	}
	r->ops++;
	return 0;
}

static ssize_t loop_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct vboard *b = dev_get_drvdata(dev);
	struct request *r = parse(b, buf, add_loop);
	unsigned long flags;
	unsigned int n;

	if (IS_ERR(r))
		return PTR_ERR(r);

	raw_spin_lock_irqsave(&b->lock, flags);
	for (n = 0; n < r->ops; n++) {
		if (r->op[n].cut)
			vboard_net_cut(b, r->op[n].lines);
		else
			vboard_net_join(b, r->op[n].lines);
	}
	vboard_kick(b);
	raw_spin_unlock_irqrestore(&b->lock, flags);
	kfree(r);
	return count;
}

static ssize_t loop_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vboard *b = dev_get_drvdata(dev);
	DECLARE_BITMAP(bits, VBOARD_MAX_LINES);
	unsigned long flags;
	unsigned int i;
	int len = 0;
	u64 net;

	for (i = 0; i < b->lines; i++) {
		raw_spin_lock_irqsave(&b->lock, flags);
		net = b->net[i];
		raw_spin_unlock_irqrestore(&b->lock, flags);

		/* Each net once, at its lowest line. */
		if (!(net & (net - 1)) || __ffs64(net) != i)
			continue;
		bitmap_from_u64(bits, net);
		len += sysfs_emit_at(buf, len, "%*pbl\n", VBOARD_MAX_LINES, bits);
	}
	return len;
}
static DEVICE_ATTR_RW(loop);

static ssize_t edges_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vboard *b = dev_get_drvdata(dev);
	u64 edges, delivered, lost;
	unsigned long flags;
	unsigned int i;
	int len = 0;

	for (i = 0; i < b->lines; i++) {
		raw_spin_lock_irqsave(&b->lock, flags);
		edges = b->line[i].edges;
		delivered = b->line[i].delivered;
		lost = b->line[i].lost;
		raw_spin_unlock_irqrestore(&b->lock, flags);
		len += sysfs_emit_at(buf, len, "%u %llu %llu %llu\n", i,
				     edges, delivered, lost);
	}
	return len;
}
static DEVICE_ATTR_RO(edges);

static int add_generate(const struct vboard *b, struct request *r, const struct statement *s)
{
	struct vboard_run run = { };
	u64 m;

	if (s->lines & (r->starts | r->stops))
		return -EINVAL;
	if (!strcmp(s->arg, "stop")) {
		r->stops |= s->lines;
		return s->arg2 ? -EINVAL : 0;
	}
	if (strcmp(s->arg, "burst") &&
	    (kstrtou32(s->arg, 10, &run.hz) || !run.hz || run.hz > VBOARD_MAX_HZ))
		return -EINVAL;
	if (s->arg2 && (kstrtou64(s->arg2, 10, &run.edges) || !run.edges))
		return -EINVAL;
	if (!run.hz && !run.edges)
		return -EINVAL;
	for (m = s->lines; m; )
		r->runs[vboard_next(&m)] = run;
	r->starts |= s->lines;
	return 0;
}

static ssize_t generate_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	struct vboard *b = dev_get_drvdata(dev);
	struct request *r = parse(b, buf, add_generate);
	int ret;

	if (IS_ERR(r))
		return PTR_ERR(r);
	ret = vboard_gen_control(b, r->runs, r->starts, r->stops);
	kfree(r);
	return ret ?: count;
}

static ssize_t generate_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char * const states[] = {
		[VBOARD_GEN_RUNNING]	= "running",
		[VBOARD_GEN_DONE]	= "done",
		[VBOARD_GEN_STOPPED]	= "stopped",
	};
	struct vboard *b = dev_get_drvdata(dev);
	enum vboard_gen_state state;
	u64 made, total, late;
	unsigned long flags;
	unsigned int i, hz;
	int len = 0;

	for (i = 0; i < b->lines; i++) {
		struct vboard_gen *g = &b->line[i].gen;

		raw_spin_lock_irqsave(&b->lock, flags);
		state = g->state;
		hz = g->hz;
		made = g->made;
		total = g->total;
		late = g->late_max_ns;
		raw_spin_unlock_irqrestore(&b->lock, flags);
		if (state != VBOARD_GEN_IDLE)
			len += sysfs_emit_at(buf, len, "%u %s %u %llu %llu %llu\n", i,
					     states[state], hz, made, total, late);
	}
	return len;
}
static DEVICE_ATTR_RW(generate);

static unsigned int running(struct vboard *b)
{
	unsigned long flags;
	unsigned int n;

	raw_spin_lock_irqsave(&b->lock, flags);
	n = b->bound ? b->running : 0;
	raw_spin_unlock_irqrestore(&b->lock, flags);
	return n;
}

static ssize_t running_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", running(dev_get_drvdata(dev)));
}
static DEVICE_ATTR_RO(running);

static ssize_t wait_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct vboard *b = dev_get_drvdata(dev);
	unsigned int seconds;
	long ret;

	if (kstrtouint(buf, 10, &seconds) || seconds > 24 * 60 * 60)
		return -EINVAL;
	ret = wait_event_interruptible_timeout(b->idle, !running(b), seconds * HZ);
	if (ret < 0)
		return ret;
	if (!READ_ONCE(b->bound))
		return -ENODEV;
	return ret ? count : -ETIMEDOUT;
}
static DEVICE_ATTR_WO(wait);

static struct attribute *attrs[] = {
	&dev_attr_level.attr,
	&dev_attr_loop.attr,
	&dev_attr_edges.attr,
	&dev_attr_generate.attr,
	&dev_attr_running.attr,
	&dev_attr_wait.attr,
	NULL
};

const struct attribute_group vboard_controls = {
	.attrs = attrs,
};
