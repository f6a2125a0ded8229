/* SPDX-License-Identifier: MIT */
#include "timer.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>

namespace gpiohub::daemon
{

Result<std::unique_ptr<Timer>> Timer::create(Reactor &reactor, std::function<void()> expired)
{
	UniqueFd fd(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
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
	/* 0 would disarm it. */
	const auto ns = std::max<std::int64_t>(delay.count(), 1);
	itimerspec when{};
	when.it_value.tv_sec = ns / 1'000'000'000;
	when.it_value.tv_nsec = ns % 1'000'000'000;
	::timerfd_settime(fd_.get(), 0, &when, nullptr);
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
