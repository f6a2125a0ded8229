/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/bits_spi.hpp"

#include "extensions.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace gpiohub::daemon::pigpio;

namespace
{

constexpr SpiPins kPins{1, 2, 4, 8};
constexpr std::uint32_t kSelectHigh = 1U << 2;
constexpr std::uint32_t kSendLowFirst = 1U << 14;
constexpr std::uint32_t kTakeLowFirst = 1U << 15;

/* A shift register of one byte: it sends what it took before, at first 0x5a. Its edges are
 * the book's: a bit is taken at one, and the next one shown at the other. */
class Device
{
public:
	explicit Device(SpiFlags flags) : flags_(flags) {}

	Gpios levels = 0; /* of all four */
	std::string took;
	bool is_wrong = false; /* a clock where none may be */
	unsigned selections = 0;

	void set(Gpios lines, Gpios to)
	{
		/* The data lines first, as a chip may do it, or last. */
		for (const Gpios line : {kPins.mosi, kPins.cs, kPins.sclk}) {
			if ((lines & line) != 0 && ((levels ^ to) & line) != 0) {
				levels ^= line;
				changed(line);
			}
		}
	}

private:
	bool is_selected() const { return ((levels & kPins.cs) != 0) == flags_.is_select_high; }

	void changed(Gpios line)
	{
		const bool is_active = ((levels & kPins.sclk) != 0) != flags_.is_idle_high;
		if (line == kPins.cs) {
			selections += is_selected() ? 1U : 0U;
			is_wrong = is_wrong || is_active || bits_ != 0;
			if (is_selected() && !flags_.is_second_edge)
				show();
		}
		if (line != kPins.sclk || !is_selected())
			return;
		if (is_active != flags_.is_second_edge)
			take();
		else
			show();
	}

	void show()
	{
		/* After the last bit there is nothing new yet. */
		const bool bit = (shift_ >> (7 - bits_) & 1) != 0;
		levels = bit ? levels | kPins.miso : levels & ~kPins.miso;
	}

	void take()
	{
		in_ = in_ << 1 | ((levels & kPins.mosi) != 0 ? 1U : 0U);
		if (++bits_ < 8)
			return;
		took.push_back(static_cast<char>(in_));
		shift_ = in_ & 0xff;
		bits_ = in_ = 0;
	}

	SpiFlags flags_;
	unsigned shift_ = 0x5a;
	unsigned in_ = 0;
	unsigned bits_ = 0;
};

std::string run(Device &device, SpiFlags flags, std::string_view sent, int cancelled_at = 0)
{
	SpiMaster master(kPins, flags, of(sent));
	bool sample = false;
	int steps = 0;
	while (const auto step = master.next(sample)) {
		REQUIRE(++steps < 10'000);
		CHECK(step->await == 0);
		CHECK(step->is_half);
		device.set(step->drive, step->levels);
		sample = (device.levels & step->sample) != 0;
		if (steps == cancelled_at)
			master.cancel();
	}
	return master.reply().extension;
}

unsigned char reversed(unsigned char byte)
{
	unsigned char result = 0;
	for (int i = 0; i < 8; i++)
		result = static_cast<unsigned char>(result << 1 | (byte >> i & 1));
	return result;
}

std::string reversed(std::string text)
{
	for (char &byte : text)
		byte = static_cast<char>(reversed(static_cast<unsigned char>(byte)));
	return text;
}

} // namespace

TEST_CASE("bytes go over in each mode, whatever the clock was before, with either select")
{
	const std::string sent = bytes({0x01, 0x80, 0xff, 0x00, 0xa5, 0x36});
	for (std::uint32_t mode = 0; mode < 4; mode++) {
		for (const std::uint32_t select : {0U, kSelectHigh}) {
			const SpiFlags flags(mode | select);
			for (const Gpios sclk : {Gpios{0}, kPins.sclk}) {
				Device device(flags);
				device.levels = (select != 0 ? 0 : kPins.cs) | sclk;
				CHECK(run(device, flags, sent) ==
					bytes({0x5a, 0x01, 0x80, 0xff, 0x00, 0xa5}));
				CHECK(device.took == sent);
				CHECK(device.selections == 1);
				CHECK(!device.is_wrong);
				const Gpios lines = kPins.cs | kPins.sclk;
				CHECK((device.levels & lines) == SpiMaster::idle(kPins, flags));
			}
		}
	}
}

TEST_CASE("the low bit goes first where that is asked, each way by itself")
{
	const std::string sent = bytes({0x01, 0x23, 0xc4});
	const std::string answer = bytes({0x5a, 0x01, 0x23});
	for (std::uint32_t mode = 0; mode < 4; mode++) {
		Device plain{SpiFlags(mode)};
		plain.levels = kPins.cs;
		CHECK(run(plain, SpiFlags(mode | kTakeLowFirst), sent) == reversed(answer));
		CHECK(plain.took == sent);
		Device turned{SpiFlags(mode)};
		turned.levels = kPins.cs;
		CHECK(run(turned, SpiFlags(mode | kSendLowFirst), reversed(sent)) == answer);
		CHECK(turned.took == sent);
	}
}

TEST_CASE("an exchange that nobody wants ends after its byte, and the device is let go")
{
	for (std::uint32_t mode = 0; mode < 4; mode++) {
		const SpiFlags flags(mode);
		for (int steps = 1; steps < 60; steps++) {
			Device device(flags);
			device.levels = kPins.cs;
			(void)run(device, flags, "abcdef", steps);
			CHECK(!device.is_wrong);
			CHECK(device.took.size() <= static_cast<std::size_t>(steps) / 16 + 1);
			CHECK((device.levels & kPins.cs) != 0);
		}
	}
}
