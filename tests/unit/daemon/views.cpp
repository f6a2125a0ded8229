/* SPDX-License-Identifier: MIT */
#include "views.hpp"

#include "proto/native.hpp"

#include <gpiohub/wire.hpp>

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

constexpr std::uint64_t kShown = ~std::uint64_t{0};
constexpr std::uint32_t kRising = GPIOHUB_KIND(GPIOHUB_EVENT_RISING);

/* Edges that rise, of lines 0, 1, 2, 3, 0, 1, ... */
std::vector<gpiohub_event> batch(std::uint64_t first, std::size_t count)
{
	std::vector<gpiohub_event> events(count);
	for (std::size_t i = 0; i < count; i++) {
		events[i].seq = first + i;
		events[i].type = GPIOHUB_EVENT_RISING;
		events[i].line = static_cast<__u8>((first + i) % 4);
		events[i].levels = 0b1111;
	}
	return events;
}

std::vector<std::uint64_t> numbers(std::span<const gpiohub_event> events)
{
	std::vector<std::uint64_t> result;
	for (const gpiohub_event &event : events)
		result.push_back(event.seq);
	return result;
}

using Numbers = std::vector<std::uint64_t>;

EventFilter of_line(unsigned line)
{
	return {std::uint64_t{1} << line, kRising};
}

std::span<const gpiohub_event> seen(Views &views, std::span<const gpiohub_event> events,
	const EventFilter &filter, std::uint64_t shown)
{
	return views.of(events, filter, shown).events();
}

} // namespace

TEST_CASE("a view has what its filter wants, and nothing else")
{
	Views views;
	const auto events = batch(0, 8);
	CHECK(numbers(seen(views, events, of_line(1), kShown)) == Numbers{1, 5});
	CHECK(numbers(seen(views, events, {0b1001, kRising}, kShown)) == Numbers{0, 3, 4, 7});
	CHECK(seen(views, events, {0b1111, GPIOHUB_KIND(GPIOHUB_EVENT_GONE)}, kShown).empty());
}

TEST_CASE("who wants the same is given the same memory, who wants all of it the batch")
{
	Views views;
	const auto events = batch(0, 8);
	const auto first = seen(views, events, of_line(2), kShown);
	CHECK(seen(views, events, of_line(2), kShown).data() == first.data());
	CHECK(seen(views, events, {0b1111, kRising}, kShown).data() == events.data());
}

TEST_CASE("another batch is looked at anew, be it in the same place")
{
	Views views;
	auto events = batch(0, 8);
	CHECK(numbers(seen(views, events, of_line(1), kShown)) == Numbers{1, 5});
	const auto next = batch(8, 8);
	std::copy(next.begin(), next.end(), events.begin());
	CHECK(numbers(seen(views, events, of_line(1), kShown)) == Numbers{9, 13});
	/* Nor is a part of it all of it. */
	CHECK(numbers(seen(views, std::span(events).first(4), of_line(1), kShown)) == Numbers{9});
	CHECK(numbers(seen(views, std::span(events).subspan(4), of_line(1), kShown)) ==
		Numbers{13});
}

TEST_CASE("a line that is not shown is left out, and so is its level in what others tell")
{
	Views views;
	const auto events = batch(0, 4);
	const auto some = seen(views, events, {0b1111, kRising}, 0b0101);
	REQUIRE(numbers(some) == Numbers{0, 2});
	CHECK(some[0].levels == 0b0101);
	/* Not to who may see it. */
	CHECK(seen(views, events, {0b1111, kRising}, kShown)[0].levels == 0b1111);
}

TEST_CASE("more views than are kept are all right, each time")
{
	Views views;
	const auto events = batch(0, 64);
	for (int round = 0; round < 2; round++) {
		for (std::uint64_t lines = 1; lines < 16; lines++) {
			const EventFilter filter(lines, kRising);
			Numbers expected;
			for (const gpiohub_event &event : events) {
				if (filter.wants(event))
					expected.push_back(event.seq);
			}
			CHECK(numbers(seen(views, events, filter, kShown)) == expected);
		}
	}
	STATIC_REQUIRE(Views::kMost < 15);
}

TEST_CASE("the frame of a view is made once, when a second client wants it")
{
	Views views;
	const Native native;
	const auto events = batch(0, 8);
	const auto frame = [&] { return views.of(events, of_line(1), kShown).frame(native, 3); };
	CHECK(frame().empty());
	const auto bytes = frame();
	REQUIRE(bytes.size() == sizeof(wire::FrameHeader) + 2 * sizeof(gpiohub_event));
	CHECK(frame().data() == bytes.data());

	/* It is what a client alone is sent. */
	Outbox alone(4096);
	REQUIRE(native.events(alone, 3, 0, views.of(events, of_line(1), kShown).events()));
	CHECK(alone.queued() == bytes.size());
	const auto header = wire::from_bytes<wire::FrameHeader>(bytes);
	CHECK(header.kind == wire::FrameKind::Events);
	CHECK(header.hub == 3);
	CHECK(header.count == 2);
	const auto second = wire::from_bytes<gpiohub_event>(bytes.last(sizeof(gpiohub_event)));
	CHECK(second.seq == 5);
}

TEST_CASE("a frame is not that of the batch before")
{
	Views views;
	const Native native;
	for (std::uint64_t first = 0; first < 24; first += 8) {
		const auto events = batch(first, 8);
		CHECK(views.of(events, of_line(1), kShown).frame(native, 0).empty());
		const auto bytes = views.of(events, of_line(1), kShown).frame(native, 0);
		REQUIRE(bytes.size() > sizeof(wire::FrameHeader) + sizeof(gpiohub_event));
		const auto event =
			wire::from_bytes<gpiohub_event>(bytes.subspan(sizeof(wire::FrameHeader)));
		CHECK(event.seq == first + 1);
	}
}
