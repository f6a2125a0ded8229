/* SPDX-License-Identifier: MIT */
#include "waits.hpp"

#include "fake_backend.hpp"

#include <gpiohub/wire.hpp>

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

struct Nobody final : Source {
	void ready(std::uint32_t) override {}
};

Request wait_for(std::uint64_t lines, std::uint32_t id, std::uint64_t ns = 0,
	std::uint32_t kinds = GPIOHUB_KINDS_EDGES, std::uint32_t count = 1)
{
	Request request;
	request.command =
		wire::make_command(wire::Op::WAIT, 0, lines, wire::pack_wait(kinds, count), ns);
	request.command.id = id;
	return request;
}

struct Bench {
	Bench()
	{
		fake = backend.add(0);
		hub = *Hub::open(*reactor, backend, 0, [](Hub &) {});
	}

	int begin(const Request &request)
	{
		const auto begun = waits.begin(*hub, request);
		return begun ? 0 : begun.error().code;
	}

	/* "id code" of the next one that is over, once it is. */
	std::string next()
	{
		for (int turns = 0; turns < 1000 && !waits.has_ended(); turns++)
			reactor->turn(10'000);
		const auto ended = waits.take_ended();
		REQUIRE(ended.has_value());
		return std::to_string(ended->request.command.id) + " " +
			std::to_string(ended->result ? 0 : ended->result.error().code);
	}

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	FakeBackend backend;
	std::shared_ptr<FakeHub> fake;
	Nobody nobody;
	std::unique_ptr<Hub> hub;
	Waits waits{*reactor, nobody};
};

constexpr std::uint64_t kMs = 1'000'000;

} // namespace

TEST_CASE("a wait has its lines armed until it is over")
{
	Bench bench;
	REQUIRE(bench.begin(wait_for(0b10, 1)) == 0);
	CHECK(bench.fake->armed == 0b10);
	bench.fake->publish_edges(1, 1);
	CHECK(bench.next() == "1 0");
	CHECK(bench.fake->armed == 0);
	CHECK(bench.waits.empty());
}

TEST_CASE("a wait that nothing ends is ended by its time")
{
	Bench bench;
	REQUIRE(bench.begin(wait_for(0b10, 1, 3600'000 * kMs)) == 0);
	REQUIRE(bench.begin(wait_for(0b10, 2)) == 0);
	REQUIRE(bench.begin(wait_for(0b10, 3, UINT64_MAX)) == 0);
	REQUIRE(bench.begin(wait_for(0b10, 4, 10 * kMs)) == 0);
	CHECK(bench.next() == "4 110");
	REQUIRE(bench.begin(wait_for(0b10, 5, 10 * kMs)) == 0);
	CHECK(bench.next() == "5 110");
	CHECK_FALSE(bench.waits.has_ended());
}

TEST_CASE("waits are ended by their id, or all of them")
{
	Bench bench;
	for (const unsigned id : {1U, 2U, 3U, 0U, 0U})
		REQUIRE(bench.begin(wait_for(0b10, id)) == 0);
	CHECK(bench.waits.cancel(*bench.hub, 2));
	CHECK_FALSE(bench.waits.cancel(*bench.hub, 2));
	CHECK_FALSE(bench.waits.cancel(*bench.hub, 7));
	CHECK(bench.next() == "2 125");
	CHECK(bench.waits.cancel(*bench.hub, 0));
	for (const char *ended : {"1 125", "3 125", "0 125", "0 125"})
		CHECK(bench.next() == ended);
	CHECK_FALSE(bench.waits.cancel(*bench.hub, 0));
}

TEST_CASE("a wait that cannot be is refused, and arms nothing")
{
	Bench bench;
	CHECK(bench.begin(wait_for(0b10, 1, 0, 0)) == EINVAL);
	CHECK(bench.begin(wait_for(0b10, 1, 0, GPIOHUB_KIND(GPIOHUB_EVENT_TEXT))) == EINVAL);
	CHECK(bench.begin(wait_for(0b10, 1, 0, GPIOHUB_KINDS_EDGES, 0)) == EINVAL);
	bench.fake->without_interrupt = 0b100;
	CHECK(bench.begin(wait_for(0b110, 1)) == EOPNOTSUPP);
	bench.fake->state.gone = 0b1000;
	CHECK(bench.begin(wait_for(0b1000, 1)) == ENODEV);
	CHECK(bench.begin(wait_for(0b1000, 1, 0, GPIOHUB_KIND(GPIOHUB_EVENT_GONE))) == 0);
	CHECK(bench.fake->armed == 0);
}

TEST_CASE("two waits have one id only if that is none")
{
	Bench bench;
	REQUIRE(bench.begin(wait_for(0b10, 1)) == 0);
	CHECK(bench.begin(wait_for(0b10, 1)) == EEXIST);
	CHECK(bench.begin(wait_for(0b10, 0)) == 0);
	CHECK(bench.begin(wait_for(0b10, 0)) == 0);
}

TEST_CASE("a client has so many waits at once, and no more")
{
	Bench bench;
	for (std::uint32_t id = 1; id <= kMostWaits; id++)
		REQUIRE(bench.begin(wait_for(0b10, id)) == 0);
	CHECK(bench.begin(wait_for(0b10, 99)) == ENOSPC);
	CHECK(bench.waits.cancel(*bench.hub, 3));
	CHECK(bench.next() == "3 125");
	CHECK(bench.begin(wait_for(0b10, 99)) == 0);
}

TEST_CASE("a hub that goes ends its waits, and they let go of it")
{
	Bench bench;
	REQUIRE(bench.begin(wait_for(0b10, 1)) == 0);
	bench.waits.hub_gone(*bench.hub);
	CHECK(bench.hub->subscribers() == 0);
	bench.hub.reset();
	const auto ended = bench.waits.take_ended();
	REQUIRE(ended.has_value());
	CHECK(ended->hub == nullptr);
	CHECK(ended->result.error().code == ENODEV);
}

TEST_CASE("waits that are forgotten leave nothing armed")
{
	Bench bench;
	REQUIRE(bench.begin(wait_for(0b10, 1)) == 0);
	bench.waits.clear();
	CHECK(bench.fake->armed == 0);
	CHECK(bench.hub->subscribers() == 0);
}
