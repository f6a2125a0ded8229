/* SPDX-License-Identifier: MIT */
/* A follower of a real daemon that ends and comes back; its hub's ring goes on. */
#include <gpiohub/follower.hpp>

#include <gpiohub/clock.hpp>

#include "running_daemon.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <optional>

using namespace gpiohub;
using namespace gpiohub::daemon;
using std::chrono::milliseconds;

namespace
{

constexpr milliseconds kSoon{10'000};
constexpr std::uint64_t kLine = 1 << 3;

struct Bench {
	Bench() { running.emplace(backend); }

	Follower follow(milliseconds patience = Follower::kPatience)
	{
		auto follower =
			Follower::connect(*Address::parse(running->path()), kSoon, {}, patience);
		REQUIRE(follower.ok());
		return *std::move(follower);
	}

	FakeBackend backend;
	std::shared_ptr<FakeHub> hub = backend.add(0);
	std::optional<RunningDaemon> running;
};

/* Until so many events came: their numbers, and what was lost. */
struct Account {
	std::vector<std::uint64_t> seqs;
	std::uint64_t lost = 0;
	bool is_gone = false;
};

Account take(Follower &follower, std::size_t events)
{
	Account account;
	while (account.seqs.size() < events && !account.is_gone) {
		const auto received = follower.next(kSoon);
		REQUIRE(received.ok());
		REQUIRE(received->has_value());
		for (const auto &event : (*received)->events)
			account.seqs.push_back(event.seq);
		account.lost += (*received)->lost;
		account.is_gone = (*received)->gone;
	}
	return account;
}

std::vector<std::uint64_t> from_to(std::uint64_t first, std::uint64_t end)
{
	std::vector<std::uint64_t> seqs;
	for (; first < end; first++)
		seqs.push_back(first);
	return seqs;
}

} // namespace

TEST_CASE("events that happen while the daemon is away come when it is back, once")
{
	Bench bench;
	Follower follower = bench.follow();
	REQUIRE(follower.subscribe(0, kLine, GPIOHUB_KINDS_EDGES).ok());
	bench.hub->publish_edges(3, 5);
	CHECK(take(follower, 5).seqs == from_to(0, 5));

	bench.running.reset();
	CHECK(bench.hub->armed == kLine); /* for the next daemon */
	bench.hub->publish_edges(3, 7);
	const auto nothing = follower.next(milliseconds(30));
	REQUIRE(nothing.ok());
	CHECK(!nothing->has_value());
	CHECK(follower.is_away());
	CHECK(follower.fd() == -1);
	CHECK(follower.due().has_value());

	bench.running.emplace(bench.backend);
	bench.hub->publish_edges(3, 2);
	const Account account = take(follower, 9);
	CHECK(account.seqs == from_to(5, 14));
	CHECK(account.lost == 0);
	CHECK(!follower.is_away());
	CHECK(bench.hub->armed == kLine);
	CHECK(follower.client().ping().ok());
}

TEST_CASE("what the ring overwrote meanwhile is counted as lost, exactly")
{
	Bench bench;
	Follower follower = bench.follow();
	REQUIRE(follower.subscribe(0, kLine, GPIOHUB_KINDS_EDGES).ok());
	bench.hub->publish_edges(3, 10);
	CHECK(take(follower, 10).seqs.size() == 10);
	bench.running.reset();
	bench.hub->publish_edges(3, 1500); /* of 1,024 places */
	bench.running.emplace(bench.backend);
	const Account account = take(follower, 1);
	CHECK(account.lost == 1510 - 1024 - 10);
	CHECK(account.seqs.front() == 1510 - 1024);
}

TEST_CASE("who must not lose anything is told that he would")
{
	Bench bench;
	Follower follower = bench.follow();
	REQUIRE(follower.subscribe(
				0, kLine, GPIOHUB_KINDS_EDGES, wire::kFromNow, wire::kLoseNothing)
			.ok());
	bench.running.reset();
	SECTION("when the ring has what he missed he gets it")
	{
		bench.hub->publish_edges(3, 100);
		bench.running.emplace(bench.backend);
		CHECK(take(follower, 100).seqs == from_to(0, 100));
	}
	SECTION("when it does not that is an error")
	{
		bench.hub->publish_edges(3, 1500);
		bench.running.emplace(bench.backend);
		const auto received = follower.next(kSoon);
		REQUIRE(!received.ok());
		CHECK(received.error().code == EOVERFLOW);
		CHECK(received.error().what.find("the oldest one left is 476") !=
			std::string::npos);
	}
}

TEST_CASE("filters are asked for again, and an edge that was held back comes")
{
	Bench bench;
	Follower follower = bench.follow();
	EdgeFilter filter;
	/* Until something much later happens: by the clock that is in a quarter of an hour. */
	filter.steady_ns = 1'000'000'000'000;
	const std::uint64_t now = monotonic_ns();
	REQUIRE(follower.filter(0, kLine, filter).ok());
	REQUIRE(follower.subscribe(0, kLine | 1 << 4, GPIOHUB_KINDS_EDGES).ok());
	const auto publish = [&](unsigned line, std::uint64_t time_ns, std::uint8_t type) {
		gpiohub_event event = {};
		event.type = type;
		event.line = static_cast<__u8>(line);
		event.time_ns = now + time_ns;
		bench.hub->publish({event});
	};
	publish(3, 1'000, GPIOHUB_EVENT_RISING);
	publish(4, 2'000, GPIOHUB_EVENT_RISING);
	CHECK(take(follower, 1).seqs == std::vector<std::uint64_t>{1});
	bench.running.reset();
	bench.running.emplace(bench.backend);
	/* By this one the first is certain, and this one is not. */
	publish(3, 3'000'000'000'000, GPIOHUB_EVENT_FALLING);
	publish(4, 3'000'000'000'001, GPIOHUB_EVENT_FALLING);
	CHECK(take(follower, 2).seqs == std::vector<std::uint64_t>{0, 3});
}

TEST_CASE("another hub in the place of the one followed is not taken for it")
{
	Bench bench;
	Follower follower = bench.follow();
	REQUIRE(follower.subscribe(0, kLine, GPIOHUB_KINDS_EDGES).ok());
	bench.running.reset();
	SECTION("of the same number")
	{
		bench.hub = bench.backend.add(0);
	}
	SECTION("or none at all")
	{
		bench.backend.remove(0);
	}
	bench.running.emplace(bench.backend);
	CHECK(take(follower, 1).is_gone);
}

TEST_CASE("a daemon that does not come back is the end, in good time")
{
	Bench bench;
	SECTION("after the patience that was asked for")
	{
		Follower follower = bench.follow(milliseconds(50));
		REQUIRE(follower.subscribe(0, kLine, GPIOHUB_KINDS_EDGES).ok());
		bench.running.reset();
		const auto received = follower.next(kSoon);
		REQUIRE(!received.ok());
		CHECK(received.error().code == ECONNRESET);
		CHECK(received.error().what.find("did not come back") != std::string::npos);
	}
	SECTION("at once for who would not notice that he owns nothing any more")
	{
		Follower follower = bench.follow();
		follower.give_up();
		bench.running.reset();
		CHECK(follower.next(kSoon).error().code == ECONNRESET);
	}
}
