/* SPDX-License-Identifier: MIT */
#include <gpiohub/place.hpp>

#include <gpiohub/filter.hpp>

#include <algorithm>

namespace gpiohub
{

namespace
{

/* So many marks are kept of the time for which edges may be held back. */
constexpr std::uint64_t kMarks = 16;

} // namespace

void Place::may_be_held(std::uint64_t ns) noexcept
{
	held_ns_ = std::max(held_ns_, ns);
}

/* The events of a line come in order. */
bool Place::is_new(const gpiohub_event &event) noexcept
{
	std::uint64_t &end = ends_[std::min<std::size_t>(event.line, GPIOHUB_MAX_LINES)];
	if (event.seq < std::min(end, again_until_))
		return false;
	end = event.seq + 1;
	return true;
}

void Place::take(Received &received)
{
	const std::uint64_t again = std::min(received.lost, told_again_);
	told_again_ -= again;
	received.lost -= again;
	lost_ += received.lost;
	if (received.events.empty())
		return;
	/* What was lost was before these, and is behind us. */
	told_again_ = 0;

	std::uint64_t newest = marks_.back().time_ns;
	for (const gpiohub_event &event : received.events) {
		end_ = std::max<std::uint64_t>(end_, event.seq + 1);
		if (has_levels(event))
			newest = std::max<std::uint64_t>(newest, event.time_ns);
	}
	std::erase_if(received.events, [this](const auto &event) { return !is_new(event); });

	if (newest - marks_.back().time_ns >= held_ns_ / kMarks)
		marks_.push_back({end_, newest, lost_});
	while (marks_.size() > 1 && newest - marks_[1].time_ns >= held_ns_)
		marks_.pop_front();
}

std::uint64_t Place::resume() noexcept
{
	const Mark mark = marks_.front();
	marks_ = {mark};
	told_again_ = lost_ - mark.lost;
	again_until_ = std::max(again_until_, end_);
	end_ = mark.next;
	return mark.next;
}

} // namespace gpiohub
