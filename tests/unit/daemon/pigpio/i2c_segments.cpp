/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/i2c_segments.hpp"

#include "extensions.hpp"

#include <catch2/catch.hpp>
#include <linux/i2c.h>

using namespace gpiohub::daemon::pigpio;

namespace
{

constexpr std::uint16_t kAddress = 0x50;

/* What is written is in the input, which has to stay. */
std::vector<I2cTransfer> read(const std::string &input)
{
	const auto result = segments(of(input), kAddress);
	REQUIRE(std::holds_alternative<std::vector<I2cTransfer>>(result));
	return std::get<0>(result);
}

Status fault(const std::string &input)
{
	const auto result = segments(of(input), kAddress);
	return std::holds_alternative<Status>(result) ? std::get<Status>(result) : Status::Ok;
}

std::string repeated(const std::string &text, std::size_t times)
{
	std::string result;
	for (std::size_t i = 0; i < times; i++)
		result += text;
	return result;
}

} // namespace

TEST_CASE("segments that are not combined are a transfer each")
{
	const std::string input = bytes({7, 2, 0xaa, 0xbb, 6, 3, 0});
	const auto transfers = read(input);
	REQUIRE(transfers.size() == 2);
	REQUIRE(transfers[0].size() == 1);
	CHECK_FALSE(transfers[0][0].is_read);
	CHECK(transfers[0][0].address == kAddress);
	CHECK(text_of(transfers[0][0].bytes) == "\xaa\xbb");
	REQUIRE(transfers[1].size() == 1);
	CHECK(transfers[1][0].is_read);
	CHECK(transfers[1][0].size == 3);
}

TEST_CASE("combined segments are one transfer, until that is switched off")
{
	const auto transfers = read(bytes({2, 7, 1, 0x10, 6, 1, 3, 6, 1, 6, 1, 2, 6, 1, 6, 1}));
	REQUIRE(transfers.size() == 4);
	CHECK(transfers[0].size() == 2);
	CHECK(transfers[1].size() == 1);
	CHECK(transfers[2].size() == 1);
	CHECK(transfers[3].size() == 2);
}

TEST_CASE("switched on again, it is another transfer")
{
	const auto transfers = read(bytes({2, 6, 1, 2, 6, 1}));
	CHECK(transfers.size() == 2);
}

TEST_CASE("address and flags hold until the next")
{
	const auto transfers = read(bytes({4, 0x53, 6, 1, 5, 0, 0x10, 6, 1, 4, 0x1e, 6, 1}));
	REQUIRE(transfers.size() == 3);
	CHECK(transfers[0][0].address == 0x53);
	CHECK(transfers[0][0].flags == 0);
	CHECK(transfers[1][0].address == 0x53);
	CHECK(transfers[1][0].flags == I2C_M_IGNORE_NAK);
	CHECK(transfers[2][0].address == 0x1e);
	CHECK(transfers[2][0].flags == I2C_M_IGNORE_NAK);
}

TEST_CASE("escaped, the next size has two bytes, and only the next")
{
	const std::string input = bytes({1, 6, 0x01, 0x02, 6, 4, 1, 7, 1, 0, 9, 0});
	const auto transfers = read(input);
	REQUIRE(transfers.size() == 3);
	CHECK(transfers[0][0].size == 0x201);
	CHECK(transfers[1][0].size == 4);
	CHECK(text_of(transfers[2][0].bytes) == "\t");
}

TEST_CASE("after the end nothing is read, and the end may be that of the input")
{
	CHECK(read(bytes({0, 99, 6})).empty());
	CHECK(read("").empty());
	CHECK(read(bytes({6, 1})).size() == 1);
}

TEST_CASE("what is no command, or is cut off, is refused as a whole")
{
	CHECK(fault(bytes({8})) == Status::BadI2cCommand);
	CHECK(fault(bytes({6, 1, 255})) == Status::BadI2cCommand);
	CHECK(fault(bytes({6})) == Status::BadI2cCommand);
	CHECK(fault(bytes({7})) == Status::BadI2cCommand);
	CHECK(fault(bytes({4})) == Status::BadI2cCommand);
	CHECK(fault(bytes({5, 0})) == Status::BadI2cCommand);
	CHECK(fault(bytes({1, 6, 1})) == Status::BadI2cCommand);
	/* Nor is what is written more than there is. */
	CHECK(fault(bytes({7, 3, 1, 2})) == Status::BadI2cWriteLength);
	CHECK(fault(bytes({1, 7, 0xff, 0xff, 1})) == Status::BadI2cWriteLength);
}

TEST_CASE("no segment is empty")
{
	CHECK(fault(bytes({6, 0})) == Status::BadI2cReadLength);
	CHECK(fault(bytes({7, 0})) == Status::BadI2cWriteLength);
}

TEST_CASE("an address has seven bits")
{
	CHECK(fault(bytes({4, 0x7f})) == Status::Ok);
	CHECK(fault(bytes({4, 0x80})) == Status::BadI2cAddress);
	CHECK(fault(bytes({1, 4, 0x50, 0x01})) == Status::BadI2cAddress);
}

TEST_CASE("flags that are the kernel's, or the direction, are refused")
{
	CHECK(fault(bytes({5, 0, 0xf8})) == Status::Ok);
	for (const int flag : {I2C_M_RD, I2C_M_TEN, I2C_M_DMA_SAFE, I2C_M_RECV_LEN})
		CHECK(fault(bytes({5, flag & 0xff, flag >> 8})) == Status::BadFlags);
}

TEST_CASE("a command is bounded in all that it puts on the bus")
{
	CHECK(fault(bytes({1, 6, 0x00, 0x20})) == Status::Ok);
	CHECK(fault(bytes({1, 6, 0x01, 0x20})) == Status::BadI2cReadLength);
	CHECK(fault(bytes({1, 6, 0x00, 0x10, 1, 6, 0x00, 0x10})) == Status::BadI2cReadLength);
	CHECK(fault(repeated(bytes({6, 1}), 4096)) == Status::Ok);
	CHECK(fault(repeated(bytes({6, 1}), 4097)) == Status::BadI2cReadLength);
	CHECK(fault(bytes({1, 7, 0x01, 0x20}) + std::string(8193, 'x')) ==
		Status::BadI2cWriteLength);
}

TEST_CASE("a transfer has no more segments than the kernel takes")
{
	CHECK(fault(bytes({2}) + repeated(bytes({6, 1}), 42)) == Status::Ok);
	CHECK(fault(bytes({2}) + repeated(bytes({6, 1}), 43)) == Status::TooManySegments);
}
