/* SPDX-License-Identifier: MIT */
#include "stop.hpp"

#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>

namespace gpiohub::cli
{

Result<UniqueFd> stop_signals()
{
	sigset_t signals;
	::sigemptyset(&signals);
	::sigaddset(&signals, SIGINT);
	::sigaddset(&signals, SIGTERM);
	::sigprocmask(SIG_BLOCK, &signals, nullptr);
	UniqueFd fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
	if (!fd)
		return system_error(errno, "signalfd");
	return fd;
}

} // namespace gpiohub::cli
