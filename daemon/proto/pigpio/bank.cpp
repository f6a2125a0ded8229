/* SPDX-License-Identifier: MIT */
#include "bank.hpp"

#include <fmt/format.h>

#include <bit>
#include <cerrno>
#include <charconv>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* The header of a Raspberry Pi. */
constexpr unsigned kFirst = 2;
constexpr unsigned kLast = 27;

std::optional<unsigned> number(std::string_view text)
{
	unsigned value = 0;
	const char *end = text.data() + text.size();
	const auto [stop, error] = std::from_chars(text.data(), end, value);
	if (error != std::errc() || stop != end)
		return std::nullopt;
	return value;
}

} // namespace

void Bank::map(unsigned gpio, unsigned line) noexcept
{
	lines_[gpio] = static_cast<std::uint8_t>(line);
	numbers_[line] = static_cast<std::uint8_t>(gpio);
	gpios_ |= gpio_bit(gpio);
	mapped_ |= std::uint64_t{1} << line;
	if (gpio == line)
		same_ |= gpio_bit(gpio);
}

Bank Bank::by_default(unsigned lines, const std::function<std::string(unsigned)> &name)
{
	Bank bank;
	for (unsigned line = 0; line < lines; line++) {
		const std::string called = name(line);
		if (!called.starts_with("GPIO"))
			continue;
		const auto gpio = number(std::string_view(called).substr(4));
		if (gpio && *gpio >= kFirst && *gpio <= kLast && !bank.line(*gpio))
			bank.map(*gpio, line);
	}
	bank.is_by_name_ = bank.gpios() != 0;
	if (bank.is_by_name_)
		return bank;
	for (unsigned gpio = kFirst; gpio <= kLast && gpio < lines; gpio++)
		bank.map(gpio, gpio);
	return bank;
}

Result<Bank> Bank::of(const std::vector<std::string> &entries, unsigned lines,
	const std::function<std::string(unsigned)> &name)
{
	Bank bank;
	for (const std::string &entry : entries) {
		const std::size_t equals = entry.find('=');
		const auto gpio = number(std::string_view(entry).substr(0, equals));
		if (equals == std::string::npos || !gpio || *gpio >= kGpios)
			return Error{EINVAL,
				fmt::format("\"{}\" is not GPIO=LINE, GPIO from 0 to {}", entry,
					kGpios - 1)};
		const std::string called = entry.substr(equals + 1);
		unsigned line = number(called).value_or(lines);
		for (unsigned each = 0; line == lines && each < lines; each++) {
			if (name(each) == called)
				line = each;
		}
		if (line >= lines)
			return Error{ENXIO,
				fmt::format("\"{}\": the hub has no line {}", entry, called)};
		if (bank.line(*gpio) || bank.gpio(line))
			return Error{
				EINVAL, fmt::format("\"{}\" is there twice, or its line", entry)};
		bank.map(*gpio, line);
	}
	return bank;
}

std::uint64_t Bank::to_lines(Gpios gpios) const noexcept
{
	std::uint64_t lines = gpios & same_;
	for (Gpios rest = gpios & gpios_ & ~same_; rest != 0; rest &= rest - 1)
		lines |= std::uint64_t{1} << lines_[static_cast<unsigned>(std::countr_zero(rest))];
	return lines;
}

Gpios Bank::to_gpios(std::uint64_t lines) const noexcept
{
	Gpios gpios = lines & same_;
	for (std::uint64_t rest = lines & mapped_ & ~same_; rest != 0; rest &= rest - 1)
		gpios |= gpio_bit(numbers_[static_cast<unsigned>(std::countr_zero(rest))]);
	return gpios;
}

} // namespace gpiohub::daemon::pigpio
