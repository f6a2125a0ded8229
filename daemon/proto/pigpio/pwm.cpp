/* SPDX-License-Identifier: MIT */
#include "pwm.hpp"

#include <gpiohub/pattern.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* pigpio's frequencies are 8 kHz by these, and its ranges 25 times as many steps: what its
 * sample clock of 5 us gives. */
constexpr std::array<unsigned, 18> kFactors{
	1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 40, 50, 80, 100, 160, 200, 400, 800};
constexpr unsigned kMostHz = 8000;

constexpr std::uint32_t kLeastServo = 500;
constexpr std::uint32_t kMostServo = 2500;
constexpr std::uint64_t kServoPeriodNs = 20'000'000;

/* Kept of a GPIO whose duty changes faster than its pulses end. */
constexpr std::size_t kMostRuns = 16;

} // namespace

unsigned nearest_frequency(std::uint32_t hz) noexcept
{
	unsigned best = kMostHz;
	for (const unsigned factor : kFactors) {
		const unsigned each = kMostHz / factor;
		const auto off = [hz](unsigned frequency) {
			return frequency > hz ? frequency - hz : hz - frequency;
		};
		if (off(each) < off(best))
			best = each;
	}
	return best;
}

unsigned real_range(unsigned frequency) noexcept
{
	return kLeastRange * kMostHz / frequency;
}

Reply Pwm::set_duty(unsigned gpio, std::uint32_t duty)
{
	if (duty > of_[gpio].range)
		return Status::BadDutyCycle;
	return play(gpio, Kind::Pwm, duty);
}

Reply Pwm::set_servo(unsigned gpio, std::uint32_t width_us)
{
	if (width_us != 0 && (width_us < kLeastServo || width_us > kMostServo))
		return Status::BadPulseWidth;
	return play(gpio, Kind::Servo, width_us);
}

/* The same share of the time is high as before. */
Reply Pwm::set_range(unsigned gpio, std::uint32_t range)
{
	if (range < kLeastRange || range > kMostRange)
		return Status::BadDutyRange;
	Line &line = of_[gpio];
	if (line.kind != Kind::Servo)
		line.duty =
			static_cast<std::uint32_t>(std::uint64_t{line.duty} * range / line.range);
	line.range = range;
	return Reply::number(real_range(line.frequency));
}

Reply Pwm::set_frequency(unsigned gpio, std::uint32_t hz)
{
	Line &line = of_[gpio];
	const unsigned before = std::exchange(line.frequency, nearest_frequency(hz));
	if (line.kind == Kind::Pwm && line.duty != 0) {
		if (Reply played = play(gpio, Kind::Pwm, line.duty); played.res < 0) {
			line.frequency = before;
			return played;
		}
	}
	return Reply::number(line.frequency);
}

Reply Pwm::duty(unsigned gpio) const
{
	const Line &line = of_[gpio];
	return line.kind == Kind::Pwm ? Reply::number(line.duty) : Reply(Status::NotPwmGpio);
}

Reply Pwm::range(unsigned gpio) const
{
	return Reply::number(of_[gpio].range);
}

Reply Pwm::range_in_steps(unsigned gpio) const
{
	return Reply::number(real_range(of_[gpio].frequency));
}

Reply Pwm::frequency(unsigned gpio) const
{
	return Reply::number(of_[gpio].frequency);
}

Reply Pwm::servo(unsigned gpio) const
{
	const Line &line = of_[gpio];
	return line.kind == Kind::Servo ? Reply::number(line.duty) : Reply(Status::NotServoGpio);
}

void Pwm::stop(Gpios gpios)
{
	for (Gpios rest = gpios & playing_; rest != 0; rest &= rest - 1) {
		Line &line = of_[static_cast<unsigned>(std::countr_zero(rest))];
		for (const std::uint32_t run : line.runs)
			lines_.cancel(run);
		line.runs.clear();
		line.kind = Kind::None;
		line.duty = 0;
	}
	if ((gpios & playing_) != 0)
		(void)lines_.guard(gpios & playing_, false);
	playing_ &= ~gpios;
}

void Pwm::ended(unsigned gpio, std::uint32_t id)
{
	std::erase(of_[gpio].runs, id);
}

void Pwm::ends_lost(Gpios playing)
{
	for (unsigned gpio = 0; gpio < of_.size(); gpio++) {
		if ((playing & gpio_bit(gpio)) == 0)
			of_[gpio].runs.clear();
	}
}

void Pwm::forget()
{
	for (Line &line : of_) {
		line.runs.clear();
		line.kind = Kind::None;
		line.duty = 0;
	}
	playing_ = 0;
}

/* A level that never changes is no pattern that goes on for ever. */
Result<Pattern> Pwm::pattern_of(std::uint64_t line, std::uint64_t period_ns, std::uint64_t width_ns)
{
	if (width_ns != 0 && width_ns < period_ns)
		return make_pwm(line, {period_ns, width_ns, 0});
	return Pattern{line, {drive_step(width_ns == 0 ? 0 : line, width_ns == 0 ? line : 0, 0)}};
}

Reply Pwm::play(unsigned gpio, Kind kind, std::uint32_t duty)
{
	Line &line = of_[gpio];
	const Gpios bit = gpio_bit(gpio);
	const std::uint64_t its_line = lines_.bank().to_lines(bit);
	const std::uint64_t period = 1'000'000'000 / line.frequency;
	const auto pattern = kind == Kind::Servo
		? pattern_of(its_line, kServoPeriodNs, duty * std::uint64_t{1000})
		: pattern_of(its_line, period, period * duty / line.range);
	if (!pattern)
		return Status::BadDutyCycle;
	if ((lines_.outputs() & bit) == 0) {
		if (const Status made = lines_.make_outputs(bit); made != Status::Ok)
			return made;
	}
	/* When we die it must not stay as high as it happens to be. */
	if ((playing_ & bit) == 0) {
		if (const Status guarded = lines_.guard(bit, true); guarded != Status::Ok)
			return guarded;
	}
	std::uint32_t id = 0;
	const Status played =
		lines_.play(pattern->lines, pattern->steps, GPIOHUB_PLAY_AT_CYCLE, id);
	if (played != Status::Ok)
		return played;
	if (line.runs.size() >= kMostRuns) /* replaced long ago, and over */
		line.runs.erase(line.runs.begin() + 1);
	line.runs.push_back(id);
	line.kind = kind;
	line.duty = duty;
	playing_ |= bit;
	return Status::Ok;
}

} // namespace gpiohub::daemon::pigpio
