/* SPDX-License-Identifier: MIT */
/* Waves as clients send them, down to the patterns that the hub is given. */
#include "bench.hpp"
#include "sim_bench.hpp"

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

namespace
{

/* A wave of a second, which no test lasts, on each of these GPIOs. */
std::uint32_t made(BenchClient &client, std::uint32_t gpios)
{
	CHECK(client.call(kWvag, 0, 0, words({gpios, 0, 600'000, 0, gpios, 400'000})) == 2);
	const std::int32_t id = client.call(kWvcre);
	REQUIRE(id >= 0);
	return static_cast<std::uint32_t>(id);
}

/* As the hub tells it. */
void over(Bench &bench, FakePlay play)
{
	gpiohub_event event{};
	event.type = GPIOHUB_EVENT_PATTERN;
	event.line = static_cast<__u8>(std::countr_zero(play.play.lines));
	event.value = play.id;
	bench.fake->publish({event});
	std::erase_if(
		bench.fake->plays, [id = play.id](const FakePlay &each) { return each.id == id; });
}

} // namespace

TEST_CASE("a wave is sent to those of its GPIOs that are outputs")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 0) == 0);
	const std::uint32_t id = made(client, 1 << 4 | 1 << 5);
	CHECK(client.call(kWvtx, id) == 5);
	REQUIRE(bench.fake->plays.size() == 1);
	const FakePlay &play = bench.fake->plays[0];
	CHECK(play.play.lines == 1 << 4);
	REQUIRE(play.steps.size() == 2);
	CHECK(play.steps[0].set == 1 << 4);
	CHECK(play.steps[0].wait_ns == 600'000'000);
	CHECK(play.steps[1].clear == 1 << 4);
	CHECK(client.call(kWvbsy) == 1);
	CHECK(client.call(kWvtat) == static_cast<std::int32_t>(id));
	over(bench, play);
	CHECK(client.call(kWvbsy) == 0);
	CHECK(client.call(kWvtat) == 9999);
}

TEST_CASE("a wave without an output is sent to nobody, and takes its time")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWvag, 0, 0, words({1 << 4, 0, 20'000})) == 1);
	const auto id = static_cast<std::uint32_t>(client.call(kWvcre));
	const std::uint64_t begin = monotonic_ns();
	CHECK(client.call(kWvtx, id) == 3);
	CHECK(bench.fake->plays.empty());
	CHECK(client.call(kWvtat) == static_cast<std::int32_t>(id));
	while (client.call(kWvbsy) == 1)
		bench.reactor->turn(1);
	CHECK(monotonic_ns() - begin >= 20'000'000);
	/* For ever, if it is repeated. */
	CHECK(client.call(kWvtxr, id) == 3);
	CHECK(client.call(kWvbsy) == 1);
	CHECK(client.call(kWvhlt) == 0);
	CHECK(client.call(kWvbsy) == 0);
}

TEST_CASE("one that is repeated goes on until it is halted")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 0) == 0);
	CHECK(client.call(kWvtxr, made(client, 1 << 4)) == 5);
	REQUIRE(bench.fake->plays.size() == 1);
	CHECK(bench.fake->plays[0].steps.front().op == GPIOHUB_STEP_LOOP);
	CHECK(bench.fake->plays[0].steps.front().count == 0);
	CHECK(client.call(kWvhlt) == 0);
	CHECK(bench.fake->plays.empty());
	CHECK(client.call(kWvbsy) == 0);
}

TEST_CASE("one that is to follow begins when the one before is over, on any GPIO")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 0) == 0);
	CHECK(client.call(kWrite, 5, 0) == 0);
	const std::uint32_t first = made(client, 1 << 4);
	const std::uint32_t second = made(client, 1 << 5);
	CHECK(client.call(kWvtxm, first, 1) == 5);
	CHECK(client.call(kWvtxm, second, 3) == 5);
	REQUIRE(bench.fake->plays.size() == 2);
	CHECK(bench.fake->plays[1].play.flags == GPIOHUB_PLAY_AT_CYCLE);
	CHECK(bench.fake->plays[1].play.lines == (1 << 4 | 1 << 5));
	CHECK(client.call(kWvtat) == static_cast<std::int32_t>(first));
	over(bench, bench.fake->plays[0]);
	CHECK(client.call(kWvtat) == static_cast<std::int32_t>(second));
	/* One that is not to follow ends both. */
	CHECK(client.call(kWvtx, first) == 5);
	CHECK(bench.fake->plays.size() == 1);
	CHECK(client.call(kWvtxm, first, 4) == res_of(Status::BadWaveMode));
	CHECK(client.call(kWvtx, 77) == res_of(Status::BadWaveId));
}

TEST_CASE("a chain is one pattern")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 0) == 0);
	const char id = static_cast<char>(made(client, 1 << 4));
	const std::string chain{'\xff', 0, id, '\xff', 1, 10, 0, '\xff', 2, '\x88', 0x13, id};
	CHECK(client.call(kWvcha, 0, 0, chain) == 0);
	REQUIRE(bench.fake->plays.size() == 1);
	CHECK(bench.fake->plays[0].steps.size() == 7);
	CHECK(client.call(kWvcha, 0, 0, "\xff") == res_of(Status::BadChainCommand));
	CHECK(bench.fake->plays.size() == 1);
}

TEST_CASE("a wave takes its GPIOs from PWM")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kPwm, 4, 100) == 0);
	CHECK(client.call(kWvtx, made(client, 1 << 4)) == 5);
	CHECK(bench.fake->plays.size() == 1);
	CHECK(client.call(kGdc, 4) == res_of(Status::NotPwmGpio));
}

TEST_CASE("questions about the wave in the making are answered")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWvag, 0, 0, words({1 << 4, 0, 60, 0, 1 << 4, 40})) == 2);
	CHECK(client.call(kWvsm, 0) == 100);
	CHECK(client.call(kWvsp, 0) == 2);
	CHECK(client.call(kWvsc, 0) == 5);
	CHECK(client.call(kWvsp, 2) == 12'000);
	CHECK(client.call(kWvsm, 3) == res_of(Status::BadWaveMicros));
	CHECK(client.call(kWvsp, 3) == res_of(Status::BadWavePulses));
	CHECK(client.call(kWvsc, 3) == res_of(Status::BadWaveBlocks));
	CHECK(client.call(kWvclr) == 0);
	CHECK(client.call(kWvsm, 0) == 0);
	CHECK(client.call(kWvsm, 1) == 100);
	CHECK(client.call(kWvgo) == res_of(Status::Deprecated));
	CHECK(client.call(kWvas, 4, 9600, words({8, 2})) == res_of(Status::BadParameter));
	CHECK(client.call(kWvas, 4, 9600, words({8, 2, 0}) + "ab") > 0);
	CHECK(client.call(kWvdel, 5) == res_of(Status::BadWaveId));
}

TEST_CASE("serial bytes are read from a GPIO's edges")
{
	Bench bench;
	BenchClient client = bench.connect();
	client.has_extension = true;
	CHECK(client.call(kSlr, 5, 10) == res_of(Status::NotSerialGpio));
	CHECK(client.call(kSlro, 5, 1000, words({8})) == 0);
	CHECK(bench.fake->armed == 1 << 5);
	CHECK(client.call(kSlro, 5, 1000, words({8})) == res_of(Status::GpioInUse));
	CHECK(client.call(kSlro, 6, 49, words({8})) == res_of(Status::BadWaveBaud));
	CHECK(client.call(kSlro, 6, 9600, words({33})) == res_of(Status::BadDataBits));
	bench.edge(5, true, 1'000'000);
	bench.edge(5, false, 2'000'000); /* start, then 0101 0000 */
	bench.edge(5, true, 4'000'000);
	bench.edge(5, false, 5'000'000);
	bench.edge(5, true, 6'000'000);
	bench.edge(5, false, 7'000'000);
	bench.edge(5, true, 11'000'000);
	CHECK(client.call(kSlr, 5, 10) == 1);
	CHECK(client.extension == "\x0a");
	CHECK(client.call(kSlri, 5, 2) == res_of(Status::BadSerialInvert));
	CHECK(client.call(kSlri, 5, 1) == 0);
	CHECK(client.call(kSlrc, 5) == 0);
	CHECK(client.call(kSlrc, 5) == res_of(Status::NotSerialGpio));
	CHECK(bench.fake->armed == 0);
}

TEST_CASE("another owner's pattern of the same number ends no wave")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 0) == 0);
	CHECK(client.call(kWvtxr, made(client, 1 << 4)) == 5);
	REQUIRE(bench.fake->plays.size() == 1);
	gpiohub_event event{};
	event.type = GPIOHUB_EVENT_PATTERN;
	event.line = 9;
	event.value = bench.fake->plays[0].id;
	bench.fake->publish({event});
	CHECK(client.call(kWvbsy) == 1);
	CHECK(client.call(kWvhlt) == 0);
	CHECK(bench.fake->plays.empty());
}

TEST_CASE("of levels written to a GPIO that a wave drives only the last one waits")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 0) == 0);
	CHECK(client.call(kWvtxr, made(client, 1 << 4)) == 5);
	bench.fake->is_exclusive = true;
	for (std::uint32_t i = 0; i < 100; i++)
		CHECK(client.call(kWrite, 4, i % 2) == 0);
	REQUIRE(bench.fake->plays.size() == 2);
	CHECK(bench.fake->plays[1].steps[0].set == 1 << 4);
}

TEST_CASE("a wave is made with room put aside for others, up to all of it")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWvag, 0, 0, words({1 << 4, 0, 60})) == 1);
	CHECK(client.call(kWvcap, 101) == res_of(Status::BadParameter));
	CHECK(client.call(kWvcap, 100) == 0);
}

TEST_CASE("a wave that is over at once is known to be over")
{
	SimBench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 0) == 0);
	CHECK(client.call(kWvag, 0, 0, words({1 << 4, 0, 0})) == 1);
	const auto wave = static_cast<std::uint32_t>(client.call(kWvcre));
	for (int i = 0; i < 60; i++) {
		CHECK(client.call(kWvtx, wave) > 0);
		const std::uint64_t until = monotonic_ns() + 5'000'000'000;
		while (client.call(kWvbsy) == 1 && monotonic_ns() < until)
			bench.reactor->turn(1);
		REQUIRE(client.call(kWvbsy) == 0);
	}
}

TEST_CASE("a wave's end that was lost among other events is noticed with the next one")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 0) == 0);
	const std::uint32_t first = made(client, 1 << 4);
	CHECK(client.call(kWvtx, first) == 5);
	CHECK(client.call(kWvtxm, first, 2) == 5);
	bench.fake->state.playing = 1 << 4;
	bench.fake->publish_edges(9, 5000);
	CHECK(client.call(kWvbsy) == 1);
	bench.fake->state.playing = 0;
	bench.fake->publish_edges(9, 5000);
	CHECK(client.call(kWvbsy) == 0);
}

TEST_CASE("what follows one that ends by itself does not cut it short")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 0) == 0);
	const std::uint32_t id = made(client, 1 << 4);
	CHECK(client.call(kWvtxm, id, 1) == 5);
	CHECK(client.call(kWvtxm, id, 2) == 5);
	CHECK(client.call(kWvtxm, id, 2) == 5);
	REQUIRE(bench.fake->plays.size() == 3);
	CHECK(bench.fake->plays[1].play.flags == GPIOHUB_PLAY_AT_CYCLE);
	CHECK(bench.fake->plays[2].play.flags == 0);
	/* Whose end was not told is over when a later one is. */
	const FakePlay second = bench.fake->plays[1];
	over(bench, second);
	over(bench, bench.fake->plays[1]);
	CHECK(client.call(kWvbsy) == 0);
}

TEST_CASE("a GPIO that is to be an input is one, whatever wave drives it")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kWrite, 4, 0) == 0);
	CHECK(client.call(kWvtxr, made(client, 1 << 4)) == 5);
	CHECK(client.call(kModes, 5, kModeInput) == 0);
	CHECK(client.call(kWvbsy) == 1);
	CHECK(client.call(kModes, 4, kModeInput) == 0);
	CHECK(bench.fake->plays.empty());
	CHECK(client.call(kWvbsy) == 0);
}

TEST_CASE("a wave that may not be sent leaves alone what plays")
{
	Bench bench(panel_settings());
	bench.front->renew(panel("4,5", kLookClaimDrive));
	BenchClient client = bench.connect();
	CHECK(client.call(kPwm, 4, 100) == 0);
	CHECK(client.call(kWrite, 5, 0) == 0);
	const std::uint32_t id = made(client, 1 << 4 | 1 << 5);
	bench.front->renew(panel("4", kLookClaimDrive));
	CHECK(client.call(kWvtx, id) == res_of(Status::NotPermitted));
	CHECK(client.call(kGdc, 4) == 100);
}
