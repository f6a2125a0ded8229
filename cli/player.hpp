/* SPDX-License-Identifier: MIT */
/* Plays a pattern on lines that are ours, and tells how it went. */
#pragma once

#include "board.hpp"

#include <gpiohub/pattern.hpp>
#include <gpiohub/report.hpp>

#include <cstdint>

namespace gpiohub::cli
{

/**
 * Gives the pattern to the hub and waits for its end. When `stop` is readable it is
 * ended: with its cycle if it is endless, at once when asked once more.
 *
 * The report of a pattern that came to its end or was stopped by us. EBUSY: somebody
 * or a rule ended it; EIO or its own errno: it failed; EOVERFLOW: it is over, and the
 * report was lost; ENODEV: the hub is gone. Board's errors.
 */
Result<Report> play_to_its_end(Board &board, std::uint8_t hub, const Pattern &pattern, int stop);

} // namespace gpiohub::cli
