/* SPDX-License-Identifier: MIT */
/* Times and frequencies on the command line. */
#pragma once

#include <gpiohub/pattern.hpp>
#include <gpiohub/result.hpp>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace gpiohub::cli
{

/** Adds an option, or an argument, that is a duration: see parse_duration(). */
CLI::Option *add_duration_option(
	CLI::App &verb, const std::string &name, std::uint64_t &ns, const std::string &description);

/**
 * A square wave as people say it: "50", "50Hz", "1.5kHz" or a period as "20ms", and
 * a duty cycle as "25", "7.5%" or a width as "1.5ms". EINVAL: says which is wrong.
 */
Result<Pwm> parse_pwm(std::string_view frequency, std::string_view duty);

} // namespace gpiohub::cli
