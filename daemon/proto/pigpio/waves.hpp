/* SPDX-License-Identifier: MIT */
/*
 * Waves that play: one at a time, and perhaps one that follows it (WVTX, WVTXR, WVTXM,
 * WVCHA, WVTAT, WVBSY, WVHLT). Each is one pattern of the hub's. GPIOs that are no outputs
 * are left out, as their drivers of a Pi leave them as they are.
 */
#pragma once

#include "chain.hpp"
#include "lines.hpp"
#include "wave.hpp"

#include <cstdint>
#include <vector>

namespace gpiohub::daemon::pigpio
{

class Waves
{
public:
	/** How one begins: at once, in place of what plays; or when that has played. */
	enum class Begin { Now, After };

	explicit Waves(Lines &lines) : lines_(lines) {}

	WaveStore &store() noexcept { return store_; }

	/** Its control blocks. */
	Reply play(Chain chain, Begin begin);
	/** The wave that plays; kNoWaveNow: none. kUnknownWave: a part that is none. */
	std::uint32_t current();
	bool is_busy();
	/** What plays drives, and what follows. */
	Gpios driven() const noexcept;
	void halt();

	/** The run of a pattern is over whose lowest line that is: anybody's. */
	void ended(unsigned line, std::uint32_t id);
	/** Ends of patterns were lost; these lines of the hub's play. */
	void ends_lost(std::uint64_t playing);
	/** The hub went. */
	void forget() { runs_.clear(); }

	static constexpr std::uint32_t kUnknownWave = 9998;
	static constexpr std::uint32_t kNoWaveNow = 9999;

private:
	/* lines: of the hub; 0: it drives nothing, and takes its time all the same */
	struct Run {
		std::uint32_t id;
		std::uint64_t lines;
		std::uint64_t start_ns;
		Chain chain;
	};

	void forget_past();
	void forget_until(std::vector<Run>::const_iterator end);

	Lines &lines_;
	WaveStore store_;
	std::vector<Run> runs_; /* not over: what plays, and what follows */
};

} // namespace gpiohub::daemon::pigpio
