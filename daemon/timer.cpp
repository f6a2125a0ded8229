/* SPDX-License-Identifier: MIT */
#include "timer.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>

namespace gpiohub::daemon
{

Result<std::unique_ptr<Timer>> Timer::create(
	Reactor &reactor, std::function<void()> expired, Clock clock)
{
	UniqueFd fd(::timerfd_create(clock == Clock::Wall ? CLOCK_REALTIME : CLOCK_MONOTONIC,
		TFD_CLOEXEC | TFD_NONBLOCK));
	if (!fd)
		return system_error(errno, "cannot make a timer");
	std::unique_ptr<Timer> timer(new Timer(reactor, std::move(fd), std::move(expired)));
	if (auto added = reactor.add(*timer, timer->fd_.get(), EPOLLIN); !added)
		return added.error();
	return timer;
}

Timer::~Timer()
{
	reactor_.remove(*this);
}

void Timer::arm(std::chrono::nanoseconds delay)
{
	set(0, delay.count());
}

void Timer::arm_at(std::chrono::system_clock::time_point when)
{
	set(TFD_TIMER_ABSTIME, std::chrono::nanoseconds(when.time_since_epoch()).count());
}

void Timer::set(int flags, std::int64_t ns)
{
	/* 0 would disarm it. */
	ns = std::max<std::int64_t>(ns, 1);
	itimerspec when{};
	when.it_value.tv_sec = ns / 1'000'000'000;
	when.it_value.tv_nsec = ns % 1'000'000'000;
	::timerfd_settime(fd_.get(), flags, &when, nullptr);
}

void Timer::cancel()
{
	const itimerspec never{};
	::timerfd_settime(fd_.get(), 0, &never, nullptr);
}

void Timer::ready(std::uint32_t)
{
	std::uint64_t expirations = 0;
	/* Nothing to read: it was cancelled after it had expired. */
	if (::read(fd_.get(), &expirations, sizeof(expirations)) == sizeof(expirations))
		expired_();
}

} // namespace gpiohub::daemon
