/* SPDX-License-Identifier: MIT */
/*
 * The bit-banged I2C and SPI buses that are open: which GPIOs they are, what these were
 * before, and what goes over them. A GPIO is of one bus, but that SPI devices share all but
 * their select lines.
 */
#pragma once

#include "bit_runner.hpp"
#include "bits_spi.hpp"
#include "extension.hpp"
#include "lines.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpiohub::daemon::pigpio
{

struct BitBusInfo {
	std::string what;
	std::string who;
};

/** may_hold_miso: it is made a line that the chip is asked for, else it is read as it is. */
struct SpiOpening {
	unsigned cs, miso, mosi, sclk;
	std::uint32_t baud;
	SpiFlags flags;
	bool may_hold_miso;
};

class BitBuses
{
public:
	static Result<std::unique_ptr<BitBuses>> create(Reactor &reactor, Lines &lines);

	/** The GPIOs are lines. GpioInUse: one is another bus's, or twice in this one. */
	Status open_i2c(unsigned sda, unsigned scl, std::uint32_t baud, std::string_view who);
	Status open_spi(const SpiOpening &opening, std::string_view who);
	/** By the data line, or the select line. GpioInUse: something goes over it. */
	Status close_i2c(unsigned sda) { return close(Kind::I2c, sda); }
	Status close_spi(unsigned cs) { return close(Kind::Spi, cs); }
	/** Pending, if nothing is wrong with it. */
	Reply transfer_i2c(unsigned sda, Extension segments, Asker &asker);
	Reply transfer_spi(unsigned cs, Extension bytes, Asker &asker);

	/** What the bus that is known by that GPIO drives, and what it reads; 0: there is none. */
	Gpios driven(unsigned gpio) const;
	Gpios read(unsigned gpio) const;
	/** Of all of them. */
	Gpios used() const noexcept;

	/** True: something of its was going on. */
	bool left(const Asker &asker) { return runner_->left(asker); }
	/** The lines are gone. */
	void forget();
	std::vector<BitBusInfo> infos() const;

private:
	enum class Kind : std::uint8_t { I2c, Spi };

	/* let_go: those that are open drain */
	struct Bus {
		Kind kind;
		Gpios driven;
		Gpios read;
		Gpios let_go;
		std::uint64_t half_ns;
		SpiPins pins;
		SpiFlags flags;
		BitBusInfo info;
	};

	/* What a GPIO was before the first of its buses. mode: nothing: it was left as it was */
	struct Before {
		std::optional<unsigned> mode;
		bool level = false;
		unsigned buses = 0;
	};

	BitBuses(std::unique_ptr<BitRunner> runner, Lines &lines)
		: runner_(std::move(runner)),
		  lines_(lines)
	{
	}

	const Bus *find(Kind kind, unsigned gpio) const;
	Status add(unsigned gpio, Bus bus, Gpios changed);
	Status prepare(const Bus &bus, Gpios gpios);
	Status close(Kind kind, unsigned gpio);
	void keep(Gpios gpios, Gpios changed);
	void restore(Gpios gpios);
	Reply run(unsigned gpio, const Bus &bus, std::unique_ptr<BitMaster> master, Asker &asker);

	std::unique_ptr<BitRunner> runner_;
	Lines &lines_;
	std::map<unsigned, Bus> buses_; /* by the data line, or the select line */
	std::map<unsigned, Before> before_;
};

} // namespace gpiohub::daemon::pigpio
