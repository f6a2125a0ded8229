/* SPDX-License-Identifier: MIT */
#include "hub.hpp"

#include "fake_backend.hpp"
#include "proto/native.hpp"
#include "test_client.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

struct Nobody final : Source {
	void ready(std::uint32_t) override {}
};

/* A hub, and subscriptions that a test adds to it. */
struct Bench {
	Bench()
	{
		fake = backend.add(0);
		hub = *Hub::open(*reactor, backend, 0, [this](Hub &) { gone++; });
	}

	std::unique_ptr<Subscription> subscriber()
	{
		return std::make_unique<Subscription>(
			*reactor, nobody, out, native, 0, fake->writer.view(), hub->views());
	}

	/* Turns until there is nothing left to do. */
	void settle()
	{
		for (int i = 0; i < 50; i++)
			reactor->turn(0);
	}

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	FakeBackend backend;
	std::shared_ptr<FakeHub> fake;
	int gone = 0;
	Nobody nobody;
	Outbox out{1024 * 1024};
	Native native;
	std::unique_ptr<Hub> hub;
};

} // namespace

TEST_CASE("what is armed is what all subscribers want together")
{
	Bench bench;
	auto one = bench.subscriber();
	auto other = bench.subscriber();
	REQUIRE(bench.hub->subscribe(*one, 0b0011, GPIOHUB_KINDS_ALL, wire::kFromNow).ok());
	REQUIRE(bench.hub->subscribe(*other, 0b0110, GPIOHUB_KINDS_ALL, wire::kFromNow).ok());
	CHECK(bench.fake->armed == 0b0111);
	REQUIRE(bench.hub->subscribe(*one, 0b1000, GPIOHUB_KINDS_ALL, wire::kFromNow).ok());
	CHECK(bench.fake->armed == 0b1110);
	bench.hub->unsubscribe(*other);
	CHECK(bench.fake->armed == 0b1000);
	bench.hub->unsubscribe(*one);
	CHECK(bench.fake->armed == 0);
}

TEST_CASE("a line that cannot be watched changes nothing for anybody")
{
	Bench bench;
	bench.fake->without_interrupt = 0b100;
	auto one = bench.subscriber();
	REQUIRE(bench.hub->subscribe(*one, 0b001, GPIOHUB_KINDS_ALL, wire::kFromNow).ok());
	const auto refused = bench.hub->subscribe(*one, 0b110, GPIOHUB_KINDS_ALL, wire::kFromNow);
	REQUIRE_FALSE(refused.ok());
	CHECK(refused.error().code == EOPNOTSUPP);
	CHECK(refused.error().line == 2);
	CHECK(bench.fake->armed == 0b001);
	CHECK(one->lines() == 0b001);
}

TEST_CASE("a line that can no longer be watched fails only those who ask for it")
{
	Bench bench;
	auto one = bench.subscriber();
	auto other = bench.subscriber();
	REQUIRE(bench.hub->subscribe(*one, 0b001010, GPIOHUB_KINDS_ALL, wire::kFromNow).ok());
	bench.fake->without_interrupt = 0b001000;

	REQUIRE(bench.hub->subscribe(*other, 0b100000, GPIOHUB_KINDS_ALL, wire::kFromNow).ok());
	CHECK(bench.fake->armed == 0b100010);
	const auto refused =
		bench.hub->subscribe(*other, 0b001000, GPIOHUB_KINDS_ALL, wire::kFromNow);
	REQUIRE_FALSE(refused.ok());
	CHECK(refused.error().line == 3);
	CHECK(bench.fake->armed == 0b100010);

	SECTION("one who goes lets the others' lines go on")
	{
		bench.hub->unsubscribe(*other);
		CHECK(bench.fake->armed == 0b000010);
	}
	SECTION("it is armed again when its chip comes back and it can be")
	{
		bench.fake->without_interrupt = 0;
		gpiohub_event back{};
		back.type = GPIOHUB_EVENT_GONE;
		back.line = 3;
		bench.fake->publish({back});
		bench.settle();
		CHECK(bench.fake->armed == 0b101010);
	}
}

TEST_CASE("events go to every subscriber, from the position that it was told")
{
	Bench bench;
	bench.fake->publish_edges(0, 5);
	auto one = bench.subscriber();
	const auto first = bench.hub->subscribe(*one, 0xff, GPIOHUB_KINDS_ALL, wire::kFromNow);
	REQUIRE(first.ok());
	CHECK(*first == 5);
	bench.fake->publish_edges(0, 3);
	auto other = bench.subscriber();
	REQUIRE(bench.hub->subscribe(*other, 0xff, GPIOHUB_KINDS_ALL, wire::kFromNow).ok());
	bench.fake->publish_edges(0, 2);
	bench.settle();
	CHECK(one->sent() == 5);
	CHECK(other->sent() == 2);
}

TEST_CASE("a position beyond the end of the stream is refused")
{
	Bench bench;
	auto one = bench.subscriber();
	const auto refused = bench.hub->subscribe(*one, 0xff, GPIOHUB_KINDS_ALL, 1);
	REQUIRE_FALSE(refused.ok());
	CHECK(refused.error().code == EINVAL);
	CHECK_FALSE(bench.hub->is_subscribed(*one));
}

TEST_CASE("a hub that nobody subscribed to does not look at its ring")
{
	Bench bench;
	bench.fake->publish_edges(0, 100);
	bench.fake->wake();
	bench.settle();
	CHECK(bench.hub->seq() == 0);
}

TEST_CASE("after all was read it is woken by the next event")
{
	Bench bench;
	auto one = bench.subscriber();
	REQUIRE(bench.hub->subscribe(*one, 0xff, GPIOHUB_KINDS_ALL, wire::kFromNow).ok());
	bench.settle();
	for (std::uint64_t i = 1; i <= 3; i++) {
		bench.fake->publish_edges(1, 1);
		/* Waits for the wake-up: without one it would take all of 10 s. */
		for (int turns = 0; one->sent() < i && turns < 3; turns++)
			bench.reactor->turn(10'000);
		CHECK(one->sent() == i);
	}
}

TEST_CASE("a burst is read to its end, a share per turn")
{
	Bench bench;
	auto one = bench.subscriber();
	REQUIRE(bench.hub->subscribe(*one, 0xff, GPIOHUB_KINDS_ALL, wire::kFromNow).ok());
	bench.settle();
	bench.fake->publish_edges(1, 1024);
	bench.settle();
	CHECK(one->sent() == 1024);
	CHECK(bench.hub->lost() == 0);
}

TEST_CASE("a chip that stays gone does not keep the loop awake, nor end the hub")
{
	Bench bench;
	auto one = bench.subscriber();
	REQUIRE(bench.hub->subscribe(*one, 0xff, GPIOHUB_KINDS_ALL, wire::kFromNow).ok());
	bench.settle();
	const auto before = bench.fake->infos;
	/* From now on the descriptor says EPOLLHUP, whoever asks. */
	::shutdown(bench.fake->waking_end.get(), SHUT_RDWR);
	bench.settle();
	CHECK(bench.gone == 0);
	CHECK(bench.fake->infos - before <= 2);
}

TEST_CASE("a hub that was deleted is told")
{
	Bench bench;
	bench.backend.remove(0);
	bench.reactor->turn(10'000);
	CHECK(bench.gone == 1);
}

TEST_CASE("levels come from the state page if it knows them, else from the chip")
{
	Bench bench;
	bench.fake->state.levels = 0b0001;
	bench.fake->state.known = 0b0011;
	bench.fake->levels = 0b1100;
	CHECK(*bench.hub->get(0b0011) == 0b0001);
	CHECK(*bench.hub->get(0b0111) == 0b0100);
}

TEST_CASE("the owner of a line is the daemon's client, not the daemon")
{
	Bench bench;
	const Peer holder{"blinker", 4321, 1000};
	const Peer other{"other", 1, 0};
	auto owner = *bench.hub->own();
	gpiohub_command claim = wire::make_command(wire::Op::CLAIM, 0, 0b10, GPIOHUB_GUARD_INPUT);
	REQUIRE(owner->submit(std::span(&claim, 1)).done == 1);
	bench.hub->set_holder(0b10, &holder);

	const auto seen = bench.hub->line_info(1, other);
	REQUIRE(seen.ok());
	CHECK(std::string(seen->info.owner_comm) == "blinker");
	CHECK(seen->info.owner_pid == 4321);
	CHECK((seen->info.flags & GPIOHUB_LINE_MINE) == 0);
	CHECK((bench.hub->line_info(1, holder)->info.flags & GPIOHUB_LINE_MINE) != 0);

	const Error error = bench.hub->explained("claim", {EBUSY, "", 1}, other);
	CHECK(error.what.find("blinker") != std::string::npos);
	CHECK(error.what.find("PIN") != std::string::npos);

	bench.hub->forget_holder(holder);
	CHECK(std::string(bench.hub->line_info(1, other)->info.owner_comm) == "gpiohubd");
}

TEST_CASE("a line that a client does not own is not asked about")
{
	Bench bench;
	const Peer asker{"asker", 1, 0};
	const Error error = bench.hub->explained("set", {EPERM, "", 1}, asker);
	CHECK(error.what ==
		"cannot set line 1 of gpiohub0: this client does not own it: claim it first");
	CHECK(bench.fake->line_infos == 0);
}
