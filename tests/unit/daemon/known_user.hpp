/* SPDX-License-Identifier: MIT */
/* A configuration in which whoever runs the test may do everything, and so may who has
 * the token: for clients that come by TCP and TLS. */
#pragma once

#include "roles.hpp"

#include <pwd.h>
#include <unistd.h>

#include <string>

namespace gpiohub::daemon
{

inline const std::string kToken = "a token for the test";

inline std::string known_user_config()
{
	std::string sum;
	for (const std::uint8_t byte : sha256(kToken)) {
		sum += "0123456789abcdef"[byte >> 4];
		sum += "0123456789abcdef"[byte & 15];
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread asks */
	const std::string user = ::getpwuid(::getuid())->pw_name;
	return "[role.all]\nlines = [\"*\"]\ntokens = [\"t\"]\nusers = [\"" + user +
		"\"]\nverbs = [\"look\", \"claim\", \"drive\", \"rule\", \"administer\"]\n"
		"[token.t]\nsha256 = \"" +
		sum + "\"\n";
}

} // namespace gpiohub::daemon
