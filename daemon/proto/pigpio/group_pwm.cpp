/* SPDX-License-Identifier: MIT */
#include "groups.hpp"

namespace gpiohub::daemon::pigpio
{

Reply set_pwm(const Call &call)
{
	return call.board.pwm.set_duty(call.gpio(), call.p2());
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
	return call.board.pwm.set_servo(call.gpio(), call.p2());
}

Reply get_pwm(const Call &call)
{
	return call.board.pwm.duty(call.gpio());
}

Reply get_pwm_range(const Call &call)
{
	return call.board.pwm.range(call.gpio());
}

Reply get_pwm_real_range(const Call &call)
{
	return call.board.pwm.range_in_steps(call.gpio());
}

Reply get_pwm_frequency(const Call &call)
{
	return call.board.pwm.frequency(call.gpio());
}

Reply get_servo(const Call &call)
{
	return call.board.pwm.servo(call.gpio());
}

/* No GPIO has such hardware that a hub could reach. */
Reply hardware_clock(const Call &)
{
	return Status::NotHardwareClockGpio;
}

Reply hardware_pwm(const Call &)
{
	return Status::NotHardwarePwmGpio;
}

} // namespace gpiohub::daemon::pigpio
