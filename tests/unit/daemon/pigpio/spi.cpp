/* SPDX-License-Identifier: MIT */
/* With a device of the test's own. */
#include "proto/pigpio/spi.hpp"

#include "extensions.hpp"
#include "fake_device.hpp"

#include <catch2/catch.hpp>
#include <linux/spi/spidev.h>

using namespace gpiohub::daemon::pigpio;

namespace
{

constexpr std::uint32_t kSpeed = 1'000'000;
constexpr std::uint32_t kAuxiliary = 1U << 8;

/* A transfer as spidev is told it. */
struct Sent {
	std::string bytes;
	bool is_out;
	bool is_in;
	std::size_t size;
	spi_ioc_transfer told;
};

/* A bus with a device that answers with `answer`, again and again. */
struct Bench {
	Bench()
	{
		device.on_control = [this](unsigned long request, void *argument) {
			if (request == SPI_IOC_WR_MODE32) {
				modes.push_back(*static_cast<std::uint32_t *>(argument));
				return -mode_fault;
			}
			const auto size = _IOC_SIZE(request) / sizeof(spi_ioc_transfer);
			return message({static_cast<spi_ioc_transfer *>(argument), size});
		};
	}

	int message(std::span<const spi_ioc_transfer> transfers)
	{
		auto &seen = messages.emplace_back();
		std::size_t total = 0;
		for (const spi_ioc_transfer &each : transfers) {
			/* NOLINTBEGIN(performance-no-int-to-ptr): spidev's addresses are numbers */
			const auto *out = reinterpret_cast<const char *>(each.tx_buf);
			auto *in = reinterpret_cast<char *>(each.rx_buf);
			/* NOLINTEND(performance-no-int-to-ptr) */
			seen.push_back({out != nullptr ? std::string(out, each.len) : "",
				out != nullptr, in != nullptr, each.len, each});
			for (std::size_t i = 0; in != nullptr && i < each.len; i++)
				in[i] = answer[i % answer.size()];
			total += each.len;
		}
		return fault != 0 ? -fault : static_cast<int>(total);
	}

	std::uint32_t open(std::uint32_t channel = 0, std::uint32_t flags = 0)
	{
		const Reply reply = spi.open(channel, kSpeed, U32(flags));
		REQUIRE(reply.res >= 0);
		return static_cast<std::uint32_t>(reply.res);
	}

	Sent only() const
	{
		REQUIRE(messages.size() == 1);
		REQUIRE(messages[0].size() == 1);
		return messages[0][0];
	}

	Caller caller{"a test"};
	FakeDevice device;
	Spi spi{caller, {}, "/devices", device};
	std::string answer = "xyz";
	int fault = 0;
	int mode_fault = 0;
	std::vector<std::uint32_t> modes;
	std::vector<std::vector<Sent>> messages;
};

} // namespace

TEST_CASE("a channel is the device that it is told to be")
{
	Bench bench;
	bench.open(0);
	bench.open(1);
	bench.open(2, kAuxiliary);
	CHECK(bench.device.opened ==
		std::vector<std::string>{
			"/devices/spidev0.0", "/devices/spidev0.1", "/devices/spidev1.2"});
	CHECK(bench.spi.handles().at(1).what == "spidev0.1 1000000 Hz");

	Spi other(bench.caller, {{"spidev10.0"}, {"/elsewhere/spi"}}, "/dev", bench.device);
	CHECK(other.open(0, kSpeed, U32(0)).res == 0);
	CHECK(bench.device.opened.back() == "/dev/spidev10.0");
	CHECK(other.open(0, kSpeed, U32(kAuxiliary)).res == 1);
	CHECK(bench.device.opened.back() == "/elsewhere/spi");
	CHECK(other.open(1, kSpeed, U32(0)).res == res(Status::BadSpiChannel));
	CHECK(other.close(0, 0, {}).res == 0);
	CHECK(other.close(0, 0, {}).res == res(Status::BadHandle));
}

TEST_CASE("what is not the interface's opens nothing")
{
	Bench bench;
	CHECK(bench.spi.open(2, kSpeed, U32(0)).res == res(Status::BadSpiChannel));
	CHECK(bench.spi.open(3, kSpeed, U32(kAuxiliary)).res == res(Status::BadSpiChannel));
	CHECK(bench.spi.open(~0U, kSpeed, U32(0)).res == res(Status::BadSpiChannel));
	CHECK(bench.spi.open(0, 31'999, U32(0)).res == res(Status::BadSpiSpeed));
	CHECK(bench.spi.open(0, 125'000'001, U32(0)).res == res(Status::BadSpiSpeed));
	CHECK(bench.spi.open(0, kSpeed, U32(1U << 22)).res == res(Status::BadFlags));
	CHECK(bench.spi.open(0, kSpeed, U32(kAuxiliary | 33U << 16)).res == res(Status::BadFlags));
	CHECK(bench.spi.open(0, kSpeed, of("")).res == res(Status::BadParameter));
	Spi no_auxiliary(bench.caller, {{"spidev0.0"}, {}}, "/dev", bench.device);
	CHECK(no_auxiliary.open(0, kSpeed, U32(kAuxiliary)).res == res(Status::NoAuxiliarySpi));
	CHECK(bench.device.opened.empty());
	CHECK(bench.spi.open(0, 32'000, U32(0)).res == 0);
	CHECK(bench.spi.open(0, 125'000'000, U32(0)).res == 1);
}

TEST_CASE("a device that is not there, or cannot what is asked, makes no handle")
{
	Bench bench;
	bench.device.open_fault = ENOENT;
	CHECK(bench.spi.open(0, kSpeed, U32(0)).res == res(Status::SpiOpenFailed));
	bench.device.open_fault = 0;
	bench.mode_fault = EINVAL;
	CHECK(bench.spi.open(0, kSpeed, U32(4)).res == res(Status::BadFlags));
	bench.mode_fault = ENOTTY;
	CHECK(bench.spi.open(0, kSpeed, U32(0)).res == res(Status::SpiOpenFailed));
	CHECK(bench.spi.handles().empty());
}

TEST_CASE("when there is no handle left no device is opened")
{
	Bench bench;
	for (std::size_t i = 0; i < Spi::kMostHandles; i++)
		bench.open();
	CHECK(bench.spi.open(0, kSpeed, U32(0)).res == res(Status::NoHandle));
	CHECK(bench.device.opened.size() == Spi::kMostHandles);
}

TEST_CASE("flags become spidev's mode, the chip select's those of the channel")
{
	Bench bench;
	const auto mode = [&](std::uint32_t channel, std::uint32_t flags) {
		bench.open(channel, flags);
		return bench.modes.back();
	};
	CHECK(mode(0, 0) == SPI_MODE_0);
	CHECK(mode(0, 1) == SPI_MODE_1);
	CHECK(mode(0, 2) == SPI_MODE_2);
	CHECK(mode(0, 3) == SPI_MODE_3);
	CHECK(mode(0, 1U << 2) == SPI_CS_HIGH);
	CHECK(mode(0, 1U << 3) == 0);
	CHECK(mode(1, 1U << 3) == SPI_CS_HIGH);
	CHECK(mode(1, 1U << 6) == SPI_NO_CS);
	CHECK(mode(2, kAuxiliary | 1U << 4 | 1U << 7) == (SPI_CS_HIGH | SPI_NO_CS));
	CHECK(mode(0, 1U << 9) == SPI_3WIRE);
	/* The main bus's only. */
	CHECK(mode(0, kAuxiliary | 1U << 9) == 0);
}

TEST_CASE("an exchange is one message both ways")
{
	Bench bench;
	const auto handle = bench.open();
	const Reply reply = bench.spi.exchange(handle, 0, of("abcd"));
	CHECK(reply.res == 4);
	CHECK(reply.extension == "xyzx");
	const Sent sent = bench.only();
	CHECK(sent.bytes == "abcd");
	CHECK(sent.is_in);
	CHECK(sent.told.speed_hz == kSpeed);
	CHECK(sent.told.bits_per_word == 8);
	CHECK(sent.told.cs_change == 0);
}

TEST_CASE("a read writes nothing of its own, a write keeps nothing")
{
	Bench bench;
	const auto handle = bench.open();
	CHECK(bench.spi.read(handle, 2, {}).extension == "xy");
	CHECK_FALSE(bench.only().is_out);
	bench.messages.clear();
	const Reply reply = bench.spi.write(handle, 0, of("abc"));
	CHECK(reply.res == 3);
	CHECK(reply.extension.empty());
	CHECK(bench.only().bytes == "abc");
	CHECK_FALSE(bench.only().is_in);
}

TEST_CASE("each transfer is in its handle's mode, though the device has one for all")
{
	Bench bench;
	const auto first = bench.open(0, 1);
	bench.open(0, 2);
	bench.modes.clear();
	bench.spi.write(first, 0, of("a"));
	CHECK(bench.modes == std::vector<std::uint32_t>{SPI_MODE_1});
	bench.mode_fault = EINVAL;
	CHECK(bench.spi.write(first, 0, of("a")).res == res(Status::SpiTransferFailed));
	CHECK(bench.messages.size() == 1);
}

TEST_CASE("much is sent in pieces, the chip selected until the last")
{
	Bench bench;
	const auto handle = bench.open();
	std::string out;
	for (int i = 0; i < 9000; i++)
		out.push_back(static_cast<char>(i % 251));
	bench.answer = out.substr(0, Spi::kPiece);
	const Reply reply = bench.spi.exchange(handle, 0, of(out));
	REQUIRE(bench.messages.size() == 3);
	std::string sent;
	for (const auto &message : bench.messages) {
		REQUIRE(message.size() == 1);
		CHECK(message[0].size <= Spi::kPiece);
		CHECK(message[0].told.cs_change == (sent.size() < 2 * Spi::kPiece ? 1 : 0));
		sent += message[0].bytes;
	}
	CHECK(sent == out);
	REQUIRE(reply.extension.size() == 9000);
	CHECK(reply.extension.substr(0, Spi::kPiece) == bench.answer);
	CHECK(reply.extension.substr(2 * Spi::kPiece) ==
		bench.answer.substr(0, 9000 - 2 * Spi::kPiece));
}

TEST_CASE("a piece that fails is the last")
{
	Bench bench;
	const auto handle = bench.open();
	bench.fault = EIO;
	const Reply reply = bench.spi.read(handle, 9000, {});
	CHECK(reply.res == res(Status::SpiTransferFailed));
	CHECK(reply.extension.empty());
	CHECK(bench.messages.size() == 1);
}

TEST_CASE("counts are bounded, and by how long they take")
{
	Bench bench;
	const auto fast = bench.open();
	CHECK(bench.spi.read(fast, 65'535, {}).res == 65'535);
	CHECK(bench.spi.read(fast, 65'536, {}).res == res(Status::BadSpiCount));
	CHECK(bench.spi.read(fast, ~0U, {}).res == res(Status::BadSpiCount));
	/* A second at 32,000 bits. */
	const auto slow = static_cast<std::uint32_t>(bench.spi.open(0, 32'000, U32(0)).res);
	CHECK(bench.spi.write(slow, 0, of(std::string(4000, 'x'))).res == 4000);
	CHECK(bench.spi.write(slow, 0, of(std::string(4001, 'x'))).res == res(Status::BadSpiCount));
	/* Nothing takes no time. */
	bench.messages.clear();
	CHECK(bench.spi.exchange(fast, 0, of("")).res == 0);
	CHECK(bench.messages.empty());
}

TEST_CASE("the auxiliary bus has words of other sizes, whole ones only")
{
	Bench bench;
	const auto words = [&](std::uint32_t bits) {
		return bench.open(0, kAuxiliary | bits << 16);
	};
	const auto twelve = words(12);
	CHECK(bench.spi.write(twelve, 0, of("abcd")).res == 4);
	CHECK(bench.only().told.bits_per_word == 12);
	CHECK(bench.spi.write(twelve, 0, of("abc")).res == res(Status::BadSpiCount));
	const auto twenty = words(20);
	CHECK(bench.spi.write(twenty, 0, of("abcdabcd")).res == 8);
	CHECK(bench.messages.back()[0].told.bits_per_word == 20);
	CHECK(bench.spi.write(twenty, 0, of("abcdab")).res == res(Status::BadSpiCount));
	CHECK(bench.spi.read(words(0), 3, {}).res == 3);
	CHECK(bench.messages.back()[0].told.bits_per_word == 8);
	/* The main bus's are of 8, whatever the flags say. */
	CHECK(bench.spi.read(bench.open(0, 16U << 16), 3, {}).res == 3);
	CHECK(bench.messages.back()[0].told.bits_per_word == 8);
}

TEST_CASE("low bit first is either way's own")
{
	Bench bench;
	bench.answer = "\x01\xa0";
	const auto out = bench.open(0, kAuxiliary | 1U << 14);
	CHECK(bench.spi.exchange(out, 0, of("\x01\x30")).extension == "\x01\xa0");
	CHECK(bench.only().bytes == "\x80\x0c");
	bench.messages.clear();
	const auto in = bench.open(0, kAuxiliary | 1U << 15);
	CHECK(bench.spi.exchange(in, 0, of("\x01\x30")).extension == "\x80\x05");
	CHECK(bench.only().bytes == "\x01\x30");
	/* Of a word, which has its low byte first: 0x001 of 12 bits is 0x800. */
	bench.messages.clear();
	const auto word = bench.open(0, kAuxiliary | 1U << 14 | 12U << 16);
	CHECK(bench.spi.write(word, 0, of(bytes({0x01, 0x00, 0x02, 0x01}))).res == 4);
	CHECK(bench.only().bytes == bytes({0x00, 0x08, 0x08, 0x04}));
	/* Not on the main bus. */
	bench.messages.clear();
	CHECK(bench.spi.write(bench.open(0, 3U << 14), 0, of("\x01")).res == 1);
	CHECK(bench.only().bytes == "\x01");
}

TEST_CASE("with three wires the first bytes are written, and the rest is read")
{
	Bench bench;
	const auto handle = bench.open(0, 1U << 9 | 2U << 10);
	const Reply reply = bench.spi.exchange(handle, 0, of("abcde"));
	CHECK(reply.extension == bytes({0, 0, 'x', 'y', 'z'}));
	REQUIRE(bench.messages.size() == 1);
	REQUIRE(bench.messages[0].size() == 2);
	const Sent &written = bench.messages[0][0];
	const Sent &read = bench.messages[0][1];
	CHECK(written.bytes == "ab");
	CHECK_FALSE(written.is_in);
	CHECK(written.told.cs_change == 0);
	CHECK_FALSE(read.is_out);
	CHECK(read.size == 3);
	CHECK(read.told.cs_change == 0);

	/* Nothing is left to read of what is shorter. */
	bench.messages.clear();
	CHECK(bench.spi.write(handle, 0, of("a")).res == 1);
	CHECK(bench.only().bytes == "a");
	CHECK_FALSE(bench.only().is_in);
}

TEST_CASE("what is asked of no handle reaches no device")
{
	Bench bench;
	CHECK(bench.spi.read(0, 1, {}).res == res(Status::BadHandle));
	CHECK(bench.spi.write(1, 0, of("x")).res == res(Status::BadHandle));
	CHECK(bench.spi.exchange(~0U, 0, of("x")).res == res(Status::BadHandle));
	CHECK(bench.device.requests.empty());
}
