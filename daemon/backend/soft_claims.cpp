/* SPDX-License-Identifier: MIT */
#include "soft_claims.hpp"

#include <gpiohub/clock.hpp>

#include <algorithm>
#include <cerrno>

namespace gpiohub::daemon
{

namespace
{

bool is_right(const Guard &guard, std::uint64_t lines)
{
	if ((guard.levels & ~(guard.kind == GPIOHUB_GUARD_LEVELS ? lines : 0)) != 0)
		return false;
	return guard.heartbeat_us == 0 || guard.heartbeat_us >= GPIOHUB_HEARTBEAT_MIN;
}

bool is_right(const LineConfig &config)
{
	if (config.debounce_us > GPIOHUB_DEBOUNCE_MAX && config.debounce_us != GPIOHUB_DEBOUNCE_OFF)
		return false;
	/* Only an output drives. */
	return config.drive == GPIOHUB_DRIVE_AS_IS || config.direction == GPIOHUB_DIRECTION_OUTPUT;
}

/* When the owner of a line that has one is late. */
std::uint64_t deadline(const SoftLine &line)
{
	if (line.heartbeat_us == 0)
		return Alarm::kNever;
	return line.owner->kicked_ns + line.heartbeat_us * std::uint64_t{1000};
}

} // namespace

/* --- claimed -------------------------------------------------------------- */

Result<void> SoftClaims::claim(SoftSession &session, std::uint64_t lines, const Guard &guard)
{
	if (!is_right(guard, lines))
		return Error{EINVAL, ""};
	for (const unsigned line : LineSet(lines)) {
		if (lines_[line].owner != nullptr && lines_[line].owner != &session)
			return at_line({EBUSY, ""}, line);
	}
	if (auto taken = take_over(session, lines & ~session.owned); !taken)
		return taken;
	session.owned |= lines;
	session.kicked_ns = monotonic_ns();
	for (const unsigned number : LineSet(lines)) {
		SoftLine &line = lines_[number];
		line.guard = static_cast<std::uint8_t>(guard.kind);
		line.guard_level = (guard.levels & line_bit(number)) != 0;
		line.heartbeat_us = guard.heartbeat_us;
		line.is_kept = false;
		alarm_.wake_by(deadline(line));
	}
	stream_.mark(&gpiohub_state::owned, lines, true);
	stream_.mark(&gpiohub_state::kept, lines, false);
	return {};
}

/* Has the lines held that it does not own yet. */
Result<void> SoftClaims::take_over(SoftSession &session, std::uint64_t lines)
{
	std::uint64_t done = 0;
	for (const unsigned line : LineSet(lines)) {
		lines_[line].owner = &session;
		done |= line_bit(line);
		auto held = lines_.hold(line);
		if (held)
			continue;
		for (const unsigned undone : LineSet(done)) {
			lines_[undone].owner = nullptr;
			(void)lines_.settle(undone);
		}
		return held;
	}
	return {};
}

Result<void> SoftClaims::owned(const SoftSession &session, std::uint64_t lines) const
{
	const std::uint64_t bad = lines & ~session.owned;
	return bad == 0 ? Result<void>() : at_line({EPERM, ""}, lowest_line(bad));
}

Result<void> SoftClaims::configure(
	const SoftSession &session, std::uint64_t lines, const LineConfig &config)
{
	if (!is_right(config))
		return Error{EINVAL, ""};
	if (auto may = owned(session, lines); !may)
		return may;
	if (const auto busy = lines & stream_.state().playing; busy != 0)
		return at_line({EBUSY, ""}, lowest_line(busy));
	for (const unsigned line : LineSet(lines)) {
		if (auto configured = lines_.configure(line, config); !configured)
			return configured;
	}
	return {};
}

/* --- over ----------------------------------------------------------------- */

Result<void> SoftClaims::release(SoftSession &session, std::uint64_t lines)
{
	if (auto may = owned(session, lines); !may)
		return may;
	end(session, lines, GPIOHUB_END_RELEASED);
	return {};
}

/* First nothing drives any of them any more, so that a pattern that waited for one of
 * them does not begin on another; then each has its guard. */
void SoftClaims::end(SoftSession &session, std::uint64_t lines, gpiohub_end why)
{
	session.owned &= ~lines;
	const bool is_gone = why == GPIOHUB_END_GONE;
	player_.release(session, lines, is_gone ? GPIOHUB_OUTCOME_FAILED : GPIOHUB_OUTCOME_RELEASED,
		is_gone ? ENODEV : 0);
	for (const unsigned line : LineSet(lines))
		apply_guard(line, why);
}

void SoftClaims::gone()
{
	for (const unsigned line : LineSet(stream_.state().owned)) {
		SoftSession *owner = lines_[line].owner;
		if (owner != nullptr)
			end(*owner, owner->owned, GPIOHUB_END_GONE);
	}
}

void SoftClaims::apply_guard(unsigned number, gpiohub_end why)
{
	SoftLine &line = lines_[number];
	const auto done = guard_pin(number);
	const auto code = static_cast<std::uint32_t>(done ? 0 : done.error().code);
	line.owner = nullptr;
	line.heartbeat_us = 0;
	line.is_kept = line.guard != GPIOHUB_GUARD_INPUT;
	stream_.mark(&gpiohub_state::owned, line_bit(number), false);
	stream_.mark(&gpiohub_state::kept, line_bit(number), line.is_kept);
	stream_.publish(GPIOHUB_EVENT_GUARD, static_cast<std::uint8_t>(number),
		line.guard | code << 8 | static_cast<std::uint32_t>(why) << 24);
	if (!line.is_kept)
		line.guard = 0;
	(void)lines_.settle(number);
}

Result<void> SoftClaims::guard_pin(unsigned line)
{
	switch (static_cast<gpiohub_guard>(lines_[line].guard)) {
	case GPIOHUB_GUARD_INPUT:
		return lines_.input(line);
	case GPIOHUB_GUARD_LEVELS:
		return lines_.output(line, lines_[line].guard_level);
	case GPIOHUB_GUARD_KEEP:
		break;
	}
	return {};
}

/* --- heartbeats ----------------------------------------------------------- */

/* The alarm is not moved by a kick: when it rings it turns out whether there was one. */
Result<void> SoftClaims::kick(SoftSession &session)
{
	if (session.owned == 0)
		return Error{EPERM, ""};
	session.kicked_ns = monotonic_ns();
	return {};
}

std::uint64_t SoftClaims::look_for_silent(std::uint64_t now_ns)
{
	std::uint64_t next = Alarm::kNever;
	for (const unsigned number : LineSet(stream_.state().owned)) {
		SoftSession *owner = lines_[number].owner;
		if (owner == nullptr)
			continue; /* it was late with another line as well */
		/* All at once: lines of one heartbeat have one fate. */
		std::uint64_t late = 0;
		for (const unsigned line : LineSet(owner->owned)) {
			const std::uint64_t due = deadline(lines_[line]);
			if (due <= now_ns)
				late |= line_bit(line);
			else
				next = std::min(next, due);
		}
		if (late != 0)
			end(*owner, late, GPIOHUB_END_SILENT);
	}
	return next;
}

} // namespace gpiohub::daemon
