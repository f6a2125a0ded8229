/* SPDX-License-Identifier: MIT */
#include "alarm.hpp"

#include "quiet_thread.hpp"

#include <gpiohub/clock.hpp>

#include <sys/prctl.h>

#include <algorithm>
#include <chrono>

namespace gpiohub::daemon
{

Alarm::Alarm(Due due) : due_(std::move(due)), thread_(quiet_thread([this] { run(); })) {}

void Alarm::wake_by(std::uint64_t time_ns)
{
	const std::lock_guard lock(mutex_);
	if (time_ns >= next_)
		return;
	next_ = time_ns;
	changed_.notify_one();
}

void Alarm::stop()
{
	{
		const std::lock_guard lock(mutex_);
		is_stopping_ = true;
		changed_.notify_one();
	}
	if (thread_.joinable())
		thread_.join();
}

void Alarm::run()
{
	/* Or the kernel makes everybody 50 us late, to wake for several at once. */
	(void)::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	std::unique_lock lock(mutex_);
	while (!is_stopping_) {
		const std::uint64_t now = monotonic_ns();
		if (next_ > now) {
			sleep(lock);
			continue;
		}
		next_ = kNever;
		lock.unlock();
		const std::uint64_t again = due_(now);
		lock.lock();
		next_ = std::min(next_, again);
	}
}

void Alarm::sleep(std::unique_lock<std::mutex> &lock)
{
	if (next_ == kNever) {
		changed_.wait(lock);
		return;
	}
	const std::chrono::nanoseconds due(static_cast<std::int64_t>(next_));
	changed_.wait_until(lock, std::chrono::steady_clock::time_point(due));
}

} // namespace gpiohub::daemon
