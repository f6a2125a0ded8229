/* SPDX-License-Identifier: MIT */
/*
 * One who owns lines of a hub in user space and plays patterns on them: what an open
 * file is to the module. Everything is under the hub's lock.
 */
#pragma once

#include <cstdint>

namespace gpiohub::daemon
{

struct SoftSession {
	/** Messages and configurations in a second. */
	static constexpr std::uint32_t kRate = 1000;

	/** Uses one of them; false: none is left in this second. */
	bool spend(std::uint64_t now_ns) noexcept
	{
		if (now_ns - rate_begin_ns >= 1'000'000'000) {
			rate_begin_ns = now_ns;
			rate_used = 0;
		}
		return rate_used++ < kRate;
	}

	std::uint64_t owned = 0;
	std::uint64_t kicked_ns = 0; /* its last heartbeat, of all its lines */
	std::uint64_t rate_begin_ns = 0;
	std::uint32_t rate_used = 0;
};

} // namespace gpiohub::daemon
