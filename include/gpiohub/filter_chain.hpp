/* SPDX-License-Identifier: MIT */
/*
 * What one reader wants of a hub's stream: lines and kinds, and, line by line, stages
 * that edges pass in this order:
 *
 *	steady	an edge counts if the line then keeps still for so long
 *	burst	after a rest, edges are let through for so long
 *	rate	at most so many a second; the others are counted
 *
 * Pure: it goes by the events' own times and by the time that it is told, and has no
 * clock. The daemon uses it for its clients, and a program that maps the ring for
 * itself: what comes out is the same.
 */
#pragma once

#include <gpiohub/filter.hpp>

#include <linux/gpiohub.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace gpiohub
{

/** The stages of a line; 0: that one is left out. */
struct EdgeFilter {
	std::uint64_t steady_ns = 0;
	std::uint64_t quiet_ns = 0;   /* burst: the rest before it ... */
	std::uint64_t active_ns = 0;  /* ... and how long it lasts */
	std::uint32_t per_second = 0; /* rate: edges */

	constexpr bool is_open() const noexcept
	{
		return steady_ns == 0 && quiet_ns == 0 && per_second == 0;
	}
	bool operator==(const EdgeFilter &) const = default;
};

/**
 * Events come out as they are in the ring, each when it is decided: those of a line in
 * their order, those of different lines not always. An edge that `rate` held back comes
 * when its second is over, the last one for all of them (GPIOHUB_EVENT_FLAG_DECIMATED).
 *
 * For use by one thread at a time.
 */
class FilterChain
{
public:
	static constexpr std::uint64_t kNever = ~std::uint64_t{0};
	/** How long after it happened an edge may still come into the ring, ns: another
	 * processor is at it. */
	static constexpr std::uint64_t kPublished = 1'000'000;
	/** Of events pushed before, one push() or advance() gives so many at most. */
	static constexpr std::size_t kMostHeld = std::size_t{2} * GPIOHUB_MAX_LINES;

	/** These kinds, of these lines or of none; forgets what it knew of the lines. */
	void select(std::uint64_t lines, std::uint32_t kinds);
	std::uint64_t lines() const noexcept { return wanted_.lines(); }
	/** The stages of these lines, from the next edge on; what is held back of them
	 * is dropped. */
	void set(std::uint64_t lines, const EdgeFilter &filter);
	/** Has any line a stage? */
	bool has_stages() const noexcept { return staged_ != 0; }

	/** The lines and kinds: all there is to it without stages. */
	const EventFilter &wanted() const noexcept { return wanted_; }

	/** The next event of the stream: appends what is decided by it. */
	void push(const gpiohub_event &event, std::vector<gpiohub_event> &out);
	/** No edge happened from the last event until `now_ns`, which is kPublished before
	 * the end of the ring was looked at, or earlier: appends what is decided by that. */
	void advance(std::uint64_t now_ns, std::vector<gpiohub_event> &out);
	/** When advance() would have something; kNever: not before another event. */
	std::uint64_t due() const noexcept { return due_; }

	/** Events were lost before the next one: edges that are not decided yet count from
	 * that one on, if their line still has their level. */
	void lost() noexcept { is_gap_ = held_ != 0; }

private:
	enum class Level : std::uint8_t { Unknown, Low, High };

	struct Line {
		EdgeFilter filter;

		/* steady: the level that was let through, and an edge away from it */
		Level told = Level::Unknown;
		bool is_waiting = false;
		gpiohub_event waiting = {};
		std::uint64_t still_since = 0;

		/* burst */
		bool has_changed = false;
		std::uint64_t changed_at = 0;
		std::uint64_t active_until = 0;

		/* rate: the second that runs, what passed in it, and what did not */
		std::uint64_t second_ends = 0;
		std::uint32_t passed = 0;
		std::uint32_t left_out = 0;
		gpiohub_event last_left_out = {};

		std::uint64_t steady_at() const noexcept;
		std::uint64_t due() const noexcept;
		bool is_in_burst(std::uint64_t at) noexcept;
	};
	using Lines = std::array<Line, GPIOHUB_MAX_LINES>;
	using Out = std::vector<gpiohub_event>;

	struct Due {
		std::uint64_t at;
		unsigned line;
	};

	void take_edge(const gpiohub_event &event, Out &out);
	void look_at(const gpiohub_event &event);
	void close_gap(const gpiohub_event &event);
	Due next_due() const noexcept;
	void settle(std::uint64_t now, Out &out);
	void settle_line(unsigned number, Out &out);
	void pass(Line &line, const gpiohub_event &event, std::uint64_t now, Out &out);
	void note_held(unsigned number) noexcept;

	EventFilter wanted_;
	std::uint64_t staged_ = 0; /* lines with stages */
	std::uint64_t held_ = 0;   /* of them, those with an edge held back */
	std::uint64_t due_ = kNever;
	bool is_gap_ = false;
	std::unique_ptr<Lines> lines_; /* from the first stage on */
};

} // namespace gpiohub
