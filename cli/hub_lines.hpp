/* SPDX-License-Identifier: MIT */
/* Lines that belong together: those of one hub, which it drives and looks at as one. */
#pragma once

#include "lines.hpp"

#include <gpiohub/pattern.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gpiohub::cli
{

struct HubLines {
	std::uint8_t hub = 0;
	std::uint64_t mask = 0;
};

/** All lines that the texts name. EINVAL: they are of several hubs. */
Result<HubLines> find_lines_of_one_hub(Board &board, const std::vector<std::string> &texts);

/** A pattern and the hub whose lines it drives. */
struct HubPattern {
	std::uint8_t hub = 0;
	Pattern pattern;
};

/** The pattern that a text describes (gpiohub/pattern_text.hpp), its lines found on the
 * board. EINVAL, with the place in the text: also if they are of several hubs. */
Result<HubPattern> find_pattern(Board &board, std::string_view text);

} // namespace gpiohub::cli
