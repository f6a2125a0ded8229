/* SPDX-License-Identifier: MIT */
/*
 * PWM and servo pulses of GPIOs (PWM, PRS, PFS, SERVO and their questions): what was asked
 * of each, in pigpio's terms, and the pattern that it is. A change takes effect when the
 * pulse that runs is over: none is cut or doubled.
 */
#pragma once

#include "bank.hpp"
#include "lines.hpp"
#include "wire.hpp"

#include <gpiohub/pattern.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace gpiohub::daemon::pigpio
{

inline constexpr unsigned kLeastRange = 25;
inline constexpr unsigned kMostRange = 40'000;

/** The frequency of the 18 there are that is nearest, Hz; of two the higher one. */
unsigned nearest_frequency(std::uint32_t hz) noexcept;
/** How many steps of duty pigpio tells apart at that one. */
unsigned real_range(unsigned frequency) noexcept;

class Pwm
{
public:
	explicit Pwm(Lines &lines) : lines_(lines) {}

	/** 0 to the range; 0: none. */
	Reply set_duty(unsigned gpio, std::uint32_t duty);
	Reply set_range(unsigned gpio, std::uint32_t range);
	Reply set_frequency(unsigned gpio, std::uint32_t hz);
	/** Pulses of so many us at 50 Hz; 0: none. */
	Reply set_servo(unsigned gpio, std::uint32_t width_us);

	Reply duty(unsigned gpio) const;
	Reply range(unsigned gpio) const;
	Reply range_in_steps(unsigned gpio) const;
	Reply frequency(unsigned gpio) const;
	Reply servo(unsigned gpio) const;

	/** Nothing plays on these any more; what is asked of them next begins anew. */
	void stop(Gpios gpios);
	/** The run of a pattern on it is over. */
	void ended(unsigned gpio, std::uint32_t id);
	/** Ends of patterns were lost; on these GPIOs some play. */
	void ends_lost(Gpios playing);
	/** The hub went. */
	void forget();
	Gpios playing() const noexcept { return playing_; }

private:
	enum class Kind : std::uint8_t { None, Pwm, Servo };
	struct Line {
		Kind kind = Kind::None;
		std::uint32_t range = 255;
		unsigned frequency = 800;             /* Hz */
		std::uint32_t duty = 0;               /* of range, or us of a servo's pulse */
		std::vector<std::uint32_t> runs = {}; /* that are not known to be over */
	};

	static Result<Pattern> pattern_of(
		std::uint64_t line, std::uint64_t period_ns, std::uint64_t width_ns);
	Reply play(unsigned gpio, Kind kind, std::uint32_t duty);

	Lines &lines_;
	std::array<Line, kUserGpios> of_{};
	Gpios playing_ = 0;
};

} // namespace gpiohub::daemon::pigpio
