/* SPDX-License-Identifier: MIT */
/*
 * I2C, SPI, serial ports and files, for the table of commands: each command is a method of
 * theirs. They are the machine's and no hub's: where there are roles, who may use them
 * administers.
 */
#pragma once

#include "call.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace gpiohub::daemon::pigpio
{

template <auto Method>
Reply on(auto &bus, const Call &call)
{
	if (!call.board.has_buses)
		return Status::NotPermitted;
	call.board.caller.name = call.maker;
	return (bus.*Method)(call.p1(), call.p2(), call.request.extension);
}

/* The same in the thread that waits for these. */
template <auto Method>
Reply wait_on(auto &bus, const Call &call)
{
	if (!call.board.has_buses)
		return Status::NotPermitted;
	if (call.asker == nullptr)
		return Status::NotPermitted; /* nobody would wait for what comes of it */
	call.board.bus_thread->add(
		[&bus, &caller = call.board.bus_caller, maker = std::string(call.maker),
			p1 = call.p1(), p2 = call.p2(),
			extension = std::vector<std::byte>(
				call.request.extension.begin(), call.request.extension.end())] {
			caller.name = maker;
			return (bus.*Method)(p1, p2, extension);
		},
		call.asker);
	return Reply::pending();
}

template <auto Method>
Reply i2c(const Call &call)
{
	return wait_on<Method>(call.board.i2c, call);
}

template <auto Method>
Reply spi(const Call &call)
{
	return wait_on<Method>(call.board.spi, call);
}

template <auto Method>
Reply serial(const Call &call)
{
	return on<Method>(call.board.serial, call);
}

template <auto Method>
Reply file(const Call &call)
{
	return on<Method>(call.board.files, call);
}

} // namespace gpiohub::daemon::pigpio
