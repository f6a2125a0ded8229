/* SPDX-License-Identifier: MIT */
/* With a pair of pseudoterminals: the one is the port, the other what is wired to it. */
#include "proto/pigpio/serial.hpp"

#include "extensions.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>

using namespace gpiohub;
using namespace gpiohub::daemon::pigpio;

namespace
{

struct Bench {
	Bench()
	{
		int far = -1;
		int near = -1;
		REQUIRE(::openpty(&far, &near, nullptr, nullptr, nullptr) == 0);
		other = UniqueFd(far);
		port = UniqueFd(near);
		::fcntl(far, F_SETFL, O_NONBLOCK);
		char name[64];
		REQUIRE(::ttyname_r(near, name, sizeof(name)) == 0);
		path = name;
	}

	std::uint32_t open(std::uint32_t speed = 9600)
	{
		const Reply reply = serial.open(speed, 0, of(path));
		REQUIRE(reply.res >= 0);
		return static_cast<std::uint32_t>(reply.res);
	}

	void say(const std::string &text) const
	{
		REQUIRE(::write(other.get(), text.data(), text.size()) ==
			static_cast<ssize_t>(text.size()));
	}

	std::string heard(std::size_t size) const
	{
		std::string result;
		while (result.size() < size) {
			pollfd ready{other.get(), POLLIN, 0};
			REQUIRE(::poll(&ready, 1, 10'000) == 1);
			char buffer[4096];
			const ssize_t got = ::read(other.get(), buffer, sizeof(buffer));
			REQUIRE(got > 0);
			result.append(buffer, static_cast<std::size_t>(got));
		}
		return result;
	}

	/* The kernel hands it over from a thread of its own. */
	void await(std::uint32_t handle, int size)
	{
		pollfd ready{port.get(), POLLIN, 0};
		do
			REQUIRE(::poll(&ready, 1, 10'000) == 1);
		while (serial.available(handle, 0, {}).res < size);
	}

	Caller caller{"a test"};
	UniqueFd other;
	UniqueFd port; /* to look at, and so that it stays */
	std::string path;
	Serial serial{caller, "/dev", {"/dev/pts/"}};
};

} // namespace

TEST_CASE("what is wired to it says can be counted and read, and no more than there is")
{
	Bench bench;
	const auto handle = bench.open();
	CHECK(bench.serial.available(handle, 0, {}).res == 0);
	bench.say("hello");
	bench.await(handle, 5);
	CHECK(bench.serial.available(handle, 0, {}).res == 5);
	CHECK(bench.serial.read(handle, 2, {}).extension == "he");
	CHECK(bench.serial.read_byte(handle, 0, {}).res == 'l');
	const Reply rest = bench.serial.read(handle, 1'000'000, {});
	CHECK(rest.res == 2);
	CHECK(rest.extension == "lo");
}

TEST_CASE("nothing to read is no byte, and no error of a read")
{
	Bench bench;
	const auto handle = bench.open();
	CHECK(bench.serial.read(handle, 10, {}).res == 0);
	CHECK(bench.serial.read_byte(handle, 0, {}).res == res(Status::SerialNoData));
	CHECK(bench.serial.read(handle, 0, {}).res == res(Status::BadParameter));
}

TEST_CASE("bytes go either way as they are")
{
	Bench bench;
	const auto handle = bench.open();
	std::string all;
	for (int i = 0; i < 256; i++)
		all.push_back(static_cast<char>(i));
	CHECK(bench.serial.write(handle, 0, of(all)).res == 0);
	CHECK(bench.heard(all.size()) == all);
	bench.say(all);
	bench.await(handle, 256);
	CHECK(bench.serial.read(handle, 256, {}).extension == all);
	/* Nor is it echoed. */
	char echo = 0;
	CHECK(::read(bench.other.get(), &echo, 1) < 0);
}

TEST_CASE("a byte is written, and is a byte")
{
	Bench bench;
	const auto handle = bench.open();
	CHECK(bench.serial.write_byte(handle, 0xff, {}).res == 0);
	CHECK(bench.heard(1) == "\xff");
	CHECK(bench.serial.write_byte(handle, 0x100, {}).res == res(Status::BadParameter));
	CHECK(bench.serial.write(handle, 0, of("")).res == res(Status::BadParameter));
}

TEST_CASE("what a port does not take is an error at once, and nobody waits")
{
	Bench bench;
	const auto handle = bench.open();
	const std::string much(60'000, 'x');
	std::size_t taken = 0;
	Reply reply;
	for (int i = 0; i < 100 && reply.res == 0; i++) {
		reply = bench.serial.write(handle, 0, of(much));
		taken += reply.res == 0 ? much.size() : 0;
	}
	CHECK(reply.res == res(Status::SerialWriteFailed));
	CHECK(bench.serial.write_byte(handle, 'x', {}).res == res(Status::SerialWriteFailed));
	/* What was not an error has gone, all of it. */
	CHECK(bench.heard(taken).size() >= taken);
}

TEST_CASE("a port is set to the speed, and to leave bytes alone")
{
	Bench bench;
	bench.open(115'200);
	termios settings{};
	REQUIRE(::tcgetattr(bench.port.get(), &settings) == 0);
	CHECK(::cfgetospeed(&settings) == B115200);
	CHECK(::cfgetispeed(&settings) == B115200);
	CHECK((settings.c_lflag & (ICANON | ECHO | ISIG)) == 0);
	CHECK((settings.c_oflag & OPOST) == 0);
	CHECK((settings.c_cflag & CSIZE) == CS8);
	CHECK((settings.c_cflag & CRTSCTS) == 0);
}

TEST_CASE("only the interface's speeds are speeds")
{
	Bench bench;
	for (const std::uint32_t speed : {50U, 134U, 9600U, 230'400U})
		CHECK(bench.serial.open(speed, 0, of(bench.path)).res >= 0);
	for (const std::uint32_t speed : {0U, 1U, 9601U, 460'800U, ~0U})
		CHECK(bench.serial.open(speed, 0, of(bench.path)).res ==
			res(Status::BadSerialSpeed));
	CHECK(bench.serial.open(9600, 1, of(bench.path)).res == res(Status::BadFlags));
}

TEST_CASE("a port's name begins as it must, and does not lead elsewhere")
{
	Bench bench;
	const auto open = [&](const std::string &path) {
		return bench.serial.open(9600, 0, of(path)).res;
	};
	const auto bad = res(Status::BadSerialDevice);
	CHECK(open("") == bad);
	CHECK(open("/dev/null") == bad);
	CHECK(open("/dev/ttyS0") == bad);
	CHECK(open("pts/0") == bad);
	CHECK(open("/dev/pts/../null") == bad);
	CHECK(open("/dev/pts/..") == bad);
	CHECK(open(bench.path + std::string("\0", 1)) == bad);
	CHECK(open("/dev/pts/" + std::string(5000, 'x')) == bad);

	Serial usual(bench.caller);
	CHECK(usual.open(9600, 0, of(bench.path)).res == bad);
	CHECK(usual.open(9600, 0, of("/dev/serial/../null")).res == bad);
	CHECK(usual.open(9600, 0, of("/dev/ttyNOT_THERE")).res == res(Status::SerialOpenFailed));
	CHECK(usual.open(9600, 0, of("/dev/serialNOT_THERE")).res == res(Status::SerialOpenFailed));
}

TEST_CASE("what is no terminal is no port")
{
	const Caller caller;
	Serial serial(caller, "/dev", {"/dev/null"});
	CHECK(serial.open(9600, 0, of("/dev/null")).res == res(Status::SerialOpenFailed));
	CHECK(serial.handles().empty());
}

TEST_CASE("clients say /dev, wherever the devices are")
{
	Bench bench;
	Serial serial(bench.caller, "/dev/pts", {"/dev/"});
	CHECK(serial.open(9600, 0, of("/dev" + bench.path.substr(8))).res == 0);
	CHECK(serial.handles().at(0).who == "a test");
}

TEST_CASE("handles are bounded, and a closed one is none")
{
	Bench bench;
	for (std::size_t i = 0; i < Serial::kMostHandles; i++)
		CHECK(bench.open() == i);
	CHECK(bench.serial.open(9600, 0, of(bench.path)).res == res(Status::NoHandle));
	CHECK(bench.serial.close(3, 0, {}).res == 0);
	CHECK(bench.serial.leaving() == 0);
	const auto none = res(Status::BadHandle);
	CHECK(bench.serial.close(3, 0, {}).res == none);
	CHECK(bench.serial.read(3, 1, {}).res == none);
	CHECK(bench.serial.read_byte(3, 0, {}).res == none);
	CHECK(bench.serial.write(3, 0, of("x")).res == none);
	CHECK(bench.serial.write_byte(3, 1, {}).res == none);
	CHECK(bench.serial.available(3, 0, {}).res == none);
	CHECK(bench.open() == 3);
}

TEST_CASE("what was written before it was closed is not lost")
{
	Bench bench;
	const auto handle = bench.open();
	CHECK(bench.serial.write(handle, 0, of("farewell")).res == 0);
	CHECK(bench.serial.close(handle, 0, {}).res == 0);
	CHECK(bench.heard(8) == "farewell");
}

TEST_CASE("a port that is gone fails, and says so")
{
	Bench bench;
	const auto handle = bench.open();
	bench.other.reset();
	CHECK(bench.serial.read(handle, 1, {}).res == res(Status::SerialReadFailed));
	CHECK(bench.serial.read_byte(handle, 0, {}).res == res(Status::SerialReadFailed));
	CHECK(bench.serial.write(handle, 0, of("x")).res == res(Status::SerialWriteFailed));
	CHECK(bench.serial.close(handle, 0, {}).res == 0);
}
