/* SPDX-License-Identifier: MIT */
/*
 * A timer of the loop: a timerfd on CLOCK_MONOTONIC that calls back once. Not
 * armed, it costs nothing.
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
	/** Not armed yet; `expired` is called on the loop's thread. */
	static Result<std::unique_ptr<Timer>> create(
		Reactor &reactor, std::function<void()> expired);
	~Timer() override;

	/** Calls back once after the delay, instead of what was armed before. */
	void arm(std::chrono::nanoseconds delay);
	void cancel();

	void ready(std::uint32_t events) override;

private:
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
