/* SPDX-License-Identifier: MIT */
/* Patterns as people write them: what parses is well formed. */
#include "fuzz.hpp"

#include <gpiohub/pattern_text.hpp>

using namespace gpiohub;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	const auto pattern = parse_pattern(fuzz::text_of(data, size));
	if (!pattern) {
		fuzz::must(!pattern.error().what.empty(), "an error without a text");
		return 0;
	}
	fuzz::must(!find_fault(pattern->lines, pattern->steps), "what parses is not well formed");
	return 0;
}
