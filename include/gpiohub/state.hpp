/* SPDX-License-Identifier: MIT */
/*
 * What the hub knows now, read from the mapped state page: one load for what is
 * one word, the loop that linux/gpiohub.h prints (struct gpiohub_state) for
 * values that belong together. No system call, no wait for the writer's lock.
 */
#pragma once

#include <linux/gpiohub.h>

#include <cstdint>

namespace gpiohub
{

/** Masks that were true at the same moment. */
struct Levels {
	std::uint64_t seq = 0; /* every event before this one is in here */
	std::uint64_t time_ns = 0;
	std::uint64_t levels = 0;
	std::uint64_t known = 0;
};

/** A state page that somebody else keeps mapped. Any thread may use it. */
class StateView
{
public:
	explicit StateView(const gpiohub_state *state) noexcept : state_(state) {}

	/** One line's level; true to the pin only while known() has its bit. */
	bool level(unsigned line) const noexcept { return (levels() >> line & 1) != 0; }

	std::uint64_t levels() const noexcept { return load(state_->levels); }
	std::uint64_t known() const noexcept { return load(state_->known); }
	std::uint64_t outputs() const noexcept { return load(state_->outputs); }
	std::uint64_t playing() const noexcept { return load(state_->playing); }
	std::uint64_t gone() const noexcept { return load(state_->gone); }
	std::uint64_t seq() const noexcept { return load(state_->seq); }
	unsigned lines() const noexcept { return state_->lines; }

	/** Levels, known mask, time and sequence number of one moment. */
	Levels now() const noexcept;

	/** Everything, counters too, of one moment. */
	gpiohub_state snapshot() const noexcept;

private:
	static std::uint64_t load(const __u64 &word) noexcept
	{
		return __atomic_load_n(&word, __ATOMIC_RELAXED);
	}

	const gpiohub_state *state_;
};

} // namespace gpiohub
