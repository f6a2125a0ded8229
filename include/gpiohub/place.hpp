/* SPDX-License-Identifier: MIT */
/*
 * How far a reader of a hub's stream has come, so that he can go on over another
 * connection: nothing is left out, nothing comes twice, and what is lost is counted
 * once. Pure: frames of events in, a sequence number out.
 */
#pragma once

#include <gpiohub/client.hpp>

#include <array>
#include <cstdint>
#include <deque>

namespace gpiohub
{

/** For use by one thread at a time. */
class Place
{
public:
	/** Events come from number `first` on. */
	explicit Place(std::uint64_t first) : marks_{{first, 0, 0}} {}

	/** An edge may come so long after others that happened later: filters hold it back.
	 * The longest of what was said counts. */
	void may_be_held(std::uint64_t ns) noexcept;

	/** What came: takes out of it what had come before the last resume(). */
	void take(Received &received);

	/**
	 * The number from which to ask for events over another connection. Where filters
	 * may hold edges back it is before the last one that came. Changes nothing for who
	 * has to ask again.
	 */
	std::uint64_t resume() noexcept;

private:
	/* All up to `next` that filters had decided was here when something of `time_ns`
	 * came, and so many positions had been lost. */
	struct Mark {
		std::uint64_t next;
		std::uint64_t time_ns;
		std::uint64_t lost;
	};

	bool is_new(const gpiohub_event &event) noexcept;

	std::uint64_t held_ns_ = 0;
	std::deque<Mark> marks_;        /* never empty; the first is where to resume */
	std::uint64_t lost_ = 0;        /* told, in all */
	std::uint64_t told_again_ = 0;  /* of the positions lost next: so many are in lost_ */
	std::uint64_t end_ = 0;         /* beyond the last event that came by this connection */
	std::uint64_t again_until_ = 0; /* events before it may have come by another */
	/* By line, the last for those of no line: beyond the last event that came. */
	std::array<std::uint64_t, GPIOHUB_MAX_LINES + 1> ends_{};
};

} // namespace gpiohub
