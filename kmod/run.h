/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Driving the steps of a pattern when they are due.
 */
#ifndef GPIOHUB_RUN_H
#define GPIOHUB_RUN_H

struct gpiohub_pattern;

void gpiohub_run_init(struct gpiohub_pattern *pattern);

#endif
