/* SPDX-License-Identifier: MIT */
#include "backend/soft_player.hpp"

#include "fake_pins.hpp"
#include "soft_bench.hpp"

#include <gpiohub/report.hpp>

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

constexpr std::uint64_t kHour = 3'600'000'000'000;

/* The player without the hub and its thread: the test says what time it is. Two
 * lines are the session's outputs. */
struct Parts {
	Parts()
	{
		LineConfig output;
		output.direction = GPIOHUB_DIRECTION_OUTPUT;
		for (unsigned line = 0; line < 2; line++) {
			lines[line].owner = &session;
			(void)lines.hold(line);
			(void)lines.configure(line, output);
		}
		session.owned = 0b11;
		(void)reader.read(skipped);
	}

	int play(std::uint32_t id, const std::vector<gpiohub_step> &steps,
		const PlayOptions &options = {}, std::uint64_t driven = 0b01)
	{
		gpiohub_play play = make_play({driven, steps}, options);
		play.id = id;
		const auto played = player.play(session, play, steps);
		return played ? 0 : played.error().code;
	}

	/* Begins at kHour from now, so that nothing is due but what the test says. */
	PlayOptions later()
	{
		PlayOptions options;
		options.start = GPIOHUB_START_AT;
		options.start_ns = start;
		return options;
	}

	std::vector<gpiohub_event> events()
	{
		std::vector<gpiohub_event> all(64);
		all.resize(reader.read(all).count);
		return all;
	}

	/* The ends of patterns that were published since the last look: id and outcome. */
	std::vector<std::pair<unsigned, unsigned>> ends()
	{
		std::vector<std::pair<unsigned, unsigned>> found;
		unsigned id = 0;
		for (const gpiohub_event &event : events()) {
			if (event.type == GPIOHUB_EVENT_PATTERN)
				id = event.value;
			if (event.type == GPIOHUB_EVENT_REPORT)
				found.emplace_back(id, decode_report(event).outcome);
		}
		return found;
	}

	using Ends = std::vector<std::pair<unsigned, unsigned>>;

	const std::uint64_t start = monotonic_ns() + kHour;
	FakePins pins;
	SoftStream stream{8};
	SoftLines lines{pins, stream};
	Alarm alarm{[](std::uint64_t) { return Alarm::kNever; }};
	SoftPlayer player{lines, stream, alarm};
	SoftSession session;
	RingReader reader{stream.ring(), 0};
	std::array<gpiohub_event, 64> skipped{};
};

const std::vector<gpiohub_step> kPulse{drive_step(1, 0, 1000), drive_step(0, 1, 2000)};
const std::vector<gpiohub_step> kEndless{
	loop_step(0), drive_step(1, 0, 1000), drive_step(0, 1, 2000), end_step()};

} // namespace

TEST_CASE("steps are driven at their times, and a report tells how late they were")
{
	Parts parts;
	REQUIRE(parts.play(7, kPulse, parts.later()) == 0);
	CHECK(parts.stream.state().playing == 0b01);
	CHECK(parts.player.run(parts.start - 1) == parts.start);
	CHECK(parts.stream.state().levels == 0);

	CHECK(parts.player.run(parts.start + 10) == parts.start + 1000);
	CHECK(parts.stream.state().levels == 1);
	CHECK(parts.player.run(parts.start + 1030) == parts.start + 3000);
	CHECK(parts.stream.state().levels == 0);
	CHECK(parts.player.run(parts.start + 3000) == Alarm::kNever);
	CHECK(parts.stream.state().playing == 0);

	const auto events = parts.events();
	REQUIRE(events.size() == 4);
	CHECK(events[0].type == GPIOHUB_EVENT_RISING);
	CHECK(events[0].flags == GPIOHUB_EVENT_FLAG_DRIVEN);
	CHECK(events[1].type == GPIOHUB_EVENT_FALLING);
	CHECK(events[2].type == GPIOHUB_EVENT_PATTERN);
	CHECK(events[2].value == 7);
	CHECK(events[2].line == 0);
	CHECK(events[3].type == GPIOHUB_EVENT_REPORT);
	CHECK(decode_report(events[3]) == Report{GPIOHUB_OUTCOME_DONE, 0, 30, 20, 2});
}

TEST_CASE("a late step delays no other")
{
	Parts parts;
	REQUIRE(parts.play(1, kPulse, parts.later()) == 0);
	CHECK(parts.player.run(parts.start + 700) == parts.start + 1000);
}

TEST_CASE("patterns on disjoint lines play side by side, in the order of their steps")
{
	Parts parts;
	REQUIRE(parts.play(1, kPulse, parts.later()) == 0);
	PlayOptions sooner = parts.later();
	sooner.start_ns -= 500;
	REQUIRE(parts.play(2, {drive_step(2, 0, 9000)}, sooner, 0b10) == 0);
	CHECK(parts.stream.state().playing == 0b11);
	CHECK(parts.player.run(parts.start - 500) == parts.start);
	CHECK(parts.stream.state().levels == 0b10);
}

TEST_CASE("one whose lines are in use begins exactly where those before it end")
{
	Parts parts;
	REQUIRE(parts.play(1, kPulse, parts.later()) == 0);
	REQUIRE(parts.play(2, kPulse) == 0);
	parts.player.run(parts.start);
	parts.player.run(parts.start + 1000);
	/* The first ends, the second is due at the same time. */
	CHECK(parts.player.run(parts.start + 3000) == parts.start + 3000);
	CHECK(parts.ends() == Parts::Ends{{1, GPIOHUB_OUTCOME_DONE}});
	CHECK(parts.player.run(parts.start + 3000) == parts.start + 4000);
}

TEST_CASE("one whose lines are free waits for those that came before it")
{
	Parts parts;
	REQUIRE(parts.play(1, kPulse, parts.later()) == 0);
	REQUIRE(parts.play(2, kPulse, parts.later(), 0b11) == 0);
	REQUIRE(parts.play(3, {drive_step(2, 0, 9000)}, parts.later(), 0b10) == 0);
	CHECK(parts.stream.state().playing == 0b01);
	REQUIRE(parts.player.cancel(parts.session, 2, false).ok());
	CHECK(parts.stream.state().playing == 0b11);
}

TEST_CASE("a pattern is replaced at once, and what waited after it as well")
{
	Parts parts;
	REQUIRE(parts.play(1, kEndless, parts.later()) == 0);
	REQUIRE(parts.play(2, kPulse) == 0);
	PlayOptions replaces = parts.later();
	replaces.flags = GPIOHUB_PLAY_REPLACE;
	REQUIRE(parts.play(3, kPulse, replaces) == 0);
	CHECK(parts.ends() ==
		Parts::Ends{{1, GPIOHUB_OUTCOME_REPLACED}, {2, GPIOHUB_OUTCOME_REPLACED}});
	CHECK(parts.player.run(0) == parts.start);
}

TEST_CASE("a pattern is replaced with its cycle, so that no pulse is cut")
{
	Parts parts;
	REQUIRE(parts.play(1, kEndless, parts.later()) == 0);
	parts.player.run(parts.start);
	PlayOptions replaces;
	replaces.flags = GPIOHUB_PLAY_AT_CYCLE;
	REQUIRE(parts.play(2, kPulse, replaces) == 0);
	CHECK(parts.player.run(parts.start + 1000) == parts.start + 3000);
	parts.player.run(parts.start + 3000);
	CHECK(parts.ends() == Parts::Ends{{1, GPIOHUB_OUTCOME_REPLACED}});
}

TEST_CASE("a pattern is cancelled at once, or with its cycle")
{
	Parts parts;
	REQUIRE(parts.play(1, kEndless, parts.later()) == 0);
	parts.player.run(parts.start);
	SECTION("at once")
	{
		REQUIRE(parts.player.cancel(parts.session, 1, false).ok());
		CHECK(parts.ends() == Parts::Ends{{1, GPIOHUB_OUTCOME_CANCELLED}});
		/* The level stays as it is then. */
		CHECK(parts.stream.state().levels == 1);
	}
	SECTION("with its cycle")
	{
		REQUIRE(parts.player.cancel(parts.session, 0, true).ok());
		CHECK(parts.ends().empty());
		parts.player.run(parts.start + 1000);
		parts.player.run(parts.start + 3000);
		CHECK(parts.ends() == Parts::Ends{{1, GPIOHUB_OUTCOME_STOPPED}});
	}
	CHECK(parts.player.cancel(parts.session, 1, false).error().code == ENOENT);
	CHECK(parts.player.cancel(parts.session, 0, false).ok());
}

TEST_CASE("a feed that runs dry is told from one that ends")
{
	Parts parts;
	PlayOptions more = parts.later();
	more.flags = GPIOHUB_PLAY_MORE;
	REQUIRE(parts.play(1, {drive_step(1, 0, 1000)}, more) == 0);
	const bool is_fed = GENERATE(false, true);
	if (is_fed)
		REQUIRE(parts.play(2, kPulse) == 0);
	parts.player.run(parts.start);
	parts.player.run(parts.start + 1000);
	const unsigned outcome = is_fed ? GPIOHUB_OUTCOME_DONE : GPIOHUB_OUTCOME_UNDERRUN;
	CHECK(parts.ends() == Parts::Ends{{1, outcome}});
}

TEST_CASE("a pattern whose time is over ends, whether or not it has begun")
{
	Parts parts;
	PlayOptions limited = parts.later();
	limited.timeout_ns = parts.start - 10;
	REQUIRE(parts.play(1, kPulse, limited) == 0);
	CHECK(parts.player.run(0) == parts.start - 10);
	CHECK(parts.player.run(parts.start - 10) == Alarm::kNever);
	CHECK(parts.ends() == Parts::Ends{{1, GPIOHUB_OUTCOME_TIMED_OUT}});
}

TEST_CASE("a pattern begins with an edge, whose line is watched until then")
{
	Parts parts;
	PlayOptions options;
	options.start = GPIOHUB_START_EDGE;
	options.start_line = 5;
	options.start_kinds = GPIOHUB_KIND(GPIOHUB_EVENT_RISING);
	options.flags = GPIOHUB_PLAY_STANDING;
	REQUIRE(parts.play(1, kPulse, options) == 0);
	CHECK(parts.pins.armed == line_bit(5));
	CHECK(parts.stream.state().playing == 0);
	parts.player.edge(5, false, parts.start);
	parts.player.edge(4, true, parts.start);
	CHECK(parts.player.run(0) == Alarm::kNever);

	for (int turn = 0; turn < 2; turn++) {
		parts.player.edge(5, true, parts.start);
		CHECK(parts.player.run(parts.start) == parts.start + 1000);
		parts.player.run(parts.start + 1000);
		parts.player.run(parts.start + 3000);
		CHECK(parts.ends() == Parts::Ends{{1, GPIOHUB_OUTCOME_DONE}});
	}
	REQUIRE(parts.player.cancel(parts.session, 1, false).ok());
	CHECK(parts.pins.armed == 0);
}

TEST_CASE("a pattern whose pins refuse ends with their error")
{
	Parts parts;
	parts.pins.broken = 1;
	REQUIRE(parts.play(1, kPulse, parts.later()) == 0);
	parts.player.run(parts.start);
	const auto events = parts.events();
	REQUIRE(events.size() == 2);
	CHECK(decode_report(events[1]).outcome == GPIOHUB_OUTCOME_FAILED);
	CHECK(decode_report(events[1]).error == EIO);
}

TEST_CASE("who has much to do leaves the lock to others in between")
{
	Parts parts;
	const std::vector<gpiohub_step> all_at_once(100, drive_step(0, 0, 0));
	REQUIRE(parts.play(1, all_at_once) == 0);
	const std::uint64_t now = monotonic_ns();
	CHECK(parts.player.run(now) >= now + 10'000);
	REQUIRE(parts.player.cancel(parts.session, 1, false).ok());
	CHECK(decode_report(parts.events().back()).steps == 32);
}

TEST_CASE("what cannot be played is refused, and why")
{
	Parts parts;
	CHECK(parts.play(0, kPulse) == EINVAL);
	CHECK(parts.play(1, {loop_step(1)}) == EINVAL);
	CHECK(parts.play(1, kPulse, {}, 0b10) == EINVAL);
	CHECK(parts.play(1, kPulse, {}, 0b101) == EPERM);
	CHECK(parts.play(1, kPulse, {}, 0x101) == ENXIO);
	PlayOptions options;
	options.flags = GPIOHUB_PLAY_STANDING;
	CHECK(parts.play(1, kPulse, options) == EINVAL);
	options.flags = GPIOHUB_PLAY_REPLACE | GPIOHUB_PLAY_AT_CYCLE;
	CHECK(parts.play(1, kPulse, options) == EINVAL);
	options.flags = 0;
	options.start = GPIOHUB_START_RULE;
	CHECK(parts.play(1, kPulse, options) == EOPNOTSUPP);
	options.start = GPIOHUB_START_EDGE;
	CHECK(parts.play(1, kPulse, options) == EINVAL);
	options.start_kinds = GPIOHUB_KINDS_EDGES;
	options.start_line = 8;
	CHECK(parts.play(1, kPulse, options) == ENXIO);

	REQUIRE(parts.play(1, kPulse, parts.later()) == 0);
	CHECK(parts.play(1, kPulse) == EEXIST);
	LineConfig input;
	input.direction = GPIOHUB_DIRECTION_INPUT;
	REQUIRE(parts.lines.configure(1, input).ok());
	CHECK(parts.play(2, {drive_step(2, 0, 1)}, {}, 0b10) == EIO);
}

TEST_CASE("there are only so many patterns at once")
{
	Parts parts;
	for (std::uint32_t id = 1; id <= SoftPlayer::kMaxPatterns; id++)
		REQUIRE(parts.play(id, kPulse, parts.later()) == 0);
	CHECK(parts.play(1000, kPulse) == EDQUOT);
}

TEST_CASE("lines that a pattern plays on refuse to be set or configured")
{
	SoftBench bench;
	REQUIRE(own_outputs(*bench.owner, 0b11));
	REQUIRE(play(*bench.owner, 1, {0b10, {drive_step(0b10, 0, kHour)}}).code == 0);
	const auto refused = set(*bench.owner, 0b11, 0);
	CHECK(refused.code == EBUSY);
	CHECK(refused.line == 1);
	CHECK(configure(*bench.owner, 0b10, GPIOHUB_DIRECTION_INPUT).code == EBUSY);
	CHECK(set(*bench.owner, 0b01, 1).code == 0);
	REQUIRE(cancel(*bench.owner, 1).code == 0);
	CHECK(set(*bench.owner, 0b11, 0).code == 0);
}

TEST_CASE("an owner's patterns end before its guard is applied")
{
	SoftBench bench;
	REQUIRE(own_outputs(*bench.owner, 1));
	REQUIRE(play(*bench.owner, 1, {1, kEndless}).code == 0);
	unsigned outcome = 0;
	SECTION("it goes")
	{
		bench.owner.reset();
		outcome = GPIOHUB_OUTCOME_CANCELLED;
	}
	SECTION("it releases the line")
	{
		REQUIRE(submit(*bench.owner, GPIOHUB_OP_RELEASE, 1).code == 0);
		outcome = GPIOHUB_OUTCOME_RELEASED;
	}
	CHECK(decode_report(bench.events->next(GPIOHUB_EVENT_REPORT)).outcome == outcome);
	bench.events->next(GPIOHUB_EVENT_GUARD);
	CHECK(bench.state().playing == 0);
	CHECK(bench.events->rest().empty());
}
