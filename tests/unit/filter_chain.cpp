/* SPDX-License-Identifier: MIT */
#include <gpiohub/filter_chain.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace gpiohub;

namespace
{

constexpr std::uint64_t kUs = 1'000;
constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kAll = ~std::uint64_t{0};

/* A chain, the stream that it is fed, and what came out. */
struct Bench {
	explicit Bench(const EdgeFilter &filter, std::uint64_t lines = 1,
		std::uint32_t kinds = GPIOHUB_KINDS_ALL)
	{
		chain.select(kAll, kinds);
		chain.set(lines, filter);
	}

	/* A line goes to the other level. */
	void edge(std::uint64_t at, unsigned line = 0, std::uint16_t flags = 0)
	{
		if ((flags & GPIOHUB_EVENT_FLAG_MISSED) == 0)
			levels ^= std::uint64_t{1} << line;
		const bool is_high = (levels >> line & 1) != 0;
		push(is_high ? GPIOHUB_EVENT_RISING : GPIOHUB_EVENT_FALLING, at, line, 0, flags);
	}

	void push(unsigned type, std::uint64_t at, unsigned line, std::uint32_t value = 0,
		std::uint16_t flags = 0)
	{
		gpiohub_event event{};
		event.seq = seq++;
		event.type = static_cast<__u8>(type);
		event.line = static_cast<__u8>(line);
		event.flags = flags;
		event.value = value;
		event.time_ns = at;
		event.levels = levels;
		pushed.push_back(event);
		chain.push(event, out);
	}

	/* The numbers of what came out since the last call. */
	std::vector<std::uint64_t> came()
	{
		std::vector<std::uint64_t> numbers;
		for (const gpiohub_event &event : std::exchange(out, {}))
			numbers.push_back(event.seq);
		return numbers;
	}

	FilterChain chain;
	std::uint64_t levels = 0;
	std::uint64_t seq = 0;
	std::vector<gpiohub_event> pushed;
	std::vector<gpiohub_event> out;
};

using Numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("without stages everything wanted comes at once")
{
	Bench bench({}, 0, GPIOHUB_KIND(GPIOHUB_EVENT_RISING));
	CHECK_FALSE(bench.chain.has_stages());
	bench.edge(10);
	bench.edge(11);
	bench.edge(12);
	CHECK(bench.came() == Numbers{0, 2});
	CHECK(bench.chain.due() == FilterChain::kNever);
}

TEST_CASE("steady: an edge comes when its line kept still for so long, as it was")
{
	Bench bench({.steady_ns = 5 * kMs});
	bench.edge(100 * kMs);
	CHECK(bench.came().empty());
	CHECK(bench.chain.due() == 105 * kMs);
	bench.chain.advance(105 * kMs - 1, bench.out);
	CHECK(bench.out.empty());
	bench.chain.advance(105 * kMs, bench.out);
	REQUIRE(bench.out.size() == 1);
	CHECK(bench.out[0].time_ns == 100 * kMs);
	CHECK(bench.out[0].type == GPIOHUB_EVENT_RISING);
	CHECK(bench.chain.due() == FilterChain::kNever);
}

TEST_CASE("steady: any later event of the hub decides as well as the clock")
{
	Bench bench({.steady_ns = 5 * kMs});
	bench.edge(100 * kMs);
	bench.push(GPIOHUB_EVENT_MESSAGE, 104 * kMs, GPIOHUB_NO_LINE);
	CHECK(bench.came() == Numbers{1});
	bench.edge(106 * kMs, 7);
	CHECK(bench.came() == Numbers{0, 2});
}

TEST_CASE("steady: what is shorter never happened")
{
	Bench bench({.steady_ns = 5 * kMs});
	SECTION("a pulse")
	{
		bench.edge(100 * kMs);
		bench.edge(104 * kMs);
		bench.chain.advance(kSecond, bench.out);
		CHECK(bench.came().empty());
	}
	SECTION("a switch that bounces, and then stays")
	{
		for (const std::uint64_t at : {100U, 101U, 102U, 103U, 104U})
			bench.edge(at * kMs);
		bench.chain.advance(kSecond, bench.out);
		CHECK(bench.came() == Numbers{4});
		bench.edge(2 * kSecond);
		bench.chain.advance(3 * kSecond, bench.out);
		CHECK(bench.came() == Numbers{5});
	}
	SECTION("changes that nobody could see singly")
	{
		bench.edge(100 * kMs);
		bench.edge(104 * kMs, 0, GPIOHUB_EVENT_FLAG_MISSED);
		CHECK(bench.chain.due() == 109 * kMs);
		bench.chain.advance(kSecond, bench.out);
		CHECK(bench.came() == Numbers{1});
	}
}

TEST_CASE("steady: how long an edge lasted is told by when it happened, not when published")
{
	Bench bench({.steady_ns = 5 * kMs});
	bench.edge(100 * kMs);
	bench.levels ^= 1;
	/* Published at 106, for another processor was first; it happened at 104. */
	bench.push(GPIOHUB_EVENT_FALLING, 106 * kMs, 0, 2 * kMs);
	bench.chain.advance(kSecond, bench.out);
	CHECK(bench.came().empty());
}

TEST_CASE("steady: both edges are looked at, those of the kinds come")
{
	Bench bench({.steady_ns = 5 * kMs}, 1, GPIOHUB_KIND(GPIOHUB_EVENT_FALLING));
	bench.edge(100 * kMs);
	bench.edge(103 * kMs);
	bench.edge(200 * kMs);
	bench.edge(300 * kMs);
	bench.chain.advance(kSecond, bench.out);
	CHECK(bench.came() == Numbers{3});
}

TEST_CASE("steady: other lines are not held up")
{
	Bench bench({.steady_ns = kSecond});
	bench.edge(kMs);
	bench.edge(2 * kMs, 1);
	CHECK(bench.came() == Numbers{1});
}

TEST_CASE("steady: an edge of a line that is no longer known is not decided any more")
{
	Bench bench({.steady_ns = 5 * kMs});
	bench.edge(100 * kMs);
	SECTION("it storms, or is not watched")
	{
		bench.push(GPIOHUB_EVENT_KNOWN, 101 * kMs, 0, 0);
		bench.chain.advance(kSecond, bench.out);
		CHECK(bench.came() == Numbers{1});
	}
	SECTION("known again, its first sample is what is told")
	{
		bench.levels = 0;
		bench.push(GPIOHUB_EVENT_KNOWN, 101 * kMs, 0, 1);
		bench.edge(200 * kMs);
		bench.chain.advance(kSecond, bench.out);
		CHECK(bench.came() == Numbers{1, 2});
	}
}

TEST_CASE("after a loss an edge that waits counts from the next event on, if it can be true")
{
	Bench bench({.steady_ns = 5 * kMs});
	bench.edge(100 * kMs);
	bench.chain.lost();
	SECTION("the level is still the same")
	{
		bench.push(GPIOHUB_EVENT_CONFIGURED, 104 * kMs, 9);
		CHECK(bench.came() == Numbers{1});
		CHECK(bench.chain.due() == 109 * kMs);
		bench.chain.advance(109 * kMs, bench.out);
		CHECK(bench.came() == Numbers{0});
	}
	SECTION("it is not")
	{
		bench.levels = 0;
		bench.push(GPIOHUB_EVENT_CONFIGURED, 104 * kMs, 9);
		bench.chain.advance(kSecond, bench.out);
		CHECK(bench.came() == Numbers{1});
	}
	SECTION("what carries text in place of levels tells nothing")
	{
		bench.levels = 0;
		bench.push(GPIOHUB_EVENT_TEXT, 0, GPIOHUB_NO_LINE);
		bench.levels = 1;
		bench.push(GPIOHUB_EVENT_CONFIGURED, 104 * kMs, 9);
		bench.chain.advance(kSecond, bench.out);
		CHECK(bench.came() == Numbers{1, 2, 0});
	}
}

TEST_CASE("burst: after a rest edges pass for a while, then none until there was a rest")
{
	Bench bench({.quiet_ns = 10 * kMs, .active_ns = 2 * kMs});
	bench.edge(100 * kMs);       /* the first one has nothing before it */
	bench.edge(101 * kMs);       /* in the burst */
	bench.edge(102 * kMs);       /* it is over */
	bench.edge(111 * kMs);       /* only 9 ms of rest */
	bench.edge(121 * kMs);       /* 10 */
	bench.edge(123 * kMs - kUs); /* in the next one */
	CHECK(bench.came() == Numbers{0, 1, 4, 5});
	CHECK(bench.chain.due() == FilterChain::kNever);
}

TEST_CASE("rate: so many a second pass, and of the others the last one with their number")
{
	Bench bench({.per_second = 3});
	for (unsigned i = 0; i < 10; i++)
		bench.edge(kSecond + i * kMs);
	CHECK(bench.came() == Numbers{0, 1, 2});
	CHECK(bench.chain.due() == 2 * kSecond);
	bench.chain.advance(2 * kSecond, bench.out);
	REQUIRE(bench.out.size() == 1);
	CHECK(bench.out[0].seq == 9);
	CHECK(bench.out[0].flags == GPIOHUB_EVENT_FLAG_DECIMATED);
	CHECK(bench.out[0].value == 6);
	CHECK(bench.out[0].time_ns == kSecond + 9 * kMs);
	bench.out.clear();

	/* It is the first of the next second. */
	for (unsigned i = 0; i < 3; i++)
		bench.edge(2 * kSecond + (i + 1) * kMs);
	CHECK(bench.came() == Numbers{10, 11});
	bench.edge(5 * kSecond);
	/* The only one that was left out comes as it was, late. */
	REQUIRE(bench.out.size() == 2);
	CHECK(bench.out[0].seq == 12);
	CHECK(bench.out[0].flags == 0);
	CHECK(bench.came() == Numbers{12, 13});
}

TEST_CASE("rate counts edges that the stages before it let through, and kinds")
{
	Bench bench({.steady_ns = 5 * kMs, .per_second = 1}, 1, GPIOHUB_KIND(GPIOHUB_EVENT_RISING));
	for (unsigned i = 0; i < 6; i++)
		bench.edge(100 * kMs + i * 10 * kMs); /* rising: 0, 2, 4 */
	bench.edge(200 * kMs);
	bench.edge(201 * kMs); /* a pulse */
	bench.chain.advance(10 * kSecond, bench.out);
	REQUIRE(bench.out.size() == 2);
	CHECK(bench.out[1].value == 1);
	CHECK(bench.came() == Numbers{0, 4});
}

TEST_CASE("another filter begins anew, and what was held back is dropped")
{
	Bench bench({.steady_ns = 5 * kMs});
	bench.edge(100 * kMs);
	bench.chain.set(1, {});
	CHECK_FALSE(bench.chain.has_stages());
	CHECK(bench.chain.due() == FilterChain::kNever);
	bench.edge(101 * kMs);
	CHECK(bench.came() == Numbers{1});
}

TEST_CASE("times at the end of the clock do not wrap")
{
	Bench bench({.steady_ns = kAll, .quiet_ns = kAll, .active_ns = kAll, .per_second = 1});
	bench.edge(kAll - 2);
	bench.edge(kAll - 1);
	bench.chain.advance(kAll, bench.out);
	CHECK(bench.came().empty());
}

/* What steady lets through, said in one sentence: edges after which their line kept
 * still, to a level other than the one let through before. */
static Numbers expected_steady(
	const std::vector<gpiohub_event> &edges, unsigned lines, std::uint64_t steady)
{
	Numbers expected;
	for (unsigned line = 0; line < lines; line++) {
		bool told = false;
		for (std::size_t i = 0; i < edges.size(); i++) {
			if (edges[i].line != line)
				continue;
			const auto next = std::find_if(edges.begin() + static_cast<long>(i) + 1,
				edges.end(), [&](const auto &edge) { return edge.line == line; });
			const bool is_still =
				next == edges.end() || next->time_ns - edges[i].time_ns >= steady;
			const bool is_high = edges[i].type == GPIOHUB_EVENT_RISING;
			if (is_still && is_high != told) {
				told = is_high;
				expected.push_back(edges[i].seq);
			}
		}
	}
	std::sort(expected.begin(), expected.end());
	return expected;
}

TEST_CASE("steady lets through what it says, of any stream, however often it is asked")
{
	const unsigned seed = std::random_device{}();
	INFO("seed " << seed);
	std::mt19937 random(seed);
	constexpr unsigned kLines = 4;
	constexpr std::uint64_t kSteady = 100;

	Bench bench({.steady_ns = kSteady}, (1U << kLines) - 1);
	std::uint64_t now = 1000;
	for (unsigned i = 0; i < 20'000; i++) {
		now += random() % 60;
		bench.edge(now, random() % kLines);
		if (random() % 8 == 0)
			bench.chain.advance(now, bench.out);
		CHECK(bench.chain.due() > now);
	}
	bench.chain.advance(now + kSteady, bench.out);
	Numbers came = bench.came();
	std::sort(came.begin(), came.end());
	CHECK(came == expected_steady(bench.pushed, kLines, kSteady));
}

TEST_CASE("no edge is lost from the count of a rate")
{
	const unsigned seed = std::random_device{}();
	INFO("seed " << seed);
	std::mt19937 random(seed);
	Bench bench({.per_second = 5}, 3);
	std::uint64_t now = kSecond;
	for (unsigned i = 0; i < 20'000; i++) {
		now += random() % (200 * kMs);
		bench.edge(now, random() % 2);
	}
	bench.chain.advance(now + 2 * kSecond, bench.out);
	std::uint64_t counted = 0;
	for (const gpiohub_event &event : bench.out)
		counted +=
			1 + ((event.flags & GPIOHUB_EVENT_FLAG_DECIMATED) != 0 ? event.value : 0);
	CHECK(counted == 20'000);
	/* In any second of a line no more than two of its seconds can meet. */
	for (unsigned line = 0; line < 2; line++) {
		std::uint64_t last = 0;
		for (const gpiohub_event &event : bench.out) {
			if (event.line != line)
				continue;
			CHECK(event.seq >= last);
			last = event.seq;
		}
	}
}
