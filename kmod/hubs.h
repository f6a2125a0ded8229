/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hubs of this machine.
 */
#ifndef GPIOHUB_HUBS_H
#define GPIOHUB_HUBS_H

#include <linux/types.h>

struct class;
struct gpiohub_hub;

int gpiohub_hubs_init(struct class *class);
void gpiohub_hubs_exit(void);
int gpiohub_hubs_make(const char *text, bool wait_for_chips);
int gpiohub_hubs_check(const char *text, bool wait_for_chips);
void gpiohub_hubs_each(void (*visit)(struct gpiohub_hub *hub));
int gpiohub_hubs_delete(const char *name);
int gpiohub_hubs_make_for(const void *maker, const char *text, const char *label);
void gpiohub_hubs_delete_for(const void *maker);

#endif
