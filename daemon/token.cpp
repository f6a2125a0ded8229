/* SPDX-License-Identifier: MIT */
#include "token.hpp"

#include "roles.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>
#include <cstdlib>

namespace gpiohub::daemon
{

namespace
{

template <std::size_t N>
std::string hexadecimal(const std::array<std::uint8_t, N> &bytes)
{
	std::string text;
	for (const std::uint8_t byte : bytes)
		text += fmt::format("{:02x}", byte);
	return text;
}

} // namespace

std::string make_token(std::string_view name)
{
	std::array<std::uint8_t, 32> random{};
	/* Fails only where the system has no randomness at all. */
	if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
		std::abort();
	const std::string token = hexadecimal(random);
	return fmt::format(
		"# The token, for whoever is to present it (GPIOHUB_TOKEN, or a file for "
		"--token-file):\n"
		"# {}\n"
		"# For the configuration, together with tokens = [\"{}\"] in a role:\n"
		"[token.{}]\n"
		"sha256 = \"{}\"\n"
		"# expires = 2030-01-31T12:00:00Z\n",
		token, name, name, hexadecimal(sha256(token)));
}

} // namespace gpiohub::daemon
