/* SPDX-License-Identifier: MIT */
/*
 * Lines as people name them: "4", "0-7", "GPIO4", "1:4" (line 4 of hub 1),
 * "gpiohub1:0-7", and several with commas. Pure.
 */
#pragma once

#include <gpiohub/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpiohub
{

/** One part of what people wrote: a range of numbers, or a name. */
struct LineSpec {
	std::optional<std::uint8_t> hub;
	unsigned first = 0; /* the range, if name is empty */
	unsigned last = 0;
	std::string name;

	bool operator==(const LineSpec &) const = default;
};

/** Splits a text into its parts, in order. EINVAL: says which part is wrong. */
Result<std::vector<LineSpec>> parse_lines(std::string_view text);

} // namespace gpiohub
