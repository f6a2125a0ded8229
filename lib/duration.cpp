/* SPDX-License-Identifier: MIT */
/* In whole numbers: 0.1us is 100 ns, and not what a double makes of it. */
#include <gpiohub/duration.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <limits>
#include <optional>

namespace gpiohub
{

namespace
{

struct Unit {
	std::string_view name;
	std::uint64_t ns;
};

constexpr std::array<Unit, 5> kUnits = {
	Unit{"ns", 1}, {"us", 1000}, {"µs", 1000}, {"ms", 1'000'000}, {"s", 1'000'000'000}};

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

/* Takes digits off the text, all of them. Nothing: more than 64 bits. */
std::optional<std::uint64_t> take_number(std::string_view &text)
{
	std::optional<std::uint64_t> number = 0;
	for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
		const auto digit = static_cast<std::uint64_t>(text.front() - '0');
		if (number && *number <= (kMost - digit) / 10)
			number = *number * 10 + digit;
		else
			number.reset();
	}
	return number;
}

/* How many of `whole` these decimals are, cut to whole ones. */
std::uint64_t parts_of(std::uint64_t whole, std::string_view decimals)
{
	std::uint64_t parts = 0;
	for (const char decimal : decimals) {
		parts += whole * static_cast<std::uint64_t>(decimal - '0') / 10;
		whole /= 10;
	}
	return parts;
}

Error no_duration(std::string_view text)
{
	return {EINVAL,
		fmt::format("\"{}\" is no duration: write a number and ns, us, ms or s, as in "
			    "500us, 1.5ms or 2s",
			text)};
}

} // namespace

Result<std::uint64_t> parse_duration(std::string_view text)
{
	std::string_view rest = text;
	if (rest.empty() || !is_digit(rest.front()))
		return no_duration(text);
	const auto number = take_number(rest);
	std::string_view decimals;
	if (rest.starts_with('.')) {
		rest.remove_prefix(1);
		decimals = rest.substr(0, rest.find_first_not_of("0123456789"));
		rest.remove_prefix(decimals.size());
		if (decimals.empty())
			return no_duration(text);
	}
	const auto *unit = std::find_if(kUnits.begin(), kUnits.end(),
		[rest](const Unit &each) { return each.name == rest; });
	if (unit == kUnits.end())
		return no_duration(text);
	const std::uint64_t more = parts_of(unit->ns, decimals);
	if (!number || *number > (kMost - more) / unit->ns)
		return Error{ERANGE, fmt::format("\"{}\" is too long a time", text)};
	return *number * unit->ns + more;
}

std::string duration_text(std::uint64_t ns)
{
	for (std::size_t i = kUnits.size(); i-- > 1;) {
		const Unit &unit = kUnits[i];
		if (ns < unit.ns || unit.name == "µs")
			continue;
		std::string text =
			fmt::format("{}.{:03}", ns / unit.ns, ns % unit.ns / (unit.ns / 1000));
		text.erase(text.find_last_not_of('0') + 1);
		if (text.ends_with('.'))
			text.pop_back();
		return text + std::string(unit.name);
	}
	return fmt::format("{}ns", ns);
}

} // namespace gpiohub
