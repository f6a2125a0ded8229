/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A line: taken from gpiolib while somebody watches, owns or keeps it, armed
 * while somebody watches it and it is an input.
 */
#ifndef GPIOHUB_LINE_H
#define GPIOHUB_LINE_H

#include <linux/gpiohub.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "storm.h"

struct gpio_desc;
struct gpiohub_chip;
struct gpiohub_hub;
struct gpiohub_pattern;
struct gpiohub_session;
struct pid;

/**
 * struct gpiohub_line - one line of a hub
 * @hub: its hub
 * @chip: its chip
 * @number: its number in the hub
 * @offset: its number on the chip
 * @desc: gpiolib's descriptor while held. Written under hub->config, chip->lock
 *	and hub->lock together; read under any of them.
 * @irq: its interrupt while armed, else 0; under hub->config. Set before the interrupt
 *	is requested and cleared after it is freed, so that its handler may look, too
 * @slow: only a thread can reach it: the chip sleeps, the line is open-drain,
 *	or PREEMPT_RT; as @desc
 * @unattended: interrupts left until one does more than publish, see line_attend();
 *	under hub->lock
 * @stride: what @unattended was set to; under hub->lock
 * @watchers: files that subscribed to it, under hub->config
 * @looking: GET holds it for the moment; under hub->config
 * @owner: who may configure and drive it; under hub->config
 * @owner_pid: the claiming process, under hub->config; a reference
 * @owner_uid: its user; also of a kept line
 * @owner_comm: its name
 * @guard: enum gpiohub_guard of the claim
 * @guard_level: what GPIOHUB_GUARD_LEVELS drives; under hub->config
 * @heartbeat_us: of the claim, 0: none; under hub->config
 * @kept: held without an owner, as the last one left it; under hub->config
 * @direction: enum gpiohub_direction, while held; under hub->config
 * @bias: enum gpiohub_bias as set by us, under hub->config
 * @drive: enum gpiohub_drive as set by us, under hub->config
 * @debounce_us: as set by us, under hub->config
 * @wake: its owner wants its interrupt to wake the machine; under hub->config
 * @waking: it does now; changed under hub->config and hub->lock
 * @known_since: when its first sample was taken, or the first after the hub slept;
 *	under hub->lock
 * @stamp: when the hard half last ran, under hub->lock; slow lines only
 * @stamps: how often it ran since the thread last took @stamp, under hub->lock
 * @stamped: the hard half runs for this interrupt, under hub->lock
 * @slept: it interrupted while the hub slept, under hub->lock
 * @silent: armed, but its chip did not answer the last time; under hub->lock
 * @pattern: the pattern that has it, playing or armed; under hub->lock
 * @triggers: slots of rules that it triggers, under hub->lock
 * @starts: armed patterns that it starts, under hub->lock
 * @rate: edges per second when they were last worked out, see gpiohub_line_rate()
 * @rate_edges: how many there were by then
 * @rate_since: when that was, ns; these three under hub->config
 * @storm: how often it changes, and what is done about it
 */
struct gpiohub_line {
	struct gpiohub_hub *hub;
	struct gpiohub_chip *chip;
	u8 number;
	u16 offset;

	struct gpio_desc *desc;
	int irq;
	bool slow;
	s32 unattended;
	s32 stride;

	unsigned int watchers;
	bool looking;
	struct gpiohub_session *owner;
	struct pid *owner_pid;
	kuid_t owner_uid;
	char owner_comm[TASK_COMM_LEN];
	u8 guard;
	bool guard_level;
	u32 heartbeat_us;
	bool kept;

	u8 direction;
	u8 bias;
	u8 drive;
	u32 debounce_us;
	bool wake;
	bool waking;

	u64 known_since;
	u64 stamp;
	u32 stamps;
	bool stamped;
	bool slept;
	bool silent;

	struct gpiohub_pattern *pattern;
	u64 triggers;
	unsigned int starts;
	u64 rate;
	u64 rate_edges;
	u64 rate_since;
	struct gpiohub_storm storm;
};

static inline u64 gpiohub_line_bit(const struct gpiohub_line *line)
{
	return 1ULL << line->number;
}

int gpiohub_line_hold(struct gpiohub_line *line);
int gpiohub_line_arm(struct gpiohub_line *line);
int gpiohub_line_settle(struct gpiohub_line *line);
int gpiohub_line_level(struct gpiohub_line *line);
void gpiohub_line_disarm(struct gpiohub_line *line);
void gpiohub_line_forget(struct gpiohub_line *line);

/* edge.c: the way of an event, from interrupt to ring. */
int gpiohub_line_listen(struct gpiohub_line *line, int irq);
void gpiohub_line_deafen(struct gpiohub_line *line);
s32 gpiohub_line_stride(const struct gpiohub_line *line);
void gpiohub_line_attend_now(struct gpiohub_line *line);
void gpiohub_line_first_sample(struct gpiohub_line *line);
void gpiohub_line_catch_up(struct gpiohub_line *line);

/* configure.c */
int gpiohub_line_configure(struct gpiohub_line *line, const struct gpiohub_config *config);
int gpiohub_line_input(struct gpiohub_line *line);
int gpiohub_line_output(struct gpiohub_line *line, bool level);

/* drive.c: the way of a command, from session to pin. */
int gpiohub_lines_set(struct gpiohub_session *session, u64 lines, u64 levels, u32 *culprit);
int gpiohub_lines_set_run(struct gpiohub_session *session,
			  const struct gpiohub_command *commands, u32 count, u32 *done,
			  u32 *culprit);
int gpiohub_lines_refuse(const struct gpiohub_session *session, u64 lines, u64 barred,
			 u32 *culprit);
int gpiohub_line_drive(struct gpiohub_line *line, bool level);
int gpiohub_lines_drive(struct gpiohub_hub *hub, u64 set, u64 clear, unsigned int *driven);
int gpiohub_line_play(struct gpiohub_line *line, const struct gpiohub_pattern *pattern,
		      bool level);
int gpiohub_lines_get(struct gpiohub_session *session, u64 lines, u64 *levels, u32 *culprit);

int gpiohub_errno(int err);

#endif
