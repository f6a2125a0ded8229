/* SPDX-License-Identifier: MIT */
/*
 * The time that a client has for something that takes the room of others: a request longer
 * than an inbox.
 */
#pragma once

#include "timer.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace gpiohub::daemon
{

class Patience
{
public:
	/** `over`: called when the time is up. */
	Patience(Reactor &reactor, std::function<void()> over)
		: reactor_(reactor),
		  over_(std::move(over))
	{
	}

	/** Begins where it is needed, goes on where it was, else ends. False: there is no timer
	 * to be had. */
	[[nodiscard]] bool keep(bool is_needed, std::chrono::milliseconds time);
	/** What comes next has its own time. */
	void renew();

private:
	Reactor &reactor_;
	std::function<void()> over_;
	std::unique_ptr<Timer> timer_; /* from the first time on that it is needed */
	bool is_running_ = false;
};

} // namespace gpiohub::daemon
