/* SPDX-License-Identifier: MIT */
#include "circuit.hpp"

#include <algorithm>

namespace gpiohub::daemon
{

void Circuit::worked() noexcept
{
	failures_ = 0;
	delay_ = limits_.first;
	is_trial_ = false;
}

bool Circuit::failed(Time now) noexcept
{
	if (++failures_ < limits_.failures && !is_trial_)
		return false;
	broke(now);
	return true;
}

void Circuit::broke(Time now) noexcept
{
	failures_ = 0;
	is_trial_ = true;
	until_ = now + std::chrono::duration_cast<Time::duration>(delay_);
	delay_ = std::min(delay_ * 2, limits_.most);
}

} // namespace gpiohub::daemon
