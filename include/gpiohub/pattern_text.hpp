/* SPDX-License-Identifier: MIT */
/*
 * Patterns as people write them:
 *
 *	17=1 500us 17=0 500us           drive, wait, drive, wait
 *	17,18=1 4=0 1ms                 several lines at the same moment
 *	3x( 17=1 100us 17=0 100us )     three times
 *	*( 17=1 1ms 17=0 19ms )         endlessly
 *
 * in any number of lines of text; # begins a comment that lasts to the line's end.
 */
#pragma once

#include <gpiohub/pattern.hpp>
#include <gpiohub/result.hpp>

#include <cstdint>
#include <functional>
#include <string_view>

namespace gpiohub
{

/** Finds the lines that a text names, as a mask; the error's text is for people. */
using LineFinder = std::function<Result<std::uint64_t>(std::string_view)>;

/** Numbers and ranges of them, with commas: "4", "0-3,7". */
Result<std::uint64_t> line_numbers(std::string_view text);

/** EINVAL, with "line 2, column 7: ..." in its text ("column 7: ..." in a text of one
 * line). What parses is well formed: see find_fault(). */
Result<Pattern> parse_pattern(std::string_view text, const LineFinder &find_lines = line_numbers);

} // namespace gpiohub
