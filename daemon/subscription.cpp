/* SPDX-License-Identifier: MIT */
#include "subscription.hpp"

#include <algorithm>
#include <array>

namespace gpiohub::daemon
{

namespace
{

/* A session's share of a turn while it catches up. */
constexpr int kBatchesPerTurn = 4;

} // namespace

void Subscription::start(std::uint64_t lines, std::uint32_t kinds, bool takes_all,
	std::uint64_t first, std::uint64_t live)
{
	filter_ = EventFilter(lines, kinds);
	takes_all_ = takes_all;
	next_ = first;
	is_behind_ = first < live;
	if (is_behind_)
		reactor_.later(session_);
}

void Subscription::deliver(std::span<const gpiohub_event> events)
{
	const std::uint64_t first = events.front().seq;
	if (is_behind_ || next_ >= first + events.size())
		return;
	/* A first position of the past, or the hub's own reader was lapped. */
	if (next_ < first) {
		is_behind_ = true;
		reactor_.later(session_);
		return;
	}
	/* No room: the session comes back when the client has taken something. */
	if (!take(events.subspan(next_ - first), 0))
		is_behind_ = true;
}

void Subscription::catch_up(const RingView &ring, std::uint64_t live)
{
	std::array<gpiohub_event, kBatch> events;
	for (int i = 0; i < kBatchesPerTurn; i++) {
		if (next_ >= live) {
			is_behind_ = false;
			return;
		}
		/* The queue is then not empty, so that the socket calls back. */
		if (protocol_.room(out_) < kBatch)
			return;
		RingReader reader(ring, next_);
		const Batch batch = reader.read(events);
		if (!take(std::span(events).first(batch.count), batch.lost))
			return;
	}
	reactor_.later(session_);
}

void Subscription::finish(const RingView &ring, std::uint64_t end)
{
	std::array<gpiohub_event, kBatch> events;
	while (next_ < end) {
		const std::size_t room = std::min(protocol_.room(out_), kBatch);
		RingReader reader(ring, next_);
		const Batch batch = reader.read(std::span(events).first(room));
		if (batch.count == 0 || !take(std::span(events).first(batch.count), batch.lost))
			break;
	}
	if (next_ < end)
		(void)take({}, end - next_);
}

/* False: the outbox has no room, nothing was done. */
bool Subscription::take(std::span<const gpiohub_event> events, std::uint64_t lost)
{
	std::array<gpiohub_event, kBatch> wanted;
	const std::uint64_t passed = events.size() + lost;
	if (!takes_all_) {
		std::size_t count = 0;
		for (const gpiohub_event &event : events) {
			wanted[count] = event;
			count += filter_.wants(event) ? 1U : 0U;
		}
		events = std::span(wanted).first(count);
	}
	if (!events.empty() || lost > 0) {
		if (!protocol_.events(out_, hub_, lost, events))
			return false;
		reactor_.later(session_);
	}
	next_ += passed;
	sent_ += events.size();
	lost_ += lost;
	return true;
}

} // namespace gpiohub::daemon
