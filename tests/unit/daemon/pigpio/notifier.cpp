/* SPDX-License-Identifier: MIT */
/* Notifications as clients get them, through all of the front end. */
#include "bench.hpp"

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

namespace
{

constexpr std::uint64_t kMs = 1'000'000;

/* A client whose socket is a stream of reports, of these. */
BenchClient watcher(Bench &bench, std::uint32_t bits)
{
	BenchClient client = bench.connect();
	const std::int32_t handle = client.call(kNoib);
	REQUIRE(handle >= 0);
	REQUIRE(client.call(kNb, static_cast<std::uint32_t>(handle), bits) == 0);
	return client;
}

} // namespace

TEST_CASE("an edge of a line in the mask is a report, with the time and all levels")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4 | 1 << 5);
	bench.edge(4, true, 5'000'000'123'456);
	const Report first = client.report();
	CHECK(first.seqno == 0);
	CHECK(first.flags == 0);
	CHECK(first.tick == static_cast<std::uint32_t>(5'000'000'123));
	CHECK(first.levels == 1 << 4);
	bench.edge(5, true, 5'000'000'200'000);
	bench.edge(4, false, 5'000'000'300'000);
	CHECK(client.report().levels == (1 << 4 | 1 << 5));
	const Report last = client.report();
	CHECK(last.seqno == 2);
	CHECK(last.levels == 1 << 5);
	CHECK(bench.fake->armed == (1 << 4 | 1 << 5));
}

TEST_CASE("a line outside of the mask is no report, but true in the others'")
{
	Bench bench;
	BenchClient some = watcher(bench, 1 << 4);
	BenchClient other = watcher(bench, 1 << 6);
	bench.edge(6, true, 1000);
	bench.edge(4, true, 2000);
	CHECK(some.report().levels == (1 << 4 | 1 << 6));
	CHECK(some.waiting() == 0);
	CHECK(other.report().levels == 1 << 6);
	CHECK(other.waiting() == 0);
}

TEST_CASE("who pauses is told nothing, and goes on with the next number")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4);
	bench.edge(4, true, 1000);
	CHECK(client.report().seqno == 0);
	CHECK(client.call(kNp, 0) == 0);
	CHECK(bench.fake->armed == 0);
	CHECK(client.call(kNb, 0, 1 << 4) == 0);
	bench.edge(4, false, 3000);
	const Report next = client.report();
	CHECK(next.seqno == 1);
	CHECK(next.flags == 0);
}

TEST_CASE("a handle may be told what it wants by another connection, and be closed by it")
{
	Bench bench;
	BenchClient stream = bench.connect();
	const auto handle = static_cast<std::uint32_t>(stream.call(kNoib));
	BenchClient other = bench.connect();
	CHECK(other.call(kNb, handle, 1 << 4) == 0);
	bench.edge(4, true, 1000);
	CHECK(stream.report().seqno == 0);
	CHECK(other.call(kNc, handle) == 0);
	bench.edge(4, false, 2000);
	CHECK(stream.waiting() == 0);
	CHECK(other.call(kNc, handle) == res_of(Status::BadHandle));
	CHECK(other.call(kNb, handle, 1) == res_of(Status::BadHandle));
	CHECK(other.call(kEvm, handle, 1) == res_of(Status::BadHandle));
}

TEST_CASE("a connection that ends takes its handles along, and their numbers are used again")
{
	Bench bench;
	BenchClient first = watcher(bench, 1 << 4);
	BenchClient second = bench.connect();
	CHECK(second.call(kNoib) == 1);
	first.close();
	CHECK(second.waiting() == 0);
	CHECK(bench.fake->armed == 0);
	CHECK(second.call(kNoib) == 0);
}

TEST_CASE("handles are more than pigpio's 32, but no client has them all")
{
	Bench bench;
	std::vector<BenchClient> clients;
	std::int32_t handle = 0;
	while (handle < static_cast<std::int32_t>(Notifier::kMostHandles)) {
		clients.push_back(bench.connect());
		for (std::size_t i = 0; i < Notifier::kMostHandlesOfOne; i++)
			REQUIRE(clients.back().call(kNoib) == handle++);
		if (clients.size() == 1)
			CHECK(clients.back().call(kNoib) == res_of(Status::NoHandle));
	}
	BenchClient last = bench.connect();
	CHECK(last.call(kNoib) == res_of(Status::NoHandle));
	clients.pop_back();
	CHECK(last.waiting() == 0);
	CHECK(last.call(kNoib) == handle - 32);
}

TEST_CASE("reserved lines are watched by who names them, not by who asks for all")
{
	Bench bench;
	BenchClient client = watcher(bench, ~std::uint32_t{0});
	const std::uint64_t reserved = 1 << 2 | 1 << 3 | 0xf80 | 1 << 14 | 1 << 15;
	CHECK(bench.fake->armed == (0x0fff'fffc & ~reserved));
	CHECK(client.call(kRead, 14) == 0);
	CHECK(bench.fake->armed == (0x0fff'fffc & ~(reserved ^ 1 << 14)));
}

TEST_CASE("lines that somebody else uses are left out of a mask, the others watched")
{
	Bench bench;
	bench.fake->without_interrupt = 1 << 5 | 1 << 17;
	BenchClient client = watcher(bench, 1 << 4 | 1 << 5 | 1 << 17 | 1 << 18);
	CHECK(bench.fake->armed == (1 << 4 | 1 << 18));
	bench.edge(18, true, 1000);
	CHECK(client.report().levels == 1 << 18);
}

TEST_CASE("the first look at a line is no report")
{
	Bench bench;
	bench.fake->levels = bench.levels = 1 << 4;
	BenchClient client = watcher(bench, 1 << 4);
	CHECK(client.waiting() == 0);
	bench.edge(4, false, 1000);
	CHECK(client.report().levels == 0);
}

TEST_CASE("a glitch filter holds an edge back, until then others tell the level before")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4 | 1 << 5);
	CHECK(client.call(kFg, 4, 1000) == 0); /* us */
	const std::uint64_t begin = 1000 * kMs;
	bench.edge(4, true, begin);
	bench.edge(4, false, begin + kMs / 2);
	bench.edge(4, true, begin + kMs);
	bench.edge(5, true, begin + kMs + kMs / 2);
	const Report other = client.report();
	CHECK(other.levels == 1 << 5);
	bench.edge(5, false, begin + 3 * kMs);
	const Report late = client.report();
	CHECK(late.tick == tick_of(begin + 2 * kMs));
	CHECK(late.levels == (1 << 4 | 1 << 5));
	CHECK(client.report().levels == 1 << 4);
}

TEST_CASE("a glitch filter needs no other edge to decide")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4);
	CHECK(client.call(kFg, 4, 2000) == 0);
	const std::uint64_t now = monotonic_ns();
	bench.edge(4, true, now);
	CHECK(client.report().tick == tick_of(now + 2 * kMs));
}

TEST_CASE("a noise filter lets the first edges through")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4);
	CHECK(client.call(kFn, 4, 1000, words({500})) == 0);
	bench.edge(4, true, 1000 * kMs);
	bench.edge(4, false, 1000 * kMs + 600'000);
	bench.edge(4, true, 1002 * kMs);
	CHECK(client.report().tick == tick_of(1000 * kMs));
	CHECK(client.report().tick == tick_of(1002 * kMs));
	CHECK(client.waiting() == 0);
}

TEST_CASE("a watchdog reports when a line was still for so long, until it is switched off")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4);
	const std::uint64_t before = monotonic_ns();
	CHECK(client.call(kWdog, 4, 20) == 0);
	const Report first = client.report();
	CHECK(first.flags == (kReportWatchdog | 4));
	CHECK(first.tick - tick_of(before + 20 * kMs) < 1'000'000);
	const Report second = client.report();
	CHECK(second.tick - first.tick == 20'000);
	/* An edge winds it up again. */
	const std::uint64_t edge = monotonic_ns();
	bench.edge(4, true, edge);
	Report next = client.report();
	while (next.flags != 0)
		next = client.report();
	CHECK(client.report().tick == tick_of(edge + 20 * kMs));
	CHECK(client.call(kWdog, 4, 0) == 0);
}

TEST_CASE("a watchdog watches by itself, and tells only who has the line in the mask")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 5);
	CHECK(client.call(kWdog, 4, 1) == 0);
	CHECK(bench.fake->armed == (1 << 4 | 1 << 5));
	BenchClient other = watcher(bench, 1 << 4);
	CHECK(other.report().flags == (kReportWatchdog | 4));
	CHECK(client.waiting() == 0);
}

TEST_CASE("an event comes to every handle that wants it")
{
	Bench bench;
	BenchClient client = watcher(bench, 0);
	BenchClient other = bench.connect();
	CHECK(client.call(kEvm, 0, 1 << 7) == 0);
	CHECK(other.call(kEvt, 7) == 0);
	const Report report = client.report();
	CHECK(report.flags == (kReportEvent | 7));
	CHECK(report.seqno == 0);
	CHECK(other.call(kEvt, 8) == 0);
	CHECK(client.waiting() == 0);
	CHECK(other.call(kEvt, 32) == res_of(Status::BadEventId));
}

TEST_CASE("reports that a client does not read are dropped, their numbers tell, others get all")
{
	Bench bench;
	BenchClient slow = watcher(bench, 1 << 4);
	BenchClient quick = watcher(bench, 1 << 4);
	constexpr unsigned kEdges = 200'000;
	for (unsigned i = 0; i < kEdges; i++) {
		bench.edge(4, i % 2 == 0, std::uint64_t{i} * 1'000'000);
		if (i % 500 == 499)
			bench.reactor->turn(0);
		if (i % 500 == 499) {
			for (unsigned n = 0; n < 500; n++)
				REQUIRE(quick.report().seqno ==
					static_cast<std::uint16_t>(i - 499 + n));
		}
	}
	/* What is still queued, then a gap. */
	unsigned got = 0;
	while (slow.waiting() > 0) {
		const Report report = slow.report();
		REQUIRE(report.seqno == static_cast<std::uint16_t>(got));
		got++;
	}
	CHECK(got < kEdges);
	bench.edge(4, true, std::uint64_t{kEdges} * 1'000'000);
	CHECK(slow.report().seqno == static_cast<std::uint16_t>(kEdges));
}

TEST_CASE("of events that were lost the levels are told by the next one")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4 | 1 << 5);
	bench.edge(4, true, 1000);
	CHECK(client.report().levels == 1 << 4);
	bench.fake->state.known = 1 << 4 | 1 << 5;
	/* More than the ring holds before anybody looks. */
	for (unsigned i = 0; i < 5001; i++)
		bench.edge(5, i % 2 == 0, 2000 + i);
	Report last = client.report();
	while (client.waiting() > 0)
		last = client.report();
	CHECK(last.levels == (1 << 4 | 1 << 5));
}

TEST_CASE("edges that are on their way when another client changes its mask are not lost")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4);
	BenchClient other = bench.connect();
	const auto handle = static_cast<std::uint32_t>(other.call(kNoib));
	(void)client.waiting();
	/* Both are there before the loop turns: first the command is taken, then the edges. */
	other.send(kNb, handle, 1 << 5);
	bench.edge(4, true, 1000);
	bench.edge(5, true, 2000);
	bench.edge(4, false, 3000);
	CHECK(client.report().tick == tick_of(1000));
	CHECK(client.report().tick == tick_of(3000));
	/* What was before is not told to who asks later. */
	(void)other.reply();
	CHECK(other.waiting() == 0);
}

TEST_CASE("a hub that comes back is watched as before")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4);
	bench.front->hub_gone(*bench.hub);
	CHECK(bench.fake->armed == 0);
	CHECK(client.call(kRead, 4) == res_of(Status::BadGpio));
	CHECK(client.call(kBr1) == 0);
	bench.front->hub_came(*bench.hub);
	bench.edge(4, true, 1000);
	CHECK(client.report().levels == 1 << 4);
}

TEST_CASE("a filter begins with the level that the line has, watched before or not")
{
	Bench bench;
	bench.fake->levels = bench.levels = 1 << 4;
	BenchClient client = bench.connect();
	const auto handle = static_cast<std::uint32_t>(client.call(kNoib));
	CHECK(client.call(kFg, 4, 1000) == 0);
	CHECK(client.call(kNb, handle, 1 << 4) == 0);
	bench.edge(4, false, 1000 * kMs);
	bench.edge(4, true, 1010 * kMs);
	const Report first = client.report();
	CHECK(first.tick == tick_of(1001 * kMs));
	CHECK(first.levels == 0);
}

TEST_CASE("a filter of a line that was not watched for a while begins anew")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4);
	CHECK(client.call(kFn, 4, 1000, words({500})) == 0);
	bench.edge(4, true, 1000 * kMs);
	CHECK(client.report().levels == 1 << 4);
	bench.front->hub_gone(*bench.hub);
	bench.fake->levels = bench.levels = 0;
	bench.front->hub_came(*bench.hub);
	bench.edge(4, true, 1000 * kMs + 700'000);
	CHECK(client.report().tick == tick_of(1000 * kMs + 700'000));
}

TEST_CASE("what a filter held back is told when it is taken away")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4);
	CHECK(client.call(kFg, 4, 300'000) == 0);
	bench.edge(4, true, monotonic_ns());
	CHECK(client.waiting() == 0);
	BenchClient other = bench.connect();
	CHECK(other.call(kFg, 4, 0) == 0);
	CHECK(client.report().levels == 1 << 4);
	CHECK(client.waiting() == 0);
}

TEST_CASE("who comes too late to a watchdog tells of it, and not of all that was missed")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4);
	CHECK(client.call(kWdog, 4, 1) == 0);
	/* An edge of an hour later: the watchdog's time has been up 3,600,000 times. */
	bench.edge(4, true, monotonic_ns() + 3'600'000 * kMs);
	std::size_t watchdogs = 0;
	while (client.report().flags != 0)
		watchdogs++;
	CHECK(watchdogs > 0);
	CHECK(watchdogs < 1000);
}

TEST_CASE("levels of lines that the role does not let look at are in no report")
{
	Bench bench(panel_settings());
	bench.front->renew(panel("4,5,6", kLookOnly));
	BenchClient client = watcher(bench, ~std::uint32_t{0});
	CHECK(bench.fake->armed == 0b111'0000);
	bench.edge(5, true, 1000);
	CHECK(client.report().levels == 1 << 5);
	/* A role that becomes narrower holds for masks that were given before. */
	bench.front->renew(panel("4", kLookOnly));
	CHECK(bench.fake->armed == 1 << 4);
	bench.edge(6, true, 2000);
	bench.edge(4, true, 3000);
	CHECK(client.report().levels == 1 << 4);
	CHECK(client.waiting() == 0);
	/* And one that becomes wider. */
	bench.front->renew(panel("4-17", kLookOnly));
	bench.edge(17, true, 4000);
	CHECK((client.report().levels & 1 << 17) != 0);
}

TEST_CASE("a line that is not known when events were lost keeps the level that it had")
{
	Bench bench;
	BenchClient client = watcher(bench, 1 << 4 | 1 << 5);
	bench.edge(4, true, 1000);
	CHECK(client.report().levels == 1 << 4);
	bench.fake->state.known = 1 << 5;
	bench.levels = 0;
	for (unsigned i = 0; i < 5001; i++)
		bench.edge(5, i % 2 == 0, 2000 + i);
	while (client.waiting() > 0)
		CHECK((client.report().levels & 1 << 4) != 0);
}

TEST_CASE("a question about a reserved line does not name it")
{
	Bench bench;
	BenchClient client = watcher(bench, ~std::uint32_t{0});
	const std::uint64_t before = bench.fake->armed;
	CHECK(client.call(kModeg, 14) == 0);
	CHECK(client.call(kPrg, 14) == 255);
	CHECK(client.call(kGdc, 14) == res_of(Status::NotPwmGpio));
	CHECK(client.call(kWrite, 14, 2) == res_of(Status::BadLevel));
	CHECK(bench.fake->armed == before);
	CHECK(client.call(kWrite, 14, 1) == 0);
	CHECK(bench.fake->armed == (before | 1 << 14));
}
