/* SPDX-License-Identifier: MIT */
/*
 * Hardware PWM and clocks (HP, HC): a GPIO is a channel of one of the kernel's PWM chips, where
 * the configuration says so, driven by its files in /sys/class/pwm. That the chip has the pin is
 * the device tree's matter; no line of a hub is touched.
 *
 * A chip may be slow, or behind a bus: what is done to it is a thread's, and what is wanted of
 * it the loop's, so that the last one who asked has his way however late the thread is. Where
 * several GPIOs are one channel the last one's pulses are all of theirs, as pigpio has it.
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

	/* --- on the loop ------------------------------------------------------- */

	/** Pulses are wanted there: the number that set() is to have. */
	std::uint32_t enter(unsigned gpio);
	/** None are wanted there any more, nor those that set() has not made yet; true: some were
	 * since the last time, and off() is to see to it. */
	bool leave(unsigned gpio);

	/* --- in the thread that waits for chips -------------------------------- */

	/** Makes the channels' files and switches off what a daemon that was killed left on. */
	Reply prepare();
	/**
	 * Pulses from now on, unless none were wanted any more since that number was given; hz is
	 * not 0. `who`: for people. NotHardwarePwmGpio, NotHardwareClockGpio: the channel cannot be
	 * had, the log tells why; BadHardwarePwmHz, BadHardwareClockHz: the chip cannot do that.
	 * Then it is as it was.
	 */
	Reply set(unsigned gpio, std::uint32_t number, Pulses pulses, std::string who);
	/** Does nothing where another GPIO wants the channel to pulse. NotHardwarePwmGpio: it
	 * cannot be switched off, which is told as well. */
	Reply off(unsigned gpio);

	/* --- in any ------------------------------------------------------------ */

	/** What it does; nothing: no pulses. */
	std::optional<Pulses> pulses(unsigned gpio) const;
	/** Those that pulse. */
	Gpios running() const;
	/** Who had it pulse last. */
	std::string who(unsigned gpio) const;

private:
	static constexpr std::size_t kNone = ~std::size_t{0};

	struct Output {
		std::string chip;
		unsigned channel = 0;
		/* The thread's alone. */
		bool is_told = false; /* in the log: why it cannot be had */
		bool is_on = false;
		/* Under the lock: the thread sets them, and leave() takes users away. */
		Pulses pulses = {};
		Gpios users = 0;
	};
	/* Of a GPIO, under the lock: the numbers are the loop's, who is the thread's. */
	struct Wish {
		std::uint32_t last = 0;  /* that enter() gave; they go up */
		std::uint32_t ended = 0; /* it and those before are not wanted any more */
		std::string who;
	};

	Output &output_of(unsigned gpio) { return outputs_[output_of_[gpio]]; }
	bool find(Output &output, std::string &directory);
	bool switch_off(Output &output);
	void tell(Output &output, const std::string &what);

	std::vector<Output> outputs_;
	std::array<std::size_t, kGpios> output_of_{};
	std::array<Wish, kGpios> wishes_;
	mutable std::mutex mutex_; /* not held while a chip is asked */
};

} // namespace gpiohub::daemon::pigpio
