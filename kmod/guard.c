// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to a line whose owner is gone: the guard that was declared when it
 * was claimed. The only way by which ownership ends.
 */
#include <linux/pid.h>

#include "hub.h"
#include "session.h"

/**
 * gpiohub_guard_apply - end the ownership of a line
 * @line: owned
 *
 * Its guard is applied, and published with the error if the chip refused.
 * Context: under hub->config.
 */
void gpiohub_guard_apply(struct gpiohub_line *line)
{
	struct gpiohub_session *session = line->owner;
	struct gpiohub_hub *hub = line->hub;
	u64 bit = gpiohub_line_bit(line);
	unsigned long flags;
	int err = 0;

	lockdep_assert_held(&hub->config);

	/* The session can set it no more before the guard does. */
	flags = gpiohub_hub_lock(hub);
	WRITE_ONCE(session->owned, session->owned & ~bit);
	gpiohub_hub_unlock(hub, flags);

	if (line->guard == GPIOHUB_GUARD_INPUT && line->desc)
		err = gpiohub_line_input(line);

	line->owner = NULL;
	put_pid(line->owner_pid);
	line->owner_pid = NULL;
	line->kept = line->guard == GPIOHUB_GUARD_KEEP;

	flags = gpiohub_hub_lock(hub);
	gpiohub_state_mark(hub->state, &hub->state->owned, bit, false);
	gpiohub_state_mark(hub->state, &hub->state->kept, bit, line->kept);
	gpiohub_hub_publish(hub, GPIOHUB_EVENT_GUARD, line->number, line->guard | -err << 8);
	gpiohub_hub_unlock(hub, flags);

	if (!line->kept)
		line->guard = 0;
	gpiohub_line_settle(line);
}
