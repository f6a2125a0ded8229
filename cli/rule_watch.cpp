/* SPDX-License-Identifier: MIT */
#include "rule_watch.hpp"

#include "print.hpp"

#include <cerrno>
#include <fmt/format.h>

namespace gpiohub::cli
{

namespace
{

constexpr std::uint64_t kSecond = 1'000'000'000;

/* How often it fired. The number is unique to its file alone, so that another
 * program's of the same trigger and number would be told as well. */
Result<unsigned> tell(const Received &received, std::uint8_t hub, const gpiohub_rule &rule)
{
	unsigned fired = 0;
	if (received.hub == hub && received.gone)
		return Error{ENODEV, "the hub is gone, and the rule with it"};
	if (received.hub != hub)
		return fired;
	if (received.lost > 0) {
		if (auto told = print(fmt::format("-- {} events lost --\n", received.lost)); !told)
			return told.error();
	}
	for (const gpiohub_event &event : received.events) {
		if (event.type != GPIOHUB_EVENT_RULE || event.line != rule.trigger ||
			event.value != rule.id)
			continue;
		fired++;
		auto told = print(fmt::format("{}.{:09}  rule {} fired\n", event.time_ns / kSecond,
			event.time_ns % kSecond, rule.id));
		if (!told)
			return told.error();
	}
	return fired;
}

} // namespace

Result<void> watch_rule(Board &board, std::uint8_t hub, const gpiohub_rule &rule, int stop)
{
	/* First, so that not even its first time is missed. */
	if (auto watched = board.watch(
		    hub, std::uint64_t{1} << rule.trigger, GPIOHUB_KIND(GPIOHUB_EVENT_RULE));
		!watched)
		return watched;
	if (auto added = board.add_rule(hub, rule); !added)
		return added;
	const bool is_once = (rule.flags & GPIOHUB_RULE_ONE_SHOT) != 0;
	for (;;) {
		const auto received = board.next();
		if (!received)
			return received.error();
		if (received->has_value()) {
			const auto fired = tell(**received, hub, rule);
			if (!fired)
				return fired.error();
			if (is_once && *fired > 0)
				return {};
			continue;
		}
		const auto more = board.wait(stop);
		if (!more)
			return more.error();
		if (!*more)
			return {};
	}
}

} // namespace gpiohub::cli
