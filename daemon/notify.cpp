/* SPDX-License-Identifier: MIT */
#include "notify.hpp"

#ifdef GPIOHUB_HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include <ctime>

namespace gpiohub::daemon
{

void notify([[maybe_unused]] const std::string &state)
{
#ifdef GPIOHUB_HAVE_SYSTEMD
	/* Without a manager it does nothing; one that does not listen is no fault. */
	(void)::sd_notify(0, state.c_str());
#endif
}

void notify_reloading()
{
	/* By the time the manager tells this word from one of an earlier reload. */
	timespec now{};
	::clock_gettime(CLOCK_MONOTONIC, &now);
	notify("RELOADING=1\nMONOTONIC_USEC=" +
		std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1'000));
}

} // namespace gpiohub::daemon
