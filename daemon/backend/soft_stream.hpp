/* SPDX-License-Identifier: MIT */
/*
 * The ring and the state page of a hub in user space, and where its events are
 * made: what readers find in the ring is already in the state page. Everything but
 * the two views is called under the hub's lock; who waits is woken by the hub when
 * it gives the lock back.
 */
#pragma once

#include <gpiohub/report.hpp>
#include <gpiohub/ring.hpp>
#include <gpiohub/state.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace gpiohub::daemon
{

class SoftStream
{
public:
	/** One of the page's masks. */
	using Mask = __u64 gpiohub_state::*;

	static constexpr std::uint32_t kRecords = 65536;

	explicit SoftStream(unsigned lines);

	RingView ring() const noexcept { return writer_.view(); }
	StateView view() const noexcept { return StateView(&state_); }

	/** The page itself: the hub's own memory of it, there is no second copy. */
	const gpiohub_state &state() const noexcept { return state_; }
	/** The next event's number. */
	std::uint64_t seq() const noexcept { return writer_.seq(); }

	/** Puts lines into a mask, or takes them out; no event. */
	void mark(Mask mask, std::uint64_t lines, bool on) noexcept;

	/** What changes no level. */
	void publish(gpiohub_event_type type, std::uint8_t line, std::uint32_t value) noexcept;
	/** A known line changed, or was seen at the same level again (MISSED). */
	void edge(unsigned line, bool level, std::uint16_t flags, std::uint64_t time_ns) noexcept;
	/** A line's level is known from now on, or not. Nothing where nothing changes. */
	void known(unsigned line, bool is_known, bool level) noexcept;
	/** 1 to GPIOHUB_MAX_MESSAGE bytes. */
	void message(std::string_view text);
	/** A run of a pattern is over, and how it went. */
	void report(std::uint8_t line, std::uint32_t id, const Report &report) noexcept;

private:
	class Change;

	void advance(std::uint64_t time_ns, std::size_t count) noexcept;
	gpiohub_event record(
		gpiohub_event_type type, std::uint8_t line, std::uint32_t value) const noexcept;

	gpiohub_state state_{};
	alignas(64) gpiohub_positions positions_{}; /* readers and writer share this line alone */
	std::vector<gpiohub_event> records_;
	RingWriter writer_;
};

} // namespace gpiohub::daemon
