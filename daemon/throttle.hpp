/* SPDX-License-Identifier: MIT */
/* How many commands a client may have in a second. */
#pragma once

#include "timer.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace gpiohub::daemon
{

class Throttle
{
public:
	/** `again`: called when the client may go on. */
	Throttle(Reactor &reactor, std::function<void()> again)
		: reactor_(reactor),
		  again_(std::move(again))
	{
	}

	/** Takes one of `most` in this second, 0: of as many as it likes. False: it had them
	 * all, until `again` is called. */
	bool take(std::uint32_t most);
	/** It waits for the next second. */
	bool is_on() const noexcept { return is_on_; }

private:
	Reactor &reactor_;
	std::function<void()> again_;
	std::chrono::steady_clock::time_point second_ends_{};
	std::uint32_t taken_ = 0; /* in the second that runs */
	bool is_on_ = false;
	std::unique_ptr<Timer> timer_; /* from the first time on that it is needed */
};

} // namespace gpiohub::daemon
