/* SPDX-License-Identifier: MIT */
/* Lines as people name them. */
#include "fuzz.hpp"

#include <gpiohub/line_spec.hpp>

using namespace gpiohub;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	const auto specs = parse_lines(fuzz::text_of(data, size));
	if (!specs) {
		fuzz::must(!specs.error().what.empty(), "an error without a text");
		return 0;
	}
	fuzz::must(!specs->empty() && specs->size() <= size, "parts that nobody wrote");
	for (const LineSpec &spec : *specs)
		fuzz::must(!spec.name.empty() || spec.first <= spec.last, "an empty range");
	return 0;
}
