/* SPDX-License-Identifier: MIT */
/*
 * Patterns, which the kernel plays with timing of its own (linux/gpiohub.h): how to
 * make the usual ones, and what is wrong with one. Pure; nothing is played here.
 */
#pragma once

#include <gpiohub/result.hpp>

#include <linux/gpiohub.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gpiohub
{

/** Steps, and the lines that they drive. */
struct Pattern {
	std::uint64_t lines = 0;
	std::vector<gpiohub_step> steps;
};

/** How a pattern is played: as in struct gpiohub_play. The defaults: at once, and
 * then to its end. Times are the CLOCK_MONOTONIC of the hub's machine. */
struct PlayOptions {
	std::uint32_t flags = 0; /* GPIOHUB_PLAY_* */
	gpiohub_start start = GPIOHUB_START_NOW;
	std::uint64_t start_ns = 0;
	std::uint32_t start_line = 0;
	std::uint32_t start_kinds = 0;
	std::uint64_t timeout_ns = 0;
};

/** The kernel's structure, but for the id and where the steps are. */
gpiohub_play make_play(const Pattern &pattern, const PlayOptions &options) noexcept;

gpiohub_step drive_step(std::uint64_t set, std::uint64_t clear, std::uint64_t wait_ns) noexcept;
/** 0: endless. */
gpiohub_step loop_step(std::uint32_t count) noexcept;
gpiohub_step end_step() noexcept;

/** How wide a pulse is, how far it is to the next, and how many there are. */
struct Pulses {
	std::uint64_t width_ns = 0;
	std::uint64_t gap_ns = 0; /* after each, also the last; 0 only for one pulse */
	std::uint32_t count = 1;
	bool high = true; /* false: low, between high levels */
};

/** EINVAL: a time that no step may have, or pulses that follow too fast. */
Result<Pattern> make_pulses(std::uint64_t lines, const Pulses &pulses);

/** High for width_ns of each period. */
struct Pwm {
	std::uint64_t period_ns = 0;
	std::uint64_t width_ns = 0;
	std::uint32_t count = 0; /* periods; 0: endless */
};

/** EINVAL: a frequency whose period is below GPIOHUB_CYCLE_MIN_NS or beyond
 * GPIOHUB_STEP_MAX_NS, a duty that is not 0 to 100 per cent. */
Result<Pwm> pwm_of(double frequency_hz, double duty_percent);

/**
 * A width of 0 or of all of the period is a level that never changes: one step, in
 * a loop like the others. EINVAL: a period as above, a width that is longer.
 */
Result<Pattern> make_pwm(std::uint64_t lines, const Pwm &pwm);

/** step: the first that is wrong, or how many there are if it is all of them. */
struct PatternFault {
	std::size_t step = 0;
	std::string what; /* "is nested deeper than 8 loops" */
};

/** What the kernel will refuse of a pattern. Nothing: it is well formed. */
std::optional<PatternFault> find_fault(std::uint64_t lines, std::span<const gpiohub_step> steps);

} // namespace gpiohub
