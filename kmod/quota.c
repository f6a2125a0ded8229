// SPDX-License-Identifier: GPL-2.0
/*
 * What a user may have of a hub: who asks for more gets EDQUOT, unless he has
 * CAP_SYS_RESOURCE. Everything here is under hub->users_lock.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/slab.h>

#include "hub.h"
#include "params.h"
#include "quota.h"

/**
 * struct gpiohub_user - a user's share of a hub
 * @node: place in hub->users; all of it under hub->users_lock
 * @uid: who
 * @used: how much of each enum gpiohub_share
 */
struct gpiohub_user {
	struct list_head node;
	kuid_t uid;
	unsigned int used[GPIOHUB_SHARES];
};

static unsigned int limit(enum gpiohub_share share)
{
	switch (share) {
	case GPIOHUB_SHARE_FILES:
	case GPIOHUB_SHARE_LOOKERS:
		return READ_ONCE(gpiohub_user_files);
	case GPIOHUB_SHARE_REQUESTS:
		return READ_ONCE(gpiohub_user_requests);
	case GPIOHUB_SHARE_WAITS:
		return GPIOHUB_MAX_WAITS / 2;
	case GPIOHUB_SHARE_RULES:
		return READ_ONCE(gpiohub_user_rules);
	case GPIOHUB_SHARE_STEPS:
		return READ_ONCE(gpiohub_user_steps);
	case GPIOHUB_SHARES:
		break;
	}
	return 0;
}

/* Under hub->users_lock. */
static struct gpiohub_user *user_find(struct gpiohub_hub *hub, kuid_t uid)
{
	struct gpiohub_user *user;

	list_for_each_entry(user, &hub->users, node)
		if (uid_eq(user->uid, uid))
			return user;
	return NULL;
}

/* Under hub->users_lock. Return: 0 or -EDQUOT. */
static int user_take(struct gpiohub_user *user, enum gpiohub_share share, unsigned int count)
{
	unsigned int most = limit(share);

	/* Asked only who needs it: a refusal may be logged. */
	if ((count > most || user->used[share] > most - count) && !capable(CAP_SYS_RESOURCE))
		return -EDQUOT;
	if (count > UINT_MAX - user->used[share])
		return -EDQUOT;
	user->used[share] += count;
	return 0;
}

/**
 * gpiohub_user_open - count another file of the calling user
 * @hub: the hub
 *
 * Context: process. Return: the user; -ENOMEM; -EDQUOT: too many.
 */
struct gpiohub_user *gpiohub_user_open(struct gpiohub_hub *hub)
{
	struct gpiohub_user *user, *new;
	int err;

	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return ERR_PTR(-ENOMEM);
	new->uid = current_euid();
	spin_lock(&hub->users_lock);
	user = user_find(hub, new->uid) ?: new;
	err = user_take(user, GPIOHUB_SHARE_FILES, 1);
	if (!err && user == new) {
		list_add(&user->node, &hub->users);
		new = NULL;
	}
	spin_unlock(&hub->users_lock);
	kfree(new);
	return err ? ERR_PTR(err) : user;
}

/**
 * gpiohub_user_take - count more of something
 * @hub: the hub
 * @user: whose
 * @share: of what
 * @count: how much
 *
 * Context: process. Return: 0, or -EDQUOT: too much.
 */
int gpiohub_user_take(struct gpiohub_hub *hub, struct gpiohub_user *user,
		      enum gpiohub_share share, unsigned int count)
{
	int err;

	spin_lock(&hub->users_lock);
	err = user_take(user, share, count);
	spin_unlock(&hub->users_lock);
	return err;
}

/**
 * gpiohub_user_move - count one of something as another
 * @hub: the hub
 * @user: whose
 * @from: as what it was counted
 * @to: as what it is to be
 *
 * Context: process. Return: 0, or -EDQUOT: too many of these, and nothing was done.
 */
int gpiohub_user_move(struct gpiohub_hub *hub, struct gpiohub_user *user,
		      enum gpiohub_share from, enum gpiohub_share to)
{
	int err;

	spin_lock(&hub->users_lock);
	err = user_take(user, to, 1);
	if (!err)
		user->used[from]--;
	spin_unlock(&hub->users_lock);
	return err;
}

/**
 * gpiohub_user_give - count less again
 * @hub: the hub
 * @user: whose; not to be used any more if that was the last
 * @share: of what
 * @count: how much
 *
 * Context: process.
 */
void gpiohub_user_give(struct gpiohub_hub *hub, struct gpiohub_user *user,
		       enum gpiohub_share share, unsigned int count)
{
	spin_lock(&hub->users_lock);
	user->used[share] -= count;
	/* Nothing but zeroes? */
	if (memchr_inv(user->used, 0, sizeof(user->used)))
		user = NULL;
	else
		list_del(&user->node);
	spin_unlock(&hub->users_lock);
	kfree(user);
}
