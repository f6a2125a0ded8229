/* SPDX-License-Identifier: MIT */
/* SIGINT and SIGTERM as a descriptor, so that a verb can end cleanly. */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>

namespace gpiohub::cli
{

/** Readable once the user or the system asked us to end. */
Result<UniqueFd> stop_signals();

} // namespace gpiohub::cli
