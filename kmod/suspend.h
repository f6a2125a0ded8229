/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine goes to sleep and wakes up.
 */
#ifndef GPIOHUB_SUSPEND_H
#define GPIOHUB_SUSPEND_H

#include <linux/pm.h>
#include <linux/types.h>

struct gpiohub_chip;
struct gpiohub_line;

extern const struct dev_pm_ops gpiohub_chip_pm;

int gpiohub_suspend_init(void);
void gpiohub_suspend_exit(void);
bool gpiohub_processes_stopped(void);
u64 gpiohub_processes_resumed_ns(void);
void gpiohub_chip_awake(struct gpiohub_chip *chip);
int gpiohub_line_can_wake(struct gpiohub_line *line);
void gpiohub_line_wake_end(struct gpiohub_line *line);

#endif
