/* SPDX-License-Identifier: MIT */
/* Durations: what is shown of one, to three decimals, is read as the same. */
#include "fuzz.hpp"

#include <gpiohub/duration.hpp>

using namespace gpiohub;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	const auto ns = parse_duration(fuzz::text_of(data, size));
	if (!ns) {
		fuzz::must(!ns.error().what.empty(), "an error without a text");
		return 0;
	}
	const auto again = parse_duration(duration_text(*ns));
	if (!again) {
		fuzz::must(again.error().code == ERANGE, "its own text is not understood");
		return 0; /* rounded up beyond the end */
	}
	const std::uint64_t off = *again > *ns ? *again - *ns : *ns - *again;
	fuzz::must(off <= *ns / 1000, "its own text says something else");
	return 0;
}
