/* SPDX-License-Identifier: MIT */
/*
 * Whether something that may keep failing is to be used: not again before some time has
 * passed, twice as long each time that it fails anew. Pure: the caller says what time it
 * is.
 */
#pragma once

#include <chrono>

namespace gpiohub::daemon
{

class Circuit
{
public:
	using Time = std::chrono::steady_clock::time_point;

	/**
	 * failures: in a row, after which it is broken
	 * first, most: how long it is then left alone, at first and at most
	 */
	struct Limits {
		unsigned failures = 8;
		std::chrono::nanoseconds first = std::chrono::seconds(1);
		std::chrono::nanoseconds most = std::chrono::seconds(60);
	};

	explicit Circuit(const Limits &limits) : limits_(limits), delay_(limits.first) {}

	void worked() noexcept;
	/** True: it is broken now. */
	bool failed(Time now) noexcept;
	/** It cannot be used at all: no matter how often. */
	void broke(Time now) noexcept;

	bool is_broken(Time now) const noexcept { return now < until_; }
	/** When it is to be tried again, or was. */
	Time until() const noexcept { return until_; }

private:
	Limits limits_;
	unsigned failures_ = 0;
	std::chrono::nanoseconds delay_; /* of the next break */
	bool is_trial_ = false;          /* it was broken, and has not worked since */
	Time until_;
};

} // namespace gpiohub::daemon
