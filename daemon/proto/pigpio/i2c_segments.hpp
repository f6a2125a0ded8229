/* SPDX-License-Identifier: MIT */
/*
 * The small language of I2CZ, read as a whole before any of it is sent. Pure.
 *
 *	0		end; what follows is not read
 *	1		the next P is two bytes, little-endian, not one
 *	2, 3		combined on, off: what is between is one transfer, with a start again
 *			for each segment and a stop at the end only
 *	4 P		address
 *	5 lsb msb	flags of linux/i2c.h, for the segments that follow
 *	6 P		read P bytes
 *	7 P bytes	write P bytes
 */
#pragma once

#include "extension.hpp"
#include "status.hpp"

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace gpiohub::daemon::pigpio
{

/** Bytes that a command puts on the bus, either way: the kernel's own bound for one message.
 * Each segment's address is one as well. */
inline constexpr std::size_t kMostI2cBytes = 8192;
inline constexpr std::uint32_t kMostI2cAddress = 0x7f;

/** One message. size: of what is written, in the input; or to be read. */
struct I2cSegment {
	bool is_read = false;
	std::uint16_t address = 0;
	std::uint16_t flags = 0;
	std::size_t size = 0;
	Extension bytes = {};
};

/** What goes between a start and a stop. */
using I2cTransfer = std::vector<I2cSegment>;

/**
 * The transfers that are asked for, none empty, or what is wrong with the first that is:
 * BadI2cCommand: no such command, or cut off. BadI2cAddress. BadFlags: one that is not of
 * messages, or is the kernel's. BadI2cReadLength, BadI2cWriteLength: of 0 bytes, more than
 * are there, or than kMostI2cBytes in all. TooManySegments: in one transfer, for the kernel.
 */
std::variant<std::vector<I2cTransfer>, Status> segments(Extension input, std::uint16_t address);

} // namespace gpiohub::daemon::pigpio
