/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules: what the hub does in the interrupt when a line changes.
 */
#ifndef GPIOHUB_REFLEX_H
#define GPIOHUB_REFLEX_H

#include <linux/gpiohub.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct gpiohub_hub;
struct gpiohub_line;
struct gpiohub_session;
struct gpiohub_user;

/**
 * struct gpiohub_reflex - one rule
 * @rule: as the user asked; constant
 * @session: whose it is, or NULL: the hub's; constant
 * @user: whose share it is counted in; constant
 * @uid: who added it; constant
 * @denied: lines that another user claimed since; under hub->lock, for the hub's
 * @fired: how often; under hub->lock
 * @rest_until: it does not fire before that; under hub->lock
 * @spent: place in the hub's list of those to be freed
 */
struct gpiohub_reflex {
	struct gpiohub_rule rule;
	struct gpiohub_session *session;
	struct gpiohub_user *user;
	kuid_t uid;
	u64 denied;
	u64 fired;
	u64 rest_until;
	struct list_head spent;
};

/**
 * struct gpiohub_reflexes - the rules of a hub
 * @taken: slots with a rule
 * @slot: the rules
 * @spent: rules that do not fire any more and are to be freed
 * @set: slow lines that the worker is to drive high for rules that fired
 * @clear: ditto, low
 * @work: does it, in hub->worker
 *
 * Under hub->lock.
 */
struct gpiohub_reflexes {
	u64 taken;
	struct gpiohub_reflex *slot[GPIOHUB_MAX_RULES];
	struct list_head spent;
	u64 set;
	u64 clear;
	struct kthread_work work;
};

/* The lines that a rule drives. */
static inline u64 gpiohub_rule_drives(const struct gpiohub_rule *rule)
{
	return rule->set | rule->clear | rule->toggle;
}

/* rule.c */
int gpiohub_reflexes_init(void);
void gpiohub_reflexes_exit(void);
int gpiohub_reflex_add(struct gpiohub_session *session, const struct gpiohub_rule *rule,
		       u32 *culprit);
int gpiohub_reflex_delete(struct gpiohub_session *session, u32 id);
void gpiohub_reflex_retire(struct gpiohub_hub *hub, unsigned int slot);
void gpiohub_reflexes_end(struct gpiohub_hub *hub, const struct gpiohub_session *session);
void gpiohub_reflexes_claimed(struct gpiohub_hub *hub, u64 lines, kuid_t uid);
void gpiohub_reflexes_reap(struct gpiohub_hub *hub);
bool gpiohub_reflex_copy(struct gpiohub_hub *hub, unsigned int slot,
			 struct gpiohub_reflex *copy);
char gpiohub_rule_edges(const struct gpiohub_rule *rule);
int gpiohub_reflexes_show(struct gpiohub_hub *hub, char *buf);

/* reflex.c */
void gpiohub_reflexes_setup(struct gpiohub_hub *hub);
void gpiohub_reflexes_edge(struct gpiohub_line *line, bool level, u64 time_ns);
void gpiohub_reflexes_released(struct gpiohub_hub *hub, u64 lines);

#endif
