/* SPDX-License-Identifier: MIT */
/* Going on over another connection: what comes twice, what is lost, and where to ask. */
#include <gpiohub/place.hpp>

#include <catch2/catch.hpp>

#include <vector>

using namespace gpiohub;

namespace
{

gpiohub_event edge(std::uint64_t seq, unsigned line = 0, std::uint64_t time_ns = 0)
{
	gpiohub_event event = {};
	event.seq = seq;
	event.time_ns = time_ns != 0 ? time_ns : 1000 * seq;
	event.type = GPIOHUB_EVENT_RISING;
	event.line = static_cast<__u8>(line);
	return event;
}

Received frame(std::uint64_t lost, std::vector<gpiohub_event> events)
{
	return {0, false, lost, std::move(events)};
}

std::vector<std::uint64_t> numbers(Place &place, Received received)
{
	place.take(received);
	std::vector<std::uint64_t> seqs;
	for (const auto &event : received.events)
		seqs.push_back(event.seq);
	return seqs;
}

std::uint64_t lost(Place &place, Received received)
{
	place.take(received);
	return received.lost;
}

} // namespace

TEST_CASE("who got nothing yet begins where he was told to")
{
	Place place(17);
	CHECK(place.resume() == 17);
	CHECK(place.resume() == 17);
}

TEST_CASE("one goes on after the last event that came")
{
	Place place(10);
	CHECK(numbers(place, frame(0, {edge(10), edge(13)})) == std::vector<std::uint64_t>{10, 13});
	CHECK(place.resume() == 14);
	CHECK(numbers(place, frame(0, {edge(14), edge(20)})) == std::vector<std::uint64_t>{14, 20});
	CHECK(place.resume() == 21);
}

TEST_CASE("what was told as lost is not told again")
{
	Place place(10);
	CHECK(numbers(place, frame(0, {edge(10)})).size() == 1);
	CHECK(lost(place, frame(5, {})) == 5);
	CHECK(lost(place, frame(2, {})) == 2);

	SECTION("after a break, where the ring has gone on")
	{
		REQUIRE(place.resume() == 11);
		CHECK(lost(place, frame(100, {edge(111)})) == 93);
		CHECK(lost(place, frame(3, {edge(115)})) == 3);
		CHECK(place.resume() == 116);
		CHECK(lost(place, frame(4, {})) == 4);
	}
	SECTION("after a second break before anything came")
	{
		REQUIRE(place.resume() == 11);
		REQUIRE(place.resume() == 11);
		CHECK(lost(place, frame(7, {})) == 0);
		CHECK(lost(place, frame(1, {})) == 1);
		REQUIRE(place.resume() == 11);
		CHECK(lost(place, frame(9, {edge(20)})) == 1);
	}
	SECTION("but over the same connection each loss is another one")
	{
		CHECK(lost(place, frame(7, {edge(30)})) == 7);
	}
}

TEST_CASE("where edges may be held back one goes on before the last event")
{
	Place place(1);
	place.may_be_held(1'000'000);
	/* Of line 1 something may be undecided; line 0's edges come at once. */
	for (std::uint64_t seq = 1; seq <= 100; seq++)
		CHECK(numbers(place, frame(0, {edge(seq, 0, seq * 100'000)})).size() == 1);
	const std::uint64_t first = place.resume();
	/* Edge 90 happened 1 ms before the last. */
	CHECK(first <= 91);
	CHECK(first >= 85);

	SECTION("and gets of the others only what did not come before")
	{
		std::vector<gpiohub_event> again;
		for (std::uint64_t seq = first; seq <= 105; seq++)
			again.push_back(edge(seq, seq == 95 ? 1 : 0, seq * 100'000));
		/* Edge 95 of line 0 came; this one is line 1's. */
		CHECK(numbers(place, frame(0, again)) ==
			std::vector<std::uint64_t>{95, 101, 102, 103, 104, 105});
	}
	SECTION("also after a break in the middle of that")
	{
		CHECK(numbers(place, frame(0, {edge(first, 0, first * 100'000)})).empty());
		CHECK(place.resume() <= first + 1);
		CHECK(numbers(place, frame(0, {edge(100, 0, 10'000'000)})).empty());
		CHECK(numbers(place, frame(0, {edge(101, 0, 10'100'000)})).size() == 1);
	}
}

TEST_CASE("events of no line come once as well")
{
	Place place(0);
	place.may_be_held(1'000'000);
	CHECK(numbers(place, frame(0, {edge(3, GPIOHUB_NO_LINE)})).size() == 1);
	CHECK(place.resume() == 0);
	CHECK(numbers(place,
		      frame(0, {edge(2, 5), edge(3, GPIOHUB_NO_LINE), edge(4, GPIOHUB_NO_LINE)})) ==
		std::vector<std::uint64_t>{2, 4});
}
