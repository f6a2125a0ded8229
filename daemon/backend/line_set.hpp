/* SPDX-License-Identifier: MIT */
/* The lines of a set, bit n being line n: from the lowest on, to be looped over. */
#pragma once

#include <bit>
#include <cstdint>

namespace gpiohub::daemon
{

constexpr std::uint64_t line_bit(unsigned line) noexcept
{
	return std::uint64_t{1} << line;
}

/** The lowest of a set that is not empty. */
constexpr std::uint8_t lowest_line(std::uint64_t lines) noexcept
{
	return static_cast<std::uint8_t>(std::countr_zero(lines));
}

class LineSet
{
public:
	class Iterator
	{
	public:
		constexpr explicit Iterator(std::uint64_t left) noexcept : left_(left) {}
		constexpr unsigned operator*() const noexcept { return lowest_line(left_); }
		constexpr Iterator &operator++() noexcept
		{
			left_ &= left_ - 1;
			return *this;
		}
		constexpr bool operator==(const Iterator &) const noexcept = default;

	private:
		std::uint64_t left_;
	};

	constexpr explicit LineSet(std::uint64_t lines) noexcept : lines_(lines) {}
	constexpr Iterator begin() const noexcept { return Iterator(lines_); }
	constexpr Iterator end() const noexcept { return Iterator(0); }

private:
	std::uint64_t lines_;
};

} // namespace gpiohub::daemon
