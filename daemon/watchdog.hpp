/* SPDX-License-Identifier: MIT */
/*
 * Tells the service manager that the loop turns, where it wants to know
 * (WATCHDOG_USEC): a daemon that hangs is then ended and started again.
 */
#pragma once

#include "timer.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace gpiohub::daemon
{

/** How long the manager waits for a word; nothing: it waits for none of ours. */
std::optional<std::chrono::microseconds> watchdog_patience();

class Watchdog
{
public:
	/** Tells at half that time, from now on. The timer is the only thing that wakes an
	 * idle daemon. */
	static Result<std::unique_ptr<Watchdog>> create(
		Reactor &reactor, std::chrono::microseconds patience);

private:
	explicit Watchdog(std::chrono::microseconds period) : period_(period) {}

	void tell();

	std::chrono::microseconds period_;
	std::unique_ptr<Timer> timer_;
};

} // namespace gpiohub::daemon
