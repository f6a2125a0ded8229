/* SPDX-License-Identifier: MIT */
#include "groups.hpp"

namespace gpiohub::daemon::pigpio
{

namespace
{

constexpr std::uint32_t kLeastBaud = 50;
constexpr std::uint32_t kMostBaud = 250'000;
constexpr std::uint32_t kMostDataBits = 32;

} // namespace

Reply open_serial_reader(const Call &call)
{
	const std::uint32_t data_bits = call.extra(0).value_or(8);
	if (call.p2() < kLeastBaud || call.p2() > kMostBaud)
		return Status::BadWaveBaud;
	if (data_bits == 0 || data_bits > kMostDataBits)
		return Status::BadDataBits;
	if (call.board.readers.contains(call.gpio()))
		return Status::GpioInUse;
	call.board.readers.emplace(call.gpio(), SerialReader(call.p2(), data_bits));
	call.board.drivers[call.gpio()] = call.maker;
	call.board.listen();
	return Status::Ok;
}

Reply read_serial(const Call &call)
{
	const auto reader = call.board.readers.find(call.gpio());
	if (reader == call.board.readers.end())
		return Status::NotSerialGpio;
	call.board.look();
	return Reply::bytes(reader->second.read(call.p2()));
}

Reply close_serial_reader(const Call &call)
{
	if (call.board.readers.erase(call.gpio()) == 0)
		return Status::NotSerialGpio;
	call.board.listen();
	return Status::Ok;
}

Reply invert_serial_reader(const Call &call)
{
	const auto reader = call.board.readers.find(call.gpio());
	if (reader == call.board.readers.end())
		return Status::NotSerialGpio;
	if (call.p2() > 1)
		return Status::BadSerialInvert;
	reader->second.invert(call.p2() != 0);
	return Status::Ok;
}

} // namespace gpiohub::daemon::pigpio
