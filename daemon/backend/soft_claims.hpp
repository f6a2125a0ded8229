/* SPDX-License-Identifier: MIT */
/*
 * Who owns a line, and what happens when its owner is gone: the guard that was
 * declared when it was claimed. Everything is under the hub's lock; heartbeats are
 * looked after by the hub's alarm.
 */
#pragma once

#include "alarm.hpp"
#include "soft_lines.hpp"
#include "soft_player.hpp"

#include <cstdint>

namespace gpiohub::daemon
{

class SoftClaims
{
public:
	SoftClaims(SoftLines &lines, SoftStream &stream, SoftPlayer &player, Alarm &alarm)
		: lines_(lines),
		  stream_(stream),
		  player_(player),
		  alarm_(alarm)
	{
	}

	/** All or nothing. EINVAL; EBUSY: another's. */
	Result<void> claim(SoftSession &session, std::uint64_t lines, const Guard &guard);
	/** Applies their guards. EPERM: one is not the session's; then none is released. */
	Result<void> release(SoftSession &session, std::uint64_t lines);
	/** The heartbeat. EPERM: it owns nothing (any more). */
	Result<void> kick(SoftSession &session);
	/** In line order, until the first error. EPERM and EBUSY are before any effect. */
	Result<void> configure(
		const SoftSession &session, std::uint64_t lines, const LineConfig &config);
	/** Ends the ownership of lines: the only way by which it ends. */
	void end(SoftSession &session, std::uint64_t lines, gpiohub_end why);
	/** The same for all lines, whose hardware is gone. */
	void gone();
	/** Applies the guards of those whose heartbeat stopped; gives when to look again. */
	std::uint64_t look_for_silent(std::uint64_t now_ns);

private:
	Result<void> owned(const SoftSession &session, std::uint64_t lines) const;
	Result<void> take_over(SoftSession &session, std::uint64_t lines);
	void apply_guard(unsigned line, gpiohub_end why);
	Result<void> guard_pin(unsigned line);

	SoftLines &lines_;
	SoftStream &stream_;
	SoftPlayer &player_;
	Alarm &alarm_;
};

} // namespace gpiohub::daemon
