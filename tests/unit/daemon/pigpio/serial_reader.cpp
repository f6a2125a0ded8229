/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/serial_reader.hpp"

#include "proto/pigpio/wave.hpp"

#include <catch2/catch.hpp>

#include <cstring>
#include <random>

using namespace gpiohub::daemon::pigpio;

namespace
{

std::string random_bytes(std::mt19937 &random, std::size_t size)
{
	std::string bytes(size, '\0');
	for (char &byte : bytes)
		byte = static_cast<char>(random());
	return bytes;
}

/* What WVAS makes of it, edge by edge, each up to `jitter_ns` late. */
void play(SerialReader &reader, const SerialFormat &format, std::string_view text,
	std::uint64_t &now, std::uint64_t jitter_ns, std::mt19937 &random, bool is_inverted = false)
{
	const auto bytes = std::as_bytes(std::span(text));
	const std::size_t most = std::size_t{1000};
	for (std::size_t at = 0; at < bytes.size(); at += most) {
		WaveStore store;
		REQUIRE(store.add_serial(4, format,
				     bytes.subspan(at, std::min(most, bytes.size() - at)))
				.res >= 0);
		REQUIRE(store.create().res == 0);
		for (const WaveStep &step : store.find(0)->steps) {
			const std::uint64_t late = jitter_ns == 0 ? 0 : random() % jitter_ns;
			if ((step.on | step.off) != 0)
				reader.edge((step.on != 0) != is_inverted, now + late);
			now += step.wait_ns;
		}
	}
}

} // namespace

TEST_CASE("a thousand bytes at 9,600 baud are read as they were written")
{
	std::mt19937 random(1);
	SerialReader reader(9600, 8);
	const std::string text = random_bytes(random, 1000);
	std::uint64_t now = 1'000'000;
	play(reader, {}, text, now, 0, random);
	reader.advance(now);
	CHECK(reader.available() == 1000);
	CHECK(reader.read(2000) == text);
	CHECK(reader.read(1).empty());
}

TEST_CASE("so they are at any speed, with any bits, though edges come late")
{
	std::mt19937 random(2);
	for (const std::uint32_t baud : {50u, 300u, 9600u, 38'400u, 115'200u, 250'000u}) {
		for (const std::uint32_t data_bits : {1u, 5u, 7u, 8u, 9u, 16u, 17u, 32u}) {
			for (const std::uint32_t half_stop_bits : {2u, 3u, 8u}) {
				SerialReader reader(baud, data_bits);
				std::string text = random_bytes(random, 64);
				const std::size_t size = data_bits <= 8 ? 1
					: data_bits <= 16               ? 2
									: 4;
				for (std::size_t i = 0; i < text.size(); i++) {
					const auto left = static_cast<int>(data_bits) -
						static_cast<int>(i % size) * 8;
					if (left < 8)
						text[i] = static_cast<char>(
							text[i] & ((1 << std::max(left, 0)) - 1));
				}
				std::uint64_t now = 1'000'000;
				play(reader, {baud, data_bits, half_stop_bits, 0}, text, now,
					300'000'000 / baud, random);
				reader.advance(now + 1'000'000'000 / baud);
				CHECK(reader.read(text.size()) == text);
			}
		}
	}
}

TEST_CASE("an inverted line is read as well")
{
	std::mt19937 random(3);
	SerialReader reader(9600, 8);
	reader.invert(true);
	std::uint64_t now = 1'000'000;
	play(reader, {}, "hello", now, 0, random, true);
	reader.advance(now);
	CHECK(reader.read(100) == "hello");
}

TEST_CASE("a character whose last bits are as the line's rest needs no further edge")
{
	SerialReader reader(1000, 8);
	reader.edge(false, 1'000'000);
	reader.edge(true, 2'000'000); /* all ones */
	reader.advance(10'499'999);
	CHECK(reader.available() == 0);
	reader.advance(10'500'000); /* the middle of the stop bit */
	CHECK(reader.read(1) == "\xff");
}

TEST_CASE("without a stop bit it is none, and the next one is read")
{
	SerialReader reader(1000, 8);
	std::mt19937 random(4);
	reader.edge(false, 1'000'000);
	reader.edge(true, 30'000'000); /* a break */
	std::uint64_t now = 40'000'000;
	play(reader, {1000, 8, 2, 0}, "ok", now, 0, random);
	reader.advance(now);
	CHECK(reader.read(100) == "ok");
}

TEST_CASE("what nobody reads makes way for what is newer")
{
	std::mt19937 random(5);
	SerialReader reader(9600, 8);
	const std::string text = random_bytes(random, SerialReader::kCapacity + 100);
	std::uint64_t now = 1'000'000;
	play(reader, {}, text, now, 0, random);
	reader.advance(now);
	CHECK(reader.read(100'000) == text.substr(100));
}

TEST_CASE("any edges at all are read as something, and no more than fits")
{
	std::mt19937 random(6);
	SerialReader reader(250'000, 32);
	std::uint64_t now = 1;
	for (int i = 0; i < 200'000; i++) {
		now += random() % 20'000;
		reader.edge(random() % 2 == 0, now);
		REQUIRE(reader.available() <= SerialReader::kCapacity);
	}
}
