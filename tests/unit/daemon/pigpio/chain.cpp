/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/chain.hpp"

#include <gpiohub/pattern.hpp>

#include <catch2/catch.hpp>

#include <random>

using namespace gpiohub;
using namespace gpiohub::daemon::pigpio;

namespace
{

using Bytes = std::vector<unsigned>;

/* Wave 0: 100 us, wave 1: 1 ms. */
WaveStore two_waves()
{
	WaveStore store;
	(void)store.add(std::vector<Pulse>{{1 << 4, 0, 60}, {0, 1 << 4, 40}});
	REQUIRE(store.create().res == 0);
	(void)store.add(std::vector<Pulse>{{1 << 5, 0, 500}, {0, 1 << 5, 500}});
	REQUIRE(store.create().res == 1);
	return store;
}

std::variant<Chain, Status> parse(const Bytes &bytes, const WaveStore &waves)
{
	std::vector<std::byte> raw;
	for (const unsigned byte : bytes)
		raw.push_back(static_cast<std::byte>(byte));
	return Chain::parse(raw, waves);
}

Chain chain_of(const Bytes &bytes, const WaveStore &waves)
{
	auto parsed = parse(bytes, waves);
	REQUIRE(std::holds_alternative<Chain>(parsed));
	const auto fault = find_fault(~std::uint64_t{0}, std::get<Chain>(parsed).steps());
	CHECK(!fault);
	return std::get<Chain>(std::move(parsed));
}

Status fault_of(const Bytes &bytes, const WaveStore &waves)
{
	auto parsed = parse(bytes, waves);
	REQUIRE(std::holds_alternative<Status>(parsed));
	return std::get<Status>(parsed);
}

} // namespace

TEST_CASE("waves follow one another, with waits and loops")
{
	const WaveStore waves = two_waves();
	const Chain chain = chain_of({0, 255, 0, 1, 255, 2, 0x10, 0x27, 255, 1, 3, 0, 0}, waves);
	CHECK(chain.gpios() == (1 << 4 | 1 << 5));
	REQUIRE(chain.steps().size() == 2 + 1 + 2 + 1 + 1 + 2);
	CHECK(chain.steps()[2].op == GPIOHUB_STEP_LOOP);
	CHECK(chain.steps()[2].count == 3);
	CHECK(chain.steps()[5].wait_ns == 10'000'000);
	/* 100 us, then three times 11 ms, then 100 us. */
	CHECK(chain.wave_at(0) == 0);
	CHECK(chain.wave_at(99'999) == 0);
	CHECK(chain.wave_at(100'000) == 1);
	CHECK(chain.wave_at(1'100'000) == ChainPart::kNoWave);
	CHECK(chain.wave_at(100'000 + 22'000'000) == 1);
	CHECK(chain.wave_at(100'000 + 33'000'000) == 0);
	CHECK(chain.wave_at(200'000 + 33'000'000) == ChainPart::kNoWave);
}

TEST_CASE("loops in loops, the last of them for ever")
{
	const WaveStore waves = two_waves();
	const Chain chain = chain_of({255, 0, 0, 255, 0, 1, 255, 1, 2, 0, 255, 3}, waves);
	CHECK(chain.steps().front().count == 0);
	/* A turn: 100 us and twice 1 ms. */
	const std::uint64_t turn = 2'100'000;
	CHECK(chain.wave_at(1'000'000 * turn) == 0);
	CHECK(chain.wave_at(1'000'000 * turn + 100'000) == 1);
}

TEST_CASE("a loop of no turns is not played")
{
	const WaveStore waves = two_waves();
	const Chain chain = chain_of({255, 0, 1, 255, 1, 0, 0, 0}, waves);
	CHECK(chain.steps().size() == 2);
	CHECK(chain.wave_at(0) == 0);
}

TEST_CASE("what is wrong with a chain has its own error")
{
	const WaveStore waves = two_waves();
	CHECK(fault_of({7}, waves) == Status::BadWaveId);
	CHECK(fault_of({255}, waves) == Status::BadChainCommand);
	CHECK(fault_of({255, 4}, waves) == Status::BadChainCommand);
	CHECK(fault_of({255, 1, 1, 0}, waves) == Status::BadChainLoop);
	CHECK(fault_of({255, 0, 0}, waves) == Status::BadChainLoop);
	CHECK(fault_of({255, 0, 255, 1, 5, 0}, waves) == Status::BadChainLoop);
	CHECK(fault_of({255, 0, 0, 255, 1, 5}, waves) == Status::BadChainLoopCount);
	CHECK(fault_of({255, 2, 5}, waves) == Status::BadChainDelay);
	CHECK(fault_of({255, 0, 0, 255, 3, 0}, waves) == Status::BadForever);
	CHECK(fault_of(Bytes(601, 0), waves) == Status::ChainTooBig);
	Bytes many;
	for (int i = 0; i < 21; i++)
		many.insert(many.end(), {255, 0, 0, 255, 1, 1, 0});
	CHECK(fault_of(many, waves) == Status::TooManyChainLoops);
}

TEST_CASE("loops that are deeper than the kernel has them are written out, as far as that goes")
{
	const WaveStore waves = two_waves();
	/* So many loops in one another: the innermost of these turns, the others of one. */
	const auto nested = [](std::size_t depth, unsigned turns) {
		Bytes bytes;
		for (std::size_t i = 0; i < depth; i++)
			bytes.insert(bytes.end(), {255, 0});
		bytes.push_back(0);
		bytes.insert(bytes.end(), {255, 1, turns & 0xff, turns >> 8});
		for (std::size_t i = 1; i < depth; i++)
			bytes.insert(bytes.end(), {255, 1, 1, 0});
		return bytes;
	};
	const std::size_t wave = waves.find(0)->steps.size();
	const Chain chain = chain_of(nested(20, 3), waves);
	CHECK(!find_fault(~std::uint64_t{0}, chain.steps()));
	CHECK(chain.steps().size() == 2 * GPIOHUB_MAX_DEPTH + 3 * wave);
	CHECK(chain.wave_at(250'000) == 0);
	CHECK(chain.wave_at(300'000) == ChainPart::kNoWave);
	CHECK(chain_of(nested(8, 50'000), waves).steps().size() == 2 * GPIOHUB_MAX_DEPTH + wave);
	CHECK(fault_of(nested(9, 50'000), waves) == Status::ChainNesting);
	/* One for ever in others: they would never end. */
	Bytes forever = nested(12, 1);
	forever[12 * 2 + 2] = 3;
	forever.resize(12 * 2 + 3);
	CHECK(fault_of(forever, waves) == Status::BadChainLoop);
}

TEST_CASE("a chain of long waves is too big before it takes much room")
{
	WaveStore waves;
	(void)waves.add(std::vector<Pulse>(12'000, {1, 0, 1}));
	REQUIRE(waves.create().res == 0);
	CHECK(fault_of(Bytes(600, 0), waves) == Status::ChainTooBig);
}

TEST_CASE("one wave, once or for ever, is a pattern that the hub takes")
{
	WaveStore waves = two_waves();
	(void)waves.add(std::vector<Pulse>{{1, 0, 0}});
	REQUIRE(waves.create().res == 2);
	for (const std::uint32_t id : {0u, 1u, 2u}) {
		for (const bool is_repeated : {false, true}) {
			const Chain chain = Chain::of(id, *waves.find(id), is_repeated);
			CHECK(!find_fault(~std::uint64_t{0}, chain.steps()));
			if (is_repeated)
				CHECK(chain.wave_at(1'234'567'891) == id);
		}
	}
}

TEST_CASE("any bytes are a chain that the hub takes, or an error")
{
	const WaveStore waves = two_waves();
	std::mt19937 random(11);
	const std::array<unsigned, 8> likely{0, 1, 255, 255, 2, 3, 0, 7};
	int taken = 0;
	for (int round = 0; round < 50'000; round++) {
		Bytes bytes(random() % 24);
		for (unsigned &byte : bytes)
			byte = likely[random() % likely.size()];
		auto parsed = parse(bytes, waves);
		if (const auto *chain = std::get_if<Chain>(&parsed)) {
			if (chain->steps().empty())
				continue;
			taken++;
			REQUIRE(!find_fault(~std::uint64_t{0}, chain->steps()));
			(void)chain->wave_at(random());
		}
	}
	CHECK(taken > 100);
}
