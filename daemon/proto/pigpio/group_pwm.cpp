/* SPDX-License-Identifier: MIT */
#include "groups.hpp"

namespace gpiohub::daemon::pigpio
{

namespace
{

/* A clock's of a Raspberry Pi, which reset the processor if they are wrong, have a password;
 * here it is as good as none. */
constexpr std::uint32_t kPassword = 0x5a00'0000;
constexpr std::uint32_t kPasswordBits = 0xff00'0000;

/* Steps of a Raspberry Pi's PWM in a second, which is what clients reckon with. */
constexpr std::uint32_t kStepsPerSecond = 250'000'000;

/* It is the machine's, and the line is that pin. */
Status check_hardware(const Call &call, unsigned gpio, Status none)
{
	if (gpio >= kGpios)
		return Status::BadGpio;
	if (!call.board.hardware_pwm.has(gpio))
		return none;
	const Gpios line = gpio_bit(gpio) & call.board.lines.bank().gpios();
	const bool may = call.board.has_buses && (line & ~call.allowed(Verb::Drive)) == 0;
	return may && call.asker != nullptr ? Status::Ok : Status::NotPermitted;
}

/* In the thread that waits for chips. hz 0: off. */
Reply by_hardware(const Call &call, unsigned gpio, HardwarePwm::Pulses pulses)
{
	HardwarePwm &hardware = call.board.hardware_pwm;
	if (pulses.hz == 0) {
		(void)hardware.leave(gpio);
		call.board.pwm_thread->add(
			[&hardware, gpio] { return hardware.off(gpio); }, call.asker);
	} else {
		call.board.pwm_thread->add(
			[&hardware, gpio, number = hardware.enter(gpio), pulses,
				who = std::string(call.maker)] {
				return hardware.set(gpio, number, pulses, who);
			},
			call.asker);
	}
	return Reply::pending();
}

} // namespace

Reply set_pwm(const Call &call)
{
	return call.board.by_hub(call.gpio(), call.board.pwm.set_duty(call.gpio(), call.p2()));
}

Reply set_pwm_range(const Call &call)
{
	return call.board.pwm.set_range(call.gpio(), call.p2());
}

Reply set_pwm_frequency(const Call &call)
{
	return call.board.pwm.set_frequency(call.gpio(), call.p2());
}

Reply set_servo(const Call &call)
{
	return call.board.by_hub(call.gpio(), call.board.pwm.set_servo(call.gpio(), call.p2()));
}

Reply get_pwm(const Call &call)
{
	if (const auto pulses = call.board.hardware_pwm.pulses(call.gpio()))
		return Reply::number(pulses->duty);
	return call.board.pwm.duty(call.gpio());
}

Reply get_pwm_range(const Call &call)
{
	if (const auto pulses = call.board.hardware_pwm.pulses(call.gpio()))
		return Reply::number(HardwarePwm::kWhole);
	return call.board.pwm.range(call.gpio());
}

Reply get_pwm_real_range(const Call &call)
{
	if (const auto pulses = call.board.hardware_pwm.pulses(call.gpio()))
		return Reply::number(
			pulses->is_clock ? HardwarePwm::kWhole : kStepsPerSecond / pulses->hz);
	return call.board.pwm.range_in_steps(call.gpio());
}

Reply get_pwm_frequency(const Call &call)
{
	if (const auto pulses = call.board.hardware_pwm.pulses(call.gpio()))
		return Reply::number(pulses->hz);
	return call.board.pwm.frequency(call.gpio());
}

Reply get_servo(const Call &call)
{
	return call.board.pwm.servo(call.gpio());
}

Reply hardware_clock(const Call &call)
{
	const std::uint32_t hz = call.p2();
	const bool is_with_password = (call.p1() & kPasswordBits) == kPassword;
	const unsigned gpio = is_with_password ? call.p1() & ~kPasswordBits : call.p1();
	if (const Status status = check_hardware(call, gpio, Status::NotHardwareClockGpio);
		status != Status::Ok)
		return status;
	if (hz != 0 && (hz < HardwarePwm::kLeastClock || hz > HardwarePwm::kMostClock))
		return Status::BadHardwareClockHz;
	return by_hardware(call, gpio, {hz, HardwarePwm::kWhole / 2, true});
}

Reply hardware_pwm(const Call &call)
{
	const std::uint32_t hz = call.p2();
	const auto duty = call.extra(0);
	if (const Status status = check_hardware(call, call.gpio(), Status::NotHardwarePwmGpio);
		status != Status::Ok)
		return status;
	if (hz > HardwarePwm::kMostPwm)
		return Status::BadHardwarePwmHz;
	if (!duty || *duty > HardwarePwm::kWhole)
		return Status::BadHardwarePwmDuty;
	return by_hardware(call, call.gpio(), {hz, *duty});
}

} // namespace gpiohub::daemon::pigpio
