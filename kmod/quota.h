/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a user may have of a hub. A user is known as long as anything is counted.
 */
#ifndef GPIOHUB_QUOTA_H
#define GPIOHUB_QUOTA_H

#include <linux/types.h>

struct gpiohub_hub;
struct gpiohub_user;

/* What is counted. */
enum gpiohub_share {
	GPIOHUB_SHARE_FILES,	/* open files, those included that are about to end */
	GPIOHUB_SHARE_LOOKERS,	/* such that gave up driving, which count as these alone */
	GPIOHUB_SHARE_REQUESTS,	/* patterns that are not freed, and waits */
	GPIOHUB_SHARE_WAITS,	/* waits alone */
	GPIOHUB_SHARE_RULES,	/* also those that were handed to the hub */
	GPIOHUB_SHARE_STEPS,	/* steps of patterns in memory */
	GPIOHUB_SHARES
};

struct gpiohub_user *gpiohub_user_open(struct gpiohub_hub *hub);
int gpiohub_user_take(struct gpiohub_hub *hub, struct gpiohub_user *user,
		      enum gpiohub_share share, unsigned int count);
int gpiohub_user_move(struct gpiohub_hub *hub, struct gpiohub_user *user,
		      enum gpiohub_share from, enum gpiohub_share to);
void gpiohub_user_give(struct gpiohub_hub *hub, struct gpiohub_user *user,
		       enum gpiohub_share share, unsigned int count);

#endif
