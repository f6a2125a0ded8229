/* SPDX-License-Identifier: MIT */
/* gpiohub stats: what the daemon counted, or without it the hubs' counters. */
#include "verbs.hpp"

#include <cerrno>
#include <nlohmann/json.hpp>

namespace gpiohub::cli
{

namespace
{

Result<Exit> stats(const Where &where)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	const auto text = (*board)->stats();
	if (!text)
		return text.error();
	const auto json = nlohmann::ordered_json::parse(*text, nullptr, false);
	if (json.is_discarded())
		return Error{EPROTO, "the daemon sent something that is no JSON"};
	return printed(json.dump(2) + "\n");
}

} // namespace

void add_stats(CLI::App &app, Action &action)
{
	auto *verb = app.add_subcommand("stats", "print counters, as JSON");
	verb->callback([&action] { action = stats; });
}

} // namespace gpiohub::cli
