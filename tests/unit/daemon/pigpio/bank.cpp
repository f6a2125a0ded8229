/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/bank.hpp"

#include <catch2/catch.hpp>

#include <cerrno>

using namespace gpiohub::daemon::pigpio;

namespace
{

std::string nothing(unsigned)
{
	return {};
}

} // namespace

TEST_CASE("lines that are called GPIO2 to GPIO27 are those GPIOs")
{
	const std::vector<std::string> names{"SDA", "GPIO5", "GPIO27", "GPIO1", "GPIO28", "GPIO5x"};
	const Bank bank = Bank::by_default(6, [&](unsigned line) { return names[line]; });
	CHECK(bank.gpios() == (gpio_bit(5) | gpio_bit(27)));
	CHECK(bank.line(5) == 1u);
	CHECK(bank.line(27) == 2u);
	CHECK(bank.gpio(2) == 27u);
	CHECK(!bank.gpio(0));
}

TEST_CASE("without such names GPIO 2 to 27 are lines 2 to 27")
{
	const Bank all = Bank::by_default(32, nothing);
	CHECK(all.gpios() == 0x0fff'fffc);
	CHECK(all.line(27) == 27u);
	CHECK(Bank::by_default(8, nothing).gpios() == 0xfc);
	CHECK(Bank::by_default(1, nothing).gpios() == 0);
}

TEST_CASE("a configuration says which line each is, by name or number")
{
	const auto name = [](unsigned line) { return line == 3 ? "LED" : ""; };
	const auto bank = Bank::of({"17=LED", "4=0", "40=63"}, 64, name);
	REQUIRE(bank.ok());
	CHECK(bank->line(17) == 3u);
	CHECK(bank->line(4) == 0u);
	CHECK(bank->line(40) == 63u);
	CHECK(!bank->line(3));
}

TEST_CASE("what is no such entry is told by itself")
{
	for (const char *bad : {"17", "=3", "54=1", "x=1", "17:3", "-1=3"}) {
		const auto bank = Bank::of({bad}, 8, nothing);
		REQUIRE(!bank.ok());
		CHECK(bank.error().code == EINVAL);
		CHECK(bank.error().what.find(bad) != std::string::npos);
	}
	CHECK(Bank::of({"17=8"}, 8, nothing).error().code == ENXIO);
	CHECK(Bank::of({"17=LED"}, 8, nothing).error().code == ENXIO);
	CHECK(Bank::of({"17=1", "17=2"}, 8, nothing).error().code == EINVAL);
	CHECK(Bank::of({"17=1", "18=1"}, 8, nothing).error().code == EINVAL);
}

TEST_CASE("words of bits are translated, what is on neither side is left out")
{
	const auto bank = Bank::of({"4=4", "17=63", "18=0"}, 64, nothing);
	REQUIRE(bank.ok());
	const std::uint64_t lines = std::uint64_t{1} << 63 | 1 | 1 << 4;
	CHECK(bank->to_lines(~Gpios{0}) == lines);
	CHECK(bank->to_gpios(~std::uint64_t{0}) == (gpio_bit(4) | gpio_bit(17) | gpio_bit(18)));
	CHECK(bank->to_lines(gpio_bit(17)) == std::uint64_t{1} << 63);
	CHECK(bank->to_gpios(1) == gpio_bit(18));
	CHECK(bank->to_lines(gpio_bit(5)) == 0);
}
