/* SPDX-License-Identifier: MIT */
#include "subscription.hpp"

#include "proto/native.hpp"
#include "test_client.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

constexpr std::uint64_t kAllLines = ~std::uint64_t{0};

/* A session that only counts how often it was asked back. */
struct Asked final : Source {
	void ready(std::uint32_t) override {}
	void later() override { count++; }
	int count = 0;
};

/* A subscription with its surroundings, and the client's end of the socket. */
struct Bench {
	explicit Bench(std::size_t outbox = 64 * 1024, std::size_t size = 1024)
		: out(outbox),
		  records(size),
		  writer(&positions, records),
		  subscription(*reactor, asked, out, native, 0, writer.view(), views),
		  client(UniqueFd{}, [] {})
	{
		auto [near_end, far_end] = connection();
		near = std::move(near_end);
		client = TestClient(std::move(far_end), [this] { (void)out.flush(near.get()); });
	}

	void start(std::uint64_t lines, std::uint32_t kinds, std::uint64_t first = 0,
		std::uint64_t live = 0)
	{
		const bool all = lines == kAllLines && kinds == GPIOHUB_KINDS_ALL;
		subscription.start(lines, kinds, all, first, live);
	}

	/* Publishes, and hands on what a hub would have read; gives its events. */
	std::vector<gpiohub_event> publish(std::vector<gpiohub_event> events)
	{
		const std::uint64_t first = writer.seq();
		writer.publish(events);
		for (std::size_t i = 0; i < events.size(); i++)
			events[i].seq = first + i;
		return events;
	}

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	Asked asked;
	Outbox out;
	Native native;
	gpiohub_positions positions{};
	std::vector<gpiohub_event> records;
	RingWriter writer;
	Views views;
	Subscription subscription;
	UniqueFd near;
	TestClient client;
};

gpiohub_event event(unsigned type, unsigned line)
{
	gpiohub_event result{};
	result.type = static_cast<__u8>(type);
	result.line = static_cast<__u8>(line);
	return result;
}

std::vector<std::uint64_t> numbers(const std::vector<gpiohub_event> &events)
{
	std::vector<std::uint64_t> result;
	for (const gpiohub_event &event : events)
		result.push_back(event.seq);
	return result;
}

using Numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("only the kinds and lines that were asked for are sent")
{
	Bench bench;
	bench.start(
		0b010, GPIOHUB_KIND(GPIOHUB_EVENT_RISING) | GPIOHUB_KIND(GPIOHUB_EVENT_MESSAGE));
	bench.subscription.deliver(bench.publish({
		event(GPIOHUB_EVENT_RISING, 0),
		event(GPIOHUB_EVENT_RISING, 1),
		event(GPIOHUB_EVENT_FALLING, 1),
		event(GPIOHUB_EVENT_MESSAGE, GPIOHUB_NO_LINE),
		event(GPIOHUB_EVENT_TEXT, GPIOHUB_NO_LINE),
		event(40, 1),
	}));
	const Frame frame = bench.client.next();
	CHECK(numbers(frame.events) == Numbers{1, 3, 4});
	CHECK(frame.header.lost == 0);
	CHECK(bench.subscription.next() == 6);
	CHECK(bench.subscription.sent() == 3);
}

TEST_CASE("the report of a pattern is sent with it, as the text of a message is")
{
	Bench bench;
	bench.start(0b010, GPIOHUB_KIND(GPIOHUB_EVENT_PATTERN));
	bench.subscription.deliver(bench.publish({
		event(GPIOHUB_EVENT_PATTERN, 0),
		event(GPIOHUB_EVENT_REPORT, 0),
		event(GPIOHUB_EVENT_PATTERN, 1),
		event(GPIOHUB_EVENT_REPORT, 1),
		event(GPIOHUB_EVENT_TEXT, GPIOHUB_NO_LINE),
	}));
	CHECK(numbers(bench.client.next().events) == Numbers{2, 3});
}

TEST_CASE("who wants everything gets also what the daemon does not know")
{
	Bench bench;
	bench.start(kAllLines, GPIOHUB_KINDS_ALL);
	bench.subscription.deliver(bench.publish({event(40, 1), event(200, 255)}));
	CHECK(bench.client.next().events.size() == 2);
}

TEST_CASE("without a wanted event no frame is sent and nobody is asked back")
{
	Bench bench;
	bench.start(0b1, GPIOHUB_KINDS_ALL);
	bench.subscription.deliver(bench.publish({event(GPIOHUB_EVENT_RISING, 5)}));
	bench.reactor->turn(0);
	CHECK(bench.out.empty());
	CHECK(bench.asked.count == 0);
	CHECK(bench.subscription.next() == 1);
}

TEST_CASE("events before the first position are not sent")
{
	Bench bench;
	const auto events = bench.publish({event(1, 0), event(2, 0), event(1, 0)});
	SECTION("within the batch")
	{
		bench.start(kAllLines, GPIOHUB_KINDS_ALL, 2, 0);
		bench.subscription.deliver(events);
		CHECK(numbers(bench.client.next().events) == Numbers{2});
	}
	SECTION("after the batch")
	{
		bench.start(kAllLines, GPIOHUB_KINDS_ALL, 3, 0);
		bench.subscription.deliver(events);
		CHECK(bench.out.empty());
	}
}

TEST_CASE("a first position of the past is read from the ring, then it is live")
{
	Bench bench;
	for (int i = 0; i < 300; i++)
		bench.publish({event(1, 0)});
	bench.start(kAllLines, GPIOHUB_KINDS_ALL, 10, 300);
	CHECK(bench.subscription.is_behind());
	bench.reactor->turn(0);
	CHECK(bench.asked.count == 1);

	bench.subscription.catch_up(300);
	CHECK_FALSE(bench.subscription.is_behind());
	const auto [events, lost] = bench.client.collect(290);
	CHECK(events.front().seq == 10);
	CHECK(events.back().seq == 299);
	CHECK(lost == 0);

	bench.subscription.deliver(bench.publish({event(1, 0)}));
	CHECK(numbers(bench.client.next().events) == Numbers{300});
}

TEST_CASE("a first position that the ring has no more is told as a loss")
{
	Bench bench;
	for (int i = 0; i < 1500; i++)
		bench.publish({event(1, 0)});
	bench.start(0b10, GPIOHUB_KINDS_ALL, 100, 1500);
	while (bench.subscription.is_behind())
		bench.subscription.catch_up(1500);
	/* None of the rest is wanted, but the loss is told. */
	const Frame frame = bench.client.next();
	CHECK(frame.header.lost == 1500 - 1024 - 100);
	CHECK(frame.events.empty());
	CHECK(bench.subscription.lost() == 376);
}

TEST_CASE("who has no room stays behind, and then misses nothing that the ring holds")
{
	Bench bench(64 * 1024);
	bench.start(kAllLines, GPIOHUB_KINDS_ALL);
	std::uint64_t live = 0;
	while (!bench.subscription.is_behind()) {
		const std::vector<gpiohub_event> batch(100, event(1, 0));
		bench.subscription.deliver(bench.publish(batch));
		live += 100;
	}
	CHECK(bench.subscription.next() < live);

	/* The client reads again. */
	std::uint64_t expected = 0;
	while (bench.subscription.is_behind() || !bench.out.empty()) {
		const Frame frame = bench.client.next();
		CHECK(frame.header.lost == 0);
		for (const gpiohub_event &one : frame.events)
			CHECK(one.seq == expected++);
		bench.subscription.catch_up(live);
	}
	while (expected < live) {
		for (const gpiohub_event &one : bench.client.next().events)
			CHECK(one.seq == expected++);
	}
	CHECK(bench.subscription.lost() == 0);
}

TEST_CASE("when the hub's own reader was lapped, the gap is read or counted")
{
	Bench bench;
	bench.start(kAllLines, GPIOHUB_KINDS_ALL);
	for (int i = 0; i < 2000; i++)
		bench.publish({event(1, 0)});
	/* The hub was lapped, and hands on what came after. */
	bench.subscription.deliver(bench.publish({event(1, 0)}));
	CHECK(bench.subscription.is_behind());
	while (bench.subscription.is_behind()) {
		bench.subscription.catch_up(2001);
		(void)bench.out.flush(bench.near.get());
	}
	const auto [events, lost] = bench.client.collect(2001);
	CHECK(lost == 2001 - 1024);
	CHECK(events.size() == 1024);
	CHECK(events.front().seq == lost);
}

TEST_CASE("a stream that ended tells what was not sent as lost")
{
	Bench bench(64 * 1024);
	bench.start(kAllLines, GPIOHUB_KINDS_ALL);
	while (!bench.subscription.is_behind()) {
		const std::vector<gpiohub_event> batch(100, event(1, 0));
		bench.subscription.deliver(bench.publish(batch));
	}
	const std::uint64_t end = bench.writer.seq();
	bench.subscription.finish(end);
	const auto [events, lost] = bench.client.collect(end);
	CHECK(lost > 0);
	CHECK(events.size() + lost == end);
}

TEST_CASE("a hub that goes takes nothing along that there is room for")
{
	Bench bench(256 * 1024, 4096);
	std::vector<gpiohub_event> batch(3000);
	batch[0] = event(GPIOHUB_EVENT_RISING, 1);
	bench.publish(batch);
	bench.start(kAllLines, GPIOHUB_KINDS_ALL, 0, 3000);
	bench.subscription.finish(3000);
	CHECK(bench.subscription.sent() == 3000);
	CHECK(bench.subscription.lost() == 0);
}

/* Edges of line 0, so many ns apart. */
static std::vector<gpiohub_event> edges(
	unsigned count, std::uint64_t first_ns, std::uint64_t apart_ns, bool is_high = false)
{
	std::vector<gpiohub_event> result;
	for (unsigned i = 0; i < count; i++) {
		is_high = !is_high;
		result.push_back(event(is_high ? GPIOHUB_EVENT_RISING : GPIOHUB_EVENT_FALLING, 0));
		result.back().time_ns = first_ns + i * apart_ns;
		result.back().levels = is_high ? 1 : 0;
	}
	return result;
}

TEST_CASE("what a filter holds back is due, asked for, and sent when it is decided")
{
	Bench bench;
	bench.subscription.filter(1, {.steady_ns = 100});
	bench.start(kAllLines, GPIOHUB_KINDS_ALL);
	bench.subscription.deliver(bench.publish(edges(3, 1000, 10)));
	bench.reactor->turn(0);
	CHECK(bench.asked.count == 1);
	CHECK(bench.out.empty());
	CHECK(bench.subscription.next() == 3);
	CHECK(bench.subscription.due() == 1120);
	bench.subscription.settle(1119);
	CHECK(bench.out.empty());
	bench.subscription.settle(1120);
	CHECK(numbers(bench.client.next().events) == Numbers{2});
	CHECK(bench.subscription.due() == FilterChain::kNever);
	CHECK(bench.subscription.sent() == 1);
}

TEST_CASE("nothing is decided by the clock for who is behind")
{
	Bench bench(64 * 1024);
	bench.subscription.filter(1, {.steady_ns = 1});
	bench.start(kAllLines, GPIOHUB_KINDS_ALL);
	std::uint64_t live = 0;
	while (!bench.subscription.is_behind()) {
		bench.subscription.deliver(bench.publish(edges(100, live * 10, 10)));
		live += 100;
	}
	CHECK(bench.subscription.due() == FilterChain::kNever);

	/* The client reads again: every edge was steady, and none is there twice. */
	std::uint64_t expected = 0;
	while (expected < live - 1) {
		for (const gpiohub_event &one : bench.client.next().events)
			CHECK(one.seq == expected++);
		bench.subscription.catch_up(live);
	}
	CHECK(bench.subscription.due() == (live - 1) * 10 + 1);
}

TEST_CASE("a filter goes on at a position of the past as if it had been there before")
{
	Bench bench;
	bench.publish(edges(8, 1000, 10)); /* a switch that bounces, up to 1070 */
	bench.publish(edges(1, 2000, 0));  /* and long after it another edge */
	bench.subscription.filter(1, {.steady_ns = 100});
	SECTION("what was decided after it comes")
	{
		/* Falling 7 is where the line was before: nothing. 8 is not decided. */
		bench.start(kAllLines, GPIOHUB_KINDS_ALL, 8, 9);
		bench.subscription.catch_up(9);
		CHECK(bench.out.empty());
		CHECK(bench.subscription.due() == 2100);
	}
	SECTION("what was decided before it does not")
	{
		bench.publish(edges(1, 3000, 0, true));
		bench.start(kAllLines, GPIOHUB_KINDS_ALL, 9, 10);
		bench.subscription.catch_up(10);
		/* Rising 8 was decided by falling 9, which the client asked for. */
		CHECK(numbers(bench.client.next().events) == Numbers{8});
	}
	CHECK(bench.subscription.lost() == 0);
}

TEST_CASE("of what a filter only looks at nothing is lost")
{
	Bench bench;
	for (int i = 0; i < 1500; i++)
		bench.publish({event(GPIOHUB_EVENT_MESSAGE, GPIOHUB_NO_LINE)});
	bench.subscription.filter(1, {.steady_ns = 100});
	SECTION("the first that is asked for is there")
	{
		bench.start(kAllLines, GPIOHUB_KINDS_ALL, 600, 1500);
		while (bench.subscription.is_behind())
			bench.subscription.catch_up(1500);
		CHECK(bench.subscription.lost() == 0);
		CHECK(bench.subscription.sent() == 900);
	}
	SECTION("it is not")
	{
		bench.start(kAllLines, GPIOHUB_KINDS_ALL, 470, 1500);
		while (bench.subscription.is_behind())
			bench.subscription.catch_up(1500);
		CHECK(bench.subscription.lost() == 6);
		CHECK(bench.subscription.sent() == 1024);
	}
}

TEST_CASE("who wants to lose nothing is over when it would")
{
	Bench bench;
	bench.start(kAllLines, GPIOHUB_KINDS_ALL);
	bench.subscription.lose_nothing(true);
	SECTION("because it asks for what is no more")
	{
		for (int i = 0; i < 1500; i++)
			bench.publish({event(1, 0)});
		bench.start(kAllLines, GPIOHUB_KINDS_ALL, 100, 1500);
		bench.subscription.catch_up(1500);
		CHECK(bench.subscription.is_over());
		CHECK(bench.out.empty());
	}
	SECTION("because it reads nothing")
	{
		while (!bench.subscription.is_behind())
			bench.subscription.deliver(bench.publish(edges(100, 0, 1)));
		const std::uint64_t stopped = bench.subscription.next();
		while (bench.writer.seq() + 100 - stopped <= 1024) {
			bench.subscription.deliver(bench.publish(edges(100, 0, 1)));
			CHECK_FALSE(bench.subscription.is_over());
		}
		bench.subscription.deliver(bench.publish(edges(100, 0, 1)));
		CHECK(bench.subscription.is_over());
	}
}
