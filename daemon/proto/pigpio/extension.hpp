/* SPDX-License-Identifier: MIT */
/*
 * The bytes that follow a request, as commands read them: somebody else's, so nothing is
 * taken that is not there. Pure.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace gpiohub::daemon::pigpio
{

using Extension = std::span<const std::byte>;

/** Takes a number of so many bytes, at most 4, little-endian, from the front; nothing: it is cut
 * off, and nothing is taken. */
inline std::optional<std::uint32_t> take_number(Extension &extension, std::size_t size) noexcept
{
	if (extension.size() < size)
		return std::nullopt;
	std::uint32_t number = 0;
	for (std::size_t i = 0; i < size; i++)
		number |= std::to_integer<std::uint32_t>(extension[i]) << (8 * i);
	extension = extension.subspan(size);
	return number;
}

/** The number of an extension that is one u32, little-endian, and nothing else. */
inline std::optional<std::uint32_t> number_of(Extension extension) noexcept
{
	if (extension.size() != sizeof(std::uint32_t))
		return std::nullopt;
	return take_number(extension, sizeof(std::uint32_t));
}

/** The text of it, which may have any byte in it, 0 as well. */
inline std::string text_of(Extension extension)
{
	return {reinterpret_cast<const char *>(extension.data()), extension.size()};
}

} // namespace gpiohub::daemon::pigpio
