/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual board: what its files share.
 *
 * Every set of lines is one u64, bit = offset. A board's memory lives as long
 * as the module: before 6.9 gpiolib may be inside a callback when
 * gpiochip_remove() returns, so what a callback touches is never freed, and a
 * board that is bound again is the same board with its power cycled.
 */
#ifndef GPIOHUB_VBOARD_H
#define GPIOHUB_VBOARD_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/gpio/driver.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define VBOARD_NAME		"gpiohub-vboard"
#define VBOARD_MAX_BOARDS	8
#define VBOARD_MAX_LINES	64
#define VBOARD_FIFO		1024	/* edges on their way to an interrupt; a power of two */
#define VBOARD_MAX_HZ		1000000

struct vboard;

enum vboard_gen_state {
	VBOARD_GEN_IDLE,	/* never started since the board was bound */
	VBOARD_GEN_RUNNING,
	VBOARD_GEN_DONE,	/* all edges made, their handlers returned */
	VBOARD_GEN_STOPPED,
};

/**
 * struct vboard_gen - the generator of one line
 * @timer: fires when the next edge is due, hard; restarted by its own callback,
 *	or by the board's thread on a board that sleeps
 * @state: under vboard.lock
 * @hz: frequency of the square wave: two edges a period; 0 for a burst
 * @half_ns: whole ns between two edges, 0 for a burst
 * @half_rem: what @half_ns leaves over, in 1/(2 * @hz) ns
 * @half_acc: @half_rem summed up; at 2 * @hz the next edge is one ns later
 * @next: when the next edge is due, CLOCK_MONOTONIC
 * @total: edges to make, 0 for no end
 * @made: edges made in this run
 * @late_max_ns: how late the latest edge of this run was
 *
 * All but @timer are written when a run starts and by the one context that runs
 * the generator, under vboard.lock.
 */
struct vboard_gen {
	struct hrtimer		timer;
	enum vboard_gen_state	state;
	u32			hz;
	u32			half_ns;
	u32			half_rem;
	u32			half_acc;
	u64			next;
	u64			total;
	u64			made;
	u64			late_max_ns;
};

/**
 * struct vboard_line - what does not fit into a bit of the board's masks
 * @b: the board, constant
 * @name: as gpiolib shows it, constant
 * @gen: see there
 * @debounce: runs while the pin differs from what is seen
 * @debounce_us: how long the pin must be stable to be seen, 0: at once
 * @virq: Linux interrupt while one is requested, else 0
 * @queued: entries in the FIFO, and the one that is with its handlers
 * @epoch: changes when an interrupt is released, so that edges queued for the
 *	old user are not given to the next
 * @edges: changes of the line as seen (after debounce)
 * @delivered: interrupts raised
 * @lost: armed edges that got no interrupt of their own
 *
 * All that is not constant: written and read under vboard.lock.
 */
struct vboard_line {
	struct vboard		*b;
	char			name[12];
	struct vboard_gen	gen;
	struct hrtimer		debounce;
	u32			debounce_us;
	unsigned int		virq;
	u16			queued;
	u8			epoch;
	u64			edges;
	u64			delivered;
	u64			lost;
};

/**
 * struct vboard - one board
 * @gc: what gpiolib sees; filled at bind
 * @id: number of the board and of its platform device, constant
 * @label: "gpiohub-vboard.N", constant
 * @names: line names, constant
 * @dev: the platform device while bound
 * @lines: number of lines, @can_sleep, @debounce, @wake: as the parameters said at
 *	bind; constant while bound
 * @bus: held over every callback of a board that sleeps, as an I2C bus would be.
 *	Outside @lock
 * @control: held while generators are started and stopped. Outside @lock
 * @lock: raw, taken in hard interrupts and under consumers' raw locks; nothing
 *	is called under it but hrtimer_start(), irq_work_queue() and the flag
 *	helpers of gpiolib. Guards all that follows down to @line
 * @bound: the board works; false: callbacks only change masks. Also read
 *	alone, where a change is noticed later under another lock
 * @out: lines that are outputs
 * @latch: level of the output latches
 * @open_drain: lines that never drive high
 * @open_source: lines that never drive low
 * @pull_up: lines with pull-up
 * @pull_down: lines with pull-down
 * @ext_driven: lines that the outside world drives
 * @ext_level: at which level
 * @net: per line: all lines wired to it, itself included
 * @pin: level of every pin
 * @seen: level that an input reads: @pin after debounce
 * @rise: lines whose interrupt wants rising edges
 * @fall: lines whose interrupt wants falling edges
 * @masked: lines whose interrupt is masked
 * @latched: masked lines with an edge pending: one, as in a real controller
 * @flying: lines with vboard_line.queued != 0
 * @delivering: somebody empties the FIFO; there is never more than one
 * @fifo: edges in the order they were made: line | epoch << 8
 * @fifo_head: oldest entry
 * @fifo_len: number of entries
 * @due: on a board that sleeps: generators whose timer has fired
 * @running: generators that run
 * @line: see there
 * @kick: gets the FIFO emptied in hard interrupt context, or wakes @thread
 * @thread: delivers on a board that sleeps; NULL on others
 * @finished: tells @idle and pollers of "running" that a generator has ended
 * @idle: waits for @running to be 0
 */
struct vboard {
	struct gpio_chip	gc;
	unsigned int		id;
	char			label[24];
	const char		*names[VBOARD_MAX_LINES];
	struct device		*dev;
	unsigned int		lines;
	bool			can_sleep;
	bool			debounce;
	bool			wake;
	struct mutex		bus;		/* one callback at a time, if it sleeps */
	struct mutex		control;	/* one start or stop at a time */

	raw_spinlock_t		lock;
	bool			bound;
	u64			out;
	u64			latch;
	u64			open_drain;
	u64			open_source;
	u64			pull_up;
	u64			pull_down;
	u64			ext_driven;
	u64			ext_level;
	u64			net[VBOARD_MAX_LINES];
	u64			pin;
	u64			seen;
	u64			rise;
	u64			fall;
	u64			masked;
	u64			latched;
	u64			flying;
	bool			delivering;
	u16			fifo[VBOARD_FIFO];
	unsigned int		fifo_head;
	unsigned int		fifo_len;
	u64			due;
	unsigned int		running;
	struct vboard_line	line[VBOARD_MAX_LINES];

	struct irq_work		kick;
	struct task_struct	*thread;
	struct work_struct	finished;
	wait_queue_head_t	idle;
};

/* What a generator is asked to do: hz 0 is a burst, edges 0 is no end. */
struct vboard_run {
	u32	hz;
	u64	edges;
};

/* Takes the lowest line out of *@set: while (set) { i = vboard_next(&set); ... } */
static inline unsigned int vboard_next(u64 *set)
{
	unsigned int i = __ffs64(*set);

	*set &= *set - 1;
	return i;
}

/* main.c */
extern unsigned int vboard_chunk;
struct vboard *vboard_get(unsigned int id);

/* chip.c */
int vboard_chip_add(struct vboard *b);

/* level.c: what the pins are at */
void vboard_level_init(struct vboard *b);
void vboard_level_reset(struct vboard *b);
void vboard_level_stop(struct vboard *b);
void vboard_settle(struct vboard *b, u64 lines);
void vboard_debounce_set(struct vboard *b, unsigned int i, u32 us);
void vboard_net_join(struct vboard *b, u64 lines);
void vboard_net_cut(struct vboard *b, u64 lines);

/* irq.c: the interrupt controller, as the kernel sees it */
int vboard_irq_setup(void);
void vboard_irq_teardown(void);
void vboard_irq_add(struct vboard *b);
void vboard_irq_remove(struct vboard *b);
void vboard_irq_reap(void);
int vboard_to_irq(struct gpio_chip *gc, unsigned int offset);

/* deliver.c: from an edge to its interrupt */
void vboard_deliver_init(struct vboard *b);
int vboard_deliver_start(struct vboard *b);
void vboard_deliver_stop(struct vboard *b);
void vboard_edge(struct vboard *b, unsigned int i, bool level);
void vboard_edge_again(struct vboard *b, unsigned int i);
void vboard_kick(struct vboard *b);
void vboard_deliver(struct vboard *b);

/* generator.c */
void vboard_gen_init(struct vboard *b);
void vboard_gen_reset(struct vboard *b);
int vboard_gen_control(struct vboard *b, const struct vboard_run *runs, u64 starts, u64 stops);
void vboard_gen_thread(struct vboard *b);
void vboard_gen_stop_all(struct vboard *b);

/* controls.c */
extern const struct attribute_group vboard_controls;

#endif
