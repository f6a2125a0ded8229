/* SPDX-License-Identifier: MIT */
/*
 * Waves in the making and made (WVCLR, WVNEW, WVAG, WVAS, WVCRE, WVDEL and the questions
 * about their size). A wave is what happens to GPIOs of bank 1, and when. Pure; what
 * plays them is in waves.hpp.
 */
#pragma once

#include "status.hpp"
#include "wire.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gpiohub::daemon::pigpio
{

/** As WVAG brings them: GPIOs to switch on and off, then how long to wait. */
struct Pulse {
	std::uint32_t on;
	std::uint32_t off;
	std::uint32_t micros;
};
static_assert(sizeof(Pulse) == 12);

/** What WVAS says of the bytes that it brings. */
struct SerialFormat {
	std::uint32_t baud = 9600;        /* 50 to 1,000,000 */
	std::uint32_t data_bits = 8;      /* 1 to 32 */
	std::uint32_t half_stop_bits = 2; /* 2 to 8 */
	std::uint32_t offset_us = 0;      /* before the first one */
};

/** A part of a wave: what is driven, then how long until the next. Bit n: GPIO n. */
struct WaveStep {
	std::uint32_t on = 0;
	std::uint32_t off = 0;
	std::uint64_t wait_ns = 0;
};

struct Wave {
	std::vector<WaveStep> steps;
	std::uint32_t gpios = 0;     /* that it drives */
	std::uint64_t length_ns = 0; /* of all its waits */
	std::uint32_t blocks = 0;    /* of pigpio's control blocks, which it would take */
};

/** Of WVSM, WVSP, WVSC: now, the most there were, the most there may be. */
struct Gauge {
	std::uint32_t now = 0;
	std::uint32_t high = 0;
	std::uint32_t most = 0;

	void set(std::uint64_t value) noexcept;
	/** 0, 1, 2; nothing: another. */
	std::optional<std::uint32_t> ask(std::uint32_t which) const noexcept;
};

class WaveStore
{
public:
	static constexpr std::uint32_t kMostPulses = 12'000;
	static constexpr std::uint32_t kMostChars = 1200;
	static constexpr std::uint64_t kMostMicros = 1'800'000'000;
	static constexpr std::uint32_t kMostWaves = 250;
	static constexpr std::uint32_t kMostBlocks = 25'016;

	/** Forgets all waves, and the one in the making. */
	void clear();
	/** Begins a new one. */
	void begin_new();
	/**
	 * Merges a sequence that begins at the wave's beginning into what is there; gives how
	 * many pulses that is now. TooManyPulses; nothing was added then.
	 */
	Reply add(std::span<const Pulse> pulses);
	/** The same of bytes on a serial line. BadWaveBaud, BadDataBits, BadStopBits,
	 * BadSerialOffset, TooManyChars. Characters of more than 8, 16 bits are of 2, 4 bytes. */
	Reply add_serial(
		unsigned gpio, const SerialFormat &format, std::span<const std::byte> bytes);
	/** What is there becomes a wave; its id. EmptyWave, NoWaveId, TooManyBlocks. */
	Reply create();
	/** BadWaveId */
	Status remove(std::uint32_t id);
	/** nullptr: there is none. */
	const Wave *find(std::uint32_t id) const noexcept;

	/* Of the wave in the making; after create() of that one, until there is another. */
	const Gauge &micros() const noexcept { return micros_; }
	const Gauge &pulses() const noexcept { return pulses_; }
	const Gauge &blocks() const noexcept { return blocks_; }

private:
	struct Level {
		std::uint32_t on = 0;
		std::uint32_t off = 0;
	};
	/* By the time from the beginning, ns. */
	using Levels = std::map<std::uint64_t, Level>;

	Reply merge(const Levels &levels, std::uint64_t length_ns);
	Wave made() const;
	void measure();

	Levels levels_;
	std::uint64_t length_ns_ = 0;
	std::map<std::uint32_t, Wave> waves_;
	Gauge micros_{0, 0, static_cast<std::uint32_t>(kMostMicros)};
	Gauge pulses_{0, 0, kMostPulses};
	Gauge blocks_{0, 0, kMostBlocks};
};

} // namespace gpiohub::daemon::pigpio
