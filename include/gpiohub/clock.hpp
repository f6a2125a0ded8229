/* SPDX-License-Identifier: MIT */
/* The clock of events. */
#pragma once

#include <chrono>
#include <cstdint>

namespace gpiohub
{

/** CLOCK_MONOTONIC in ns, as events' time_ns: on Linux it is the steady clock. */
inline std::uint64_t monotonic_ns() noexcept
{
	const auto now = std::chrono::steady_clock::now().time_since_epoch();
	return static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
}

} // namespace gpiohub
