/* SPDX-License-Identifier: MIT */
/*
 * Hardware PWM and clocks (HP, HC): a GPIO is a channel of one of the kernel's PWM chips, where
 * the configuration says so, driven by its files in /sys/class/pwm. That the chip has the pin is
 * the device tree's matter; no line of a hub is touched.
 *
 * A chip may be slow, or behind a bus: prepare(), set(), off() are the bus thread's. Where several
 * GPIOs are one channel the last one's pulses are all of theirs, as pigpio has it.
 */
#pragma once

#include "bank.hpp"
#include "wire.hpp"

#include <gpiohub/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace gpiohub::daemon::pigpio
{

/** chip: its name in /sys/class/pwm, its device's, or its directory. */
struct PwmChannel {
	unsigned gpio = 0;
	std::string chip;
	unsigned channel = 0;
};

/** "18=pwmchip0:2": GPIO, chip and channel. EINVAL: not so. */
Result<PwmChannel> parse_pwm_channel(const std::string &entry);

class HardwarePwm
{
public:
	/** A duty of that: always high. */
	static constexpr std::uint32_t kWhole = 1'000'000;
	/** Of a clock, Hz. */
	static constexpr std::uint32_t kLeastClock = 4689;
	static constexpr std::uint32_t kMostClock = 250'000'000;
	/** Of PWM, Hz; from 1 on. */
	static constexpr std::uint32_t kMostPwm = 125'000'000;

	/** duty: of kWhole; a clock's is the half. */
	struct Pulses {
		std::uint32_t hz = 0;
		std::uint32_t duty = 0;
		bool is_clock = false;
	};

	/** Of entries that parse; a GPIO's last one counts. */
	explicit HardwarePwm(const std::vector<std::string> &entries);
	/** What pulses does so no longer. */
	~HardwarePwm();
	HardwarePwm(const HardwarePwm &) = delete;
	HardwarePwm &operator=(const HardwarePwm &) = delete;

	bool has(unsigned gpio) const noexcept
	{
		return gpio < kGpios && output_of_[gpio] != kNone;
	}

	/* --- in the bus thread ------------------------------------------------- */

	/** Makes the channels' files and switches off what a daemon that was killed left on. */
	Reply prepare();
	/**
	 * From now on; hz is not 0. NotHardwarePwmGpio, NotHardwareClockGpio: the channel cannot be
	 * had, the log tells why; BadHardwarePwmHz, BadHardwareClockHz: the chip cannot do that.
	 */
	Reply set(unsigned gpio, Pulses pulses);
	/** Does nothing where another GPIO wants the channel to pulse. */
	Reply off(unsigned gpio);

	/* --- in any ------------------------------------------------------------ */

	/** What it does; nothing: no pulses. */
	std::optional<Pulses> pulses(unsigned gpio) const;
	/** It wants none any more; true: off() is to see to it. */
	bool leave(unsigned gpio);
	/** Those that pulse. */
	Gpios running() const;

private:
	static constexpr std::size_t kNone = ~std::size_t{0};

	struct Output {
		std::string chip;
		unsigned channel = 0;
		bool is_told = false; /* in the log: why it cannot be had */
		bool is_on = false;
		Pulses pulses = {};
		Gpios users = 0;
	};

	bool find(Output &output, std::string &directory);
	void tell(Output &output, const std::string &what);

	std::vector<Output> outputs_;
	std::array<std::size_t, kGpios> output_of_{};
	mutable std::mutex mutex_; /* guards each output's pulses and users; the rest is the
				    * thread's */
};

} // namespace gpiohub::daemon::pigpio
