// SPDX-License-Identifier: GPL-2.0
/*
 * The interrupt controller of the boards, as the kernel's interrupt core sees it.
 *
 * Not gpiolib's ready-made one (gpio_chip.irq): that one disposes of the
 * mappings in gpiochip_remove() though users still have them, which on 6.1
 * warns in /proc/irq and leaks, and frees their handlers behind their back on later
 * kernels. Here a mapping whose board has gone is dead but stays until its last
 * user has freed it, so a program that held a line through an unbind closes
 * it without a trace, and no number is given out twice.
 */

#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "vboard.h"

/**
 * struct vboard_irq - one mapping, from its making to its disposal
 * @node: in @mappings
 * @b: the board, constant
 * @offset: the line, constant
 * @virq: Linux interrupt number, constant
 * @requested: has a user; under @mappings_lock
 * @dead: the board has been unbound since: written under @mappings_lock and
 *	vboard.lock, read under either
 */
struct vboard_irq {
	struct list_head	node;
	struct vboard		*b;
	unsigned int		offset;
	unsigned int		virq;
	bool			requested;
	bool			dead;
};

/* Of all boards. Inside desc->request_mutex and the domain's mutex. */
static DEFINE_MUTEX(mappings_lock);
static LIST_HEAD(mappings);

static struct fwnode_handle *fwnode;
static struct irq_domain *domain;

/*
 * One domain for all boards; hwirq = bind << 9 | board << 6 | line, so that no
 * two lives of a board share a mapping. Counted up at unbind, under
 * mappings_lock; read with READ_ONCE in to_irq, checked under the lock in map.
 */
static unsigned long binds[VBOARD_MAX_BOARDS];

static irq_hw_number_t hwirq_of(const struct vboard *b, unsigned int offset)
{
	return READ_ONCE(binds[b->id]) << 9 | b->id << 6 | offset;
}

/* gpiolib's flags for the line are kept up to date while the board is there. */
static void irq_mask(struct irq_data *d)
{
	struct vboard_irq *vi = irq_data_get_irq_chip_data(d);
	struct vboard *b = vi->b;
	unsigned long flags;

	raw_spin_lock_irqsave(&b->lock, flags);
	if (!vi->dead) {
		b->masked |= BIT_ULL(vi->offset);
		gpiochip_disable_irq(&b->gc, vi->offset);
	}
	raw_spin_unlock_irqrestore(&b->lock, flags);
}

static void irq_unmask(struct irq_data *d)
{
	struct vboard_irq *vi = irq_data_get_irq_chip_data(d);
	struct vboard *b = vi->b;
	u64 bit = BIT_ULL(vi->offset);
	unsigned long flags;

	raw_spin_lock_irqsave(&b->lock, flags);
	if (!vi->dead) {
		gpiochip_enable_irq(&b->gc, vi->offset);
		b->masked &= ~bit;
		if (b->latched & bit) {
			b->latched &= ~bit;
			vboard_edge_again(b, vi->offset);
			vboard_kick(b);
		}
	}
	raw_spin_unlock_irqrestore(&b->lock, flags);
}

/* An edge is acknowledged when it is taken out of the FIFO. */
static void irq_ack(struct irq_data *d)
{
}

/* The core took an interrupt while it was disabled and wants it again. */
static int irq_retrigger(struct irq_data *d)
{
	struct vboard_irq *vi = irq_data_get_irq_chip_data(d);
	struct vboard *b = vi->b;
	unsigned long flags;

	raw_spin_lock_irqsave(&b->lock, flags);
	if (!vi->dead) {
		vboard_edge_again(b, vi->offset);
		vboard_kick(b);
	}
	raw_spin_unlock_irqrestore(&b->lock, flags);
	return 1;
}

/*
 * Edges only: a level interrupt would have to be raised as long as the level stays,
 * and the level of a virtual pin stays until somebody writes a file.
 */
static int irq_set_type(struct irq_data *d, unsigned int type)
{
	struct vboard_irq *vi = irq_data_get_irq_chip_data(d);
	struct vboard *b = vi->b;
	u64 bit = BIT_ULL(vi->offset);
	unsigned long flags;

	if (!(type & IRQ_TYPE_EDGE_BOTH) || (type & IRQ_TYPE_LEVEL_MASK))
		return -EINVAL;

	raw_spin_lock_irqsave(&b->lock, flags);
	if (!vi->dead) {
		b->rise = (b->rise & ~bit) | (type & IRQ_TYPE_EDGE_RISING ? bit : 0);
		b->fall = (b->fall & ~bit) | (type & IRQ_TYPE_EDGE_FALLING ? bit : 0);
		b->latched &= ~bit;
	}
	raw_spin_unlock_irqrestore(&b->lock, flags);
	return 0;
}

/* The kernel does what is to be done: it lets such interrupts through while it sleeps. */
static int irq_set_wake(struct irq_data *d, unsigned int on)
{
	struct vboard_irq *vi = irq_data_get_irq_chip_data(d);

	/* As if there were no such function. */
	return vi->b->wake ? 0 : -ENXIO;
}

static int irq_request(struct irq_data *d)
{
	struct vboard_irq *vi = irq_data_get_irq_chip_data(d);
	struct vboard *b = vi->b;
	unsigned long flags;
	int ret = -ENODEV;

	mutex_lock(&mappings_lock);
	if (vi->dead || !try_module_get(THIS_MODULE))
		goto out_unlock;
	ret = gpiochip_lock_as_irq(&b->gc, vi->offset);
	if (ret) {
		module_put(THIS_MODULE);
		goto out_unlock;
	}
	vi->requested = true;
	raw_spin_lock_irqsave(&b->lock, flags);
	b->line[vi->offset].virq = vi->virq;
	raw_spin_unlock_irqrestore(&b->lock, flags);
out_unlock:
	mutex_unlock(&mappings_lock);
	return ret;
}

/* A line without a user, or whose user is left with a dead mapping. */
static void disarm(struct vboard *b, unsigned int i)
{
	u64 bit = BIT_ULL(i);

	lockdep_assert_held(&b->lock);
	b->line[i].virq = 0;
	b->line[i].epoch++;
	b->rise &= ~bit;
	b->fall &= ~bit;
	b->masked |= bit;
	b->latched &= ~bit;
}

static void irq_release(struct irq_data *d)
{
	struct vboard_irq *vi = irq_data_get_irq_chip_data(d);
	struct vboard *b = vi->b;
	unsigned long flags;

	mutex_lock(&mappings_lock);
	if (!vi->dead) {
		raw_spin_lock_irqsave(&b->lock, flags);
		disarm(b, vi->offset);
		raw_spin_unlock_irqrestore(&b->lock, flags);
		gpiochip_unlock_as_irq(&b->gc, vi->offset);
	}
	vi->requested = false;
	mutex_unlock(&mappings_lock);
	module_put(THIS_MODULE);
}

static const struct irq_chip vboard_irq_chip = {
	.name			= VBOARD_NAME,
	.irq_mask		= irq_mask,
	.irq_unmask		= irq_unmask,
	.irq_ack		= irq_ack,
	.irq_retrigger		= irq_retrigger,
	.irq_set_type		= irq_set_type,
	.irq_set_wake		= irq_set_wake,
	.irq_request_resources	= irq_request,
	.irq_release_resources	= irq_release,
	.flags			= IRQCHIP_IMMUTABLE,
};

static int irq_map(struct irq_domain *d, unsigned int virq, irq_hw_number_t hwirq)
{
	/* All mappings of this controller nest only in other controllers'. */
	static struct lock_class_key lock_key, request_key;
	struct vboard *b = vboard_get(hwirq >> 6 & (VBOARD_MAX_BOARDS - 1));
	struct vboard_irq *vi;

	vi = kzalloc(sizeof(*vi), GFP_KERNEL);
	if (!vi)
		return -ENOMEM;
	vi->b = b;
	vi->offset = hwirq & (VBOARD_MAX_LINES - 1);
	vi->virq = virq;

	mutex_lock(&mappings_lock);
	if (!READ_ONCE(b->bound) || hwirq != hwirq_of(b, vi->offset)) {
		mutex_unlock(&mappings_lock);
		kfree(vi);
		return -ENODEV;
	}
	list_add(&vi->node, &mappings);
	mutex_unlock(&mappings_lock);

	irq_set_chip_data(virq, vi);
	irq_set_lockdep_class(virq, &lock_key, &request_key);
	irq_set_chip_and_handler(virq, &vboard_irq_chip, handle_edge_irq);
	irq_set_nested_thread(virq, b->can_sleep);
	irq_set_noprobe(virq);
	return 0;
}

static void irq_unmap(struct irq_domain *d, unsigned int virq)
{
	struct vboard_irq *vi = irq_get_chip_data(virq);

	irq_set_chip_data(virq, NULL);
	kfree(vi);
}

static const struct irq_domain_ops domain_ops = {
	.map	= irq_map,
	.unmap	= irq_unmap,
	.xlate	= irq_domain_xlate_twocell,
};

/**
 * vboard_to_irq() - gpio_chip.to_irq
 * @gc: of a board
 * @offset: the line
 *
 * Return: the interrupt, 0 if there is none to be had.
 */
int vboard_to_irq(struct gpio_chip *gc, unsigned int offset)
{
	struct vboard *b = container_of(gc, struct vboard, gc);

	return irq_create_mapping(domain, hwirq_of(b, offset));
}

static struct vboard_irq *find_unused(void)
{
	struct vboard_irq *vi;

	mutex_lock(&mappings_lock);
	list_for_each_entry(vi, &mappings, node) {
		if (vi->dead && !vi->requested) {
			list_del(&vi->node);
			mutex_unlock(&mappings_lock);
			return vi;
		}
	}
	mutex_unlock(&mappings_lock);
	return NULL;
}

/**
 * vboard_irq_reap() - dispose of dead mappings that their users have freed
 *
 * Not done when they are freed, because free_irq() goes on using the descriptor;
 * done when a board comes or goes, and at the end.
 */
void vboard_irq_reap(void)
{
	struct vboard_irq *vi;

	while ((vi = find_unused())) {
		struct irq_desc *desc = irq_data_to_desc(irq_get_irq_data(vi->virq));

		/* free_irq() may still be between our irq_release() and its end. */
		mutex_lock(&desc->request_mutex);
		mutex_unlock(&desc->request_mutex);
		irq_dispose_mapping(vi->virq);
	}
}

/**
 * vboard_irq_add() - power on: nothing armed
 * @b: the board, not bound yet
 */
void vboard_irq_add(struct vboard *b)
{
	lockdep_assert_held(&b->lock);
	b->rise = 0;
	b->fall = 0;
	b->masked = ~0ULL;
	b->latched = 0;
}

/**
 * vboard_irq_remove() - every mapping of the board becomes dead
 * @b: the board, not bound any more, delivery stopped; its gpio_chip still there
 *
 * gpiolib is told that the lines carry no interrupt any more, so that it leaves
 * the handlers to their owners.
 */
void vboard_irq_remove(struct vboard *b)
{
	struct vboard_irq *vi;
	unsigned long flags;

	mutex_lock(&mappings_lock);
	WRITE_ONCE(binds[b->id], binds[b->id] + 1);
	list_for_each_entry(vi, &mappings, node) {
		if (vi->b != b || vi->dead)
			continue;
		raw_spin_lock_irqsave(&b->lock, flags);
		vi->dead = true;
		disarm(b, vi->offset);
		raw_spin_unlock_irqrestore(&b->lock, flags);
		if (vi->requested)
			gpiochip_unlock_as_irq(&b->gc, vi->offset);
	}
	mutex_unlock(&mappings_lock);
}

/**
 * vboard_irq_setup() - make the interrupt domain
 *
 * Return: 0 or -ENOMEM.
 */
int vboard_irq_setup(void)
{
	fwnode = irq_domain_alloc_named_fwnode(VBOARD_NAME);
	if (!fwnode)
		return -ENOMEM;
	domain = irq_domain_create_tree(fwnode, &domain_ops, NULL);
	if (!domain) {
		irq_domain_free_fwnode(fwnode);
		return -ENOMEM;
	}
	return 0;
}

/**
 * vboard_irq_teardown() - undo vboard_irq_setup(), after the last board
 *
 * Users of dead mappings hold a reference to the module: there are none left.
 */
void vboard_irq_teardown(void)
{
	vboard_irq_reap();
	irq_domain_remove(domain);
	irq_domain_free_fwnode(fwnode);
}
