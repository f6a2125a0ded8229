/* SPDX-License-Identifier: MIT */
/* The filter of a verb that watches edges: --steady, --burst, --rate. */
#pragma once

#include <gpiohub/filter_chain.hpp>

#include <CLI/CLI.hpp>

namespace gpiohub::cli
{

void add_filter_options(CLI::App &verb, EdgeFilter &filter);

} // namespace gpiohub::cli
