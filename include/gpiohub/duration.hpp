/* SPDX-License-Identifier: MIT */
/* Durations as people write them: 500us, 1.5ms, 2s. Pure. */
#pragma once

#include <gpiohub/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace gpiohub
{

/**
 * The ns of a number, which may have decimals, and one of the units ns, us (or µs),
 * ms, s. EINVAL: something else, with a text that says what to write; ERANGE: more
 * than 584 years.
 */
Result<std::uint64_t> parse_duration(std::string_view text);

/** The same in the largest unit that leaves a number of at least 1, with up to three
 * decimals: for people, who need no more of them. */
std::string duration_text(std::uint64_t ns);

} // namespace gpiohub
