/* SPDX-License-Identifier: MIT */
/*
 * The lines of a board that people name: see gpiohub/line_spec.hpp. A number alone is a
 * line of the first hub; a name is looked for in all of them.
 */
#pragma once

#include "board.hpp"

#include <gpiohub/line_spec.hpp>
#include <gpiohub/result.hpp>

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gpiohub::cli
{

struct LineId {
	std::uint8_t hub = 0;
	std::uint8_t line = 0;

	/* NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes it for one */
	auto operator<=>(const LineId &) const = default;
};

/** A line and the level that it shall have. */
struct LineLevel {
	LineId id;
	bool high = false;
};

/** "1", "0", "high", "low", "on" or "off". */
Result<bool> parse_level(std::string_view text);

/** The lines that texts name, in order. ENXIO: there is no such line. */
Result<std::vector<LineId>> find_lines(Board &board, const std::vector<std::string> &texts);

/** "4=1", "0-3=low" ... EINVAL: not of that shape, or a line shall be both. */
Result<std::vector<LineLevel>> find_levels(Board &board, const std::vector<std::string> &texts);

/** Every line of every hub. */
std::vector<LineId> all_lines(const Board &board);

/** The same lines as one mask per hub. */
std::map<std::uint8_t, std::uint64_t> masks_of(const std::vector<LineId> &lines);

/** "4", or with several hubs "1:4". */
std::string line_text(const Board &board, LineId id);

} // namespace gpiohub::cli
