/* SPDX-License-Identifier: MIT */
#include "watchdog.hpp"

#include "notify.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace gpiohub::daemon
{

namespace
{

/* A variable that is a positive number; 0: it is not there, or anything else. */
std::int64_t number_in(const char *variable)
{
	const char *value = std::getenv(variable);
	const std::string_view text = value == nullptr ? "" : value;
	std::int64_t number = 0;
	const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
	return error == std::errc() && end == text.data() + text.size() && number > 0 ? number : 0;
}

} // namespace

std::optional<std::chrono::microseconds> watchdog_patience()
{
	/* Inherited from a service that started us: it is not ours to answer. */
	if (std::getenv("WATCHDOG_PID") != nullptr && number_in("WATCHDOG_PID") != ::getpid())
		return std::nullopt;
	const std::int64_t patience = number_in("WATCHDOG_USEC");
	if (patience == 0)
		return std::nullopt;
	return std::chrono::microseconds(patience);
}

Result<std::unique_ptr<Watchdog>> Watchdog::create(
	Reactor &reactor, std::chrono::microseconds patience)
{
	std::unique_ptr<Watchdog> watchdog(new Watchdog(patience / 2));
	auto timer = Timer::create(reactor, [self = watchdog.get()] { self->tell(); });
	if (!timer)
		return timer.error();
	watchdog->timer_ = *std::move(timer);
	watchdog->timer_->arm(watchdog->period_);
	return watchdog;
}

void Watchdog::tell()
{
	notify("WATCHDOG=1");
	timer_->arm(period_);
}

} // namespace gpiohub::daemon
