/* SPDX-License-Identifier: MIT */
#include "notify.hpp"

#ifdef GPIOHUB_HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

namespace gpiohub::daemon
{

void notify([[maybe_unused]] const char *state)
{
#ifdef GPIOHUB_HAVE_SYSTEMD
	/* Without a manager it does nothing; one that does not listen is no fault. */
	(void)::sd_notify(0, state);
#endif
}

} // namespace gpiohub::daemon
