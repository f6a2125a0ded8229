/* SPDX-License-Identifier: MIT */
#include "backend/sim.hpp"

#include "hub.hpp"
#include "proto/native.hpp"
#include "soft_commands.hpp"
#include "stream_reader.hpp"

#include <gpiohub/report.hpp>

#include <catch2/catch.hpp>

#include <optional>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

struct Bench {
	std::unique_ptr<SimBackend> backend = *SimBackend::create();
	std::unique_ptr<HubWatch> watch = *backend->watch(0);
	std::unique_ptr<HubOwner> owner = *backend->own(0);
	StreamReader events{*watch};
};

struct Nobody final : Source {
	void ready(std::uint32_t) override {}
};

} // namespace

TEST_CASE("there is one hub of 32 lines, and nothing comes or goes")
{
	Bench bench;
	CHECK(*bench.backend->hubs() == std::vector<unsigned>{0});
	const auto info = *bench.watch->info();
	CHECK(info.lines == 32);
	CHECK(std::string(info.label) == "sim");
	CHECK(std::string(bench.watch->line_info(31)->name) == "SIM31");
	pollfd poll{bench.backend->fd(), POLLIN, 0};
	CHECK(::poll(&poll, 1, 0) == 0);
	CHECK(bench.backend->watch(1).error().code == ENODEV);
	CHECK(bench.backend->own(1).error().code == ENODEV);
}

TEST_CASE("what is driven comes back on the line that it is wired to, after it")
{
	Bench bench;
	REQUIRE(bench.watch->subscribe(0b10).ok());
	REQUIRE(own_outputs(*bench.owner, 0b01));
	REQUIRE(set(*bench.owner, 0b01, 0b01).code == 0);
	const auto driven = bench.events.next(GPIOHUB_EVENT_RISING);
	const auto looped = bench.events.next();
	CHECK(driven.line == 0);
	CHECK(driven.flags == GPIOHUB_EVENT_FLAG_DRIVEN);
	CHECK(looped.type == GPIOHUB_EVENT_RISING);
	CHECK(looped.line == 1);
	CHECK(looped.flags == 0);
	CHECK(looped.levels == 0b11);
}

TEST_CASE("a wire goes both ways, and an input that nobody drives is as it is pulled")
{
	Bench bench;
	REQUIRE(own_outputs(*bench.owner, line_bit(5), line_bit(5)));
	CHECK(*bench.watch->get(line_bit(4)) == line_bit(4));
	REQUIRE(configure(*bench.owner, line_bit(5), GPIOHUB_DIRECTION_INPUT).code == 0);
	CHECK(*bench.watch->get(line_bit(4) | line_bit(5)) == 0);
	REQUIRE(configure(
			*bench.owner, line_bit(5), GPIOHUB_DIRECTION_AS_IS, 0, GPIOHUB_BIAS_PULL_UP)
			.code == 0);
	CHECK(*bench.watch->get(line_bit(4) | line_bit(5)) == line_bit(5));
}

TEST_CASE("a pull that changes a watched line is an edge")
{
	Bench bench;
	REQUIRE(bench.watch->subscribe(line_bit(20)).ok());
	REQUIRE(claim(*bench.owner, line_bit(20)).code == 0);
	REQUIRE(configure(*bench.owner, line_bit(20), GPIOHUB_DIRECTION_AS_IS, 0,
			GPIOHUB_BIAS_PULL_UP)
			.code == 0);
	CHECK(bench.events.next(GPIOHUB_EVENT_RISING).line == 20);
}

TEST_CASE("an open-drain output pulls low, and is as others have it when it lets go")
{
	Bench bench;
	const std::uint64_t open = line_bit(4), partner = line_bit(5);
	REQUIRE(claim(*bench.owner, open).code == 0);
	REQUIRE(configure(*bench.owner, open, GPIOHUB_DIRECTION_OUTPUT, open, GPIOHUB_BIAS_PULL_UP,
			GPIOHUB_DRIVE_OPEN_DRAIN)
			.code == 0);
	CHECK(*bench.watch->get(open) == open);
	REQUIRE(own_outputs(*bench.owner, partner));
	CHECK(*bench.watch->get(open) == 0);
	REQUIRE(configure(*bench.owner, partner, GPIOHUB_DIRECTION_INPUT).code == 0);
	CHECK(*bench.watch->get(open) == open);
	REQUIRE(set(*bench.owner, open, 0).code == 0);
	CHECK(*bench.watch->get(open | partner) == 0);
}

TEST_CASE("the pins are no open-source ones, and do not debounce")
{
	Bench bench;
	REQUIRE(claim(*bench.owner, 1).code == 0);
	CHECK(configure(*bench.owner, 1, GPIOHUB_DIRECTION_OUTPUT, 0, GPIOHUB_BIAS_AS_IS,
		      GPIOHUB_DRIVE_OPEN_SOURCE)
			.code == EOPNOTSUPP);
	CHECK(configure(*bench.owner, 1, GPIOHUB_DIRECTION_INPUT, 0, GPIOHUB_BIAS_AS_IS,
		      GPIOHUB_DRIVE_AS_IS, 100)
			.code == EOPNOTSUPP);
}

TEST_CASE("a generator toggles its line at its rate while it is watched")
{
	Bench bench;
	REQUIRE(bench.watch->subscribe(line_bit(19)).ok());
	bench.events.next();
	/* When it happened: a first sample that was late may have pushed its time. */
	const auto when = [](const gpiohub_event &event) { return event.time_ns - event.value; };
	const auto first = bench.events.next();
	CHECK(first.type == GPIOHUB_EVENT_RISING);
	for (std::uint64_t i = 1; i <= 20; i++) {
		const auto event = bench.events.next();
		CHECK(event.type == (i % 2 == 1 ? GPIOHUB_EVENT_FALLING : GPIOHUB_EVENT_RISING));
		CHECK(when(event) == when(first) + i * 500'000);
	}
	REQUIRE(bench.watch->subscribe(0).ok());
	CHECK(bench.watch->view().state.known() == 0);
}

TEST_CASE("a burst is as many edges as were asked for")
{
	Bench bench;
	REQUIRE(bench.watch->subscribe(line_bit(20)).ok());
	bench.events.next();
	bench.backend->burst(20, 10'001);
	gpiohub_event event{};
	for (std::uint64_t i = 1; i <= 10'001; i++) {
		event = bench.events.next();
		REQUIRE(event.seq == i);
		REQUIRE(event.type == (i % 2 == 1 ? GPIOHUB_EVENT_RISING : GPIOHUB_EVENT_FALLING));
		REQUIRE(event.flags == 0);
	}
	CHECK(event.levels == line_bit(20));
	CHECK(bench.watch->view().state.snapshot().line[20].rising == 5001);
}

TEST_CASE("a burst on a line that nobody watches is no event, and changes its level")
{
	Bench bench;
	bench.backend->burst(21, 3);
	CHECK(bench.events.rest().empty());
	CHECK(*bench.watch->get(line_bit(21)) == line_bit(21));
}

TEST_CASE("a pattern is exact in its edges, and its report counts its steps")
{
	Bench bench;
	REQUIRE(bench.watch->subscribe(0b10).ok());
	REQUIRE(own_outputs(*bench.owner, 0b01));
	Pulses pulses;
	pulses.width_ns = 200'000;
	pulses.gap_ns = 300'000;
	pulses.count = 10;
	REQUIRE(play(*bench.owner, 42, *make_pulses(0b01, pulses)).code == 0);

	int driven = 0;
	int looped = 0;
	std::optional<Report> report;
	bench.events.next(GPIOHUB_EVENT_CONFIGURED);
	/* The echo may come after the end. */
	while (!report || looped < 20) {
		const gpiohub_event event = bench.events.next();
		if (event.type == GPIOHUB_EVENT_REPORT)
			report = decode_report(event);
		else if (event.type == GPIOHUB_EVENT_PATTERN)
			CHECK(event.value == 42);
		else
			(event.flags == GPIOHUB_EVENT_FLAG_DRIVEN ? driven : looped)++;
	}
	CHECK(report->outcome == GPIOHUB_OUTCOME_DONE);
	CHECK(report->steps == 20);
	CHECK(driven == 20);
	CHECK(bench.events.rest().empty());
}

TEST_CASE("the daemon's hub delivers what happens to a simulated line")
{
	auto reactor = *Reactor::create();
	auto backend = *SimBackend::create();
	auto hub = *Hub::open(*reactor, *backend, 0, [](Hub &) {});
	Nobody nobody;
	Outbox out(1024 * 1024);
	Native native;
	Subscription subscription(*reactor, nobody, out, native, 0, hub->ring(), hub->views());
	REQUIRE(hub->subscribe(subscription, line_bit(20), GPIOHUB_KINDS_ALL, wire::kFromNow).ok());
	while (subscription.sent() < 1)
		reactor->turn(10'000);
	for (const std::size_t more : {1U, 1U, 1000U}) {
		const auto before = subscription.sent();
		backend->burst(20, more);
		/* Without a wake-up a turn takes all of 10 s. */
		for (int turns = 0; subscription.sent() < before + more && turns < 100; turns++)
			reactor->turn(10'000);
		CHECK(subscription.sent() == before + more);
	}
	CHECK(subscription.lost() == 0);
}
