/* SPDX-License-Identifier: MIT */
/*
 * Errors in the user's terms: what failed, on which line, who holds it, what to
 * do. The daemon's replies and the command line say them alike.
 */
#pragma once

#include <gpiohub/chips.hpp>
#include <gpiohub/device.hpp>
#include <gpiohub/result.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gpiohub
{

/**
 * What failed, and what could be found out about it.
 *
 * deed: a verb, "claim", "watch", "set", "configure", "release", "read", "open"
 * code: a positive errno
 * hub: "gpiohub0", or "" if none is concerned
 * line: the line of the hub, or GPIOHUB_NO_LINE
 * lines: how many lines the hub has, 0 if not known
 * info: the line as the hub knows it
 * chip_line: the line as its chip knows it: its name, and who uses it
 */
struct Failure {
	std::string_view deed = {};
	int code = 0;
	std::string hub = {};
	std::uint8_t line = GPIOHUB_NO_LINE;
	unsigned lines = 0;
	std::optional<gpiohub_line_info> info = {};
	std::optional<ChipLine> chip_line = {};
};

/** One line of text, without a full stop. Pure. */
std::string explain(const Failure &failure);

/**
 * The same error with its text explained, after asking the device and the chip
 * about the line that it names. Makes system calls: for errors only.
 */
Error explain(const Device &device, std::string_view deed, const Error &error);

} // namespace gpiohub
