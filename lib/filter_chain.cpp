/* SPDX-License-Identifier: MIT */
#include <gpiohub/filter_chain.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace gpiohub
{

namespace
{

constexpr std::uint64_t kSecond = 1'000'000'000;

constexpr std::uint64_t sum(std::uint64_t a, std::uint64_t b) noexcept
{
	return a > FilterChain::kNever - b ? FilterChain::kNever : a + b;
}

constexpr std::uint64_t bit(unsigned line) noexcept
{
	return std::uint64_t{1} << line;
}

bool is_edge(const gpiohub_event &event) noexcept
{
	return event.type == GPIOHUB_EVENT_RISING || event.type == GPIOHUB_EVENT_FALLING;
}

/* Of an edge: time_ns is when it was published. */
std::uint64_t happened_at(const gpiohub_event &edge) noexcept
{
	return edge.time_ns - std::min<std::uint64_t>(edge.value, edge.time_ns);
}

} // namespace

std::uint64_t FilterChain::Line::steady_at() const noexcept
{
	return sum(still_since, filter.steady_ns);
}

std::uint64_t FilterChain::Line::due() const noexcept
{
	return std::min(is_waiting ? steady_at() : kNever, left_out > 0 ? second_ends : kNever);
}

bool FilterChain::Line::is_in_burst(std::uint64_t at) noexcept
{
	const bool has_rested = !has_changed || at >= sum(changed_at, filter.quiet_ns);
	has_changed = true;
	changed_at = at;
	if (at < active_until)
		return true;
	if (has_rested)
		active_until = sum(at, filter.active_ns);
	return has_rested;
}

void FilterChain::select(std::uint64_t lines, std::uint32_t kinds)
{
	wanted_ = EventFilter(lines, kinds);
	held_ = 0;
	due_ = kNever;
	is_gap_ = false;
	if (!lines_)
		return;
	for (Line &line : *lines_) {
		const EdgeFilter filter = line.filter;
		line = {};
		line.filter = filter;
	}
}

void FilterChain::set(std::uint64_t lines, const EdgeFilter &filter)
{
	if (!lines_ && filter.is_open())
		return;
	if (!lines_)
		lines_ = std::make_unique<Lines>();
	for (std::uint64_t left = lines; left != 0; left &= left - 1) {
		Line &line = (*lines_)[static_cast<unsigned>(std::countr_zero(left))];
		line = {};
		line.filter = filter;
	}
	staged_ = filter.is_open() ? staged_ & ~lines : staged_ | lines;
	held_ &= ~lines;
	due_ = next_due().at;
}

void FilterChain::push(const gpiohub_event &event, Out &out)
{
	if (is_gap_ && has_levels(event))
		close_gap(event);
	const bool is_staged = event.line < GPIOHUB_MAX_LINES && (staged_ & bit(event.line)) != 0;
	if (is_staged && is_edge(event)) {
		take_edge(event, out);
		return;
	}
	if (has_levels(event) && event.time_ns >= due_)
		settle(event.time_ns, out);
	if (is_staged)
		look_at(event);
	if (wanted_.wants(event))
		out.push_back(event);
}

void FilterChain::advance(std::uint64_t now_ns, Out &out)
{
	if (now_ns >= due_)
		settle(now_ns, out);
}

void FilterChain::take_edge(const gpiohub_event &event, Out &out)
{
	Line &line = (*lines_)[event.line];
	const std::uint64_t at = happened_at(event);

	if (line.is_waiting && at < line.steady_at()) {
		line.is_waiting = false;
		note_held(event.line);
	}
	if (event.time_ns >= due_)
		settle(event.time_ns, out);
	if (line.filter.steady_ns == 0) {
		pass(line, event, event.time_ns, out);
		return;
	}

	const bool is_high = event.type == GPIOHUB_EVENT_RISING;
	const bool was_high = is_high == ((event.flags & GPIOHUB_EVENT_FLAG_MISSED) != 0);
	if (line.told == Level::Unknown)
		line.told = was_high ? Level::High : Level::Low;
	/* Where it was: what was in between was too short, or it is the end of that. */
	if (is_high == (line.told == Level::High))
		return;
	line.is_waiting = true;
	line.waiting = event;
	line.still_since = at;
	note_held(event.line);
}

/* What else is told of a line with stages: whether its level is known. */
void FilterChain::look_at(const gpiohub_event &event)
{
	if (event.type != GPIOHUB_EVENT_KNOWN && event.type != GPIOHUB_EVENT_GONE)
		return;
	Line &line = (*lines_)[event.line];
	const bool is_known = event.type == GPIOHUB_EVENT_KNOWN && event.value != 0;
	const bool is_high = (event.levels & bit(event.line)) != 0;
	line.told = !is_known ? Level::Unknown : is_high ? Level::High : Level::Low;
	line.is_waiting = false;
	note_held(event.line);
}

/* The first event after a loss. */
void FilterChain::close_gap(const gpiohub_event &event)
{
	is_gap_ = false;
	for (std::uint64_t left = held_; left != 0; left &= left - 1) {
		const auto number = static_cast<unsigned>(std::countr_zero(left));
		Line &line = (*lines_)[number];
		if (!line.is_waiting)
			continue;
		const bool is_high = (event.levels & bit(number)) != 0;
		line.is_waiting = is_high == (line.waiting.type == GPIOHUB_EVENT_RISING);
		line.still_since = event.time_ns;
		note_held(number);
	}
}

FilterChain::Due FilterChain::next_due() const noexcept
{
	Due next{kNever, 0};
	for (std::uint64_t left = held_; left != 0; left &= left - 1) {
		const auto number = static_cast<unsigned>(std::countr_zero(left));
		const std::uint64_t due = (*lines_)[number].due();
		if (due < next.at)
			next = {due, number};
	}
	return next;
}

/* What is decided by `now`, in the order in which it became so. */
void FilterChain::settle(std::uint64_t now, Out &out)
{
	Due next = next_due();
	while (next.at <= now && next.at != kNever) {
		settle_line(next.line, out);
		next = next_due();
	}
	due_ = next.at;
}

/* The first thing that is due of a line. */
void FilterChain::settle_line(unsigned number, Out &out)
{
	Line &line = (*lines_)[number];
	const std::uint64_t now = line.due();

	if (line.left_out > 0 && line.second_ends == now) {
		gpiohub_event event = line.last_left_out;
		if (line.left_out > 1) {
			event.flags |= GPIOHUB_EVENT_FLAG_DECIMATED;
			event.value = line.left_out - 1;
		}
		line.left_out = 0;
		line.second_ends = sum(now, kSecond);
		line.passed = 1;
		out.push_back(event);
	} else {
		line.is_waiting = false;
		line.told = line.waiting.type == GPIOHUB_EVENT_RISING ? Level::High : Level::Low;
		pass(line, line.waiting, now, out);
	}
	note_held(number);
}

/* The stages after steady, and the kinds, for an edge that is decided at `now`. */
void FilterChain::pass(Line &line, const gpiohub_event &event, std::uint64_t now, Out &out)
{
	if (line.filter.quiet_ns > 0 && !line.is_in_burst(happened_at(event)))
		return;
	if (!wanted_.wants(event))
		return;
	if (line.filter.per_second > 0) {
		if (now >= line.second_ends) {
			line.second_ends = sum(now, kSecond);
			line.passed = 0;
		}
		if (line.passed == line.filter.per_second) {
			line.left_out = std::max(line.left_out, line.left_out + 1); /* saturates */
			line.last_left_out = event;
			note_held(event.line);
			return;
		}
		line.passed++;
	}
	out.push_back(event);
}

/* Something of a line is held back, or is not any more. */
void FilterChain::note_held(unsigned number) noexcept
{
	const std::uint64_t due = (*lines_)[number].due();
	held_ = due == kNever ? held_ & ~bit(number) : held_ | bit(number);
	due_ = next_due().at;
}

} // namespace gpiohub
