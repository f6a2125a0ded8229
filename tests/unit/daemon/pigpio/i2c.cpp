/* SPDX-License-Identifier: MIT */
/* With a device of the test's own; against a real adapter see tests/e2e. */
#include "proto/pigpio/i2c.hpp"

#include "extensions.hpp"
#include "fake_device.hpp"

#include <catch2/catch.hpp>
#include <linux/i2c-dev.h>

#include <cstring>

using namespace gpiohub::daemon::pigpio;

namespace
{

struct Smbus {
	int direction;
	int command;
	unsigned kind;
	i2c_smbus_data data; /* as it was sent */
};

struct Message {
	int address;
	int flags;
	std::string bytes; /* what is written; of a read, as many zeroes */
};

/* A bus with a device that says `answer` to everything. */
struct Bench {
	Bench()
	{
		device.on_control = [this](unsigned long request, void *argument) {
			if (request == I2C_SLAVE)
				address = reinterpret_cast<std::uintptr_t>(argument);
			if (request == I2C_SMBUS)
				return smbus(*static_cast<i2c_smbus_ioctl_data *>(argument));
			if (request == I2C_RDWR)
				return rdwr(*static_cast<i2c_rdwr_ioctl_data *>(argument));
			return 0;
		};
	}

	int smbus(const i2c_smbus_ioctl_data &call)
	{
		Smbus seen{call.read_write, call.command, call.size, {}};
		if (call.data != nullptr) {
			seen.data = *call.data;
			*call.data = answer;
		}
		calls.push_back(seen);
		return -fault;
	}

	int rdwr(const i2c_rdwr_ioctl_data &call)
	{
		auto &transfer = transfers.emplace_back();
		for (const i2c_msg &each : std::span(call.msgs, call.nmsgs)) {
			auto *data = reinterpret_cast<char *>(each.buf);
			transfer.push_back({each.addr, each.flags, {data, each.len}});
			if ((each.flags & I2C_M_RD) != 0)
				std::memset(data, 'A' + answered++, each.len);
		}
		return fault != 0 ? -fault : static_cast<int>(call.nmsgs);
	}

	std::uint32_t open()
	{
		const Reply reply = i2c.open(1, 0x50, U32(0));
		REQUIRE(reply.res >= 0);
		return static_cast<std::uint32_t>(reply.res);
	}

	Smbus last() const
	{
		REQUIRE_FALSE(calls.empty());
		return calls.back();
	}

	Caller caller{"a test"};
	FakeDevice device;
	I2c i2c{caller, "/devices", device};
	std::uintptr_t address = 0;
	i2c_smbus_data answer{};
	int fault = 0;
	int answered = 0;
	std::vector<Smbus> calls;
	std::vector<std::vector<Message>> transfers;
};

bool is(const Smbus &call, int direction, int command, unsigned kind)
{
	return call.direction == direction && call.command == command && call.kind == kind;
}

std::string block(const Smbus &call)
{
	return {reinterpret_cast<const char *>(call.data.block), call.data.block[0] + 1U};
}

} // namespace

TEST_CASE("a handle is a bus's file, told the address")
{
	Bench bench;
	CHECK(bench.open() == 0);
	CHECK(bench.device.opened == std::vector<std::string>{"/devices/i2c-1"});
	CHECK(bench.address == 0x50);
	const auto list = bench.i2c.handles();
	REQUIRE(list.size() == 1);
	CHECK(list[0].who == "a test");
	CHECK(list[0].what == "i2c-1 address 0x50");
	CHECK(bench.i2c.close(0, 0, {}).res == 0);
	CHECK(bench.i2c.close(0, 0, {}).res == res(Status::BadHandle));
}

TEST_CASE("what cannot be opened is told by what is wrong with it")
{
	Bench bench;
	CHECK(bench.i2c.open(1, 0x80, U32(0)).res == res(Status::BadI2cAddress));
	CHECK(bench.i2c.open(1, 0x50, U32(1)).res == res(Status::BadFlags));
	CHECK(bench.i2c.open(1, 0x50, of("")).res == res(Status::BadParameter));
	CHECK(bench.device.opened.empty());
	bench.device.open_fault = ENOENT;
	CHECK(bench.i2c.open(9, 0x50, U32(0)).res == res(Status::BadI2cBus));
	bench.device.open_fault = EACCES;
	CHECK(bench.i2c.open(1, 0x50, U32(0)).res == res(Status::I2cOpenFailed));
	/* A driver has the address. */
	bench.device.open_fault = 0;
	bench.device.on_control = [](unsigned long, void *) { return -EBUSY; };
	CHECK(bench.i2c.open(1, 0x50, U32(0)).res == res(Status::I2cOpenFailed));
	CHECK(bench.i2c.handles().empty());
}

TEST_CASE("when there is no handle left no device is opened")
{
	Bench bench;
	for (std::size_t i = 0; i < I2c::kMostHandles; i++)
		REQUIRE(bench.i2c.open(1, 0x50, U32(0)).res == static_cast<int>(i));
	CHECK(bench.i2c.open(1, 0x50, U32(0)).res == res(Status::NoHandle));
	CHECK(bench.device.opened.size() == I2c::kMostHandles);
}

TEST_CASE("plain reads and writes are what the device's file is asked")
{
	Bench bench;
	const auto handle = bench.open();
	CHECK(bench.i2c.read_device(handle, 3, {}).extension == "ZZZ");
	CHECK(bench.i2c.write_device(handle, 0, of("abc")).res == 0);
	CHECK(bench.device.written == std::vector<std::string>{"abc"});

	CHECK(bench.i2c.read_device(handle, 0, {}).res == res(Status::BadParameter));
	CHECK(bench.i2c.read_device(handle, 8192, {}).res == 8192);
	CHECK(bench.i2c.read_device(handle, 8193, {}).res == res(Status::BadParameter));
	CHECK(bench.i2c.read_device(handle, ~0U, {}).res == res(Status::BadParameter));
	CHECK(bench.i2c.write_device(handle, 0, of("")).res == res(Status::BadParameter));
	CHECK(bench.i2c.write_device(handle, 0, of(std::string(8193, 'x'))).res ==
		res(Status::BadParameter));
}

TEST_CASE("a device that takes or gives less than it was asked has failed")
{
	Bench bench;
	const auto handle = bench.open();
	for (const int result : {-EREMOTEIO, -ETIMEDOUT, 0, 2}) {
		bench.device.read_result = result;
		bench.device.write_result = result;
		const Reply read = bench.i2c.read_device(handle, 3, {});
		CHECK(read.res == res(Status::I2cReadFailed));
		CHECK(read.extension.empty());
		CHECK(bench.i2c.write_device(handle, 0, of("abc")).res ==
			res(Status::I2cWriteFailed));
	}
}

TEST_CASE("a bit is the direction of a quick command")
{
	Bench bench;
	const auto handle = bench.open();
	CHECK(bench.i2c.write_quick(handle, 0, {}).res == 0);
	CHECK(is(bench.last(), I2C_SMBUS_WRITE, 0, I2C_SMBUS_QUICK));
	CHECK(bench.i2c.write_quick(handle, 1, {}).res == 0);
	CHECK(is(bench.last(), I2C_SMBUS_READ, 0, I2C_SMBUS_QUICK));
	CHECK(bench.i2c.write_quick(handle, 2, {}).res == res(Status::BadParameter));
	bench.fault = ENXIO;
	CHECK(bench.i2c.write_quick(handle, 1, {}).res == res(Status::I2cWriteFailed));
}

TEST_CASE("bytes and words are read")
{
	Bench bench;
	const auto handle = bench.open();
	bench.answer.word = 0xbeef;
	CHECK(bench.i2c.read_byte(handle, 0, {}).res == 0xef);
	CHECK(is(bench.last(), I2C_SMBUS_READ, 0, I2C_SMBUS_BYTE));
	CHECK(bench.i2c.read_byte_data(handle, 0x12, {}).res == 0xef);
	CHECK(is(bench.last(), I2C_SMBUS_READ, 0x12, I2C_SMBUS_BYTE_DATA));
	CHECK(bench.i2c.read_word_data(handle, 0x34, {}).res == 0xbeef);
	CHECK(is(bench.last(), I2C_SMBUS_READ, 0x34, I2C_SMBUS_WORD_DATA));
}

TEST_CASE("bytes and words are written")
{
	Bench bench;
	const auto handle = bench.open();
	CHECK(bench.i2c.write_byte(handle, 0xfe, {}).res == 0);
	CHECK(is(bench.last(), I2C_SMBUS_WRITE, 0xfe, I2C_SMBUS_BYTE));
	CHECK(bench.i2c.write_byte_data(handle, 0x12, U32(0xff)).res == 0);
	CHECK(is(bench.last(), I2C_SMBUS_WRITE, 0x12, I2C_SMBUS_BYTE_DATA));
	CHECK(bench.last().data.byte == 0xff);
	CHECK(bench.i2c.write_word_data(handle, 0x34, U32(0xa0c5)).res == 0);
	CHECK(is(bench.last(), I2C_SMBUS_WRITE, 0x34, I2C_SMBUS_WORD_DATA));
	CHECK(bench.last().data.word == 0xa0c5);
}

TEST_CASE("a process call has a word both ways")
{
	Bench bench;
	const auto handle = bench.open();
	bench.answer.word = 0x1234;
	CHECK(bench.i2c.process_call(handle, 4, U32(0x5678)).res == 0x1234);
	CHECK(is(bench.last(), I2C_SMBUS_WRITE, 4, I2C_SMBUS_PROC_CALL));
	CHECK(bench.last().data.word == 0x5678);
	bench.fault = EIO;
	CHECK(bench.i2c.process_call(handle, 4, U32(0)).res == res(Status::I2cReadFailed));
}

TEST_CASE("blocks carry their size in front")
{
	Bench bench;
	const auto handle = bench.open();
	std::memcpy(bench.answer.block, "\x03xyz", 4);
	CHECK(bench.i2c.write_block(handle, 5, of("hello")).res == 0);
	CHECK(is(bench.last(), I2C_SMBUS_WRITE, 5, I2C_SMBUS_BLOCK_DATA));
	CHECK(block(bench.last()) == "\x05hello");
	CHECK(bench.i2c.write_i2c_block(handle, 6, of("hi")).res == 0);
	CHECK(is(bench.last(), I2C_SMBUS_WRITE, 6, I2C_SMBUS_I2C_BLOCK_DATA));
	CHECK(block(bench.last()) == "\x02hi");

	CHECK(bench.i2c.read_block(handle, 7, {}).extension == "xyz");
	CHECK(is(bench.last(), I2C_SMBUS_READ, 7, I2C_SMBUS_BLOCK_DATA));
	const Reply read = bench.i2c.read_i2c_block(handle, 8, U32(3));
	CHECK(read.res == 3);
	CHECK(read.extension == "xyz");
	CHECK(is(bench.last(), I2C_SMBUS_READ, 8, I2C_SMBUS_I2C_BLOCK_DATA));
	CHECK(bench.last().data.block[0] == 3);
	CHECK(bench.i2c.block_process_call(handle, 9, of("ab")).extension == "xyz");
	CHECK(is(bench.last(), I2C_SMBUS_WRITE, 9, I2C_SMBUS_BLOCK_PROC_CALL));
	CHECK(block(bench.last()) ==
		"\x02"
		"ab");
}

TEST_CASE("a block has 1 to 32 bytes")
{
	Bench bench;
	const auto handle = bench.open();
	const std::string most(32, 'x');
	const auto none = res(Status::BadParameter);
	CHECK(bench.i2c.write_block(handle, 0, of(most)).res == 0);
	CHECK(bench.i2c.write_block(handle, 0, of(most + "x")).res == none);
	CHECK(bench.i2c.write_block(handle, 0, of("")).res == none);
	CHECK(bench.i2c.write_i2c_block(handle, 0, of(most)).res == 0);
	CHECK(bench.i2c.write_i2c_block(handle, 0, of(most + "x")).res == none);
	CHECK(bench.i2c.block_process_call(handle, 0, of(most + "x")).res == none);
	CHECK(bench.i2c.block_process_call(handle, 0, of("")).res == none);
	CHECK(bench.i2c.read_i2c_block(handle, 0, U32(33)).res == none);
	CHECK(bench.i2c.read_i2c_block(handle, 0, U32(0)).res == none);
	CHECK(bench.i2c.read_i2c_block(handle, 0, of("")).res == none);
	CHECK(bench.calls.size() == 2);
	/* Whatever the device says. */
	bench.answer.block[0] = 255;
	CHECK(bench.i2c.read_block(handle, 0, {}).extension.size() == 32);
}

TEST_CASE("a register is a byte, and so is a byte")
{
	Bench bench;
	const auto handle = bench.open();
	const auto none = res(Status::BadParameter);
	CHECK(bench.i2c.read_byte_data(handle, 256, {}).res == none);
	CHECK(bench.i2c.read_block(handle, 256, {}).res == none);
	CHECK(bench.i2c.write_block(handle, 256, of("x")).res == none);
	CHECK(bench.i2c.write_byte(handle, 256, {}).res == none);
	CHECK(bench.i2c.write_byte_data(handle, 0, U32(256)).res == none);
	CHECK(bench.i2c.write_byte_data(handle, 0, of("x")).res == none);
	CHECK(bench.i2c.write_word_data(handle, 0, U32(65'536)).res == none);
	CHECK(bench.i2c.process_call(handle, 0, U32(65'536)).res == none);
	CHECK(bench.calls.empty());
}

TEST_CASE("a failure is a read's, a write's, or that the adapter cannot")
{
	Bench bench;
	const auto handle = bench.open();
	bench.fault = ENXIO;
	CHECK(bench.i2c.read_byte(handle, 0, {}).res == res(Status::I2cReadFailed));
	CHECK(bench.i2c.read_word_data(handle, 0, {}).res == res(Status::I2cReadFailed));
	CHECK(bench.i2c.read_block(handle, 0, {}).res == res(Status::I2cReadFailed));
	CHECK(bench.i2c.block_process_call(handle, 0, of("x")).res == res(Status::I2cReadFailed));
	CHECK(bench.i2c.write_byte(handle, 0, {}).res == res(Status::I2cWriteFailed));
	CHECK(bench.i2c.write_byte_data(handle, 0, U32(1)).res == res(Status::I2cWriteFailed));
	CHECK(bench.i2c.write_i2c_block(handle, 0, of("x")).res == res(Status::I2cWriteFailed));
	bench.fault = EOPNOTSUPP;
	CHECK(bench.i2c.read_block(handle, 0, {}).res == res(Status::BadSmbusCommand));
}

TEST_CASE("what is asked of no handle reaches no device")
{
	Bench bench;
	const auto none = res(Status::BadHandle);
	CHECK(bench.i2c.read_device(0, 1, {}).res == none);
	CHECK(bench.i2c.write_device(0, 0, of("x")).res == none);
	CHECK(bench.i2c.write_quick(0, 1, {}).res == none);
	CHECK(bench.i2c.read_word_data(7, 1, {}).res == none);
	CHECK(bench.i2c.write_block(~0U, 1, of("x")).res == none);
	CHECK(bench.i2c.zip(0, 0, of(bytes({6, 1}))).res == none);
	CHECK(bench.device.requests.empty());
}

TEST_CASE("segments go out as messages, and what was read comes back in a row")
{
	Bench bench;
	const auto handle = bench.open();
	const Reply reply = bench.i2c.zip(
		handle, 0, of(bytes({2, 7, 1, 0x32, 6, 2, 3, 4, 0x1e, 7, 2, 'h', 'i', 6, 3, 0})));
	CHECK(reply.res == 5);
	CHECK(reply.extension == "AABBB");
	REQUIRE(bench.transfers.size() == 3);
	const auto &combined = bench.transfers[0];
	REQUIRE(combined.size() == 2);
	CHECK(combined[0].address == 0x50);
	CHECK(combined[0].flags == 0);
	CHECK(combined[0].bytes == "\x32");
	CHECK(combined[1].address == 0x50);
	CHECK(combined[1].flags == I2C_M_RD);
	REQUIRE(bench.transfers[1].size() == 1);
	CHECK(bench.transfers[1][0].address == 0x1e);
	CHECK(bench.transfers[1][0].bytes == "hi");
	REQUIRE(bench.transfers[2].size() == 1);
	CHECK(bench.transfers[2][0].bytes.size() == 3);
}

TEST_CASE("of segments with a fault none is sent, and after one that failed none either")
{
	Bench bench;
	const auto handle = bench.open();
	CHECK(bench.i2c.zip(handle, 0, of(bytes({6, 1, 99}))).res == res(Status::BadI2cCommand));
	CHECK(bench.transfers.empty());
	CHECK(bench.i2c.zip(handle, 0, of("")).res == 0);
	bench.fault = EREMOTEIO;
	const Reply reply = bench.i2c.zip(handle, 0, of(bytes({6, 1, 6, 1})));
	CHECK(reply.res == res(Status::BadI2cSegment));
	CHECK(reply.extension.empty());
	CHECK(bench.transfers.size() == 1);
}
