/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines that change more often than the hub takes: masked for a while, tried, and
 * masked again until they are calm.
 */
#ifndef GPIOHUB_STORM_H
#define GPIOHUB_STORM_H

#include <linux/types.h>
#include <linux/workqueue.h>

struct gpiohub_hub;
struct gpiohub_line;

/**
 * enum gpiohub_storm_state - what is done about a line
 * @GPIOHUB_STORM_CALM: nothing: its interrupts are counted and published
 * @GPIOHUB_STORM_REST: its interrupt is masked, or about to be
 * @GPIOHUB_STORM_TRIAL: its interrupt is on and only counted
 */
enum gpiohub_storm_state {
	GPIOHUB_STORM_CALM = 0,
	GPIOHUB_STORM_REST,
	GPIOHUB_STORM_TRIAL,
};

/**
 * struct gpiohub_storm - of one line
 * @state: changed under hub->lock; the interrupt thread peeks without it
 * @masked: disable_irq_nosync() was called and enable_irq() not yet; under hub->lock.
 *	Later than @state says: see gpiohub_storm_mask()
 * @edges: interrupts counted since @since, under hub->lock
 * @since: when counting began anew, ns, under hub->lock
 * @work: ends rests and trials, under hub->config; not queued where all is calm
 */
struct gpiohub_storm {
	enum gpiohub_storm_state state;
	bool masked;
	u32 edges;
	u64 since;
	struct delayed_work work;
};

void gpiohub_storm_init(struct gpiohub_line *line);
void gpiohub_storm_stop(struct gpiohub_hub *hub);
s32 gpiohub_storm_window(void);
void gpiohub_storm_arm(struct gpiohub_line *line);
void gpiohub_storm_disarm(struct gpiohub_line *line);
bool gpiohub_storm_count(struct gpiohub_line *line, u32 edges, u64 now);
bool gpiohub_storm_trial(struct gpiohub_line *line, u64 now);
void gpiohub_storm_resume(struct gpiohub_line *line);
void gpiohub_storm_mask(struct gpiohub_line *line);

#endif
