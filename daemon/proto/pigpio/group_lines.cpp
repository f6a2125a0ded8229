/* SPDX-License-Identifier: MIT */
#include "groups.hpp"

#include <gpiohub/pattern.hpp>

#include <array>

namespace gpiohub::daemon::pigpio
{

namespace
{

constexpr std::uint32_t kMostPulse = 100; /* us */
/* Between two pulses, however fast they are asked for: else they were one. */
constexpr std::uint64_t kRestNs = 10'000;
constexpr Gpios kBank1 = 0xffff'ffff;
constexpr unsigned kBank2 = 32; /* its first GPIO */

/* As MODEG tells it where the pin is the PWM's or a clock's: ALT5, ALT0. */
constexpr unsigned alternate_of_pwm(unsigned gpio) noexcept
{
	return gpio >= 18 && gpio <= 21 ? 2 : 4;
}

/* Of those that are lines: all but what nobody named, and is nobody's to look at. */
Reply read_bank(const Call &call, Gpios gpios, unsigned shift)
{
	const Gpios asked = gpios & call.board.lines.bank().gpios() & call.allowed(Verb::Look) &
		~call.board.notifier->untouchable();
	return Reply::number(static_cast<std::int64_t>(call.board.lines.levels(asked) >> shift));
}

/* Those that are no lines are left out; those that are not allowed too, which is told. */
Reply drive_bank(const Call &call, unsigned shift, bool level)
{
	const Gpios gpios = (Gpios{call.p1()} << shift) & call.board.lines.bank().gpios();
	const Gpios may = gpios & call.allowed(Verb::Drive);
	const Status driven = call.board.lines.drive(may, level ? may : 0);
	if (driven != Status::Ok)
		return driven;
	return may == gpios ? Status::Ok : Status::SomePermitted;
}

} // namespace

Reply set_mode(const Call &call)
{
	const std::uint32_t mode = call.p2();
	if (mode > 7)
		return Status::BadMode;
	const bool is_output = mode == kModeOutput;
	const Gpios bit = gpio_bit(call.gpio());
	if (is_output && (call.allowed(Verb::Drive) & bit) == 0)
		return Status::NotPermitted;
	if (is_output && call.board.lines.is_output(call.gpio()))
		return call.board.by_hub(call.gpio(), Status::Ok);
	call.board.pwm.stop(bit);
	/* Who wants an input wants nobody to drive it. */
	if (mode == kModeInput && (call.board.waves.driven() & bit) != 0)
		call.board.waves.halt();
	return call.board.by_hub(call.gpio(), call.board.lines.set_mode(call.gpio(), mode));
}

Reply get_mode(const Call &call)
{
	if (call.board.hardware_pwm.pulses(call.gpio()))
		return Reply::number(alternate_of_pwm(call.gpio()));
	return Reply::number(call.board.lines.mode(call.gpio()));
}

Reply set_pull(const Call &call)
{
	if (call.p2() > 2)
		return Status::BadPud;
	return call.board.lines.pull(call.gpio(), call.p2());
}

Reply read_level(const Call &call)
{
	const auto level = call.board.lines.read(call.gpio());
	return level ? Reply::number(*level ? 1 : 0) : Reply(Status::NotPermitted);
}

Reply write_level(const Call &call)
{
	if (call.p2() > 1)
		return Status::BadLevel;
	call.board.pwm.stop(gpio_bit(call.gpio()));
	return call.board.by_hub(call.gpio(), call.board.lines.write(call.gpio(), call.p2() != 0));
}

Reply read_bank_1(const Call &call)
{
	return read_bank(call, kBank1, 0);
}

Reply read_bank_2(const Call &call)
{
	return read_bank(call, ~kBank1, kBank2);
}

Reply clear_bank_1(const Call &call)
{
	return drive_bank(call, 0, false);
}

Reply clear_bank_2(const Call &call)
{
	return drive_bank(call, kBank2, false);
}

Reply set_bank_1(const Call &call)
{
	return drive_bank(call, 0, true);
}

Reply set_bank_2(const Call &call)
{
	return drive_bank(call, kBank2, true);
}

/* A pulse that the hub times; the level after it is the other one. */
Reply trigger(const Call &call)
{
	const auto level = call.extra(0);
	if (call.p2() == 0 || call.p2() > kMostPulse)
		return Status::BadPulseLength;
	if (!level || *level > 1)
		return Status::BadLevel;
	Lines &lines = call.board.lines;
	const Gpios bit = gpio_bit(call.gpio());
	call.board.pwm.stop(bit);
	if ((lines.outputs() & bit) == 0) {
		if (const Status made = lines.make_outputs(bit); made != Status::Ok)
			return made;
	}
	const std::uint64_t line = lines.bank().to_lines(bit);
	const std::uint64_t set = *level != 0 ? line : 0;
	const std::uint64_t clear = line & ~set;
	const std::uint64_t width = std::uint64_t{call.p2()} * 1000;
	const std::array<gpiohub_step, 2> steps{
		drive_step(set, clear, width), drive_step(clear, set, kRestNs)};
	std::uint32_t id = 0;
	const Status played = lines.play(line, steps, 0, id);
	/* When it is answered the pulse is over, as there. */
	return call.board.by_hub(
		call.gpio(), played == Status::Ok ? Reply::later(width) : Reply(played));
}

} // namespace gpiohub::daemon::pigpio
