/* SPDX-License-Identifier: MIT */
/* A hub as "gpiohub list" shows it. */
#pragma once

#include "board.hpp"

#include <string>

namespace gpiohub::cli
{

/** A row for the hub and, if asked for, one for each of its lines. */
Result<std::string> hub_rows(Board &board, const Hub &hub, bool with_lines);

} // namespace gpiohub::cli
