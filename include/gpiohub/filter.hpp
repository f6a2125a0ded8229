/* SPDX-License-Identifier: MIT */
/*
 * Which events of a hub's stream a subscription gets: the same in the daemon, the
 * library and the command line as in the kernel's read(2).
 */
#pragma once

#include <linux/gpiohub.h>

#include <cstdint>

namespace gpiohub
{

/** The kinds, and those that follow some of them by themselves. */
constexpr std::uint32_t with_followers(std::uint32_t kinds) noexcept
{
	if ((kinds & GPIOHUB_KIND(GPIOHUB_EVENT_MESSAGE)) != 0)
		kinds |= GPIOHUB_KIND(GPIOHUB_EVENT_TEXT);
	if ((kinds & GPIOHUB_KIND(GPIOHUB_EVENT_PATTERN)) != 0)
		kinds |= GPIOHUB_KIND(GPIOHUB_EVENT_REPORT);
	return kinds;
}

/** Whether an event tells of levels: some carry something else in their place. */
constexpr bool has_levels(const gpiohub_event &event) noexcept
{
	return event.type != GPIOHUB_EVENT_TEXT && event.type != GPIOHUB_EVENT_REPORT &&
		event.type != GPIOHUB_EVENT_LOST;
}

/** Events of these lines, or of none, and of these kinds. */
class EventFilter
{
public:
	constexpr EventFilter() = default;
	constexpr EventFilter(std::uint64_t lines, std::uint32_t kinds) noexcept
		: lines_(lines),
		  kinds_(with_followers(kinds))
	{
	}

	/** Whatever there is, kinds that nobody knows yet too. */
	static constexpr EventFilter everything() noexcept
	{
		return {~std::uint64_t{0}, kEveryKind};
	}

	constexpr std::uint64_t lines() const noexcept { return lines_; }
	constexpr bool operator==(const EventFilter &) const = default;

	constexpr bool wants(const gpiohub_event &event) const noexcept
	{
		const bool kind =
			event.type < 32 ? (kinds_ >> event.type & 1) != 0 : kinds_ == kEveryKind;
		const bool line =
			event.line >= GPIOHUB_MAX_LINES || (lines_ >> event.line & 1) != 0;
		return kind && line;
	}

private:
	static constexpr std::uint32_t kEveryKind = ~std::uint32_t{0};

	std::uint64_t lines_ = 0;
	std::uint32_t kinds_ = 0;
};

} // namespace gpiohub
