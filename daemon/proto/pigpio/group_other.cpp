/* SPDX-License-Identifier: MIT */
#include "groups.hpp"

#include <gpiohub/clock.hpp>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* Of pigpio: the one whose interface this is. */
constexpr std::uint32_t kVersion = 79;

constexpr std::uint32_t kMostMicros = 1'000'000;
constexpr std::uint32_t kMostMillis = 60'000;
constexpr std::uint32_t kMostPadMa = 16;

} // namespace

Reply tick(const Call &)
{
	return Reply::number(tick_of(monotonic_ns()));
}

Reply hardware_version(const Call &call)
{
	return Reply::number(call.board.settings().hardware);
}

Reply interface_version(const Call &)
{
	return Reply::number(kVersion);
}

Reply delay_micros(const Call &call)
{
	if (call.p1() > kMostMicros)
		return Status::BadMicros;
	return Reply::later(std::uint64_t{call.p1()} * 1000);
}

Reply delay_millis(const Call &call)
{
	if (call.p1() > kMostMillis)
		return Status::BadMillis;
	return Reply::later(std::uint64_t{call.p1()} * 1'000'000);
}

Reply set_pad(const Call &call)
{
	if (call.p1() >= call.board.pads.size())
		return Status::BadPad;
	if (call.p2() == 0 || call.p2() > kMostPadMa)
		return Status::BadStrength;
	/* As the hardware has them: 2, 4, 6 ... */
	call.board.pads[call.p1()] = (call.p2() + 1) / 2 * 2;
	return Status::Ok;
}

Reply get_pad(const Call &call)
{
	if (call.p1() >= call.board.pads.size())
		return Status::BadPad;
	return Reply::number(call.board.pads[call.p1()]);
}

Reply set_internal(const Call &call)
{
	call.board.internals = call.p1();
	return Status::Ok;
}

Reply get_internal(const Call &call)
{
	return Reply::number(call.board.internals);
}

/* What pigpio has for others to put in. */
Reply custom_1(const Call &)
{
	return Status::Ok;
}

Reply custom_2(const Call &)
{
	return Status::Ok;
}

Reply no_shell(const Call &)
{
	return Status::BadScriptName;
}

Reply deprecated(const Call &)
{
	return Status::Deprecated;
}

Reply unknown(const Call &)
{
	return Status::UnknownCommand;
}

} // namespace gpiohub::daemon::pigpio
