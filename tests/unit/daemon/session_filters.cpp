/* SPDX-License-Identifier: MIT */
/* FILTER, and clients that want to lose nothing, as a client sees them. */
#include "session_bench.hpp"

#include <gpiohub/clock.hpp>

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;

using Bench = SessionBench;

namespace
{

gpiohub_event edge(unsigned line, bool is_high, std::uint64_t time_ns)
{
	gpiohub_event event{};
	event.type = is_high ? GPIOHUB_EVENT_RISING : GPIOHUB_EVENT_FALLING;
	event.line = static_cast<__u8>(line);
	event.time_ns = time_ns;
	event.levels = std::uint64_t{is_high} << line;
	return event;
}

} // namespace

TEST_CASE("an edge that a filter holds back comes by the clock when nothing else comes")
{
	Bench bench;
	TestClient client = bench.greeted();
	CHECK(client.call(wire::make_filter(0, 0b10, {.steady_ns = 20'000'000})).reply.error == 0);
	client.subscribe(0b10);
	const std::uint64_t begin = monotonic_ns();
	bench.fake->publish(
		{edge(1, true, begin - 1000), edge(1, false, begin - 500), edge(1, true, begin)});
	const Frame frame = client.next();
	REQUIRE(frame.events.size() == 1);
	CHECK(frame.events[0].seq == 2);
	CHECK(frame.events[0].time_ns == begin);
	CHECK(monotonic_ns() - begin >= 20'000'000);
}

TEST_CASE("what is in the ring decides before the clock does")
{
	Bench bench;
	TestClient client = bench.greeted();
	client.call(wire::make_filter(0, 1, {.steady_ns = 20'000'000}));
	client.subscribe(1);
	const std::uint64_t begin = monotonic_ns();
	bench.fake->publish({edge(0, true, begin)});
	bench.settle();
	/* In time, but the daemon is not told of it before the timer is due. */
	bench.fake->writer.publish({{edge(0, false, begin + 10'000'000)}});
	while (monotonic_ns() - begin < 40'000'000)
		bench.reactor->turn(5);
	bench.fake->publish(
		{edge(0, true, begin + 50'000'000), edge(0, false, begin + 80'000'000)});
	CHECK(client.next().events.at(0).seq == 2);
}

TEST_CASE("a filter is refused with what is wrong")
{
	Bench bench;
	TestClient client = bench.greeted();
	SECTION("a line that the hub has not")
	{
		const Frame answer = client.call(
			wire::make_filter(0, std::uint64_t{1} << 63, {.steady_ns = 1000}));
		CHECK(answer.reply.error == ENXIO);
		CHECK(answer.reply.line == 63);
		CHECK_THAT(answer.payload, Catch::Contains("line 63"));
	}
	SECTION("a burst without a rest")
	{
		const Frame answer = client.call(wire::make_filter(0, 1, {.active_ns = 1000}));
		CHECK(answer.reply.error == EINVAL);
		CHECK_THAT(answer.payload, Catch::Contains("rest"));
	}
}

TEST_CASE("filters stay through a new subscription, and end when they are taken back")
{
	Bench bench;
	TestClient client = bench.greeted();
	client.call(wire::make_filter(0, 1, {.per_second = 1}));
	client.subscribe(1);
	client.subscribe(1);
	const std::uint64_t begin = monotonic_ns();
	bench.fake->publish({edge(0, true, begin), edge(0, false, begin), edge(0, true, begin)});
	CHECK(client.next().events.size() == 1);
	client.call(wire::make_filter(0, 1, {}));
	bench.fake->publish({edge(0, true, begin), edge(0, false, begin)});
	CHECK(client.next().events.size() == 2);
}

TEST_CASE("an unknown flag of SUBSCRIBE is refused")
{
	Bench bench;
	TestClient client = bench.greeted();
	const auto value = wire::pack_subscription(GPIOHUB_KINDS_ALL, 2);
	CHECK(client.call(wire::make_command(wire::Op::SUBSCRIBE, 0, 1, value, wire::kFromNow))
			.reply.error == EINVAL);
}

TEST_CASE("who wants to lose nothing and reads nothing is cut off")
{
	Bench bench;
	TestClient client = bench.greeted();
	const auto value = wire::pack_subscription(GPIOHUB_KINDS_ALL, wire::kLoseNothing);
	CHECK(client.call(wire::make_command(wire::Op::SUBSCRIBE, 0, 1, value, wire::kFromNow))
			.reply.error == 0);
	for (int i = 0; i < 400 && !bench.sessions.empty(); i++) {
		bench.fake->publish_edges(0, 200);
		bench.settle();
	}
	CHECK(bench.sessions.empty());
	CHECK(bench.counters.cut_off == 1);
}

TEST_CASE("who wants to lose nothing is cut off by a hub that goes before it has read all")
{
	Bench bench;
	TestClient client = bench.greeted();
	const auto value = wire::pack_subscription(GPIOHUB_KINDS_ALL, wire::kLoseNothing);
	client.call(wire::make_command(wire::Op::SUBSCRIBE, 0, 1, value, wire::kFromNow));
	/* Neither socket nor queue have room for more, but the ring has. */
	while (bench.sessions.front()->stats().queued < 44'000) {
		bench.fake->publish_edges(0, 100);
		bench.settle();
	}
	bench.fake->publish_edges(0, 500);
	bench.settle();
	REQUIRE(bench.sessions.size() == 1);
	bench.sessions.front()->hub_gone(*bench.hub);
	CHECK(bench.sessions.empty());
	CHECK(bench.counters.cut_off == 1);
}

TEST_CASE("an edge that is certain when there is no room for it comes when there is")
{
	Bench bench;
	bench.stats = std::string(8'000, ' ');
	TestClient client = bench.greeted();
	client.call(wire::make_filter(0, 0b10, {.steady_ns = 200'000'000}));
	client.subscribe(0b10);
	const std::uint64_t begin = monotonic_ns();
	bench.fake->publish({edge(1, true, begin)});
	bench.settle();
	/* Replies that nobody reads take it, up to where no more commands are. */
	int asked = 0;
	const auto session = [&bench] { return bench.sessions.front()->stats(); };
	for (; session().queued < 46'000; asked++) {
		client.send(wire::make_command(wire::Op::STATS, 0));
		bench.settle();
	}
	while (monotonic_ns() - begin < 220'000'000)
		bench.reactor->turn(5);
	CHECK(session().events == 0);

	/* Nothing happens any more, but that it reads. */
	for (; asked > 0; asked--)
		client.reply();
	for (int i = 0; i < 50 && session().events == 0; i++)
		bench.reactor->turn(10);
	CHECK(session().events == 1);
}
