/* SPDX-License-Identifier: MIT */
#include "wait.hpp"

#include <cerrno>

namespace gpiohub::daemon
{

std::uint64_t Wait::lines() const noexcept
{
	return (kinds_ & GPIOHUB_KINDS_EDGES) != 0 ? filter_.lines() : 0;
}

void Wait::deliver(std::span<const gpiohub_event> events)
{
	const std::uint64_t first = events.front().seq;
	if (outcome_ || next_ >= first + events.size())
		return;
	/* The hub's own reader was lapped. */
	if (next_ < first) {
		fail(EOVERFLOW);
		return;
	}
	for (const gpiohub_event &event : events.subspan(next_ - first)) {
		if (last_ && event.seq >= *last_)
			break;
		next_ = event.seq + 1;
		take(event);
		if (outcome_)
			return;
	}
	if (last_ && next_ >= *last_)
		fail(ETIMEDOUT);
}

void Wait::take(const gpiohub_event &event)
{
	/* What follows an event by itself does not count. */
	const bool is_asked = event.type < 32 && (kinds_ >> event.type & 1) != 0;
	if (is_asked && filter_.wants(event)) {
		if (--left_ == 0)
			finish(Answer{event.seq, event.time_ns, {}});
		return;
	}
	const bool is_gone = event.type == GPIOHUB_EVENT_GONE && event.value != 0;
	if (is_gone && event.line < GPIOHUB_MAX_LINES && (lines() >> event.line & 1) != 0)
		fail(ENODEV, event.line);
}

void Wait::expire(std::uint64_t end)
{
	last_ = end;
	if (next_ >= end)
		fail(ETIMEDOUT);
}

void Wait::fail(int code, std::uint8_t line)
{
	finish(Error{code, "", line});
}

void Wait::finish(Result<Answer> outcome)
{
	if (outcome_)
		return;
	outcome_ = std::move(outcome);
	reactor_.later(session_);
}

} // namespace gpiohub::daemon
