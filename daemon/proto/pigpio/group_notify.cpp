/* SPDX-License-Identifier: MIT */
#include "groups.hpp"

namespace gpiohub::daemon::pigpio
{

namespace
{

constexpr std::uint32_t kMostWatchdogMs = 60'000;
constexpr std::uint32_t kMostSteadyUs = 300'000;
constexpr std::uint32_t kMostActiveUs = 1'000'000;
constexpr std::uint32_t kMostEvent = 31;

constexpr std::uint64_t kNsPerUs = 1000;
constexpr std::uint64_t kNsPerMs = 1'000'000;

} // namespace

Reply open_notifications(const Call &call)
{
	return call.board.pipes.open(*call.board.notifier, std::string(call.maker));
}

Reply open_notifications_inline(const Call &call)
{
	if (call.stream == nullptr)
		return Status::NoHandle;
	return call.board.notifier->open(*call.stream, std::string(call.maker));
}

/* A mask that names what is no line, or not to be looked at, is all right. */
Reply begin_notifications(const Call &call)
{
	return call.board.notifier->begin(call.p1(), call.p2());
}

Reply pause_notifications(const Call &call)
{
	return call.board.notifier->begin(call.p1(), 0);
}

Reply close_notifications(const Call &call)
{
	Reply closed = call.board.notifier->close(call.p1());
	call.board.pipes.closed(call.p1());
	return closed;
}

Reply monitor_events(const Call &call)
{
	return call.board.notifier->want_events(call.p1(), call.p2());
}

Reply trigger_event(const Call &call)
{
	if (call.p1() > kMostEvent)
		return Status::BadEventId;
	call.board.notifier->event(call.p1());
	call.board.scripts->event(call.p1());
	return Status::Ok;
}

Reply set_watchdog(const Call &call)
{
	if (call.p2() > kMostWatchdogMs)
		return Status::BadWatchdog;
	call.board.drivers[call.gpio()] = call.maker;
	call.board.notifier->watchdog(call.gpio(), call.p2() * kNsPerMs);
	return Status::Ok;
}

Reply set_glitch_filter(const Call &call)
{
	if (call.p2() > kMostSteadyUs)
		return Status::BadFilter;
	call.board.drivers[call.gpio()] = call.maker;
	call.board.notifier->glitch_filter(call.gpio(), call.p2() * kNsPerUs);
	return Status::Ok;
}

Reply set_noise_filter(const Call &call)
{
	const std::uint32_t active = call.extra(0).value_or(0);
	if (call.p2() > kMostSteadyUs || active > kMostActiveUs)
		return Status::BadFilter;
	call.board.drivers[call.gpio()] = call.maker;
	call.board.notifier->noise_filter(call.gpio(), call.p2() * kNsPerUs, active * kNsPerUs);
	return Status::Ok;
}

} // namespace gpiohub::daemon::pigpio
