/* SPDX-License-Identifier: MIT */
#include "guard.hpp"

#include <map>
#include <string>

namespace gpiohub::cli
{

CLI::Option *add_guard_option(CLI::App &verb, After &after)
{
	const std::map<std::string, After> guards = {{"input", After::Input}, {"keep", After::Keep},
		{"low", After::Low}, {"high", After::High}};
	return verb
		.add_option("--guard", after,
			"what becomes of them when this program ends, however it does:\n"
			"input (default), keep (as they are), low or high")
		->transform(CLI::CheckedTransformer(guards));
}

Guard guard_of(After after, std::uint64_t lines)
{
	switch (after) {
	case After::Input:
		return GPIOHUB_GUARD_INPUT;
	case After::Keep:
		return GPIOHUB_GUARD_KEEP;
	case After::Low:
		return GPIOHUB_GUARD_LEVELS;
	case After::High:
		break;
	}
	Guard guard = GPIOHUB_GUARD_LEVELS;
	guard.levels = lines;
	return guard;
}

Result<void> own_outputs(
	Board &board, std::uint8_t hub, std::uint64_t lines, std::uint64_t levels, After after)
{
	if (auto claimed = board.claim(hub, lines, guard_of(after, lines)); !claimed)
		return claimed;
	LineConfig config;
	config.direction = GPIOHUB_DIRECTION_OUTPUT;
	config.levels = levels;
	return board.configure(hub, lines, config);
}

} // namespace gpiohub::cli
