/* SPDX-License-Identifier: MIT */
/* For tests of commands: what follows a request, and what a reply says. */
#pragma once

#include "proto/pigpio/extension.hpp"
#include "proto/pigpio/status.hpp"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace gpiohub::daemon::pigpio
{

inline Extension of(std::string_view text)
{
	return std::as_bytes(std::span<const char>(text));
}

/* Lives as long as the expression it is made in. */
class U32
{
public:
	explicit U32(std::uint32_t value)
	{
		for (unsigned i = 0; i < 4; i++)
			bytes_.push_back(static_cast<char>(value >> (8 * i) & 0xff));
	}
	operator Extension() const { return of(bytes_); } /* NOLINT: meant */

private:
	std::string bytes_;
};

inline std::string bytes(std::initializer_list<int> values)
{
	std::string result;
	for (const int value : values)
		result.push_back(static_cast<char>(value));
	return result;
}

constexpr std::int32_t res(Status status)
{
	return static_cast<std::int32_t>(status);
}

} // namespace gpiohub::daemon::pigpio
