/* SPDX-License-Identifier: MIT */
/*
 * What WVCHA asks for: waves one after the other, with loops and delays, made steps of one
 * pattern. Pure.
 *
 *	ID		that wave
 *	255 0		a loop begins
 *	255 1 LO HI	and ends: so many times
 *	255 2 LO HI	so many microseconds
 *	255 3		and ends: for ever; the last of the chain
 */
#pragma once

#include "status.hpp"
#include "wave.hpp"

#include <linux/gpiohub.h>

#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace gpiohub::daemon::pigpio
{

/** How many bytes a chain may have. */
inline constexpr std::size_t kMostChain = 600;

/** A part of what plays: a wave, a wait (kNoWave), or a loop of parts. */
struct ChainPart {
	static constexpr std::uint32_t kNoWave = ~std::uint32_t{0};

	std::uint32_t wave = kNoWave;
	std::uint64_t length_ns = 0; /* of one turn; kForever */
	std::uint32_t turns = 1;     /* 0: for ever */
	std::vector<ChainPart> parts = {};
};

inline constexpr std::uint64_t kForever = ~std::uint64_t{0};

class Chain
{
public:
	/** The errors of a chain: see status.hpp. A loop that lasts no time is BadChainLoop. */
	static std::variant<Chain, Status> parse(
		std::span<const std::byte> bytes, const WaveStore &waves);
	/** One wave, once or for ever. */
	static Chain of(std::uint32_t id, const Wave &wave, bool is_repeated);

	/** GPIOs that it drives. */
	std::uint32_t gpios() const noexcept { return gpios_; }
	/** kForever: it is endless. */
	std::uint64_t length_ns() const noexcept;
	bool is_endless() const noexcept { return length_ns() == kForever; }
	/** Of pigpio's control blocks, as far as it has those. */
	std::uint32_t blocks() const noexcept { return blocks_; }
	/** What the steps drive: bit n is GPIO n. */
	std::span<const gpiohub_step> steps() const noexcept { return steps_; }
	/** To be played; they are many, and what else is here can be asked without them. */
	std::vector<gpiohub_step> take_steps() noexcept { return std::exchange(steps_, {}); }
	/** The wave that plays so long after the beginning; kNoWave: none. */
	std::uint32_t wave_at(std::uint64_t elapsed_ns) const noexcept;

private:
	void append(std::uint32_t id, const Wave &wave);

	std::vector<ChainPart> parts_;
	std::vector<gpiohub_step> steps_;
	std::uint32_t gpios_ = 0;
	std::uint32_t blocks_ = 0;

	friend class ChainParser;
};

} // namespace gpiohub::daemon::pigpio
