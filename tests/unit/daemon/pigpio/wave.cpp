/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/wave.hpp"

#include <catch2/catch.hpp>

#include <cstring>
#include <random>

using namespace gpiohub::daemon::pigpio;

namespace
{

constexpr std::int32_t res_of(Status status)
{
	return static_cast<std::int32_t>(status);
}

std::vector<std::byte> bytes_of(std::string_view text)
{
	std::vector<std::byte> bytes(text.size());
	std::memcpy(bytes.data(), text.data(), text.size());
	return bytes;
}

/* When what happens, us. */
using Times = std::vector<std::array<std::uint64_t, 3>>;

Times times_of(const Wave &wave)
{
	Times times;
	std::uint64_t now = 0;
	for (const WaveStep &step : wave.steps) {
		if ((step.on | step.off) != 0)
			times.push_back({now / 1000, step.on, step.off});
		now += step.wait_ns;
	}
	return times;
}

} // namespace

TEST_CASE("pulses become a wave: what is driven, and how long until the next")
{
	WaveStore store;
	const std::vector<Pulse> pulses{{1 << 4, 0, 100}, {0, 1 << 4, 200}};
	CHECK(store.add(pulses).res == 2);
	CHECK(store.micros().now == 300);
	CHECK(store.pulses().now == 2);
	CHECK(store.blocks().now == 5);
	REQUIRE(store.create().res == 0);
	const Wave *wave = store.find(0);
	REQUIRE(wave != nullptr);
	CHECK(times_of(*wave) == Times{{0, 1 << 4, 0}, {100, 0, 1 << 4}});
	CHECK(wave->length_ns == 300'000);
	CHECK(wave->gpios == 1 << 4);
	CHECK(wave->blocks == 5);
	/* Its size is told until there is another; that one begins empty. */
	CHECK(store.pulses().now == 2);
	CHECK(store.create().res == res_of(Status::EmptyWave));
}

TEST_CASE("what is added is merged in time, from the beginning")
{
	WaveStore store;
	CHECK(store.add(std::vector<Pulse>{{1, 0, 100}, {0, 1, 100}}).res == 2);
	CHECK(store.add(std::vector<Pulse>{{0, 0, 50}, {2, 0, 50}, {0, 2, 500}}).res == 3);
	REQUIRE(store.create().res == 0);
	const Wave &wave = *store.find(0);
	CHECK(times_of(wave) == Times{{0, 1, 0}, {50, 2, 0}, {100, 0, 3}});
	CHECK(wave.length_ns == 600'000);
}

TEST_CASE("a wave may begin with a wait, or be nothing else")
{
	WaveStore store;
	CHECK(store.add(std::vector<Pulse>{{0, 0, 50}, {2, 0, 50}}).res == 2);
	REQUIRE(store.create().res == 0);
	CHECK(times_of(*store.find(0)) == Times{{50, 2, 0}});
	CHECK(store.add(std::vector<Pulse>{{0, 0, 70}}).res == 1);
	REQUIRE(store.create().res == 1);
	CHECK(store.find(1)->length_ns == 70'000);
}

TEST_CASE("bytes become bits, low one first, each edge at its own time")
{
	WaveStore store;
	SerialFormat format;
	format.baud = 9600;
	CHECK(store.add_serial(4, format, bytes_of("U")).res > 0);
	REQUIRE(store.create().res == 0);
	const Wave &wave = *store.find(0);
	std::uint64_t now = 0;
	std::uint64_t edges = 0;
	for (const WaveStep &step : wave.steps) {
		/* 0x55 changes with every bit. */
		CHECK(now == (edges * 1'000'000'000 + 4800) / 9600);
		CHECK((edges % 2 == 0 ? step.off : step.on) == 1 << 4);
		now += step.wait_ns;
		edges++;
	}
	CHECK(edges == 10);
	CHECK(wave.length_ns == (std::uint64_t{10} * 1'000'000'000 + 4800) / 9600);
}

TEST_CASE("a format that no serial line has is refused by name")
{
	WaveStore store;
	const auto text = bytes_of("x");
	CHECK(store.add_serial(4, {49, 8, 2, 0}, text).res == res_of(Status::BadWaveBaud));
	CHECK(store.add_serial(4, {1'000'001, 8, 2, 0}, text).res == res_of(Status::BadWaveBaud));
	CHECK(store.add_serial(4, {9600, 0, 2, 0}, text).res == res_of(Status::BadDataBits));
	CHECK(store.add_serial(4, {9600, 33, 2, 0}, text).res == res_of(Status::BadDataBits));
	CHECK(store.add_serial(4, {9600, 8, 1, 0}, text).res == res_of(Status::BadStopBits));
	CHECK(store.add_serial(4, {9600, 8, 9, 0}, text).res == res_of(Status::BadStopBits));
	CHECK(store.add_serial(4, {9600, 8, 2, 1'800'000'001}, text).res ==
		res_of(Status::BadSerialOffset));
	CHECK(store.add_serial(4, {9600, 8, 2, 0}, bytes_of(std::string(1201, 'x'))).res ==
		res_of(Status::TooManyChars));
	CHECK(store.add_serial(4, {}, {}).res == 0);
	CHECK(store.pulses().now == 0);
}

TEST_CASE("what goes beyond the limits is refused, and nothing of it is added")
{
	WaveStore store;
	std::vector<Pulse> pulses(WaveStore::kMostPulses, {1, 0, 1});
	CHECK(store.add(pulses).res == 12'000);
	CHECK(store.add(std::vector<Pulse>{{0, 0, 12'000}, {2, 0, 1}}).res ==
		res_of(Status::TooManyPulses));
	CHECK(store.pulses().now == 12'000);
	store.begin_new();
	CHECK(store.add(std::vector<Pulse>{{1, 0, 1'800'000'000}, {0, 1, 1}}).res ==
		res_of(Status::TooManyPulses));
	CHECK(store.micros().now == 0);
	CHECK(store.pulses().high == 12'000);
}

TEST_CASE("waves have the lowest free number, as many as there are, and so many blocks")
{
	WaveStore store;
	const std::vector<Pulse> pulse{{1, 0, 1}};
	for (std::int32_t id = 0; id < 250; id++) {
		REQUIRE(store.add(pulse).res == 1);
		REQUIRE(store.create().res == id);
	}
	REQUIRE(store.add(pulse).res == 1);
	CHECK(store.create().res == res_of(Status::NoWaveId));
	CHECK(store.remove(7) == Status::Ok);
	CHECK(store.remove(7) == Status::BadWaveId);
	CHECK(store.create().res == 7);
	store.clear();
	CHECK(store.find(7) == nullptr);

	for (int i = 0; i < 2; i++) {
		REQUIRE(store.add(std::vector<Pulse>(6200, {1, 0, 1})).res == 6200);
		REQUIRE(store.create().res == i);
	}
	REQUIRE(store.add(std::vector<Pulse>(200, {1, 0, 1})).res == 200);
	CHECK(store.create().res == res_of(Status::TooManyBlocks));
}

TEST_CASE("any pulses at all make a wave of their length, or none")
{
	std::mt19937 random(5);
	for (int round = 0; round < 300; round++) {
		WaveStore store;
		std::uint64_t longest = 0;
		for (int part = 0; part < 4; part++) {
			std::vector<Pulse> pulses(random() % 50);
			std::uint64_t length = 0;
			for (Pulse &pulse : pulses) {
				pulse = {static_cast<std::uint32_t>(random()) & 7,
					static_cast<std::uint32_t>(random()) & 7,
					static_cast<std::uint32_t>(random()) % 100};
				length += pulse.micros;
			}
			REQUIRE(store.add(pulses).res >= 0);
			longest = std::max(longest, length);
		}
		CHECK(store.micros().now == longest);
		if (store.create().res < 0)
			continue;
		std::uint64_t sum = 0;
		for (const WaveStep &step : store.find(0)->steps) {
			CHECK((step.on & step.off) == 0);
			sum += step.wait_ns;
		}
		CHECK(sum == longest * 1000);
	}
}
