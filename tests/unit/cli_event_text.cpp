/* SPDX-License-Identifier: MIT */
#include "event_text.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <nlohmann/json.hpp>

using namespace gpiohub;
using namespace gpiohub::cli;

namespace
{

constexpr std::uint64_t kNoLimit = UINT64_MAX;

gpiohub_event event(
	std::uint64_t seq, std::uint8_t type, std::uint8_t line, std::uint32_t value = 0)
{
	return {seq, type, line, 0, value, 1'500'000'000 + seq, 0x10};
}

/* A message as the kernel publishes it. */
std::vector<gpiohub_event> message(std::uint64_t seq, const std::string &text)
{
	std::vector<gpiohub_event> events = {event(seq, GPIOHUB_EVENT_MESSAGE, GPIOHUB_NO_LINE,
		static_cast<std::uint32_t>(text.size()))};
	for (std::size_t at = 0; at < text.size(); at += GPIOHUB_TEXT_SIZE) {
		gpiohub_event part = {};
		part.seq = ++seq;
		part.type = GPIOHUB_EVENT_TEXT;
		part.line = GPIOHUB_NO_LINE;
		const std::string piece = text.substr(at, GPIOHUB_TEXT_SIZE);
		std::memcpy(reinterpret_cast<char *>(&part) + GPIOHUB_TEXT_OFFSET, piece.data(),
			piece.size());
		events.push_back(part);
	}
	return events;
}

EventText printer(Style style)
{
	return {style, {{{0, "gpiohub0"}}, {{{0, 4}, "GPIO4"}}}};
}

std::string text_of(Style style, std::vector<gpiohub_event> events, std::uint64_t lost = 0)
{
	EventText text = printer(style);
	std::string out;
	text.append(out, {0, false, lost, std::move(events)}, kNoLimit);
	return out;
}

} // namespace

TEST_CASE("a hub that we have no name for goes by its number")
{
	EventText text(Style::Json, {});
	std::string out;
	text.append(out, {5, false, 0, {event(7, GPIOHUB_EVENT_RISING, 4)}}, kNoLimit);
	CHECK(nlohmann::json::parse(out)["hub"] == "gpiohub5");
}

TEST_CASE("people read time, line, name, edge and levels")
{
	CHECK(text_of(Style::Human, {event(7, GPIOHUB_EVENT_RISING, 4)}) ==
		"     1.500000007  4 GPIO4            rising   levels 0x10\n");

	gpiohub_event driven = event(8, GPIOHUB_EVENT_FALLING, 5);
	driven.flags = GPIOHUB_EVENT_FLAG_DRIVEN | GPIOHUB_EVENT_FLAG_MISSED;
	CHECK_THAT(text_of(Style::Human, {driven}),
		Catch::Contains("5") && Catch::Contains("falling  levels 0x10  driven missed"));
	CHECK_THAT(text_of(Style::Human, {event(9, GPIOHUB_EVENT_CONFIGURED, 4, 0x010302)}),
		Catch::Contains("configured: output, bias pull-down, drive push-pull"));
	CHECK_THAT(text_of(Style::Human, {event(9, GPIOHUB_EVENT_KNOWN, 4, 1)}),
		Catch::Contains("known: high"));
	CHECK_THAT(text_of(Style::Human, {event(9, GPIOHUB_EVENT_GONE, 4, 1)}),
		Catch::Contains("gone"));
	CHECK_THAT(text_of(Style::Human, {event(9, GPIOHUB_EVENT_GUARD, 4, 5 << 8 | 1)}),
		Catch::Contains("guard input failed: Input/output error"));
}

TEST_CASE("people read what the engine did")
{
	CHECK_THAT(text_of(Style::Human, {event(9, GPIOHUB_EVENT_RULE, 4, 3)}),
		Catch::Contains("4 GPIO4") && Catch::Contains("rule 3 fired"));
	CHECK_THAT(text_of(Style::Human, {event(9, GPIOHUB_EVENT_STORM, 4, 1)}),
		Catch::Contains("storm: masked"));
	CHECK_THAT(text_of(Style::Human, {event(9, GPIOHUB_EVENT_STORM, 4, 0)}),
		Catch::Contains("calm again"));
	CHECK_THAT(text_of(Style::Human, {event(9, GPIOHUB_EVENT_SUSPENDED, GPIOHUB_NO_LINE, 1)}),
		Catch::Contains("goes to sleep"));
}

namespace
{

std::vector<gpiohub_event> pattern(std::uint64_t seq, std::uint32_t id)
{
	std::vector<gpiohub_event> events = {event(seq, GPIOHUB_EVENT_PATTERN, 4, id),
		event(seq + 1, GPIOHUB_EVENT_REPORT, 4, GPIOHUB_OUTCOME_RULE)};
	events[1].time_ns = std::uint64_t{1100} << 32 | 3200;
	events[1].levels = 12;
	return events;
}

} // namespace

TEST_CASE("a pattern and its report are one event")
{
	SECTION("for people")
	{
		CHECK(text_of(Style::Human, pattern(7, 5)) ==
			"     1.500000007  4 GPIO4            pattern 5 stopped by a rule: 12 "
			"steps, "
			"3.2us late at most, 1.1us on average\n");
	}
	SECTION("for programs")
	{
		const auto json = nlohmann::json::parse(text_of(Style::Json, pattern(7, 5)));
		CHECK(json["type"] == "pattern");
		CHECK(json["seq"] == 7);
		CHECK(json["id"] == 5);
		CHECK(json["outcome"] == "rule");
		CHECK(json["error"] == 0);
		CHECK(json["steps"] == 12);
		CHECK(json["late_max_ns"] == 3200);
		CHECK(json["late_mean_ns"] == 1100);
	}
	SECTION("over two batches, and without its beginning not at all")
	{
		const auto events = pattern(7, 5);
		EventText text = printer(Style::Json);
		std::string out;
		text.append(out, {0, false, 0, {events[0]}}, kNoLimit);
		CHECK(out.empty());
		text.append(out, {0, false, 0, {events[1]}}, kNoLimit);
		CHECK(text.shown() == 1);
		text.append(out, {0, false, 0, {events[1]}}, kNoLimit);
		CHECK(text.shown() == 1);
	}
	SECTION("two records where they are asked for raw")
	{
		CHECK(text_of(Style::Raw, pattern(7, 5)).size() == 2 * sizeof(gpiohub_event));
	}
}

TEST_CASE("programs read one JSON object a line")
{
	gpiohub_event driven = event(7, GPIOHUB_EVENT_RISING, 4, 250);
	driven.flags = GPIOHUB_EVENT_FLAG_DRIVEN;
	const auto json = nlohmann::json::parse(text_of(Style::Json, {driven}));

	CHECK(json["hub"] == "gpiohub0");
	CHECK(json["seq"] == 7);
	CHECK(json["time_ns"] == 1'500'000'007);
	CHECK(json["type"] == "rising");
	CHECK(json["line"] == 4);
	CHECK(json["name"] == "GPIO4");
	CHECK(json["level"] == 1);
	CHECK(json["late_ns"] == 250);
	CHECK(json["levels"] == "0x10");
	CHECK(json["flags"] == nlohmann::json{"driven"});

	for (std::uint8_t type = 0; type < 16; type++) {
		if (type == GPIOHUB_EVENT_TEXT || type == GPIOHUB_EVENT_MESSAGE ||
			type == GPIOHUB_EVENT_PATTERN || type == GPIOHUB_EVENT_REPORT)
			continue;
		const auto any = nlohmann::json::parse(
			text_of(Style::Json, {event(1, type, 4, 0x010102)}), nullptr, false);
		CHECK_FALSE(any.is_discarded());
	}
}

TEST_CASE("a message is put together from its records")
{
	const std::string words = "the quick brown fox jumps over \"the\" lazy dog\n";

	SECTION("for programs")
	{
		const auto json = nlohmann::json::parse(text_of(Style::Json, message(3, words)));
		CHECK(json["text"] == words);
		CHECK(json["seq"] == 3);
	}
	SECTION("for people, harmless to their terminal")
	{
		CHECK_THAT(text_of(Style::Human, message(3, "\x1b[2J\xff")),
			Catch::Contains("\\u001b[2J") && !Catch::Contains("\x1b"));
	}
	SECTION("over two batches")
	{
		const auto events = message(3, words);
		EventText text = printer(Style::Json);
		std::string out;
		text.append(out, {0, false, 0, {events.begin(), events.begin() + 2}}, kNoLimit);
		CHECK(out.empty());
		text.append(out, {0, false, 0, {events.begin() + 2, events.end()}}, kNoLimit);
		CHECK(nlohmann::json::parse(out)["text"] == words);
		CHECK(text.shown() == 1);
	}
	SECTION("and dropped if a part of it was lost")
	{
		const auto events = message(3, words);
		EventText text = printer(Style::Human);
		std::string out;
		text.append(out, {0, false, 0, {events.begin(), events.begin() + 2}}, kNoLimit);
		text.append(out, {0, false, 1, {events.begin() + 3, events.end()}}, kNoLimit);
		CHECK(out == "-- 1 event of gpiohub0 lost --\n");
		CHECK(text.shown() == 0);
	}
}

TEST_CASE("raw records come as they are, losses among them")
{
	const auto events = message(50, "hello");
	const std::string out = text_of(Style::Raw, events, 20);

	REQUIRE(out.size() == 3 * sizeof(gpiohub_event));
	gpiohub_event lost = {};
	std::memcpy(&lost, out.data(), sizeof(lost));
	CHECK(lost.type == GPIOHUB_EVENT_LOST);
	CHECK(lost.seq == 30);
	CHECK(lost.levels == 20);
	CHECK(std::memcmp(out.data() + sizeof(lost), events.data(), 2 * sizeof(lost)) == 0);
}

TEST_CASE("a raw loss that comes alone begins where the stream stood")
{
	EventText text = printer(Style::Raw);
	std::string out;
	text.append(out, {0, false, 0, {event(41, GPIOHUB_EVENT_RISING, 4)}}, kNoLimit);
	text.append(out, {0, false, 5, {}}, kNoLimit);
	text.append(out, {0, false, 2, {}}, kNoLimit);

	REQUIRE(out.size() == 3 * sizeof(gpiohub_event));
	gpiohub_event lost[2] = {};
	std::memcpy(lost, out.data() + sizeof(gpiohub_event), sizeof(lost));
	CHECK(lost[0].seq == 42);
	CHECK(lost[0].levels == 5);
	CHECK(lost[1].seq == 47);
	CHECK(lost[1].levels == 2);
}

TEST_CASE("losses of both kinds add up")
{
	gpiohub_event lost = event(5, GPIOHUB_EVENT_LOST, GPIOHUB_NO_LINE, 7);
	lost.levels = 7;
	EventText text = printer(Style::Human);
	std::string out;
	text.append(out, {0, false, 3, {event(4, GPIOHUB_EVENT_RISING, 4), lost}}, kNoLimit);

	CHECK(text.lost() == 10);
	CHECK(text.shown() == 1);
}

TEST_CASE("no more is shown than was asked for")
{
	EventText text = printer(Style::Json);
	std::string out;
	const std::vector<gpiohub_event> edges(5, event(1, GPIOHUB_EVENT_RISING, 4));

	text.append(out, {0, false, 0, edges}, 7);
	text.append(out, {0, false, 0, edges}, 7);
	CHECK(text.shown() == 7);
	CHECK(std::count(out.begin(), out.end(), '\n') == 7);
}
