/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of verbs share: ioctl.c, ioctl_engine.c, submit.c.
 */
#ifndef GPIOHUB_IOCTL_H
#define GPIOHUB_IOCTL_H

#include <linux/fs.h>
#include <linux/gpiohub.h>

struct gpiohub_hub;
struct gpiohub_session;

/* ioctl.c */
int gpiohub_check_lines(const struct gpiohub_hub *hub, u64 lines, u32 *culprit);
int gpiohub_blame(u32 __user *line, u32 culprit, int err);
int gpiohub_check_claim(const struct gpiohub_claim *claim);
int gpiohub_check_config(const struct gpiohub_config *config);

/* ioctl_engine.c: verbs, and what GPIOHUB_SUBMIT needs of them. */
long gpiohub_do_wait(struct file *file, struct gpiohub_wait __user *user);
long gpiohub_do_cancel(struct gpiohub_session *session, struct gpiohub_cancel __user *user);
long gpiohub_do_play(struct gpiohub_session *session, struct gpiohub_play __user *user);
long gpiohub_do_rule_add(struct gpiohub_session *session, struct gpiohub_rule __user *user);
long gpiohub_do_rule_del(struct gpiohub_session *session, u32 __user *user);
int gpiohub_verb_cancel(struct gpiohub_session *session, u32 id, u32 flags);
int gpiohub_verb_play(struct gpiohub_session *session, struct gpiohub_play *play,
		      u32 *culprit);
int gpiohub_verb_rule(struct gpiohub_session *session, struct gpiohub_rule *rule,
		      u32 *culprit);

/* submit.c */
long gpiohub_do_submit(struct gpiohub_session *session, struct gpiohub_submit __user *user);

#endif
