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

/* Events before the first one that filters look at. */
constexpr std::uint64_t kWarmUp = 1024;

} // namespace

void Subscription::start(std::uint64_t lines, std::uint32_t kinds, bool takes_all,
	std::uint64_t first, std::uint64_t live)
{
	chain_.select(lines, kinds);
	takes_all_ = takes_all;
	first_ = first;
	next_ = chain_.has_stages() ? first - std::min(first, kWarmUp) : first;
	is_behind_ = next_ < live;
	if (is_behind_)
		reactor_.later(session_);
}

void Subscription::deliver(std::span<const gpiohub_event> events)
{
	const std::uint64_t first = events.front().seq;
	if (is_behind_)
		look_whether_over(first + events.size() - next_);
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

void Subscription::catch_up(std::uint64_t live)
{
	std::array<gpiohub_event, kBatch> events;
	for (int i = 0; i < kBatchesPerTurn; i++) {
		if (next_ >= live) {
			is_behind_ = false;
			return;
		}
		/* The queue is then not empty, so that the socket calls back. */
		if (protocol_.room(out_) < room_needed())
			return;
		RingReader reader(ring_, next_);
		const Batch batch = reader.read(events);
		if (!take(std::span(events).first(batch.count), batch.lost))
			return;
	}
	reactor_.later(session_);
}

void Subscription::finish(std::uint64_t end)
{
	const std::size_t most_held = room_needed() - kBatch;
	std::array<gpiohub_event, kBatch> events;
	while (next_ < end) {
		const std::size_t room = protocol_.room(out_);
		RingReader reader(ring_, next_);
		const Batch batch = reader.read(std::span(events).first(
			std::min(room - std::min(room, most_held), kBatch)));
		if (batch.count == 0 || !take(std::span(events).first(batch.count), batch.lost))
			break;
	}
	if (next_ < end)
		(void)send({}, seen_loss(end - next_));
}

std::uint64_t Subscription::due() const noexcept
{
	const std::uint64_t due = chain_.due();
	if (due == FilterChain::kNever)
		return due;
	const bool is_waiting = is_behind_ || protocol_.room(out_) < FilterChain::kMostHeld;
	return is_waiting ? FilterChain::kNever : due;
}

void Subscription::settle(std::uint64_t now_ns)
{
	if (due() > now_ns)
		return;
	chosen_.clear();
	chain_.advance(now_ns, chosen_);
	conceal_chosen();
	/* There was room for all that a chain can hold. */
	(void)send(chosen_, 0);
}

/* For a batch: as many events as it can become. */
std::size_t Subscription::room_needed() const noexcept
{
	return kBatch + (chain_.has_stages() ? FilterChain::kMostHeld : 0);
}

/* False: the outbox has no room, nothing was done. */
bool Subscription::take(std::span<const gpiohub_event> events, std::uint64_t lost)
{
	if (chain_.has_stages())
		return take_filtered(events, lost);
	if (events.empty() ? !send({}, lost) : !send_shared(events, lost))
		return false;
	next_ += events.size() + lost;
	return true;
}

/* What others want as well is looked for once, and goes out as it is. */
bool Subscription::send_shared(std::span<const gpiohub_event> events, std::uint64_t lost)
{
	const EventFilter wanted = takes_all_ ? EventFilter::everything() : chain_.wanted();
	Views::View &view = views_.of(events, wanted, shown_);
	if (lost > 0 || view.events().empty())
		return send(view.events(), lost);
	const auto frame = view.frame(protocol_, hub_);
	return frame.empty() ? send(view.events(), 0)
			     : note(out_.append_events(frame), view.events().size(), 0);
}

/* Of the next so many positions: how many are lost to the client. */
std::uint64_t Subscription::seen_loss(std::uint64_t lost) const noexcept
{
	const std::uint64_t only_looked_at = first_ - std::min(first_, next_);
	return lost - std::min(lost, only_looked_at);
}

/* Who reads nothing is not asked what it lost: so many positions wait for it. */
void Subscription::look_whether_over(std::uint64_t waiting)
{
	if (is_over_ || !loses_nothing_ || waiting <= ring_.size)
		return;
	is_over_ = true;
	reactor_.later(session_);
}

void Subscription::conceal_chosen()
{
	if (~shown_ != 0)
		chosen_.resize(conceal(chosen_, shown_));
}

bool Subscription::take_filtered(std::span<const gpiohub_event> events, std::uint64_t lost)
{
	/* What went through the chain cannot come again. */
	if (protocol_.room(out_) < events.size() + FilterChain::kMostHeld)
		return false;
	const std::uint64_t due = chain_.due();
	if (lost > 0)
		chain_.lost();
	chosen_.clear();
	for (const gpiohub_event &event : events) {
		chain_.push(event, chosen_);
		if (event.seq < first_)
			chosen_.clear();
	}
	conceal_chosen();
	(void)send(chosen_, seen_loss(lost));
	next_ += events.size() + lost;
	if (chain_.due() != due)
		reactor_.later(session_);
	return true;
}

bool Subscription::send(std::span<const gpiohub_event> events, std::uint64_t lost)
{
	if (events.empty() && lost == 0)
		return true;
	if (lost > 0 && loses_nothing_) {
		is_over_ = true;
		reactor_.later(session_);
		return false;
	}
	return note(protocol_.events(out_, hub_, lost, events), events.size(), lost);
}

/* What came of sending so many events. */
bool Subscription::note(bool was_taken, std::size_t events, std::uint64_t lost)
{
	if (!was_taken)
		return false;
	sent_ += events;
	lost_ += lost;
	if (!out_.empty())
		reactor_.later(session_);
	return true;
}

} // namespace gpiohub::daemon
