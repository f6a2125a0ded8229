/* SPDX-License-Identifier: MIT */
/* Where a daemon listens: what is understood is written so that it is understood again. */
#include "fuzz.hpp"

#include <gpiohub/address.hpp>

using namespace gpiohub;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	const auto address = Address::parse(fuzz::text_of(data, size));
	if (!address) {
		fuzz::must(!address.error().what.empty(), "an error without a text");
		return 0;
	}
	const auto again = Address::parse(address->to_string());
	fuzz::must(again.ok(), "its own text is not understood");
	fuzz::must(again->path == address->path && again->host == address->host &&
			again->port == address->port && again->is_tls == address->is_tls,
		"its own text says something else");
	return 0;
}
