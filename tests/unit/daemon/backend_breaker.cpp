/* SPDX-License-Identifier: MIT */
#include "backend/breaker.hpp"

#include "captured_log.hpp"
#include "daemon.hpp"
#include "fake_backend.hpp"
#include "soft_commands.hpp"
#include "test_client.hpp"

#include <catch2/catch.hpp>
#include <poll.h>

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace std::chrono_literals;

namespace
{

/* A hub that was opened. Three failures break it, for an hour. */
struct Bench {
	explicit Bench(std::chrono::nanoseconds first = 1h)
	{
		auto made = std::make_unique<FakeBackend>();
		inner = made.get();
		hub = inner->add(0);
		hub->state.outputs = 0b0011;
		breaker = *Breaker::create(
			std::move(made), {.failures = 3, .first = first, .most = 2h});
		REQUIRE(*breaker->hubs() == std::vector<unsigned>{0});
		watch = *breaker->watch(0);
		owner = *breaker->own(0);
		REQUIRE(claim(*owner, 0b0111).code == 0);
		(void)breaker->hubs();
	}

	/* Waits for it, so that an hour is too long. */
	bool is_announced(int timeout_ms = 0) const
	{
		pollfd poll{breaker->fd(), POLLIN, 0};
		return ::poll(&poll, 1, timeout_ms) == 1;
	}

	bool is_closed() { return watch->info().error().code == ENODEV; }

	FakeBackend *inner = nullptr;
	std::shared_ptr<FakeHub> hub;
	std::unique_ptr<Breaker> breaker;
	std::unique_ptr<HubWatch> watch;
	std::unique_ptr<HubOwner> owner;
};

void fail_three_times(Bench &bench)
{
	bench.hub->broken = EIO;
	for (int i = 0; i < 3; i++)
		CHECK(bench.watch->get(1).error().code == EIO);
}

} // namespace

TEST_CASE("a hub that works is as it is without a breaker")
{
	Bench bench;
	CHECK(bench.watch->view().fd == bench.hub->watched_end.get());
	CHECK(bench.watch->info()->lines == 8);
	CHECK(bench.watch->line_info(9).error().code == ENXIO);
	CHECK(bench.watch->subscribe(0b100).ok());
	CHECK(bench.hub->armed == 0b100);
	CHECK(set(*bench.owner, 1, 1).code == 0);
	CHECK(*bench.watch->get(0b11) == 1);
	CHECK(bench.owner->message("hello").ok());
	CHECK(bench.watch->look().ok());
	CHECK_FALSE(bench.is_announced());
	bench.inner->announce();
	CHECK(bench.is_announced());
	CHECK(*bench.breaker->hubs() == std::vector<unsigned>{0});
	CHECK_FALSE(bench.is_announced());
}

TEST_CASE("a hub whose chip fails so often in a row is closed, which is announced and logged")
{
	Bench bench;
	const CapturedLog log;
	bench.hub->broken = GENERATE(EIO, EREMOTEIO, ETIMEDOUT);
	CHECK_FALSE(bench.watch->get(1).ok());
	CHECK(set(*bench.owner, 1, 1).code == bench.hub->broken);
	CHECK(bench.watch->info().ok());
	CHECK_FALSE(bench.is_announced());
	CHECK(set(*bench.owner, 0b10, 1).code == bench.hub->broken);
	CHECK(bench.is_announced());
	CHECK(log.count("gpiohub0: its chip keeps failing (line 1): closed, and tried again in "
			"3600 s") == 1);

	CHECK(bench.is_closed());
	CHECK(bench.watch->line_info(0).error().code == ENODEV);
	CHECK(bench.watch->get(1).error().code == ENODEV);
	CHECK(bench.watch->subscribe(1).error().code == ENODEV);
	CHECK(bench.watch->look().error().code == ENODEV);
	CHECK(set(*bench.owner, 1, 1).code == ENODEV);
	CHECK(bench.owner->message("hello").error().code == ENODEV);
	CHECK(bench.breaker->own(0).error().code == ENODEV);
	CHECK(bench.breaker->watch(0).error().code == EIO);
	(void)bench.breaker->hubs();
	CHECK_FALSE(bench.is_announced());
}

TEST_CASE("a success in between is a new beginning")
{
	Bench bench;
	for (int i = 0; i < 9; i++) {
		bench.hub->broken = i % 3 == 2 ? 0 : EIO;
		CHECK(set(*bench.owner, 1, 1).code == bench.hub->broken);
	}
	CHECK(bench.watch->info().ok());
}

TEST_CASE("what a client does wrong breaks nothing")
{
	Bench bench;
	for (int i = 0; i < 10; i++) {
		CHECK(set(*bench.owner, 0b1000, 0).code == EPERM);
		CHECK(bench.watch->line_info(9).error().code == ENXIO);
	}
	/* Not an output. */
	bench.hub->broken = EIO;
	for (int i = 0; i < 10; i++)
		CHECK(set(*bench.owner, 0b0100, 0).code == EIO);
	bench.hub->broken = 0;
	bench.hub->refuse_plays = EIO;
	for (std::uint32_t i = 1; i < 10; i++)
		CHECK(play(*bench.owner, i, {1, {gpiohub_step{1, 0, 0, 0, 0}}}).code == EIO);
	CHECK(bench.watch->info().ok());
}

TEST_CASE("a closed hub is announced again when its time is over, and is another then")
{
	Bench bench(1ms);
	const CapturedLog log;
	fail_three_times(bench);
	CHECK(bench.is_closed());
	while (!bench.breaker->watch(0)) {
		REQUIRE(bench.is_announced(10'000));
		(void)bench.breaker->hubs();
	}
	/* It is on trial: one failure is enough. What is of before says nothing about it. */
	auto again = *bench.breaker->watch(0);
	CHECK(bench.is_closed());
	CHECK(again->info().ok());
	CHECK(again->get(1).error().code == EIO);
	CHECK(again->info().error().code == ENODEV);
	CHECK(log.count("tried again in 0.001 s") == 1);
	CHECK(log.count("tried again in 0.002 s") == 1);
}

TEST_CASE("a hub that goes while it is closed, and comes, is not the one that failed")
{
	Bench bench;
	const CapturedLog log;
	fail_three_times(bench);
	bench.inner->remove(0);
	(void)bench.breaker->hubs();
	bench.inner->add(0);
	(void)bench.breaker->hubs();
	CHECK(bench.breaker->watch(0).ok());
}

TEST_CASE("a hub that cannot be opened is not tried all the time, unless it may be by now")
{
	Bench bench;
	bench.inner->refuse_watching = EPROTO;
	CHECK(bench.breaker->watch(0).error().code == EPROTO);
	bench.inner->refuse_watching = 0;
	CHECK(bench.breaker->watch(0).error().code == EIO);

	Bench other;
	other.inner->refuse_watching = GENERATE(EACCES, EPERM, EMFILE, ENODEV);
	CHECK_FALSE(other.breaker->watch(0).ok());
	other.inner->refuse_watching = 0;
	CHECK(other.breaker->watch(0).ok());
}

TEST_CASE("a listing that fails is tried again, and the hubs that answer stay")
{
	Bench bench(1ms);
	bench.inner->refuse_listing = EIO;
	for (int i = 0; i < 3; i++) {
		CHECK(bench.breaker->hubs().error().code == EIO);
		CHECK(bench.watch->info().ok());
		REQUIRE(bench.is_announced(10'000));
	}
	bench.inner->refuse_listing = 0;
	CHECK(*bench.breaker->hubs() == std::vector<unsigned>{0});
	CHECK_FALSE(bench.is_announced(20));
}

TEST_CASE("clients of a closed hub are told that it is gone, and newcomers find it again")
{
	auto reactor = *Reactor::create();
	auto made = std::make_unique<FakeBackend>();
	auto hub = made->add(0);
	auto breaker =
		*Breaker::create(std::move(made), {.failures = 3, .first = 1ms, .most = 1ms});
	Daemon daemon(*reactor, *breaker, Config{});
	const CapturedLog log;
	REQUIRE(daemon.start().ok());
	const auto connect = [&] {
		auto [near, far] = connection();
		daemon.accept(std::move(near));
		return TestClient(std::move(far), [&] { reactor->turn(10'000); });
	};
	TestClient client = connect();
	REQUIRE(client.hello().reply.value2 == 1);
	auto get = wire::make_command(wire::Op::GET, 0);
	get.mask = 1;
	hub->broken = EIO;
	for (int i = 0; i < 3; i++)
		CHECK(client.call(get).reply.error == EIO);
	const Frame frame = client.next();
	CHECK(frame.header.kind == wire::FrameKind::HubGone);
	CHECK(log.count("gpiohub0 is gone") == 1);

	hub->broken = 0;
	while (daemon.hubs() == 0)
		reactor->turn(10'000);
	TestClient newcomer = connect();
	CHECK(newcomer.hello().reply.value2 == 1);
	CHECK(newcomer.call(get).reply.error == 0);
}
