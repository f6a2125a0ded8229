/* SPDX-License-Identifier: MIT */
#include "views.hpp"

#include <algorithm>

namespace gpiohub::daemon
{

std::span<const gpiohub_event> Views::of(
	std::span<const gpiohub_event> events, const EventFilter &filter, std::uint64_t shown)
{
	if (events.empty())
		return events;
	const std::uint64_t first = events.front().seq;
	if (first != first_ || events.size() != size_ || events.data() != data_) {
		data_ = events.data();
		first_ = first;
		size_ = events.size();
		used_ = 0;
	}
	for (const View &view : std::span(views_).first(used_)) {
		if (view.filter == filter && view.shown == shown)
			return view.result;
	}
	if (used_ < kMost)
		next_ = used_++;
	else
		next_ = (next_ + 1) % kMost;
	View &view = views_[next_];
	view.filter = filter;
	view.shown = shown;
	look(view, events);
	return view.result;
}

/* Nothing is copied where everything is wanted. */
void Views::look(View &view, std::span<const gpiohub_event> events)
{
	const bool is_all = ~view.shown == 0 &&
		std::all_of(events.begin(), events.end(),
			[&](const gpiohub_event &event) { return view.filter.wants(event); });
	if (is_all) {
		view.result = events;
		return;
	}
	std::size_t count = 0;
	view.chosen.resize(std::max(view.chosen.size(), events.size()));
	for (const gpiohub_event &event : events) {
		view.chosen[count] = event;
		count += view.filter.wants(event) ? 1U : 0U;
	}
	const auto chosen = std::span(view.chosen).first(count);
	view.result = chosen.first(~view.shown == 0 ? count : conceal(chosen, view.shown));
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
