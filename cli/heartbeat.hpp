/* SPDX-License-Identifier: MIT */
/* Lines that are owned for as long as something feeds our standard input. */
#pragma once

#include "board.hpp"

#include <chrono>
#include <cstdint>
#include <set>

namespace gpiohub::cli
{

/**
 * Holds what was claimed of these hubs with that heartbeat, and kicks for each piece
 * that is read from `input`, until `stop` is readable or the input ends.
 *
 * EPERM: a heartbeat came too late. ENODEV: a hub is gone. EINVAL: the input is a
 * file, which cannot be waited for.
 */
Result<void> hold_while_beating(Board &board, const std::set<std::uint8_t> &hubs, int stop,
	std::chrono::milliseconds heartbeat, int input = 0);

} // namespace gpiohub::cli
