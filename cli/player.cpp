/* SPDX-License-Identifier: MIT */
/*
 * A pattern is known by its request's id and its lowest line: the line is ours, so
 * that nobody else's has it.
 */
#include "player.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <fmt/format.h>
#include <optional>
#include <unistd.h>

namespace gpiohub::cli
{

namespace
{

bool is_endless(const Pattern &pattern)
{
	return std::any_of(pattern.steps.begin(), pattern.steps.end(),
		[](const auto &step) { return step.op == GPIOHUB_STEP_LOOP && step.count == 0; });
}

Result<Report> judged(const Report &report)
{
	const std::string text = "the pattern was " + report_text(report);
	switch (report.outcome) {
	case GPIOHUB_OUTCOME_DONE:
	case GPIOHUB_OUTCOME_CANCELLED:
	case GPIOHUB_OUTCOME_STOPPED:
		return report;
	case GPIOHUB_OUTCOME_REPLACED:
	case GPIOHUB_OUTCOME_RULE:
		return Error{EBUSY, text};
	case GPIOHUB_OUTCOME_RELEASED:
		return Error{EBUSY, "the pattern " + report_text(report)};
	default:
		return Error{report.error != 0 ? report.error : EIO,
			"the pattern " + report_text(report)};
	}
}

class Player
{
public:
	Player(Board &board, std::uint8_t hub, const Pattern &pattern, int stop)
		: board_(board),
		  hub_(hub),
		  line_(static_cast<std::uint8_t>(std::countr_zero(pattern.lines))),
		  is_endless_(is_endless(pattern)),
		  stop_(stop)
	{
	}

	Result<Report> play(const Pattern &pattern)
	{
		/* First, so that its end is not missed. */
		const auto watched =
			board_.watch(hub_, pattern.lines, GPIOHUB_KIND(GPIOHUB_EVENT_PATTERN));
		if (!watched)
			return watched.error();
		const auto id = board_.play(hub_, pattern);
		if (!id)
			return id.error();
		id_ = *id;
		return follow();
	}

private:
	Result<Report> follow()
	{
		for (;;) {
			const auto received = board_.next();
			if (!received)
				return received.error();
			if (received->has_value()) {
				if (const auto ended = take(**received))
					return *ended;
				continue;
			}
			if (const auto ended = look_after_loss())
				return *ended;
			const auto more = board_.wait(stop_);
			if (!more)
				return more.error();
			if (*more)
				continue;
			if (const auto cancelled = cancel(); !cancelled)
				return cancelled.error();
		}
	}

	std::optional<Result<Report>> take(const Received &received)
	{
		if (received.gone && received.hub == hub_)
			return Error{ENODEV, "the hub is gone, and the pattern with it"};
		if (received.hub != hub_)
			return std::nullopt;
		has_lost_ = has_lost_ || received.lost > 0;
		for (const gpiohub_event &event : received.events) {
			has_lost_ = has_lost_ || event.type == GPIOHUB_EVENT_LOST;
			if (event.type == GPIOHUB_EVENT_PATTERN)
				is_ours_ = event.line == line_ && event.value == id_;
			else if (event.type == GPIOHUB_EVENT_REPORT && is_ours_)
				return judged(decode_report(event));
		}
		return std::nullopt;
	}

	/* Its end may be among what was lost. */
	std::optional<Result<Report>> look_after_loss()
	{
		if (!std::exchange(has_lost_, false))
			return std::nullopt;
		const auto info = board_.line_info(hub_, line_);
		if (!info)
			return info.error();
		if ((info->info.flags & GPIOHUB_LINE_PLAYING) != 0)
			return std::nullopt;
		return Error{EOVERFLOW,
			"the pattern is over, but its report was lost in a flood of events"};
	}

	Result<void> cancel()
	{
		std::array<char, 128> ignored; /* one struct signalfd_siginfo */
		(void)!::read(stop_, ignored.data(), ignored.size());
		const bool at_once = !is_endless_ || is_asked_;
		is_asked_ = true;
		auto cancelled = board_.cancel(hub_, id_, at_once ? 0 : GPIOHUB_CANCEL_AT_CYCLE);
		/* Just over: its report is on the way. */
		if (!cancelled && cancelled.error().code == ENOENT)
			return {};
		return cancelled;
	}

	Board &board_;
	std::uint8_t hub_;
	std::uint8_t line_; /* of its PATTERN event */
	bool is_endless_;
	int stop_;
	std::uint32_t id_ = 0;
	bool is_ours_ = false; /* the REPORT that comes next */
	bool has_lost_ = false;
	bool is_asked_ = false; /* to end, once */
};

} // namespace

Result<Report> play_to_its_end(Board &board, std::uint8_t hub, const Pattern &pattern, int stop)
{
	return Player(board, hub, pattern, stop).play(pattern);
}

} // namespace gpiohub::cli
