/* SPDX-License-Identifier: MIT */
/*
 * A run through the steps of a pattern: from one that drives to the next. Pure; the
 * steps were checked (find_fault) before, so that running them goes from step to
 * step without a doubt.
 */
#pragma once

#include <linux/gpiohub.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gpiohub::daemon
{

class SoftPattern
{
public:
	explicit SoftPattern(std::vector<gpiohub_step> steps) : steps_(std::move(steps)) {}

	/** Goes on to the next step that drives, and not past it; nullptr: it is at its end,
	 * or at that of a cycle with which it is to end. */
	const gpiohub_step *next() noexcept;
	/** Past the step that next() gave. */
	void step_over() noexcept { pc_++; }
	/** For another run. */
	void rewind() noexcept;

	/** It ends with its cycle: a turn of a loop that is in no other, else all of it. */
	void end_with_cycle() noexcept { is_ending_ = true; }
	bool is_ending() const noexcept { return is_ending_; }
	std::size_t size() const noexcept { return steps_.size(); }

private:
	struct Loop {
		std::size_t begin = 0;
		std::uint32_t left = 0; /* turns with this one; 0: endless */
	};

	bool is_last_turn() noexcept;

	std::vector<gpiohub_step> steps_;
	std::size_t pc_ = 0;
	std::array<Loop, GPIOHUB_MAX_DEPTH> loops_{}; /* those that it is in */
	std::size_t depth_ = 0;
	bool is_ending_ = false;
};

} // namespace gpiohub::daemon
