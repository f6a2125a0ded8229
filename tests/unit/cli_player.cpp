/* SPDX-License-Identifier: MIT */
#include "player.hpp"

#include "fake_board.hpp"

#include <catch2/catch.hpp>
#include <sys/eventfd.h>

using namespace gpiohub;
using namespace gpiohub::cli;

namespace
{

constexpr std::uint32_t kId = 7;

gpiohub_event event(unsigned type, unsigned line, std::uint32_t value)
{
	gpiohub_event event = {};
	event.type = static_cast<__u8>(type);
	event.line = static_cast<__u8>(line);
	event.value = value;
	return event;
}

/* The end of a run, of somebody's request on that line. */
Received end_of(std::uint32_t id, unsigned line, std::uint32_t outcome, unsigned error = 0)
{
	gpiohub_event report = event(GPIOHUB_EVENT_REPORT, line, outcome | error << 16);
	report.levels = 12;
	return {0, false, 0, {event(GPIOHUB_EVENT_PATTERN, line, id), report}};
}

/* Plays what is given to it, and tells what the test says; each wait in vain is one
 * of the user's interrupts. */
class PlayingBoard : public FakeBoard
{
public:
	explicit PlayingBoard(std::vector<std::optional<Received>> told)
		: FakeBoard({0, 1}),
		  told_(std::move(told))
	{
	}

	Result<void> watch(std::uint8_t, std::uint64_t lines, std::uint32_t kinds) override
	{
		CHECK(lines == 0b110);
		CHECK(kinds == GPIOHUB_KIND(GPIOHUB_EVENT_PATTERN));
		done += "watch ";
		return {};
	}

	Result<std::uint32_t> play(std::uint8_t, const Pattern &) override
	{
		done += "play ";
		return kId;
	}

	Result<void> cancel(std::uint8_t, std::uint32_t id, std::uint32_t flags) override
	{
		CHECK(id == kId);
		done += flags != 0 ? "cancel-at-cycle " : "cancel ";
		if (is_over)
			return Error{ENOENT, "it is over"};
		return {};
	}

	Result<std::optional<Received>> next() override
	{
		if (at_ == told_.size())
			return Error{ECONNRESET, "nothing more to tell"};
		return told_[at_++];
	}

	Result<bool> wait(int) override { return false; }

	Result<wire::LineInfo> line_info(std::uint8_t, std::uint8_t line) override
	{
		CHECK(line == 1);
		wire::LineInfo info = {};
		info.info.flags = is_playing ? GPIOHUB_LINE_PLAYING : 0U;
		return info;
	}

	std::string done;
	bool is_over = false;
	bool is_playing = false;

private:
	std::vector<std::optional<Received>> told_; /* nothing: a wait */
	std::size_t at_ = 0;
};

const Pattern kOnce = {0b110, {drive_step(0b110, 0, 1000), drive_step(0, 0b110, 0)}};
const Pattern kEndless = {0b110, {loop_step(0), drive_step(0b110, 0, 1000), end_step()}};

Result<Report> play(PlayingBoard &board, const Pattern &pattern = kOnce)
{
	const UniqueFd stop(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
	return play_to_its_end(board, 0, pattern, stop.get());
}

} // namespace

TEST_CASE("a pattern is watched before it is played, and its report is the result")
{
	PlayingBoard board({end_of(kId, 1, GPIOHUB_OUTCOME_DONE)});
	const auto report = play(board);
	REQUIRE(report.ok());
	CHECK(report->outcome == GPIOHUB_OUTCOME_DONE);
	CHECK(report->steps == 12);
	CHECK(board.done == "watch play ");
}

TEST_CASE("the ends of others' patterns are not ours")
{
	Received elsewhere = end_of(kId, 1, GPIOHUB_OUTCOME_FAILED);
	elsewhere.hub = 1;
	PlayingBoard board(
		{end_of(kId, 2, GPIOHUB_OUTCOME_FAILED), end_of(8, 1, GPIOHUB_OUTCOME_FAILED),
			elsewhere, end_of(kId, 1, GPIOHUB_OUTCOME_DONE)});
	CHECK(play(board)->outcome == GPIOHUB_OUTCOME_DONE);
}

TEST_CASE("an interrupt ends a pattern at once, an endless one with its cycle")
{
	SECTION("one with an end")
	{
		PlayingBoard board({std::nullopt, end_of(kId, 1, GPIOHUB_OUTCOME_CANCELLED)});
		CHECK(play(board).ok());
		CHECK(board.done == "watch play cancel ");
	}
	SECTION("an endless one")
	{
		PlayingBoard board({std::nullopt, end_of(kId, 1, GPIOHUB_OUTCOME_STOPPED)});
		CHECK(play(board, kEndless).ok());
		CHECK(board.done == "watch play cancel-at-cycle ");
	}
	SECTION("an endless one whose cycle is too long for the user")
	{
		PlayingBoard board(
			{std::nullopt, std::nullopt, end_of(kId, 1, GPIOHUB_OUTCOME_CANCELLED)});
		CHECK(play(board, kEndless).ok());
		CHECK(board.done == "watch play cancel-at-cycle cancel ");
	}
	SECTION("one that is just over")
	{
		PlayingBoard board({std::nullopt, end_of(kId, 1, GPIOHUB_OUTCOME_DONE)});
		board.is_over = true;
		CHECK(play(board)->outcome == GPIOHUB_OUTCOME_DONE);
	}
}

TEST_CASE("a pattern that others ended is an error that says who")
{
	PlayingBoard board({end_of(kId, 1, GPIOHUB_OUTCOME_RULE)});
	const auto report = play(board);
	REQUIRE_FALSE(report.ok());
	CHECK(report.error().code == EBUSY);
	CHECK_THAT(report.error().what, Catch::Contains("was stopped by a rule"));
}

TEST_CASE("a pattern that failed is an error with its errno")
{
	PlayingBoard board({end_of(kId, 1, GPIOHUB_OUTCOME_FAILED, ENODEV)});
	CHECK(play(board).error().code == ENODEV);
	PlayingBoard other({end_of(kId, 1, GPIOHUB_OUTCOME_BUDGET)});
	CHECK(play(other).error().code == EIO);
}

TEST_CASE("a hub that goes takes the pattern along")
{
	PlayingBoard board({Received{1, true, 0, {}}, Received{0, true, 0, {}}});
	CHECK(play(board).error().code == ENODEV);
}

TEST_CASE("a report that was lost is told when the pattern is over")
{
	PlayingBoard board({Received{0, false, 5, {}}, std::nullopt});
	SECTION("it is")
	{
		CHECK(play(board).error().code == EOVERFLOW);
	}
	SECTION("it plays on, and reports later")
	{
		board.is_playing = true;
		CHECK(play(board).error().code == ECONNRESET);
	}
}
