/* SPDX-License-Identifier: MIT */
#include "quantity.hpp"

#include <gpiohub/duration.hpp>

#include <cerrno>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace gpiohub::cli
{

namespace
{

std::optional<double> parse_decimal(std::string_view text)
{
	double number = 0;
	const char *end = text.data() + text.size();
	const auto parsed = std::from_chars(text.data(), end, number, std::chars_format::fixed);
	if (parsed.ec != std::errc() || parsed.ptr != end)
		return std::nullopt;
	return number;
}

/* A number before one of the units; nothing: it is none of these. */
std::optional<double> parse_hertz(std::string_view text)
{
	double factor = 1;
	if (text.ends_with("MHz")) {
		factor = 1e6;
		text.remove_suffix(3);
	} else if (text.ends_with("kHz")) {
		factor = 1e3;
		text.remove_suffix(3);
	} else if (text.ends_with("Hz")) {
		text.remove_suffix(2);
	}
	const auto number = parse_decimal(text);
	if (!number)
		return std::nullopt;
	return *number * factor;
}

std::optional<double> parse_percent(std::string_view text)
{
	if (text.ends_with('%'))
		text.remove_suffix(1);
	return parse_decimal(text);
}

} // namespace

CLI::Option *add_duration_option(
	CLI::App &verb, const std::string &name, std::uint64_t &ns, const std::string &description)
{
	const auto take = [name, &ns](const std::string &text) {
		const auto parsed = parse_duration(text);
		if (!parsed)
			throw CLI::ValidationError(name, parsed.error().what);
		ns = *parsed;
	};
	return verb.add_option_function<std::string>(name, take, description)
		->type_name("DURATION");
}

Result<Pwm> parse_pwm(std::string_view frequency, std::string_view duty)
{
	const auto hertz = parse_hertz(frequency);
	const auto period = parse_duration(frequency);
	if (!hertz && !period)
		return Error{EINVAL,
			fmt::format("\"{}\" is no frequency and no period: write 50, 50Hz, "
				    "1.5kHz or 20ms",
				frequency)};
	const auto percent = parse_percent(duty);
	const auto width = parse_duration(duty);
	if (!percent && !width)
		return Error{EINVAL,
			fmt::format(
				"\"{}\" is no duty cycle and no width: write 25% or 1.5ms", duty)};

	auto pwm =
		pwm_of(hertz ? *hertz : 1e9 / static_cast<double>(*period), percent ? *percent : 0);
	if (!pwm)
		return pwm;
	/* As it was said, not by way of a fraction. */
	if (period)
		pwm->period_ns = *period;
	if (width)
		pwm->width_ns = *width;
	if (period && percent)
		pwm->width_ns = *percent == 100 ? *period : pwm->width_ns;
	return pwm;
}

} // namespace gpiohub::cli
