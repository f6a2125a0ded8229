/* SPDX-License-Identifier: MIT */
/*
 * A timer of the loop: a timerfd that calls back once. Not armed, it costs nothing.
 */
#pragma once

#include "reactor.hpp"

#include <chrono>
#include <functional>

namespace gpiohub::daemon
{

class Timer final : public Source
{
public:
	/** Monotonic goes on whatever the time of day is set to; Wall is the time of day. */
	enum class Clock { Monotonic, Wall };

	/** Not armed yet; `expired` is called on the loop's thread. */
	static Result<std::unique_ptr<Timer>> create(
		Reactor &reactor, std::function<void()> expired, Clock clock = Clock::Monotonic);
	~Timer() override;

	/** Calls back once after the delay, instead of what was armed before. */
	void arm(std::chrono::nanoseconds delay);
	/** The same at a time of day, also if the clock is set meanwhile; for a Wall one. */
	void arm_at(std::chrono::system_clock::time_point when);
	void cancel();

	void ready(std::uint32_t events) override;

private:
	void set(int flags, std::int64_t ns);

	Timer(Reactor &reactor, UniqueFd fd, std::function<void()> expired)
		: reactor_(reactor),
		  fd_(std::move(fd)),
		  expired_(std::move(expired))
	{
	}

	Reactor &reactor_;
	UniqueFd fd_;
	std::function<void()> expired_;
};

} // namespace gpiohub::daemon
