/* SPDX-License-Identifier: MIT */
#include "patience.hpp"

namespace gpiohub::daemon
{

bool Patience::keep(bool is_needed, std::chrono::milliseconds time)
{
	if (is_needed == is_running_)
		return true;
	if (!is_needed) {
		renew();
		return true;
	}
	if (!timer_) {
		auto timer = Timer::create(reactor_, [this] { over_(); });
		if (!timer)
			return false;
		timer_ = *std::move(timer);
	}
	is_running_ = true;
	timer_->arm(time);
	return true;
}

void Patience::renew()
{
	if (is_running_)
		timer_->cancel();
	is_running_ = false;
}

} // namespace gpiohub::daemon
