/* SPDX-License-Identifier: MIT */
/* Owning lines in order to drive them: the words of --guard, alike in every verb. */
#pragma once

#include "board.hpp"

#include <CLI/CLI.hpp>
#include <cstdint>

namespace gpiohub::cli
{

/** What becomes of lines when this program ends. */
enum class After { Input, Keep, Low, High };

/** Adds --guard to a verb. */
CLI::Option *add_guard_option(CLI::App &verb, After &after);

Guard guard_of(After after, std::uint64_t lines);

/**
 * Claims lines and makes them outputs. Those that are none yet begin with `levels`;
 * those that are go on with theirs.
 */
Result<void> own_outputs(
	Board &board, std::uint8_t hub, std::uint64_t lines, std::uint64_t levels, After after);

} // namespace gpiohub::cli
