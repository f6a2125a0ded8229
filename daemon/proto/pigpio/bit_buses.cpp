/* SPDX-License-Identifier: MIT */
#include "bit_buses.hpp"

#include "bits_i2c.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <variant>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* Never shorter than asked. */
constexpr std::uint64_t half_of(std::uint32_t baud)
{
	return (500'000'000 + std::uint64_t{baud} - 1) / baud;
}

template <class Do>
void for_each_gpio(Gpios gpios, Do &&deed)
{
	for (; gpios != 0; gpios &= gpios - 1)
		deed(static_cast<unsigned>(std::countr_zero(gpios)));
}

} // namespace

Result<std::unique_ptr<BitBuses>> BitBuses::create(Reactor &reactor, Lines &lines)
{
	auto runner = BitRunner::create(reactor, lines);
	if (!runner)
		return runner.error();
	return std::unique_ptr<BitBuses>(new BitBuses(*std::move(runner), lines));
}

/* --- opening and closing ---------------------------------------------------------- */

Status BitBuses::open_i2c(unsigned sda, unsigned scl, std::uint32_t baud, std::string_view who)
{
	const Gpios gpios = gpio_bit(sda) | gpio_bit(scl);
	if (sda == scl || (used() & gpios) != 0)
		return Status::GpioInUse;
	BitBusInfo info{
		fmt::format("bit-banged I2C on GPIOs {} and {}", sda, scl), std::string(who)};
	return add(sda,
		{Kind::I2c, gpios, gpios, gpios, half_of(baud), {}, SpiFlags(0), std::move(info)},
		gpios);
}

Status BitBuses::open_spi(const SpiOpening &opening, std::string_view who)
{
	const auto &[cs, miso, mosi, sclk, baud, flags, may_hold_miso] = opening;
	const SpiPins pins{gpio_bit(cs), gpio_bit(miso), gpio_bit(mosi), gpio_bit(sclk)};
	const Gpios shared = pins.miso | pins.mosi | pins.sclk;
	if (std::popcount(shared | pins.cs) != 4 || (used() & pins.cs) != 0)
		return Status::GpioInUse;
	const bool is_there = std::any_of(buses_.begin(), buses_.end(), [&](const auto &each) {
		const SpiPins &its = each.second.pins;
		return its.miso == pins.miso && its.mosi == pins.mosi && its.sclk == pins.sclk;
	});
	if (!is_there && (used() & shared) != 0)
		return Status::GpioInUse;
	BitBusInfo info{
		fmt::format("bit-banged SPI on GPIOs {}, {}, {} and {}", cs, miso, mosi, sclk),
		std::string(who)};
	const Gpios let_go = may_hold_miso ? pins.miso : 0;
	/* Something may be on the lines of another device. */
	const Gpios changed = pins.cs | (is_there ? 0 : pins.mosi | pins.sclk | let_go);
	return add(cs,
		{Kind::Spi, pins.cs | pins.mosi | pins.sclk, pins.miso, let_go, half_of(baud), pins,
			flags, std::move(info)},
		changed);
}

Status BitBuses::add(unsigned gpio, Bus bus, Gpios changed)
{
	const Gpios all = bus.driven | bus.read;
	keep(all, changed);
	if (const Status status = prepare(bus, changed); status != Status::Ok) {
		restore(all);
		return status;
	}
	buses_.emplace(gpio, std::move(bus));
	return Status::Ok;
}

/* Makes these of its GPIOs what they have to be. */
Status BitBuses::prepare(const Bus &bus, Gpios gpios)
{
	if (const Gpios let_go = gpios & bus.let_go; let_go != 0) {
		const Status made = lines_.make_open_drain(let_go, bus.kind == Kind::I2c);
		if (made != Status::Ok)
			return made;
	}
	const Gpios outputs = gpios & bus.driven & ~bus.let_go;
	if (outputs == 0)
		return Status::Ok;
	if (const Status driven =
			lines_.drive(outputs, SpiMaster::idle(bus.pins, bus.flags) & outputs);
		driven != Status::Ok)
		return driven;
	return lines_.make_outputs(outputs);
}

Status BitBuses::close(Kind kind, unsigned gpio)
{
	const Bus *bus = find(kind, gpio);
	if (bus == nullptr)
		return kind == Kind::I2c ? Status::NotI2cGpio : Status::NotSpiGpio;
	if (runner_->is_busy(gpio))
		return Status::GpioInUse;
	const Gpios all = bus->driven | bus->read;
	buses_.erase(gpio);
	restore(all);
	return Status::Ok;
}

void BitBuses::keep(Gpios gpios, Gpios changed)
{
	for_each_gpio(gpios, [&](unsigned gpio) {
		Before &before = before_[gpio];
		if (before.buses++ != 0 || (changed & gpio_bit(gpio)) == 0)
			return;
		before.mode = lines_.mode(gpio);
		before.level = lines_.latched(gpio);
	});
}

void BitBuses::restore(Gpios gpios)
{
	for_each_gpio(gpios, [&](unsigned gpio) {
		const auto before = before_.find(gpio);
		if (--before->second.buses != 0)
			return;
		if (before->second.mode)
			(void)lines_.restore(gpio, *before->second.mode, before->second.level);
		before_.erase(before);
	});
}

void BitBuses::forget()
{
	runner_->fail_all();
	buses_.clear();
	before_.clear();
}

/* --- what goes over them ----------------------------------------------------------- */

Reply BitBuses::transfer_i2c(unsigned sda, Extension segments, Asker &asker)
{
	const Bus *bus = find(Kind::I2c, sda);
	if (bus == nullptr)
		return Status::NotI2cGpio;
	const Gpios data = gpio_bit(sda);
	auto master = I2cMaster::create(data, bus->driven & ~data, segments);
	if (const auto *status = std::get_if<Status>(&master))
		return *status;
	return run(sda, *bus, std::make_unique<I2cMaster>(std::move(std::get<0>(master))), asker);
}

Reply BitBuses::transfer_spi(unsigned cs, Extension bytes, Asker &asker)
{
	const Bus *bus = find(Kind::Spi, cs);
	if (bus == nullptr)
		return Status::NotSpiGpio;
	if (bytes.empty())
		return Status::Ok;
	return run(cs, *bus, std::make_unique<SpiMaster>(bus->pins, bus->flags, bytes), asker);
}

Reply BitBuses::run(unsigned gpio, const Bus &bus, std::unique_ptr<BitMaster> master, Asker &asker)
{
	/* Somebody may have made them something else. */
	const Gpios lost = (bus.driven & ~lines_.outputs()) | (bus.let_go & ~lines_.open_drains());
	if (lost != 0) {
		if (const Status made = prepare(bus, lost); made != Status::Ok)
			return made;
	}
	runner_->add({std::move(master), bus.half_ns, gpio, &asker});
	return Reply::pending();
}

/* --- what there is ------------------------------------------------------------------- */

const BitBuses::Bus *BitBuses::find(Kind kind, unsigned gpio) const
{
	const auto found = buses_.find(gpio);
	return found != buses_.end() && found->second.kind == kind ? &found->second : nullptr;
}

Gpios BitBuses::driven(unsigned gpio) const
{
	const auto found = buses_.find(gpio);
	return found != buses_.end() ? found->second.driven : 0;
}

Gpios BitBuses::read(unsigned gpio) const
{
	const auto found = buses_.find(gpio);
	return found != buses_.end() ? found->second.read : 0;
}

Gpios BitBuses::used() const noexcept
{
	Gpios used = 0;
	for (const auto &[gpio, before] : before_)
		used |= gpio_bit(gpio);
	return used;
}

std::vector<BitBusInfo> BitBuses::infos() const
{
	std::vector<BitBusInfo> infos;
	for (const auto &[gpio, bus] : buses_)
		infos.push_back(bus.info);
	return infos;
}

} // namespace gpiohub::daemon::pigpio
