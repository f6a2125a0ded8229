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

/* The deeds of the engine, which are said with a preposition. */
inline constexpr std::string_view kDeedWait = "wait for";
inline constexpr std::string_view kDeedHandOver = "hand over a file of";
inline constexpr std::string_view kDeedPlay = "play on";
inline constexpr std::string_view kDeedCancel = "cancel a request of";
inline constexpr std::string_view kDeedAddRule = "add a rule to";
inline constexpr std::string_view kDeedDeleteRule = "delete a rule of";

/**
 * What failed, and what could be found out about it.
 *
 * deed: a verb, "claim", "watch", "set", "configure", "release", "read", "open", or
 *	one of kDeedPlay and the like
 * code: a positive errno
 * hub: "gpiohub0", or "" if none is concerned
 * line: the line of the hub, or GPIOHUB_NO_LINE
 * lines: how many lines the hub has, 0 if not known
 * info: the line as the hub knows it
 * chip_line: the line as its chip knows it: its name, and who uses it
 * detail: what is wrong with what was asked, where that is known: of an EINVAL
 */
struct Failure {
	std::string_view deed = {};
	int code = 0;
	std::string hub = {};
	std::uint8_t line = GPIOHUB_NO_LINE;
	unsigned lines = 0;
	std::optional<gpiohub_line_info> info = {};
	std::optional<ChipLine> chip_line = {};
	std::string detail = {};
};

/** One line of text, without a full stop. Pure. */
std::string explain(const Failure &failure);

/**
 * The same error with its text explained, after asking the device and the chip
 * about the line that it names. Makes system calls: for errors only.
 */
Error explain(
	const Device &device, std::string_view deed, const Error &error, std::string detail = {});

} // namespace gpiohub
