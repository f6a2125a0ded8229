/* SPDX-License-Identifier: MIT */
#include "bench.hpp"
#include "sim_bench.hpp"

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

TEST_CASE("a write makes the line an output of that level, for good")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 1) == 0);
	CHECK(bench.fake->owners[4] != nullptr);
	CHECK(client.call(kWrite, 4, 0) == 0);
	CHECK(bench.fake->levels == 0);
	CHECK(client.call(kWrite, 4, 1) == 0);
	CHECK(bench.fake->levels == 1 << 4);
	/* A level is one call down. */
	const std::size_t before = bench.fake->submits;
	CHECK(client.call(kWrite, 4, 0) == 0);
	CHECK(bench.fake->submits == before + 1);
	client.close();
	for (int i = 0; i < 10; i++)
		bench.reactor->turn(0);
	CHECK(bench.fake->owners[4] != nullptr);
}

TEST_CASE("what a client asks of a GPIO that is none is refused by the right name")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kRead, 54) == res_of(Status::BadGpio));
	CHECK(client.call(kRead, 28) == res_of(Status::BadGpio)); /* no line of ours */
	CHECK(client.call(kWrite, 0xffff'ffff, 1) == res_of(Status::BadGpio));
	CHECK(client.call(kTrig, 32, 10, words({1})) == res_of(Status::BadUserGpio));
	CHECK(client.call(kWrite, 4, 2) == res_of(Status::BadLevel));
	CHECK(client.call(kModes, 4, 8) == res_of(Status::BadMode));
	CHECK(client.call(kPud, 4, 3) == res_of(Status::BadPud));
}

TEST_CASE("bits that are set are latched, and the first level of an output")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kBs1, 1 << 4 | 1 << 5) == 0);
	CHECK(bench.fake->submits == 0);
	CHECK(client.call(kModes, 4, kModeOutput) == 0);
	CHECK(client.call(kModes, 5, kModeOutput) == 0);
	CHECK(client.call(kBc1, 1 << 5 | 1 << 30) == 0);
	CHECK((bench.fake->levels & 1 << 5) == 0);
	CHECK(client.call(kBs1, 1 << 5) == 0);
	CHECK((bench.fake->levels & 1 << 5) != 0);
}

TEST_CASE("levels of the bank are those that the chip has")
{
	Bench bench;
	bench.fake->levels = 1 << 4 | 1 << 17 | 1 << 2 | 1;
	BenchClient client = bench.connect();
	/* 2 is reserved, 0 no GPIO of ours. */
	CHECK(client.call(kBr1) == (1 << 4 | 1 << 17));
	CHECK(client.call(kRead, 2) == 1);
	CHECK(client.call(kBr1) == (1 << 4 | 1 << 17 | 1 << 2));
	CHECK(client.call(kRead, 5) == 0);
}

TEST_CASE("a line that another client owns is not permitted")
{
	Bench bench;
	const auto other = *bench.backend.own(0);
	gpiohub_command claim{};
	claim.op = GPIOHUB_OP_CLAIM;
	claim.mask = 1 << 4;
	claim.value = GPIOHUB_GUARD_INPUT;
	REQUIRE(other->submit({&claim, 1}).code == 0);
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 1) == res_of(Status::NotPermitted));
	CHECK(client.call(kModes, 4, kModeInput) == res_of(Status::NotPermitted));
	CHECK(client.call(kRead, 4) == 0);
}

TEST_CASE("alternate functions are kept for who asks, until the mode is another")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kModes, 4, 4) == 0);
	CHECK(client.call(kModeg, 4) == 4);
	CHECK(bench.fake->submits == 0);
	CHECK(client.call(kModes, 4, kModeInput) == 0);
	CHECK(client.call(kModeg, 4) == 0);
	/* A level makes an output of what was one before, too. */
	CHECK(client.call(kWrite, 4, 1) == 0);
	CHECK(client.call(kModes, 4, 4) == 0);
	CHECK(client.call(kWrite, 4, 0) == 0);
	CHECK(client.call(kModeg, 4) != 4);
}

TEST_CASE("a trigger is a pulse that the hub times")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kTrig, 4, 50, words({1})) == 0);
	REQUIRE(bench.fake->plays.size() == 1);
	const auto &steps = bench.fake->plays[0].steps;
	REQUIRE(steps.size() == 2);
	CHECK(steps[0].set == 1 << 4);
	CHECK(steps[0].wait_ns == 50'000);
	CHECK(steps[1].clear == 1 << 4);
	CHECK(steps[1].wait_ns > 0);
	CHECK(client.call(kTrig, 4, 101, words({1})) == res_of(Status::BadPulseLength));
	CHECK(client.call(kTrig, 4, 0, words({1})) == res_of(Status::BadPulseLength));
	CHECK(client.call(kTrig, 4, 50, words({2})) == res_of(Status::BadLevel));
	CHECK(client.call(kTrig, 4, 50) == res_of(Status::BadLevel));
}

TEST_CASE("where there are roles these clients have the one of their door")
{
	Bench bench(panel_settings());
	bench.front->renew(panel("4,5,6", kLookClaimDrive));
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 1) == 0);
	CHECK(client.call(kWrite, 17, 1) == res_of(Status::NotPermitted));
	CHECK(client.call(kRead, 17) == res_of(Status::NotPermitted));
	CHECK(client.call(kBs1, 1 << 4 | 1 << 17) == res_of(Status::SomePermitted));
	CHECK((bench.fake->levels & 1 << 4) != 0);
	bench.fake->levels |= 1 << 17;
	CHECK(client.call(kBr1) == 1 << 4);
	/* Without one nothing is allowed. */
	bench.front->renew(panel("4,5,6", kLookClaimDrive, "other"));
	CHECK(client.call(kWrite, 4, 0) == res_of(Status::NotPermitted));
}

TEST_CASE("the hub whose lines are called GPIO2 and so on is taken, whichever came first")
{
	Bench bench;
	auto named = bench.backend.add(1, 32, 4096);
	named->prefix = "GPIO";
	const auto second = *Hub::open(*bench.reactor, bench.backend, 1, [](Hub &) {});
	bench.front->hub_came(*second);
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 1) == 0);
	CHECK(named->owners[4] != nullptr);
	CHECK(bench.fake->owners[4] == nullptr);
	/* Without it the other one does. */
	bench.front->hub_gone(*second);
	bench.front->hub_came(*bench.hub);
	CHECK(client.call(kWrite, 4, 1) == 0);
	CHECK(bench.fake->owners[4] != nullptr);
}

TEST_CASE("a pull leaves an output one, and does not know of it from itself alone")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kPud, 4, 2) == 0);
	REQUIRE(bench.fake->configured.size() == 1);
	CHECK(bench.fake->configured[0].mask == 1 << 4);
	CHECK(bench.fake->configured[0].arg ==
		(GPIOHUB_DIRECTION_AS_IS | GPIOHUB_BIAS_PULL_UP << 8));
}

TEST_CASE("what is so already is not asked of the hub again")
{
	Bench bench;
	BenchClient client = bench.connect();
	for (int i = 0; i < 100; i++) {
		CHECK(client.call(kModes, 4, kModeInput) == 0);
		CHECK(client.call(kPud, 4, 1) == 0);
		CHECK(client.call(kModes, 5, kModeOutput) == 0);
	}
	CHECK(bench.fake->configured.size() == 3);
	/* A level that a wave or a trigger left is not written over by that. */
	bench.fake->levels |= 1 << 5;
	CHECK(client.call(kModes, 5, kModeOutput) == 0);
	CHECK((bench.fake->levels & 1 << 5) != 0);
}

TEST_CASE("more changes than a hub takes in a second wait for the next one, and are no errors")
{
	SimBench bench;
	BenchClient client = bench.connect();
	BenchClient other = bench.connect();
	for (std::uint32_t i = 0; i < 1100; i++)
		client.send(kModes, 4, i % 2);
	CHECK(other.call(kModes, 6, kModeOutput) == 0);
	for (std::uint32_t i = 0; i < 1100; i++)
		REQUIRE(client.reply().last == 0);
}

TEST_CASE("a line that could not be made what was asked is nobody's again")
{
	Bench bench;
	BenchClient client = bench.connect();
	bench.fake->refuse_configuring = EOPNOTSUPP;
	CHECK(client.call(kWrite, 4, 1) == res_of(Status::NotPermitted));
	CHECK(bench.fake->owners[4] == nullptr);
	CHECK(client.call(kPud, 4, 0) == 0);
	CHECK(bench.fake->owners[4] == nullptr);
	bench.fake->refuse_configuring = 0;
	CHECK(client.call(kWrite, 4, 1) == 0);
	/* One that was ours before stays so. */
	bench.fake->refuse_configuring = EOPNOTSUPP;
	CHECK(client.call(kPud, 4, 2) == res_of(Status::NotPermitted));
	CHECK(bench.fake->owners[4] != nullptr);
}

TEST_CASE("of a bank those are driven that can be, and the others told")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 0) == 0);
	CHECK(client.call(kWrite, 5, 0) == 0);
	bench.fake->owners[4] = nullptr; /* its chip went and came back */
	CHECK(client.call(kBs1, 1 << 4 | 1 << 5) == res_of(Status::SomePermitted));
	CHECK(bench.fake->levels == 1 << 5);
	CHECK(client.call(kWrite, 4, 1) == 0);
	CHECK(client.call(kBc1, 1 << 4 | 1 << 5) == 0);
}
