/* SPDX-License-Identifier: MIT */
#include "throttle.hpp"

namespace gpiohub::daemon
{

bool Throttle::take(std::uint32_t most)
{
	if (most == 0)
		return true;
	const auto now = std::chrono::steady_clock::now();
	if (now >= second_ends_) {
		second_ends_ = now + std::chrono::seconds(1);
		taken_ = 0;
	}
	if (taken_ < most) {
		taken_++;
		return true;
	}
	if (!timer_) {
		auto timer = Timer::create(reactor_, [this] {
			is_on_ = false;
			again_();
		});
		/* Without one the client is not slowed down. */
		if (!timer)
			return true;
		timer_ = *std::move(timer);
	}
	is_on_ = true;
	timer_->arm(second_ends_ - now);
	return false;
}

} // namespace gpiohub::daemon
