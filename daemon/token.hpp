/* SPDX-License-Identifier: MIT */
/* Making tokens. What presents one is in roles.hpp. */
#pragma once

#include <string>
#include <string_view>

namespace gpiohub::daemon
{

/** A new token of 256 random bits, and the table of the configuration that knows it, as
 * text for people. */
std::string make_token(std::string_view name);

} // namespace gpiohub::daemon
