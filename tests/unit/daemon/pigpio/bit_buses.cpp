/* SPDX-License-Identifier: MIT */
/* GPIOs 2 and 3, 4 and 5, ... to 15 are wired in pairs; 20 and above are wired to nothing. */
#include "sim_bench.hpp"

#include "extensions.hpp"

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

namespace
{

/* SPI whose MOSI is wired to its MISO. */
constexpr unsigned kCs = 20;
constexpr unsigned kMiso = 5;
constexpr unsigned kMosi = 4;
constexpr unsigned kSclk = 21;

std::string spi(std::uint32_t baud = 100'000, std::uint32_t flags = 0)
{
	return words({kMiso, kMosi, kSclk, baud, flags});
}

} // namespace

TEST_CASE("over SPI comes back what is sent, where that is wired so")
{
	SimBench bench;
	BenchClient client = bench.connect();
	for (std::uint32_t mode = 0; mode < 4; mode++) {
		REQUIRE(client.call(kBspio, kCs, 0, spi(100'000, mode)) == 0);
		CHECK(bench.level(kCs));
		CHECK(bench.level(kSclk) == (mode >= 2));
		client.has_extension = true;
		const std::string sent = bytes({1, 0x80, 0, 0xff, 0x5a});
		CHECK(client.call(kBspix, kCs, 0, sent) == 5);
		CHECK(client.extension == sent);
		client.has_extension = false;
		CHECK(bench.level(kCs));
		CHECK(client.call(kBspix, kCs) == 0);
		CHECK(client.call(kBspic, kCs) == 0);
	}
	CHECK(client.call(kBspix, kCs, 0, "x") == res_of(Status::NotSpiGpio));
	CHECK(client.call(kBspic, kCs) == res_of(Status::NotSpiGpio));
}

TEST_CASE("devices share all but their select lines, and nothing else is shared")
{
	SimBench bench;
	BenchClient client = bench.connect();
	REQUIRE(client.call(kBspio, kCs, 0, spi()) == 0);
	CHECK(client.call(kBspio, 22, 0, spi(100'000, 3)) == 0);
	CHECK(client.call(kBspio, kCs, 0, spi()) == res_of(Status::GpioInUse));
	CHECK(client.call(kBspio, 23, 0, words({kMiso, kMosi, 24, 100'000, 0})) ==
		res_of(Status::GpioInUse));
	CHECK(client.call(kBspio, kMosi, 0, words({6, 7, 8, 100'000, 0})) ==
		res_of(Status::GpioInUse));
	CHECK(client.call(kBi2co, kMiso, 24, words({100})) == res_of(Status::GpioInUse));
	CHECK(client.call(kBi2co, 24, kMiso, words({100})) == res_of(Status::GpioInUse));
	CHECK(client.call(kSlro, kMiso, 9600, words({8})) == res_of(Status::GpioInUse));
	CHECK(client.call(kSlro, 24, 9600, words({8})) == 0);
	CHECK(client.call(kBi2co, 24, 25, words({100})) == res_of(Status::GpioInUse));
	CHECK(client.call(kBi2co, 25, 24, words({100})) == res_of(Status::GpioInUse));
	CHECK(client.call(kBspio, 25, 0, words({6, 7, 24, 100'000, 0})) ==
		res_of(Status::GpioInUse));
	/* The shared ones stay for as long as there is a device. */
	CHECK(client.call(kBspic, kCs) == 0);
	CHECK(client.call(kModeg, kSclk) == 1);
	CHECK(client.call(kModeg, kCs) == 0);
	CHECK(client.call(kBspic, 22) == 0);
	CHECK(client.call(kModeg, kSclk) == 0);
	CHECK(client.call(kBi2co, kMosi, kSclk, words({100})) == 0);
}

TEST_CASE("what a GPIO was it is again when its bus is closed")
{
	SimBench bench;
	BenchClient client = bench.connect();
	REQUIRE(client.call(kWrite, 20, 1) == 0);
	REQUIRE(client.call(kWrite, 21, 0) == 0);
	REQUIRE(client.call(kModes, 22, 4) == 0);
	REQUIRE(client.call(kBs1, 1 << 23) == 0);
	REQUIRE(client.call(kBi2co, 23, 24, words({100'000})) == 0);
	CHECK(client.call(kBi2cc, 23) == 0);
	CHECK(client.call(kModeg, 23) == 0);
	CHECK(client.call(kModes, 23, 1) == 0);
	CHECK(bench.level(23));
	REQUIRE(client.call(kBi2co, 20, 22, words({100'000})) == 0);
	CHECK(bench.drive(20) == GPIOHUB_DRIVE_OPEN_DRAIN);
	CHECK(bench.drive(22) == GPIOHUB_DRIVE_OPEN_DRAIN);
	CHECK(client.call(kBi2cc, 20) == 0);
	CHECK(client.call(kModeg, 20) == 1);
	CHECK(client.call(kModeg, 22) == 4);
	CHECK(bench.level(20));
	CHECK(bench.drive(20) == GPIOHUB_DRIVE_PUSH_PULL);
	/* An output later, it drives high as well. */
	CHECK(client.call(kWrite, 22, 1) == 0);
	CHECK(bench.drive(22) == GPIOHUB_DRIVE_PUSH_PULL);
	REQUIRE(client.call(kBspio, 21, 0, words({5, 20, 22, 1000, 4})) == 0);
	CHECK(client.call(kBspic, 21) == 0);
	CHECK(client.call(kModeg, 21) == 1);
	CHECK(!bench.level(21));
	CHECK(bench.level(20));
}

TEST_CASE("nobody is on this I2C bus, which is told, and the bus is free")
{
	SimBench bench;
	BenchClient client = bench.connect();
	REQUIRE(client.call(kBi2co, 20, 21, words({500'000})) == 0);
	CHECK(client.call(kBi2cz, 20, 0, bytes({4, 0x50, 2, 7, 1, 1, 3, 0})) ==
		res_of(Status::I2cWriteFailed));
	CHECK(client.call(kBi2cz, 20, 0, bytes({4, 0x50, 2, 6, 1, 3, 0})) ==
		res_of(Status::I2cReadFailed));
	CHECK(bench.level(20));
	CHECK(bench.level(21));
	CHECK(client.call(kBi2cz, 20) == 0);
	CHECK(client.call(kBi2cz, 20, 0, bytes({9})) == res_of(Status::BadI2cCommand));
	/* Somebody else holds the clock down. */
	CHECK(client.call(kBi2cc, 20) == 0);
	REQUIRE(client.call(kBi2co, 20, 2, words({500'000})) == 0);
	REQUIRE(client.call(kWrite, 3, 0) == 0);
	CHECK(client.call(kBi2cz, 20, 0, bytes({4, 0x50, 2, 6, 1, 3, 0})) ==
		res_of(Status::I2cReadFailed));
	CHECK(client.call(kBi2cc, 20) == 0);
}

TEST_CASE("who acknowledges everything is read from, of a line that is held down")
{
	SimBench bench;
	BenchClient client = bench.connect();
	BenchClient other = bench.connect();
	/* The partner of the data line, held down once the start was seen. */
	REQUIRE(client.call(kBi2co, 4, 20, words({500})) == 0);
	client.send(kBi2cz, 4, 0, bytes({4, 0x50, 2, 6, 2, 3, 0}));
	while (other.call(kRead, 20) != 0) {
	}
	REQUIRE(other.call(kWrite, 5, 0) == 0);
	client.has_extension = true;
	CHECK(client.reply().last == 2);
	CHECK(client.extension == bytes({0, 0}));
}

TEST_CASE("what is wrong with a bus is told by its number")
{
	SimBench bench;
	BenchClient client = bench.connect();
	for (const std::uint32_t baud : {0u, 49u, 500'001u})
		CHECK(client.call(kBi2co, 4, 6, words({baud})) == res_of(Status::BadI2cBaud));
	CHECK(client.call(kBi2co, 4, 6) == res_of(Status::BadI2cBaud));
	CHECK(client.call(kBi2co, 32, 6, words({50})) == res_of(Status::BadUserGpio));
	CHECK(client.call(kBi2co, 4, 32, words({50})) == res_of(Status::BadUserGpio));
	CHECK(client.call(kBi2co, 4, 28, words({50})) == res_of(Status::BadUserGpio));
	CHECK(client.call(kBi2co, 4, 4, words({50})) == res_of(Status::GpioInUse));
	CHECK(client.call(kBi2cz, 4, 0, "\2") == res_of(Status::NotI2cGpio));
	CHECK(client.call(kBi2cc, 4) == res_of(Status::NotI2cGpio));
	for (const std::uint32_t baud : {0u, 49u, 250'001u})
		CHECK(client.call(kBspio, kCs, 0, spi(baud)) == res_of(Status::BadSpiBaud));
	CHECK(client.call(kBspio, kCs, 0, words({1})) == res_of(Status::BadParameter));
	CHECK(client.call(kBspio, kCs, 0, words({32, 6, 8, 50, 0})) == res_of(Status::BadUserGpio));
	CHECK(client.call(kBspio, kCs, 0, words({4, 4, 8, 50, 0})) == res_of(Status::GpioInUse));
	/* Each kind by its own. */
	REQUIRE(client.call(kBi2co, 4, 6, words({50})) == 0);
	CHECK(client.call(kBspix, 4, 0, "x") == res_of(Status::NotSpiGpio));
	CHECK(client.call(kBspic, 4) == res_of(Status::NotSpiGpio));
}

TEST_CASE("a line that another owns is no bus's, and nothing of the bus stays")
{
	SimBench bench;
	const auto other = *bench.backend->own(0);
	gpiohub_command claim{};
	claim.op = GPIOHUB_OP_CLAIM;
	claim.mask = std::uint64_t{1} << 21;
	claim.value = GPIOHUB_GUARD_INPUT;
	REQUIRE(other->submit({&claim, 1}).code == 0);
	BenchClient client = bench.connect();
	CHECK(client.call(kBi2co, 20, 21, words({50})) == res_of(Status::NotPermitted));
	CHECK(client.call(kBspio, kCs, 0, spi()) == res_of(Status::NotPermitted));
	CHECK(client.call(kModeg, kMosi) == 0);
	CHECK(client.call(kBi2co, 20, kMosi, words({50})) == 0);
}

TEST_CASE("a slow transfer delays nobody but its client, and those who want a bus as well")
{
	SimBench bench;
	BenchClient slow = bench.connect();
	BenchClient second = bench.connect();
	BenchClient other = bench.connect();
	REQUIRE(slow.call(kBspio, kCs, 0, spi(50)) == 0);
	REQUIRE(slow.call(kBi2co, 22, 23, words({100'000})) == 0);
	slow.send(kBspix, kCs, 0, "\xa5"); /* 200 ms */
	slow.send(kRead, 24);
	while (other.call(kRead, kCs) != 0) {
	}
	second.send(kBi2cz, 22, 0, bytes({4, 0x50, 2, 7, 0, 3}));
	for (int i = 0; i < 100; i++)
		CHECK(other.call(kRead, 24) == 0);
	CHECK(slow.waiting() == 0);
	CHECK(second.waiting() == 0);
	CHECK(!bench.level(kCs));
	/* It is in use until its transfers are over. */
	CHECK(other.call(kBspic, kCs) == res_of(Status::GpioInUse));
	CHECK(other.call(kBi2cc, 22) == res_of(Status::GpioInUse));
	slow.has_extension = true;
	CHECK(slow.reply().last == 1);
	CHECK(slow.extension == "\xa5");
	CHECK(slow.reply().command == kRead);
	CHECK(static_cast<std::int32_t>(second.reply().last) == res_of(Status::I2cWriteFailed));
	CHECK(other.call(kBspic, kCs) == 0);
}

TEST_CASE("a client that leaves in the middle leaves its device unselected, and the bus to others")
{
	SimBench bench;
	BenchClient other = bench.connect();
	{
		BenchClient client = bench.connect();
		BenchClient second = bench.connect();
		REQUIRE(client.call(kBspio, kCs, 0, spi(2'000)) == 0);
		client.send(kBspix, kCs, 0, std::string(60'000, 'x')); /* 4 minutes */
		while (other.call(kRead, kCs) != 0) {
		}
		second.send(kBspix, kCs, 0, std::string(60'000, 'x'));
		CHECK(second.waiting() == 0);
		client.close();
		second.close();
	}
	other.has_extension = true;
	CHECK(other.call(kBspix, kCs, 0, "ab") == 2);
	CHECK(other.extension == "ab");
	CHECK(bench.front->clients() == 1);
	CHECK(bench.level(kCs));
}

TEST_CASE("clients that are told to finish have their transfers' replies")
{
	SimBench bench;
	BenchClient client = bench.connect();
	REQUIRE(client.call(kBspio, kCs, 0, spi(1'000)) == 0);
	client.send(kBspix, kCs, 0, "abc");
	while (bench.level(kCs))
		bench.reactor->turn(10);
	bench.front->finish();
	client.has_extension = true;
	CHECK(client.reply().last == 3);
	CHECK(client.extension == "abc");
	CHECK(client.is_over());
}

TEST_CASE("when the hub goes its buses are closed, and transfers fail")
{
	SimBench bench;
	BenchClient client = bench.connect();
	BenchClient second = bench.connect();
	REQUIRE(client.call(kBspio, kCs, 0, spi(50)) == 0);
	REQUIRE(client.call(kBi2co, 22, 23, words({50})) == 0);
	client.send(kBspix, kCs, 0, "abc");
	second.send(kBi2cz, 22, 0, bytes({4, 0x50, 2, 6, 1, 3}));
	second.send(kBi2cc, 22);
	while (bench.level(kCs))
		bench.reactor->turn(10);
	CHECK(second.waiting() == 0);
	bench.front->hub_gone(*bench.hub);
	CHECK(static_cast<std::int32_t>(client.reply().last) == res_of(Status::SpiTransferFailed));
	CHECK(static_cast<std::int32_t>(second.reply().last) < 0);
	CHECK(static_cast<std::int32_t>(second.reply().last) == res_of(Status::BadUserGpio));
	bench.front->hub_came(*bench.hub);
	CHECK(client.call(kBspic, kCs) == res_of(Status::NotSpiGpio));
	CHECK(client.call(kBspio, kCs, 0, spi()) == 0);
}

TEST_CASE("lines that somebody made inputs are the bus's again with the next transfer")
{
	SimBench bench;
	BenchClient client = bench.connect();
	REQUIRE(client.call(kBspio, kCs, 0, spi()) == 0);
	REQUIRE(client.call(kModes, kMosi, 0) == 0);
	client.has_extension = true;
	CHECK(client.call(kBspix, kCs, 0, "ab") == 2);
	CHECK(client.extension == "ab");
	client.has_extension = false;
	/* Not while it is on its way. */
	REQUIRE(client.call(kBspic, kCs) == 0);
	REQUIRE(client.call(kBspio, kCs, 0, spi(50)) == 0);
	BenchClient other = bench.connect();
	client.send(kBspix, kCs, 0, "ab");
	while (other.call(kRead, kCs) != 0) {
	}
	REQUIRE(other.call(kModes, kMosi, 0) == 0);
	CHECK(static_cast<std::int32_t>(client.reply().last) == res_of(Status::SpiTransferFailed));
	CHECK(bench.level(kCs));
}

TEST_CASE("what comes over SPI is the chip's level, though edges of that line are on their way")
{
	SimBench bench;
	BenchClient watcher = bench.connect();
	REQUIRE(watcher.call(kNoib) == 0);
	REQUIRE(watcher.call(kNb, 0, 1 << kMiso) == 0);
	BenchClient client = bench.connect();
	REQUIRE(client.call(kBspio, kCs, 0, spi(250'000)) == 0);
	CHECK(client.call(kModeg, kMiso) == 0);
	client.has_extension = true;
	const std::string sent(300, 'U');
	CHECK(client.call(kBspix, kCs, 0, sent) == 300);
	CHECK(client.extension == sent);
	client.has_extension = false;
	/* Afterwards it is watched as before. */
	REQUIRE(client.call(kBspic, kCs) == 0);
	watcher.drain();
	REQUIRE(client.call(kWrite, kMosi, 1) == 0);
	CHECK((watcher.report().levels >> kMiso & 1) == 1);
}

TEST_CASE("an I2C line that somebody drove high only pulls low again")
{
	SimBench bench;
	BenchClient client = bench.connect();
	REQUIRE(client.call(kBi2co, 20, 21, words({500'000})) == 0);
	REQUIRE(client.call(kModes, 20, 0) == 0);
	REQUIRE(client.call(kWrite, 20, 1) == 0);
	CHECK(bench.drive(20) == GPIOHUB_DRIVE_PUSH_PULL);
	CHECK(client.call(kBi2cz, 20, 0, bytes({4, 0x50, 2, 7, 0, 3})) ==
		res_of(Status::I2cWriteFailed));
	CHECK(bench.drive(20) == GPIOHUB_DRIVE_OPEN_DRAIN);
}

TEST_CASE("roles are asked when a bus is opened, and again for each transfer")
{
	SimBench bench(panel_settings());
	const auto renew = [&](const char *lines, std::uint32_t verbs) {
		bench.front->renew(panel(lines, verbs));
	};
	BenchClient client = bench.connect();
	renew("4,20,21", kLookClaimDrive);
	CHECK(client.call(kBspio, kCs, 0, spi()) == res_of(Status::NotPermitted));
	CHECK(client.call(kBi2co, 20, 22, words({50})) == res_of(Status::NotPermitted));
	CHECK(client.call(kBi2co, 22, 20, words({50})) == res_of(Status::NotPermitted));
	renew("4,5,20,21", kLookClaimDrive);
	REQUIRE(client.call(kBspio, kCs, 0, spi()) == 0);
	renew("4,20,21", kLookClaimDrive);
	CHECK(client.call(kBspix, kCs, 0, "a") == res_of(Status::NotPermitted));
	renew("4,5,20", kLookClaimDrive);
	CHECK(client.call(kBspix, kCs, 0, "a") == res_of(Status::NotPermitted));
	renew("4,5,20,21", kLookClaimDrive);
	client.has_extension = true;
	CHECK(client.call(kBspix, kCs, 0, "a") == 1);
	renew("4,5,20,21,22", kLookOnly);
	CHECK(client.call(kBspic, kCs) == res_of(Status::NotPermitted));
	CHECK(client.call(kBi2co, 20, 22, words({50})) == res_of(Status::NotPermitted));
}

TEST_CASE("who opened a bus is told, also when he has gone")
{
	SimBench bench;
	{
		BenchClient client = bench.connect();
		REQUIRE(client.call(kBspio, kCs, 0, spi()) == 0);
		REQUIRE(client.call(kBi2co, 2, 3, words({50})) == 0);
	}
	(void)bench.connect().call(kRead, 4);
	std::string all;
	for (const MadeStats &made : bench.front->made()) {
		CHECK(made.who == "127.0.0.1 port 1");
		all += made.what + "; ";
	}
	CHECK(all == "bit-banged I2C on GPIOs 2 and 3; bit-banged SPI on GPIOs 20, 5, 4 and 21; ");
}

TEST_CASE("a script opens and closes a bus, and has no transfers")
{
	SimBench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(38, 0, 0, "bi2co 20 21 1000") == 0);
	CHECK(client.call(40, 0) == 0);
	while (client.call(kBi2cc, 20) != 0) {
	}
	CHECK(client.call(38, 0, 0, "bi2cz 20 2 3") == res_of(Status::BadScriptCommand));
}
