/* SPDX-License-Identifier: MIT */
#include <gpiohub/ring.hpp>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <span>
#include <thread>
#include <vector>

using namespace gpiohub;

namespace
{

constexpr std::uint64_t kWrap = std::uint64_t{1} << 32;

/* A ring in our own memory, with its writer. */
struct Ring {
	explicit Ring(std::uint32_t size, std::uint64_t first = 0)
		: records(size),
		  writer(&positions, records, first)
	{
	}

	/* Events that say their number in time_ns as well. */
	void publish(std::uint64_t count)
	{
		for (std::uint64_t i = 0; i < count; i++)
			publish_together(1);
	}

	void publish_together(std::size_t count)
	{
		std::vector<gpiohub_event> events(count);
		for (std::size_t i = 0; i < count; i++) {
			events[i].type = GPIOHUB_EVENT_RISING;
			events[i].time_ns = 3 * (writer.seq() + i);
			events[i].levels = ~events[i].time_ns;
		}
		writer.publish(events);
	}

	gpiohub_positions positions = {};
	std::vector<gpiohub_event> records;
	RingWriter writer;
};

/* What the writer leaves that has come to the levels: numbers are old yet. */
void overwrite_half(Ring &ring, std::size_t count)
{
	for (gpiohub_event &record : std::span(ring.records).first(count))
		record.levels = 0;
}

bool intact(const gpiohub_event &event)
{
	return event.time_ns == 3 * event.seq && event.levels == ~event.time_ns;
}

/* Numbers of the events of one read. */
std::vector<std::uint64_t> numbers(RingReader &reader, std::size_t room, std::uint64_t &lost)
{
	std::vector<gpiohub_event> events(room);
	const Batch batch = reader.read(events);
	std::vector<std::uint64_t> result;
	for (std::size_t i = 0; i < batch.count; i++) {
		CHECK(intact(events[i]));
		result.push_back(events[i].seq);
	}
	lost = batch.lost;
	return result;
}

using Numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("a reader gets what was published, in order and once")
{
	const std::uint64_t first = GENERATE(std::uint64_t{0}, kWrap - 3, 5 * kWrap - 3);
	Ring ring(8, first);
	RingReader reader(ring.writer.view(), first);
	std::uint64_t lost = 0;

	CHECK(numbers(reader, 8, lost).empty());

	SECTION("as many as it has room for")
	{
		ring.publish(6);
		CHECK(numbers(reader, 4, lost) == Numbers{first, first + 1, first + 2, first + 3});
		CHECK(lost == 0);
		CHECK(numbers(reader, 4, lost) == Numbers{first + 4, first + 5});
		CHECK(numbers(reader, 4, lost).empty());
		CHECK(reader.seq() == first + 6);
	}
	SECTION("a full ring, across its end")
	{
		ring.publish(5);
		numbers(reader, 5, lost);
		ring.publish(8);
		CHECK(numbers(reader, 100, lost).size() == 8);
		CHECK(lost == 0);
		CHECK(reader.seq() == first + 13);
	}
	SECTION("events published in one step")
	{
		ring.publish_together(3);
		CHECK(numbers(reader, 8, lost) == Numbers{first, first + 1, first + 2});
	}
	SECTION("and nothing into no room")
	{
		ring.publish(2);
		CHECK(numbers(reader, 0, lost).empty());
		CHECK(reader.seq() == first);
	}
}

TEST_CASE("a lapped reader knows exactly how many it lost")
{
	const std::uint64_t first = GENERATE(std::uint64_t{0}, kWrap - 3, 5 * kWrap - 3);
	Ring ring(8, first);
	RingReader reader(ring.writer.view(), first);
	std::uint64_t lost = 0;

	SECTION("by one event")
	{
		ring.publish(9);
		CHECK(numbers(reader, 8, lost).front() == first + 1);
		CHECK(lost == 1);
	}
	SECTION("by many rings full")
	{
		ring.publish(1000);
		const Numbers got = numbers(reader, 3, lost);
		CHECK(got == Numbers{first + 992, first + 993, first + 994});
		CHECK(lost == 992);
		CHECK(numbers(reader, 8, lost).size() == 5);
		CHECK(lost == 0);
	}
	SECTION("again and again")
	{
		std::uint64_t received = 0;
		std::uint64_t all_lost = 0;
		for (int round = 1; round < 50; round++) {
			ring.publish(static_cast<std::uint64_t>(round));
			received += numbers(reader, 5, lost).size();
			all_lost += lost;
		}
		CHECK(received + all_lost == reader.seq() - first);
		CHECK(all_lost > 0);
	}
}

TEST_CASE("a reader sees a lap that began while it copied")
{
	/*
	 * What a reader finds whose copy was overtaken: a head from before, a claim
	 * from after. The writer stands still in the middle of its records.
	 */
	Ring ring(8);
	RingReader reader(ring.writer.view(), 0);
	std::uint64_t lost = 0;
	ring.publish(8);

	SECTION("at its first events, the others are good")
	{
		ring.positions.claim += 3;
		overwrite_half(ring, 3);
		CHECK(numbers(reader, 8, lost) == Numbers{3, 4, 5, 6, 7});
		CHECK(lost == 3);
		CHECK(reader.seq() == 8);
	}
	SECTION("at all that it copied")
	{
		ring.positions.claim += 3;
		overwrite_half(ring, 3);
		CHECK(numbers(reader, 2, lost) == Numbers{3, 4});
		CHECK(lost == 3);
	}
	SECTION("but not one that is only claimed behind it")
	{
		numbers(reader, 4, lost);
		ring.positions.claim += 3;
		CHECK(numbers(reader, 8, lost) == Numbers{4, 5, 6, 7});
		CHECK(lost == 0);
	}
}

TEST_CASE("a pause of 2^32 events and more is noticed")
{
	const std::uint64_t more = GENERATE(std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{5},
		std::uint64_t{8}, std::uint64_t{9}, std::uint64_t{100});
	const std::uint64_t laps = GENERATE(std::uint64_t{1}, std::uint64_t{3});
	/* The ring of a hub that went on while we were away, full. */
	const std::uint64_t end = 10 + laps * kWrap + more;
	Ring ring(8, end - 8);
	ring.publish(8);
	RingReader reader(ring.writer.view(), 10);
	std::uint64_t lost = 0;

	CHECK(numbers(reader, 8, lost).size() == 8);
	CHECK(lost == end - 8 - 10);
	CHECK(reader.seq() == end);
}

TEST_CASE("a reader from before the first event is taken to it")
{
	Ring ring(8, 100);
	RingReader reader(ring.writer.view(), 0);
	std::uint64_t lost = 0;
	ring.publish(2);

	CHECK(numbers(reader, 8, lost) == Numbers{100, 101});
	CHECK(lost == 100);
}

TEST_CASE("a reader that is ahead of the stream waits for it")
{
	Ring ring(8);
	ring.publish(3);
	RingReader reader(ring.writer.view(), 5);
	std::uint64_t lost = 0;

	CHECK(numbers(reader, 8, lost).empty());
	CHECK(lost == 0);
	ring.publish(3);
	CHECK(numbers(reader, 8, lost) == Numbers{5});
}

TEST_CASE("the bounds of a ring are told in 64 bits")
{
	SECTION("empty")
	{
		Ring ring(8);
		CHECK(ring_bounds(ring.writer.view()).oldest == 0);
		CHECK(ring_bounds(ring.writer.view()).end == 0);
	}
	SECTION("not yet full")
	{
		Ring ring(8);
		ring.publish(3);
		CHECK(ring_bounds(ring.writer.view()).oldest == 0);
		CHECK(ring_bounds(ring.writer.view()).end == 3);
	}
	SECTION("not yet full, of a stream that did not begin with 0")
	{
		const std::uint64_t first =
			GENERATE(std::uint64_t{3}, std::uint64_t{100}, kWrap - 2, 5 * kWrap);
		const std::uint64_t count = GENERATE(range(1U, 9U));
		Ring ring(8, first);
		ring.publish(count);
		CHECK(ring_bounds(ring.writer.view()).oldest == first);
		CHECK(ring_bounds(ring.writer.view()).end == first + count);
	}
	SECTION("full, after the positions wrapped")
	{
		Ring ring(8, kWrap - 3);
		ring.publish(20);
		CHECK(ring_bounds(ring.writer.view()).oldest == kWrap + 9);
		CHECK(ring_bounds(ring.writer.view()).end == kWrap + 17);
	}
	SECTION("while the next are being written")
	{
		Ring ring(8);
		ring.publish(20);
		ring.positions.claim += 2;
		CHECK(ring_bounds(ring.writer.view()).oldest == 14);
		CHECK(ring_bounds(ring.writer.view()).end == 20);
	}
}

TEST_CASE("a cursor asks to be woken only for what is not there yet")
{
	Ring ring(8, kWrap - 2);
	RingReader reader(ring.writer.view(), kWrap - 2);
	gpiohub_cursor memory = {};
	Cursor cursor(&memory);

	CHECK(cursor.prepare_sleep(reader));
	CHECK(memory.tail == 0xfffffffe);
	CHECK(memory.wake_at == 0xffffffff);

	ring.publish(1);
	CHECK_FALSE(cursor.prepare_sleep(reader));
	CHECK(cursor.prepare_sleep(reader, 3));
	CHECK(memory.wake_at == 1);
	ring.publish(2);
	CHECK_FALSE(cursor.prepare_sleep(reader, 3));
}

TEST_CASE("readers beside a running writer get whole events and count the rest")
{
	constexpr std::uint64_t kEvents = 200'000;
	Ring ring(64, kWrap - kEvents / 2);
	const std::uint64_t first = ring.writer.seq();
	std::atomic<bool> started{false};

	struct Sum {
		std::uint64_t received = 0;
		std::uint64_t lost = 0;
		std::uint64_t broken = 0;
	};
	std::array<Sum, 2> sums;
	auto read_all = [&ring, first, &started](Sum &sum, std::size_t room) {
		RingReader reader(ring.writer.view(), first);
		std::vector<gpiohub_event> events(room);
		started = true;
		while (reader.seq() != first + kEvents) {
			const std::uint64_t before = reader.seq();
			const Batch batch = reader.read(events);
			sum.received += batch.count;
			sum.lost += batch.lost;
			std::uint64_t expected = before + batch.lost;
			for (std::size_t i = 0; i < batch.count; i++)
				sum.broken += !intact(events[i]) || events[i].seq != expected++;
		}
	};
	std::thread wide([&] { read_all(sums[0], 100); });
	std::thread narrow([&] { read_all(sums[1], 3); });
	while (!started)
		std::this_thread::yield();
	for (std::uint64_t published = 0; published < kEvents; published += 4) {
		ring.publish(1);
		ring.publish_together(3);
		if (published % 1024 == 0)
			std::this_thread::yield(); /* so that they lap, but not always */
	}
	wide.join();
	narrow.join();
	for (const Sum &sum : sums) {
		CHECK(sum.broken == 0);
		CHECK(sum.received + sum.lost == kEvents);
		CHECK(sum.received > 0);
	}
}
