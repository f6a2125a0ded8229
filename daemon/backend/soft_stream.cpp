/* SPDX-License-Identifier: MIT */
/*
 * The writer's half of struct gpiohub_state: an odd count, the changes, an even
 * count. Words are stored as readers load them, whole and relaxed.
 */
#include "soft_stream.hpp"

#include <gpiohub/clock.hpp>

#include <algorithm>
#include <cstring>
#include <limits>

namespace gpiohub::daemon
{

namespace
{

void store(__u64 &word, std::uint64_t value) noexcept
{
	__atomic_store_n(&word, value, __ATOMIC_RELAXED);
}

std::uint64_t bit(unsigned line)
{
	return std::uint64_t{1} << line;
}

std::uint32_t saturated(std::uint64_t value)
{
	return static_cast<std::uint32_t>(
		std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

} // namespace

/* While it lives, the state is being changed. */
class SoftStream::Change
{
public:
	explicit Change(gpiohub_state &state) noexcept : state_(state)
	{
		__atomic_store_n(&state_.sequence, state_.sequence + 1, __ATOMIC_RELAXED);
		/* The odd count before the changes. Pairs with the acquire fence after the
		 * copy in StateView. */
		__atomic_thread_fence(__ATOMIC_RELEASE);
	}
	Change(const Change &) = delete;
	Change &operator=(const Change &) = delete;

	~Change()
	{
		/* The changes before the even count. Pairs with its load in StateView. */
		__atomic_store_n(&state_.sequence, state_.sequence + 1, __ATOMIC_RELEASE);
	}

private:
	gpiohub_state &state_;
};

SoftStream::SoftStream(unsigned lines) : records_(kRecords), writer_(&positions_, records_)
{
	state_.lines = lines;
}

void SoftStream::mark(Mask mask, std::uint64_t lines, bool on) noexcept
{
	const Change change(state_);
	store(state_.*mask, on ? state_.*mask | lines : state_.*mask & ~lines);
}

/* Inside a Change: time goes on, `count` events follow. */
void SoftStream::advance(std::uint64_t time_ns, std::size_t count) noexcept
{
	/* Pins took their times before the lock: another thread may have been faster. */
	store(state_.time_ns, std::max<std::uint64_t>(time_ns, state_.time_ns));
	store(state_.seq, writer_.seq() + count);
}

/* Its time and levels are the state's. */
gpiohub_event SoftStream::record(
	gpiohub_event_type type, std::uint8_t line, std::uint32_t value) const noexcept
{
	gpiohub_event event{};
	event.type = static_cast<__u8>(type);
	event.line = line;
	event.value = value;
	event.time_ns = state_.time_ns;
	event.levels = state_.levels;
	return event;
}

void SoftStream::publish(gpiohub_event_type type, std::uint8_t line, std::uint32_t value) noexcept
{
	{
		const Change change(state_);
		advance(monotonic_ns(), 1);
	}
	const gpiohub_event event = record(type, line, value);
	writer_.publish({&event, 1});
}

void SoftStream::edge(
	unsigned line, bool level, std::uint16_t flags, std::uint64_t time_ns) noexcept
{
	gpiohub_state_line &count = state_.line[line];
	__u64 &edges = level ? count.rising : count.falling;
	{
		const Change change(state_);
		advance(time_ns, 1);
		store(state_.levels,
			level ? state_.levels | bit(line) : state_.levels & ~bit(line));
		store(edges, edges + 1);
		if ((flags & GPIOHUB_EVENT_FLAG_MISSED) != 0)
			store(count.missed, count.missed + 1);
		store(count.last_ns, state_.time_ns);
	}
	gpiohub_event event = record(level ? GPIOHUB_EVENT_RISING : GPIOHUB_EVENT_FALLING,
		static_cast<std::uint8_t>(line), saturated(state_.time_ns - time_ns));
	event.flags = flags;
	writer_.publish({&event, 1});
}

void SoftStream::known(unsigned line, bool is_known, bool level) noexcept
{
	if (((state_.known & bit(line)) != 0) == is_known)
		return;
	{
		const Change change(state_);
		advance(monotonic_ns(), 1);
		store(state_.known, state_.known ^ bit(line));
		store(state_.levels,
			is_known && level ? state_.levels | bit(line) : state_.levels & ~bit(line));
	}
	const gpiohub_event event =
		record(GPIOHUB_EVENT_KNOWN, static_cast<std::uint8_t>(line), is_known ? 1 : 0);
	writer_.publish({&event, 1});
}

void SoftStream::message(std::string_view text)
{
	const std::size_t texts = (text.size() + GPIOHUB_TEXT_SIZE - 1) / GPIOHUB_TEXT_SIZE;
	{
		const Change change(state_);
		advance(monotonic_ns(), 1 + texts);
	}
	std::vector<gpiohub_event> events{record(
		GPIOHUB_EVENT_MESSAGE, GPIOHUB_NO_LINE, static_cast<std::uint32_t>(text.size()))};
	for (; !text.empty();
		text.remove_prefix(std::min<std::size_t>(text.size(), GPIOHUB_TEXT_SIZE))) {
		gpiohub_event event{};
		event.type = GPIOHUB_EVENT_TEXT;
		event.line = GPIOHUB_NO_LINE;
		std::memcpy(reinterpret_cast<char *>(&event) + GPIOHUB_TEXT_OFFSET, text.data(),
			std::min<std::size_t>(text.size(), GPIOHUB_TEXT_SIZE));
		events.push_back(event);
	}
	/* All of it appears to readers at once. */
	writer_.publish(events);
}

void SoftStream::report(std::uint8_t line, std::uint32_t id, const Report &report) noexcept
{
	{
		const Change change(state_);
		advance(monotonic_ns(), 2);
	}
	gpiohub_event events[2] = {record(GPIOHUB_EVENT_PATTERN, line, id), {}};
	events[1].type = GPIOHUB_EVENT_REPORT;
	events[1].line = line;
	events[1].value = report.outcome | static_cast<std::uint32_t>(report.error) << 16;
	events[1].time_ns =
		report.late_max_ns | static_cast<std::uint64_t>(report.late_mean_ns) << 32;
	events[1].levels = report.steps;
	writer_.publish(events);
}

} // namespace gpiohub::daemon
