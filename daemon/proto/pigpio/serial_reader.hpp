/* SPDX-License-Identifier: MIT */
/*
 * Bit-banged serial input (SLRO, SLR, SLRI): bytes from the times of one GPIO's edges. Pure,
 * without a clock: it is told the time. A bit is looked at in its middle; every character
 * begins anew at its start bit, so that clocks may differ.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace gpiohub::daemon::pigpio
{

class SerialReader
{
public:
	static constexpr std::uint64_t kNever = ~std::uint64_t{0};
	/** Bytes that wait to be read; older ones make way for newer ones. */
	static constexpr std::size_t kCapacity = 8192;

	SerialReader(std::uint32_t baud, std::uint32_t data_bits)
		: baud_(baud),
		  data_bits_(data_bits)
	{
	}

	/** Idle is low, and every bit the other way round. */
	void invert(bool is_inverted) noexcept { is_inverted_ = is_inverted; }

	void edge(bool level, std::uint64_t time_ns);
	/** Nothing else happened until then. */
	void advance(std::uint64_t now_ns);

	std::size_t available() const noexcept { return bytes_.size(); }
	/** The oldest so many: whole characters, of 1, 2 or 4 bytes. */
	std::string read(std::size_t most);

private:
	std::uint64_t middle(std::uint32_t bit) const noexcept;
	void finish(bool stop);

	std::uint32_t baud_;
	std::uint32_t data_bits_;
	bool is_inverted_ = false;

	bool level_ = true; /* not inverted any more */
	bool is_inside_ = false;
	std::uint64_t begin_ns_ = 0; /* of the start bit */
	std::uint32_t bits_ = 0;     /* data bits that are known */
	std::uint32_t value_ = 0;
	std::deque<char> bytes_;
};

} // namespace gpiohub::daemon::pigpio
