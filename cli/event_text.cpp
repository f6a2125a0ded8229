/* SPDX-License-Identifier: MIT */
#include "event_text.hpp"

#include "words.hpp"

#include <cstring>
#include <fmt/format.h>
#include <iterator>

namespace gpiohub::cli
{

namespace
{

constexpr std::uint64_t kSecond = 1'000'000'000;

bool is_edge(const gpiohub_event &event)
{
	return event.type == GPIOHUB_EVENT_RISING || event.type == GPIOHUB_EVENT_FALLING;
}

/* Its value then tells of others. */
bool is_decimated(const gpiohub_event &event)
{
	return is_edge(event) && (event.flags & GPIOHUB_EVENT_FLAG_DECIMATED) != 0;
}

/* Of what is shown as one, when it is complete. */
bool is_part(const gpiohub_event &event)
{
	return event.type == GPIOHUB_EVENT_MESSAGE || event.type == GPIOHUB_EVENT_TEXT ||
		event.type == GPIOHUB_EVENT_PATTERN || event.type == GPIOHUB_EVENT_REPORT;
}

bool level_of(const gpiohub_event &event)
{
	return event.line < GPIOHUB_MAX_LINES && (event.levels >> event.line & 1) != 0;
}

/* Positions that a LOST event tells of. */
std::uint64_t lost_by(const gpiohub_event &event)
{
	return event.levels;
}

gpiohub_event lost_event(std::uint64_t lost, std::uint64_t first)
{
	gpiohub_event event = {};
	event.seq = first;
	event.type = GPIOHUB_EVENT_LOST;
	event.line = GPIOHUB_NO_LINE;
	event.value = static_cast<__u32>(std::min<std::uint64_t>(lost, UINT32_MAX));
	event.levels = lost;
	return event;
}

void append_record(std::string &out, const gpiohub_event &event)
{
	out.append(reinterpret_cast<const char *>(&event), sizeof(event));
}

std::uint8_t byte_of(std::uint32_t value, unsigned index)
{
	return static_cast<std::uint8_t>(value >> (8 * index) & 0xff);
}

/* Of a GUARD event: the errno if it could not be applied, else 0. */
int guard_error(std::uint32_t value)
{
	return static_cast<int>(value >> 8 & 0xffff);
}

std::string guard_result(std::uint32_t value)
{
	const int error = guard_error(value);
	return error == 0 ? "applied" : std::string("failed: ") + std::strerror(error);
}

} // namespace

void EventText::append(std::string &out, const Received &received, std::uint64_t limit)
{
	if (received.lost > 0)
		lose(out, received.hub, received.lost, first_lost(received));
	for (const gpiohub_event &each : received.events) {
		if (shown_ >= limit)
			return;
		if (each.type == GPIOHUB_EVENT_LOST)
			lose(out, received.hub, lost_by(each), each.seq);
		else
			event(out, received.hub, each);
	}
}

/* 0 where neither an event after the loss nor one before it tells. */
std::uint64_t EventText::first_lost(const Received &received) const
{
	if (received.events.empty()) {
		const auto next = next_.find(received.hub);
		return next == next_.end() ? 0 : next->second;
	}
	const std::uint64_t after = received.events.front().seq;
	return after > received.lost ? after - received.lost : 0;
}

/* `first`: the position where the loss begins. */
void EventText::lose(std::string &out, std::uint8_t hub, std::uint64_t lost, std::uint64_t first)
{
	lost_ += lost;
	next_[hub] = first + lost;
	pending_.erase(hub); /* the rest of it will not come */
	switch (style_) {
	case Style::Human:
		out += fmt::format("-- {} event{} of {} lost --\n", lost, lost == 1 ? "" : "s",
			names_.hubs[hub]);
		return;
	case Style::Json:
		out += fmt::format("{{\"hub\":\"{}\",\"type\":\"lost\",\"lost\":{}}}\n",
			names_.hubs[hub], lost);
		return;
	case Style::Raw:
		append_record(out, lost_event(lost, first));
		return;
	}
}

void EventText::event(std::string &out, std::uint8_t hub, const gpiohub_event &event)
{
	/* An edge that a filter held back comes after others. */
	next_[hub] = std::max<std::uint64_t>(next_[hub], event.seq + 1);
	if (style_ == Style::Raw) {
		append_record(out, event);
		shown_++;
		return;
	}
	gpiohub_event shown = event;
	if (is_part(event)) {
		if (!complete(hub, event))
			return;
		shown = pending_[hub].begin;
	}
	shown_++;
	if (style_ == Style::Json)
		json(out, hub, shown);
	else
		human(out, hub, shown);
	pending_.erase(hub);
}

/* Takes one record of a message, or of a pattern and its report; true when it was the
 * last. */
bool EventText::complete(std::uint8_t hub, const gpiohub_event &event)
{
	if (event.type == GPIOHUB_EVENT_MESSAGE || event.type == GPIOHUB_EVENT_PATTERN)
		pending_[hub] = {event, {}, {}};
	const auto found = pending_.find(hub);
	if (found == pending_.end())
		return false; /* the rest of one whose beginning we did not see */

	Pending &message = found->second;
	if (message.begin.type == GPIOHUB_EVENT_PATTERN) {
		message.report = decode_report(event);
		return event.type == GPIOHUB_EVENT_REPORT;
	}
	const std::size_t missing = message.begin.value - message.text.size();
	if (event.type == GPIOHUB_EVENT_TEXT) {
		const auto *text = reinterpret_cast<const char *>(&event) + GPIOHUB_TEXT_OFFSET;
		message.text.append(text, std::min<std::size_t>(missing, GPIOHUB_TEXT_SIZE));
	}
	return message.text.size() == message.begin.value;
}

/* Of a hub that came, or was made up, since we asked for names: its number. */
std::string EventText::hub_name(std::uint8_t hub) const
{
	const auto found = names_.hubs.find(hub);
	return found == names_.hubs.end() ? fmt::format("gpiohub{}", hub) : found->second;
}

std::string EventText::line_name(std::uint8_t hub, std::uint8_t line) const
{
	const auto found = names_.lines.find({hub, line});
	return found == names_.lines.end() ? std::string() : found->second;
}

void EventText::human(std::string &out, std::uint8_t hub, const gpiohub_event &event) const
{
	std::string place = names_.hubs.size() > 1 ? hub_name(hub) + ":" : "";
	if (event.line == GPIOHUB_NO_LINE)
		place += "-";
	else
		place += fmt::format("{} {}", event.line, line_name(hub, event.line));

	fmt::format_to(std::back_inserter(out), "{:6}.{:09}  {:<18} {}\n", event.time_ns / kSecond,
		event.time_ns % kSecond, place, details(hub, event));
}

std::string EventText::details(std::uint8_t hub, const gpiohub_event &event) const
{
	switch (event.type) {
	case GPIOHUB_EVENT_KNOWN:
		if (event.value == 0)
			return "unknown from now on";
		return fmt::format("known: {}", level_of(event) ? "high" : "low");
	case GPIOHUB_EVENT_CONFIGURED:
		return fmt::format("configured: {}, bias {}, drive {}",
			direction_word(byte_of(event.value, 0)), bias_word(byte_of(event.value, 1)),
			drive_word(byte_of(event.value, 2)));
	case GPIOHUB_EVENT_GUARD:
		return fmt::format("guard {} {}; its owner: {}",
			guard_word(byte_of(event.value, 0)), guard_result(event.value),
			end_word(byte_of(event.value, 3)));
	case GPIOHUB_EVENT_GONE:
		return event.value != 0 ? "gone: its chip went away" : "back: its chip is here";
	case GPIOHUB_EVENT_MESSAGE:
		return "message " + quoted(pending_.at(hub).text);
	case GPIOHUB_EVENT_PATTERN:
		return fmt::format(
			"pattern {} {}", event.value, report_text(pending_.at(hub).report));
	case GPIOHUB_EVENT_RULE:
		return fmt::format("rule {} fired", event.value);
	case GPIOHUB_EVENT_STORM:
		return event.value != 0 ? "storm: masked, it changes too often" : "calm again";
	case GPIOHUB_EVENT_SUSPENDED:
		return event.value != 0 ? "the machine goes to sleep"
					: "the machine is awake again";
	default:
		break;
	}
	std::string flags = event_flag_words(event.flags, " ");
	if (is_decimated(event))
		flags += fmt::format(": {} before it left out", event.value);
	return fmt::format("{:<8} levels {:#x}{}{}", event_word(event.type), event.levels,
		flags.empty() ? "" : "  ", flags);
}

void EventText::json(std::string &out, std::uint8_t hub, const gpiohub_event &event) const
{
	auto to = std::back_inserter(out);

	fmt::format_to(to, R"({{"hub":"{}","seq":{},"time_ns":{},"type":"{}")", hub_name(hub),
		event.seq, event.time_ns, event_word(event.type));
	if (event.line != GPIOHUB_NO_LINE) {
		fmt::format_to(to, R"(,"line":{})", event.line);
		const std::string name = line_name(hub, event.line);
		if (!name.empty())
			fmt::format_to(to, R"(,"name":{})", quoted(name));
	}
	fmt::format_to(to, R"({},"levels":"{:#x}")", json_details(hub, event), event.levels);
	if (event.flags != 0)
		fmt::format_to(to, R"(,"flags":["{}"])", event_flag_words(event.flags, R"(",")"));
	out += "}\n";
}

std::string EventText::json_details(std::uint8_t hub, const gpiohub_event &event) const
{
	const std::uint32_t value = event.value;

	if (is_decimated(event))
		return fmt::format(R"(,"level":{:d},"left_out":{})", level_of(event), value);
	if (is_edge(event))
		return fmt::format(R"(,"level":{:d},"late_ns":{})", level_of(event), value);
	switch (event.type) {
	case GPIOHUB_EVENT_KNOWN:
		return fmt::format(R"(,"known":{},"level":{:d})", value != 0, level_of(event));
	case GPIOHUB_EVENT_CONFIGURED:
		return fmt::format(R"(,"direction":"{}","bias":"{}","drive":"{}")",
			direction_word(byte_of(value, 0)), bias_word(byte_of(value, 1)),
			drive_word(byte_of(value, 2)));
	case GPIOHUB_EVENT_GUARD:
		return fmt::format(R"(,"guard":"{}","error":{},"owner":"{}")",
			guard_word(byte_of(value, 0)), guard_error(value),
			end_word(byte_of(value, 3)));
	case GPIOHUB_EVENT_GONE:
		return fmt::format(R"(,"gone":{})", value != 0);
	case GPIOHUB_EVENT_MESSAGE:
		return R"(,"text":)" + quoted(pending_.at(hub).text);
	case GPIOHUB_EVENT_PATTERN: {
		const Report &report = pending_.at(hub).report;
		return fmt::format(
			R"(,"id":{},"outcome":"{}","error":{},"steps":{},"late_max_ns":{},"late_mean_ns":{})",
			value, outcome_word(report.outcome), report.error, report.steps,
			report.late_max_ns, report.late_mean_ns);
	}
	case GPIOHUB_EVENT_RULE:
		return fmt::format(R"(,"id":{})", value);
	case GPIOHUB_EVENT_STORM:
		return fmt::format(R"(,"storm":{})", value != 0);
	case GPIOHUB_EVENT_SUSPENDED:
		return fmt::format(R"(,"suspended":{})", value != 0);
	default:
		return fmt::format(R"(,"value":{})", value);
	}
}

} // namespace gpiohub::cli
