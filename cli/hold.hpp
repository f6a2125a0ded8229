/* SPDX-License-Identifier: MIT */
/* Owning lines for as long as the user wants, and the hubs are there. */
#pragma once

#include "board.hpp"

#include <set>

namespace gpiohub::cli
{

/**
 * Waits until `stop` is readable. ENODEV: one of these hubs is gone; the daemon's
 * connection's errors: so is the daemon. What we owned is then let go.
 */
Result<void> hold(Board &board, const std::set<std::uint8_t> &hubs, int stop);

} // namespace gpiohub::cli
