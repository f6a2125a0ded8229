/* SPDX-License-Identifier: MIT */
#include "log.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace gpiohub::daemon
{

void log(Level level, std::string_view text)
{
	/* systemd sets it for services whose output goes to the journal. */
	if (std::getenv("JOURNAL_STREAM") != nullptr)
		fmt::print(stderr, "<{}>{}\n", static_cast<int>(level), text);
	else
		fmt::print(stderr, "gpiohubd: {}\n", text);
}

} // namespace gpiohub::daemon
