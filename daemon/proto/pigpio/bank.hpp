/* SPDX-License-Identifier: MIT */
/*
 * Which line of a hub each of pigpio's GPIOs is. The clients count as the Raspberry
 * Pi's processor does (BCM numbers): bank 1 is GPIO 0 to 31, one bit each; bank 2 the
 * rest. Pure.
 */
#pragma once

#include <gpiohub/result.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gpiohub::daemon::pigpio
{

inline constexpr unsigned kGpios = 54;
inline constexpr unsigned kUserGpios = 32; /* those that most commands take */

/** GPIOs of both banks: bit n is GPIO n. */
using Gpios = std::uint64_t;

constexpr Gpios gpio_bit(unsigned gpio) noexcept
{
	return Gpios{1} << gpio;
}

class Bank
{
public:
	/** No GPIO is a line. */
	Bank() { lines_.fill(kNone); }

	/** GPIO n is the line of that name, "GPIOn", where the names say so for any of 2 to
	 * 27; else line n for 2 to 27 and as many lines as there are. */
	static Bank by_default(unsigned lines, const std::function<std::string(unsigned)> &name);

	/** "17=GPIO17" or "17=3" say so for one each: a line by its name, or by its number.
	 * EINVAL: no such form, a GPIO beyond 53, twice the same. ENXIO: no such line. */
	static Result<Bank> of(const std::vector<std::string> &entries, unsigned lines,
		const std::function<std::string(unsigned)> &name);

	/** The lines were called so. */
	bool is_by_name() const noexcept { return is_by_name_; }

	/** A GPIO without a line: nothing. */
	std::optional<unsigned> line(unsigned gpio) const noexcept
	{
		if (gpio >= kGpios || lines_[gpio] == kNone)
			return std::nullopt;
		return lines_[gpio];
	}
	/** Those that are lines. */
	Gpios gpios() const noexcept { return gpios_; }

	/** Bit by bit, what is on neither side is left out. */
	std::uint64_t to_lines(Gpios gpios) const noexcept;
	Gpios to_gpios(std::uint64_t lines) const noexcept;
	/** The GPIO that a line is. */
	std::optional<unsigned> gpio(unsigned line) const noexcept
	{
		return line < 64 && numbers_[line] != kNone
			? std::optional<unsigned>(numbers_[line])
			: std::nullopt;
	}

	bool operator==(const Bank &) const = default;

private:
	static constexpr std::uint8_t kNone = 0xff;

	void map(unsigned gpio, unsigned line) noexcept;

	std::array<std::uint8_t, kGpios> lines_{};
	std::array<std::uint8_t, 64> numbers_ = none();
	Gpios gpios_ = 0;
	bool is_by_name_ = false;
	std::uint64_t mapped_ = 0; /* lines that are GPIOs */
	std::uint64_t same_ = 0;   /* GPIOs that have their own number as lines */

	static constexpr std::array<std::uint8_t, 64> none() noexcept
	{
		std::array<std::uint8_t, 64> all{};
		all.fill(kNone);
		return all;
	}
};

} // namespace gpiohub::daemon::pigpio
