/* SPDX-License-Identifier: MIT */
#include "hold.hpp"

#include <cerrno>
#include <fmt/format.h>

namespace gpiohub::cli
{

Result<void> hold(Board &board, const std::set<std::uint8_t> &hubs, int stop)
{
	for (;;) {
		const auto received = board.next();
		if (!received)
			return received.error();
		if (received->has_value()) {
			const std::uint8_t hub = (*received)->hub;
			if ((*received)->gone && hubs.contains(hub))
				return Error{ENODEV,
					fmt::format("gpiohub{} is gone: its lines are no longer "
						    "held",
						hub)};
			continue;
		}
		const auto more = board.wait(stop);
		if (!more)
			return more.error();
		if (!*more)
			return {};
	}
}

} // namespace gpiohub::cli
