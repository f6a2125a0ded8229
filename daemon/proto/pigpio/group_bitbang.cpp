/* SPDX-License-Identifier: MIT */
#include "groups.hpp"

#include <array>
#include <utility>

namespace gpiohub::daemon::pigpio
{

namespace
{

constexpr std::uint32_t kLeastBaud = 50;
constexpr std::uint32_t kMostBaud = 250'000;
constexpr std::uint32_t kMostDataBits = 32;
constexpr std::uint32_t kMostI2cBaud = 500'000;
constexpr std::uint32_t kMostSpiBaud = 250'000;

/* GPIOs of a bus, beside that of p1. */
Status check(const Call &call, std::uint32_t gpio, Verb verb)
{
	if (gpio >= kUserGpios || !call.board.lines.bank().line(gpio))
		return Status::BadUserGpio;
	if ((call.allowed(verb) & gpio_bit(gpio)) == 0)
		return Status::NotPermitted;
	call.board.notifier->name(gpio);
	return Status::Ok;
}

bool is_in_use(const Call &call, std::uint32_t gpio)
{
	return call.board.readers.contains(gpio);
}

/* Roles may have changed since the bus was opened. */
bool may_transfer(const Call &call)
{
	const BitBuses &buses = *call.board.bit_buses;
	return (buses.driven(call.gpio()) & ~call.allowed(Verb::Drive)) == 0 &&
		(buses.read(call.gpio()) & ~call.allowed(Verb::Look)) == 0;
}

} // namespace

/* --- serial ------------------------------------------------------------------------ */

Reply open_serial_reader(const Call &call)
{
	const std::uint32_t data_bits = call.extra(0).value_or(8);
	if (call.p2() < kLeastBaud || call.p2() > kMostBaud)
		return Status::BadWaveBaud;
	if (data_bits == 0 || data_bits > kMostDataBits)
		return Status::BadDataBits;
	if (is_in_use(call, call.gpio()) ||
		(call.board.bit_buses->used() & gpio_bit(call.gpio())) != 0)
		return Status::GpioInUse;
	call.board.readers.emplace(call.gpio(), SerialReader(call.p2(), data_bits));
	call.board.drivers[call.gpio()] = call.maker;
	call.board.listen();
	return Status::Ok;
}

Reply read_serial(const Call &call)
{
	const auto reader = call.board.readers.find(call.gpio());
	if (reader == call.board.readers.end())
		return Status::NotSerialGpio;
	call.board.look();
	return Reply::bytes(reader->second.read(call.p2()));
}

Reply close_serial_reader(const Call &call)
{
	if (call.board.readers.erase(call.gpio()) == 0)
		return Status::NotSerialGpio;
	call.board.listen();
	return Status::Ok;
}

Reply invert_serial_reader(const Call &call)
{
	const auto reader = call.board.readers.find(call.gpio());
	if (reader == call.board.readers.end())
		return Status::NotSerialGpio;
	if (call.p2() > 1)
		return Status::BadSerialInvert;
	reader->second.invert(call.p2() != 0);
	return Status::Ok;
}

/* --- I2C --------------------------------------------------------------------------- */

Reply open_bit_i2c(const Call &call)
{
	const std::uint32_t sda = call.gpio();
	const std::uint32_t scl = call.p2();
	const std::uint32_t baud = call.extra(0).value_or(0);
	if (const Status checked = check(call, scl, Verb::Drive); checked != Status::Ok)
		return checked;
	if (baud < kLeastBaud || baud > kMostI2cBaud)
		return Status::BadI2cBaud;
	const Gpios both = gpio_bit(sda) | gpio_bit(scl);
	if ((call.allowed(Verb::Look) & both) != both)
		return Status::NotPermitted;
	if (is_in_use(call, sda) || is_in_use(call, scl))
		return Status::GpioInUse;
	call.board.pwm.stop(both);
	return call.board.bit_buses->open_i2c(sda, scl, baud, call.maker);
}

Reply close_bit_i2c(const Call &call)
{
	return call.board.bit_buses->close_i2c(call.gpio());
}

Reply transfer_bit_i2c(const Call &call)
{
	if (call.asker == nullptr || !may_transfer(call))
		return Status::NotPermitted;
	return call.board.bit_buses->transfer_i2c(call.gpio(), call.request.extension, *call.asker);
}

/* --- SPI --------------------------------------------------------------------------- */

Reply open_bit_spi(const Call &call)
{
	std::array<std::uint32_t, 5> words{};
	for (std::size_t i = 0; i < words.size(); i++) {
		const auto word = call.extra(i);
		if (!word)
			return Status::BadParameter;
		words[i] = *word;
	}
	const auto [miso, mosi, sclk, baud, flags] = words;
	const std::pair<std::uint32_t, Verb> gpios[] = {
		{miso, Verb::Look}, {mosi, Verb::Drive}, {sclk, Verb::Drive}};
	for (const auto &[gpio, verb] : gpios) {
		if (const Status checked = check(call, gpio, verb); checked != Status::Ok)
			return checked;
	}
	if (baud < kLeastBaud || baud > kMostSpiBaud)
		return Status::BadSpiBaud;
	for (const std::uint32_t gpio : {call.gpio(), miso, mosi, sclk}) {
		if (is_in_use(call, gpio))
			return Status::GpioInUse;
	}
	call.board.pwm.stop(
		gpio_bit(call.gpio()) | gpio_bit(miso) | gpio_bit(mosi) | gpio_bit(sclk));
	const bool may_hold = (call.allowed(Verb::Drive) & gpio_bit(miso)) != 0;
	return call.board.bit_buses->open_spi(
		{call.gpio(), miso, mosi, sclk, baud, SpiFlags(flags), may_hold}, call.maker);
}

Reply close_bit_spi(const Call &call)
{
	return call.board.bit_buses->close_spi(call.gpio());
}

Reply transfer_bit_spi(const Call &call)
{
	if (call.asker == nullptr || !may_transfer(call))
		return Status::NotPermitted;
	return call.board.bit_buses->transfer_spi(call.gpio(), call.request.extension, *call.asker);
}

} // namespace gpiohub::daemon::pigpio
