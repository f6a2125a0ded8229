/* SPDX-License-Identifier: MIT */
#include "views.hpp"

#include <algorithm>

namespace gpiohub::daemon
{

Views::View &Views::of(
	std::span<const gpiohub_event> events, const EventFilter &filter, std::uint64_t shown)
{
	const std::uint64_t first = events.front().seq;
	if (first != first_ || events.size() != size_ || events.data() != data_) {
		data_ = events.data();
		first_ = first;
		size_ = events.size();
		used_ = 0;
	}
	for (View &view : std::span(views_).first(used_)) {
		if (view.filter_ == filter && view.shown_ == shown)
			return view;
	}
	if (used_ < kMost)
		next_ = used_++;
	else
		next_ = (next_ + 1) % kMost;
	View &view = views_[next_];
	view.filter_ = filter;
	view.shown_ = shown;
	view.look(events);
	return view;
}

/* Nothing is copied where everything is wanted. */
void Views::View::look(std::span<const gpiohub_event> events)
{
	asked_ = 0;
	const bool is_all = ~shown_ == 0 &&
		std::all_of(events.begin(), events.end(),
			[&](const gpiohub_event &event) { return filter_.wants(event); });
	if (is_all) {
		result_ = events;
		return;
	}
	std::size_t count = 0;
	chosen_.resize(std::max(chosen_.size(), events.size()));
	for (const gpiohub_event &event : events) {
		chosen_[count] = event;
		count += filter_.wants(event) ? 1U : 0U;
	}
	const auto chosen = std::span(chosen_).first(count);
	result_ = chosen.first(~shown_ == 0 ? count : conceal(chosen, shown_));
}

/* The second who asks makes it, for all that come after. */
std::span<const std::byte> Views::View::frame(const Protocol &protocol, unsigned hub)
{
	if (++asked_ == 2)
		protocol.frame(hub, result_, frame_);
	return asked_ < 2 ? std::span<const std::byte>() : frame_;
}

std::size_t conceal(std::span<gpiohub_event> events, std::uint64_t shown) noexcept
{
	std::size_t left = 0;
	for (gpiohub_event event : events) {
		if (event.line < GPIOHUB_MAX_LINES && (shown >> event.line & 1) == 0)
			continue;
		if (has_levels(event))
			event.levels &= shown;
		events[left++] = event;
	}
	return left;
}

} // namespace gpiohub::daemon
