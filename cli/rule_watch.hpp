/* SPDX-License-Identifier: MIT */
/* A rule for as long as this program runs, and word of each time it fires. */
#pragma once

#include "board.hpp"

namespace gpiohub::cli
{

/**
 * Adds the rule and prints a line whenever it fires, until `stop` is readable or, if
 * it is a one-shot, it fired. ENODEV: the hub is gone. Board's errors, print()'s.
 */
Result<void> watch_rule(Board &board, std::uint8_t hub, const gpiohub_rule &rule, int stop);

} // namespace gpiohub::cli
