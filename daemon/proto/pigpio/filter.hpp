/* SPDX-License-Identifier: MIT */
/*
 * pigpio's two filters of one GPIO's reports, by the times of edges (commands FG and
 * FN). Pure, without a clock.
 *
 *	glitch	a level counts when it has stayed for `steady`, and as of then
 *	noise	nothing counts until the level has stayed for `quiet`; the next edge
 *		opens the gate for `active`
 *
 * Edges pass the glitch filter first.
 */
#pragma once

#include <cstdint>

namespace gpiohub::daemon::pigpio
{

class Filter
{
public:
	static constexpr std::uint64_t kNever = ~std::uint64_t{0};

	/** A level that counts, and when. */
	struct Change {
		std::uint64_t time_ns;
		bool level;
	};

	/** `level`: the line's now, of which clients know. */
	void glitch(std::uint64_t steady_ns, bool level) noexcept;
	void noise(std::uint64_t quiet_ns, std::uint64_t active_ns, bool level) noexcept;
	/** What was before is not known any more. */
	void restart(bool level) noexcept;
	bool is_open() const noexcept { return steady_ns_ == 0 && quiet_ns_ == 0; }

	/** An edge. True: it counts, as it is; it must not be before due(). */
	bool edge(bool level, std::uint64_t time_ns) noexcept;
	/** When settle() has a change; kNever: not before another edge. */
	std::uint64_t due() const noexcept
	{
		return level_ == told_ || steady_ns_ == 0 ? kNever : since_ns_ + steady_ns_;
	}
	/** What due() told; true: it counts. */
	bool settle(Change &change) noexcept;

private:
	bool passes_noise(std::uint64_t time_ns) noexcept;

	std::uint64_t steady_ns_ = 0;
	std::uint64_t quiet_ns_ = 0;
	std::uint64_t active_ns_ = 0;

	bool level_ = false;         /* now */
	std::uint64_t since_ns_ = 0; /* it is so */
	bool told_ = false;          /* that the glitch filter let through last */

	bool has_changed_ = false; /* ... and what the noise filter knows of those */
	std::uint64_t changed_ns_ = 0;
	std::uint64_t open_until_ns_ = 0;
};

} // namespace gpiohub::daemon::pigpio
