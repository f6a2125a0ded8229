/* SPDX-License-Identifier: MIT */
/* A thread that takes no signals: those are the loop's. */
#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace gpiohub::daemon
{

template <class Body>
std::thread quiet_thread(Body body)
{
	/* The thread inherits the mask, before any signal can come to it. */
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	::pthread_sigmask(SIG_SETMASK, &all, &before);
	std::thread thread(std::move(body));
	::pthread_sigmask(SIG_SETMASK, &before, nullptr);
	return thread;
}

} // namespace gpiohub::daemon
