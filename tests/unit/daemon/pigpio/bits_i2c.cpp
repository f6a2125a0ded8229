/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/bits_i2c.hpp"

#include "extensions.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include <random>

using namespace gpiohub::daemon::pigpio;

namespace
{

constexpr Gpios kSda = 1;
constexpr Gpios kScl = 2;
constexpr Gpios kBoth = kSda | kScl;
constexpr int kPatience = 100; /* looks at a clock that is held */

/* A device that has the numbers from 0 on to tell. What it pulls low, after what it saw. */
class Device
{
public:
	unsigned address = 0x53;
	std::size_t takes = 1000; /* bytes that it acknowledges, its address included */
	int holds = 0;            /* looks for which it holds the clock after each byte */
	Gpios low = 0;

	void saw(Gpios before, Gpios now)
	{
		if ((before & now & kScl) != 0 && ((before ^ now) & kSda) != 0)
			condition((now & kSda) == 0);
		else if ((~before & now & kScl) != 0)
			rose((now & kSda) != 0);
		else if ((before & ~now & kScl) != 0)
			fell();
	}
	void looked_at()
	{
		if (held_ > 0 && --held_ == 0)
			low &= ~kScl;
	}

private:
	void condition(bool is_start)
	{
		is_addressed_ = is_start;
		is_sender_ = false;
		is_first_ = true;
		bits_ = is_start ? -1 : 0;
		low &= ~kSda;
	}

	void rose(bool bit)
	{
		if (!is_addressed_)
			return;
		if (bits_ < 8)
			byte_ = (byte_ << 1 | (bit ? 1U : 0U)) & 0xff;
		else if (is_sender_)
			is_addressed_ = !bit; /* not acknowledged: that was all */
	}

	void fell()
	{
		low &= ~kSda;
		if (!is_addressed_)
			return;
		if (++bits_ == 9) {
			bits_ = 0;
			is_first_ = false;
			if (is_next_sender_ && !is_sender_)
				is_sender_ = true;
			out_ = next_;
			next_ += is_sender_ ? 1 : 0;
			held_ = holds;
			low |= held_ > 0 ? kScl : 0;
		}
		if (bits_ == 8 && !is_sender_)
			acknowledge();
		if (bits_ < 8 && is_sender_ && (out_ >> (7 - bits_) & 1) == 0)
			low |= kSda;
	}

	void acknowledge()
	{
		if (is_first_) {
			is_addressed_ = byte_ >> 1 == address;
			is_next_sender_ = (byte_ & 1) != 0;
		}
		if (takes == 0)
			is_addressed_ = false;
		if (!is_addressed_)
			return;
		takes--;
		low |= kSda;
	}

	bool is_addressed_ = false;
	bool is_sender_ = false;
	bool is_next_sender_ = false;
	bool is_first_ = false;
	int bits_ = 0;
	unsigned byte_ = 0;
	unsigned out_ = 0;
	unsigned next_ = 0;
	int held_ = 0;
};

/* Two lines that are pulled up, and what went over them: "S A6+ 32- P". */
class Wire
{
public:
	Device device;
	Gpios stuck = 0; /* low for ever */
	std::string seen;

	Gpios levels() const { return kBoth & ~(low_ | device.low | stuck); }

	void drive(Gpios lines, Gpios levels)
	{
		/* One after the other, as a chip may do it. */
		for (const Gpios line : {kSda, kScl}) {
			if ((lines & line) == 0)
				continue;
			low_ = (levels & line) != 0 ? low_ & ~line : low_ | line;
			settle();
		}
	}
	void look()
	{
		device.looked_at();
		settle();
	}

private:
	void settle()
	{
		while (levels() != last_) {
			const Gpios before = std::exchange(last_, levels());
			analyse(before, last_);
			device.saw(before, last_);
		}
	}

	void analyse(Gpios before, Gpios now)
	{
		if ((before & now & kScl) != 0 && ((before ^ now) & kSda) != 0) {
			seen += (now & kSda) == 0 ? "S " : "P ";
			bits_ = byte_ = 0;
			return;
		}
		if ((~before & now & kScl) == 0)
			return;
		const bool bit = (now & kSda) != 0;
		if (bits_++ < 8) {
			byte_ = byte_ << 1 | (bit ? 1U : 0U);
			return;
		}
		seen += fmt::format("{:02X}{} ", byte_, bit ? '-' : '+');
		bits_ = byte_ = 0;
	}

	Gpios low_ = 0;
	Gpios last_ = kBoth;
	unsigned bits_ = 0;
	unsigned byte_ = 0;
};

/* cancelled_at: after so many steps; 0: not. */
Reply run(Wire &wire, std::string_view input, int cancelled_at = 0)
{
	auto made = I2cMaster::create(kSda, kScl, of(input));
	if (const auto *status = std::get_if<Status>(&made))
		return *status;
	auto &master = std::get<0>(made);
	bool sample = false;
	int steps = 0;
	while (const auto step = master.next(sample)) {
		REQUIRE(++steps < 1'000'000);
		wire.drive(step->drive, step->levels);
		for (int looks = 0; (step->await & ~wire.levels()) != 0; looks++) {
			if (looks == kPatience) {
				master.give_up();
				break;
			}
			wire.look();
		}
		sample = (wire.levels() & step->sample) != 0;
		if (steps == cancelled_at)
			master.cancel();
	}
	return master.reply();
}

Status status_of(std::string_view input)
{
	Wire wire;
	const Reply reply = run(wire, input);
	CHECK(wire.seen.empty());
	return static_cast<Status>(reply.res);
}

} // namespace

TEST_CASE("a register is written and, after a start again, six bytes are read")
{
	Wire wire;
	const Reply reply = run(wire, bytes({4, 0x53, 2, 7, 1, 0x32, 2, 6, 6, 3, 0}));
	CHECK(reply.res == 6);
	CHECK(reply.extension == bytes({0, 1, 2, 3, 4, 5}));
	CHECK(wire.seen == "S A6+ 32+ S A7+ 00+ 01+ 02+ 03+ 04+ 05- P ");
	CHECK(wire.levels() == kBoth);
}

TEST_CASE("several devices, one transfer after the other")
{
	Wire wire;
	CHECK(run(wire, bytes({4, 0x53, 2, 7, 2, 1, 0x80, 3, 2, 6, 1, 3})).extension == bytes({0}));
	CHECK(wire.seen == "S A6+ 01+ 80+ P S A7+ 00- P ");
}

TEST_CASE("what nobody acknowledges fails, and the bus is free again")
{
	Wire wire;
	SECTION("an address that is written to")
	{
		CHECK(run(wire, bytes({4, 0x50, 2, 7, 1, 9, 3})).res ==
			res(Status::I2cWriteFailed));
		CHECK(wire.seen == "S A0- P ");
	}
	SECTION("one that is read from")
	{
		CHECK(run(wire, bytes({4, 0x50, 2, 6, 1, 3})).res == res(Status::I2cReadFailed));
		CHECK(wire.seen == "S A1- P ");
	}
	SECTION("a byte")
	{
		wire.device.takes = 2;
		CHECK(run(wire, bytes({4, 0x53, 2, 7, 3, 1, 2, 3, 2, 6, 1, 3})).res ==
			res(Status::I2cWriteFailed));
		CHECK(wire.seen == "S A6+ 01+ 02- P ");
	}
	CHECK(wire.levels() == kBoth);
}

TEST_CASE("an address alone asks whether anybody is there")
{
	Wire wire;
	CHECK(run(wire, bytes({4, 0x53, 2, 7, 0, 3})).res == 0);
	CHECK(wire.seen == "S A6+ P ");
}

TEST_CASE("a segment that cannot go on has a start of its own, and the end is a stop")
{
	Wire wire;
	SECTION("without any start")
	{
		CHECK(run(wire, bytes({4, 0x53, 7, 1, 1})).res == 0);
		CHECK(wire.seen == "S A6+ 01+ P ");
	}
	SECTION("the other way")
	{
		CHECK(run(wire, bytes({4, 0x53, 2, 7, 1, 1, 6, 1})).res == 1);
		CHECK(wire.seen == "S A6+ 01+ S A7+ 00- P ");
	}
	SECTION("after a stop")
	{
		CHECK(run(wire, bytes({4, 0x53, 2, 7, 1, 1, 3, 7, 1, 2})).res == 0);
		CHECK(wire.seen == "S A6+ 01+ P S A6+ 02+ P ");
	}
	SECTION("those that can go on")
	{
		CHECK(run(wire, bytes({4, 0x53, 2, 7, 1, 1, 7, 1, 2, 2, 6, 1, 6, 2, 3})).res == 3);
		CHECK(wire.seen == "S A6+ 01+ 02+ S A7+ 00+ 01+ 02- P ");
	}
}

TEST_CASE("a device may hold the clock, but not for ever")
{
	Wire wire;
	SECTION("a while")
	{
		wire.device.holds = kPatience - 1;
		CHECK(run(wire, bytes({4, 0x53, 2, 7, 1, 1, 2, 6, 2, 3})).extension ==
			bytes({0, 1}));
		CHECK(wire.seen == "S A6+ 01+ S A7+ 00+ 01- P ");
	}
	SECTION("for ever, written to")
	{
		wire.device.holds = 1'000'000;
		CHECK(run(wire, bytes({4, 0x53, 2, 7, 1, 1})).res == res(Status::I2cWriteFailed));
	}
	SECTION("for ever, read from")
	{
		wire.device.holds = 1'000'000;
		CHECK(run(wire, bytes({4, 0x53, 2, 6, 1})).res == res(Status::I2cReadFailed));
	}
	wire.device.low = 0;
	CHECK(wire.levels() == kBoth);
}

TEST_CASE("a data line that somebody holds down is no free bus")
{
	Wire wire;
	wire.stuck = kSda;
	CHECK(run(wire, bytes({4, 0x53, 2, 6, 1, 3})).res == res(Status::I2cReadFailed));
	wire.stuck = 0;
	CHECK(wire.levels() == kBoth);
}

TEST_CASE("P of two bytes, flags, and what follows on the end")
{
	Wire wire;
	const std::string input =
		bytes({1, 4, 0x53, 0, 5, 0xff, 0xff, 2, 1, 6, 44, 1, 3, 0, 99, 99});
	CHECK(run(wire, input).res == 300);
}

TEST_CASE("what is wrong is found before anything is driven")
{
	CHECK(status_of(bytes({2, 8})) == Status::BadI2cCommand);
	CHECK(status_of(bytes({2, 4})) == Status::BadI2cCommand);
	CHECK(status_of(bytes({2, 4, 128})) == Status::BadI2cAddress);
	CHECK(status_of(bytes({2, 1, 4, 0x53, 1})) == Status::BadI2cAddress);
	CHECK(status_of(bytes({2, 5, 0})) == Status::BadI2cCommand);
	CHECK(status_of(bytes({2, 6})) == Status::BadI2cCommand);
	CHECK(status_of(bytes({2, 6, 0})) == Status::BadI2cReadLength);
	CHECK(status_of(bytes({2, 7, 3, 1, 2})) == Status::BadI2cWriteLength);
	CHECK(status_of(bytes({2, 1, 7, 1})) == Status::BadI2cCommand);
	CHECK(status_of("") == Status::Ok);
}

TEST_CASE("what goes over the bus is bounded, both ways together")
{
	Wire wire;
	CHECK(run(wire, bytes({4, 0x53, 2, 1, 6, 0xfe, 0x1f})).res == 8190);
	CHECK(status_of(bytes({4, 0x53, 2, 1, 6, 0xff, 0x1f})) == Status::TooManySegments);
	CHECK(status_of(bytes({2, 1, 6, 0xff, 0xff})) == Status::BadI2cReadLength);
	CHECK(status_of(bytes({2, 1, 6, 0, 0x10, 1, 6, 0, 0x10})) == Status::BadI2cReadLength);
	CHECK(status_of(std::string(9000, '\2')) == Status::TooManySegments);
	CHECK(status_of(bytes({2, 1, 7, 0, 0x20}) + std::string(8192, 'x')) ==
		Status::BadI2cWriteLength);
}

TEST_CASE("a transfer that nobody wants ends after the byte that is on its way")
{
	const std::string all = "S A6+ 01+ S A7+ 00+ 01+ 02+ 03+ 04+ 05+ 06+ 07+ 08- P ";
	for (int steps = 1; steps < 200; steps++) {
		Wire wire;
		const Reply reply = run(wire, bytes({4, 0x53, 2, 7, 1, 1, 2, 6, 9, 3}), steps);
		CHECK(wire.levels() == kBoth);
		CHECK(reply.res < 0);
		REQUIRE(wire.seen.ends_with("P "));
		/* Up to the last byte it is as it would have been. A device that sends is told
		 * not to go on: it would have the line. */
		std::string before = wire.seen.substr(0, wire.seen.size() - 2);
		const bool is_sent = before.find("A7+") != std::string::npos;
		CHECK(before.ends_with("- ") == is_sent);
		CHECK(before.size() <= static_cast<std::size_t>(steps) / 27 * 4 + 14);
		if (is_sent)
			before.resize(before.size() - 2);
		CHECK(all.starts_with(before));
	}
}

TEST_CASE("whatever the input is, it ends, and the bus is free")
{
	std::mt19937 random(7);
	for (int i = 0; i < 20'000; i++) {
		std::string input(random() % 24, '\0');
		for (char &byte : input)
			byte = static_cast<char>(random() % 4 == 0 ? random() : random() % 9);
		Wire wire;
		wire.device.address = static_cast<unsigned>(random() % 9);
		wire.device.holds = static_cast<int>(random() % 3);
		wire.device.takes = random() % 5;
		const Reply reply = run(wire, input, static_cast<int>(random() % 400));
		REQUIRE(wire.levels() == kBoth);
		REQUIRE((wire.seen.empty() || wire.seen.ends_with("P ")));
		REQUIRE(reply.res >= res(Status::BadI2cBaud));
	}
}
