/* SPDX-License-Identifier: MIT */
#include "wait.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <vector>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

struct Asked final : Source {
	void ready(std::uint32_t) override {}
	void later() override { count++; }
	int count = 0;
};

gpiohub_event event(std::uint64_t seq, unsigned type, unsigned line, std::uint32_t value = 0)
{
	gpiohub_event result{};
	result.seq = seq;
	result.type = static_cast<__u8>(type);
	result.line = static_cast<__u8>(line);
	result.value = value;
	result.time_ns = seq * 100;
	return result;
}

struct Bench {
	explicit Bench(std::uint32_t kinds = GPIOHUB_KINDS_EDGES, std::uint32_t count = 1)
		: wait(*reactor, asked, 0b10, kinds, count)
	{
	}

	void deliver(const std::vector<gpiohub_event> &events) { wait.deliver(events); }
	int code() const
	{
		const auto &outcome = wait.outcome();
		return !outcome ? -1 : outcome->ok() ? 0 : outcome->error().code;
	}

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	Asked asked;
	Wait wait;
};

constexpr unsigned kRising = GPIOHUB_EVENT_RISING;
constexpr unsigned kFalling = GPIOHUB_EVENT_FALLING;

} // namespace

TEST_CASE("a wait ends with the last event that counted")
{
	Bench bench(GPIOHUB_KINDS_EDGES, 2);
	bench.deliver({event(0, kRising, 1), event(1, kRising, 0)});
	CHECK(bench.code() == -1);
	bench.deliver({event(2, kFalling, 1), event(3, kRising, 1)});
	REQUIRE(bench.code() == 0);
	CHECK(bench.wait.outcome()->value().value == 2);
	CHECK(bench.wait.outcome()->value().value2 == 200);
	bench.reactor->turn(0);
	CHECK(bench.asked.count == 1);
}

TEST_CASE("other lines, other kinds and what was before do not count")
{
	Bench bench(GPIOHUB_KIND(GPIOHUB_EVENT_RISING));
	bench.wait.start(2);
	bench.deliver({event(0, kRising, 1), event(1, kRising, 1), event(2, kFalling, 1),
		event(3, kRising, 2)});
	CHECK(bench.code() == -1);
	bench.deliver({event(4, kRising, 1)});
	CHECK(bench.code() == 0);
}

TEST_CASE("a message counts once, whatever follows it")
{
	Bench bench(GPIOHUB_KIND(GPIOHUB_EVENT_MESSAGE), 2);
	bench.deliver({event(0, GPIOHUB_EVENT_MESSAGE, GPIOHUB_NO_LINE),
		event(1, GPIOHUB_EVENT_TEXT, GPIOHUB_NO_LINE)});
	CHECK(bench.code() == -1);
	CHECK(bench.wait.lines() == 0);
}

TEST_CASE("a wait that lost events does not know, and says so")
{
	Bench bench;
	bench.wait.start(5);
	bench.deliver({event(6, kRising, 1)});
	CHECK(bench.code() == EOVERFLOW);
}

TEST_CASE("what was lost before a wait began is no loss to it")
{
	Bench bench;
	bench.wait.start(5);
	bench.deliver({event(3, kRising, 1), event(4, kRising, 1)});
	bench.deliver({event(5, kRising, 1)});
	CHECK(bench.code() == 0);
}

TEST_CASE("a wait whose time is up still counts what was published before")
{
	SECTION("nothing was")
	{
		Bench bench;
		bench.wait.expire(0);
		CHECK(bench.code() == ETIMEDOUT);
	}
	SECTION("what it waits for was")
	{
		Bench bench;
		bench.wait.expire(2);
		CHECK(bench.code() == -1);
		bench.deliver({event(0, kRising, 0), event(1, kRising, 1), event(2, kRising, 1)});
		REQUIRE(bench.code() == 0);
		CHECK(bench.wait.outcome()->value().value == 1);
	}
	SECTION("something else was")
	{
		Bench bench;
		bench.wait.expire(2);
		bench.deliver({event(0, kRising, 0)});
		CHECK(bench.code() == -1);
		bench.deliver({event(1, kRising, 0), event(2, kRising, 1)});
		CHECK(bench.code() == ETIMEDOUT);
	}
}

TEST_CASE("a line whose chip goes ends a wait for its edges, and no other")
{
	const gpiohub_event gone = event(0, GPIOHUB_EVENT_GONE, 1, 1);
	SECTION("its line")
	{
		Bench bench;
		bench.deliver({gone});
		REQUIRE(bench.code() == ENODEV);
		CHECK(bench.wait.outcome()->error().line == 1);
	}
	SECTION("another line, or one that is back")
	{
		Bench bench;
		bench.deliver(
			{event(0, GPIOHUB_EVENT_GONE, 0, 1), event(1, GPIOHUB_EVENT_GONE, 1, 0)});
		CHECK(bench.code() == -1);
	}
	SECTION("it was what it waited for")
	{
		Bench bench(GPIOHUB_KIND(GPIOHUB_EVENT_GONE));
		bench.deliver({gone});
		CHECK(bench.code() == 0);
	}
}

TEST_CASE("a wait ends once")
{
	Bench bench;
	bench.wait.fail(ECANCELED);
	bench.wait.fail(ENODEV);
	bench.deliver({event(0, kRising, 1)});
	CHECK(bench.code() == ECANCELED);
}

TEST_CASE("only a wait for edges arms its lines")
{
	CHECK(Bench().wait.lines() == 0b10);
	CHECK(Bench(GPIOHUB_KIND(GPIOHUB_EVENT_PATTERN)).wait.lines() == 0);
}
