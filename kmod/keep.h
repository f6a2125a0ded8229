/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines that stay armed for a while after their watcher closed its file.
 */
#ifndef GPIOHUB_KEEP_H
#define GPIOHUB_KEEP_H

#include <linux/types.h>

struct gpiohub_hub;
struct gpiohub_session;

int gpiohub_keep_prepare(struct gpiohub_session *session, u32 keep_ms);
void gpiohub_keep_watched(struct gpiohub_session *session);
void gpiohub_keep_adopt(struct gpiohub_session *session, u64 lines);
void gpiohub_keeps_end(struct gpiohub_hub *hub);

#endif
