/* SPDX-License-Identifier: MIT */
#include "verbs.hpp"

#include "print.hpp"

namespace gpiohub::cli
{

Result<Exit> printed(std::string_view text)
{
	const auto done = print(text);
	if (!done)
		return done.error();
	return Exit::Ok;
}

} // namespace gpiohub::cli
