/* SPDX-License-Identifier: MIT */
/*
 * gpiohub claim: own lines for as long as this program runs, and say what happens
 * to them after that: when it ends, is killed, or its heartbeat stops.
 */
#include "guard.hpp"
#include "heartbeat.hpp"
#include "hold.hpp"
#include "lines.hpp"
#include "stop.hpp"
#include "verbs.hpp"

#include <chrono>
#include <set>

namespace gpiohub::cli
{

namespace
{

struct Options {
	std::vector<std::string> lines; /* "4", or "4=1" */
	After after = After::Input;
	unsigned heartbeat_ms = 0;
};

/* Of one hub. */
struct Masks {
	std::uint64_t lines = 0;
	std::uint64_t driven = 0;
	std::uint64_t levels = 0;
};

Result<std::map<std::uint8_t, Masks>> masks_of(Board &board, const std::vector<std::string> &texts)
{
	std::vector<std::string> silent;
	std::vector<std::string> driven;
	for (const std::string &text : texts)
		(text.find('=') == std::string::npos ? silent : driven).push_back(text);
	const auto lines = find_lines(board, silent);
	if (!lines)
		return lines.error();
	const auto levels = find_levels(board, driven);
	if (!levels)
		return levels.error();

	std::map<std::uint8_t, Masks> hubs;
	for (const LineId &id : *lines)
		hubs[id.hub].lines |= std::uint64_t{1} << id.line;
	for (const LineLevel &each : *levels) {
		const std::uint64_t bit = std::uint64_t{1} << each.id.line;
		Masks &masks = hubs[each.id.hub];
		masks.lines |= bit;
		masks.driven |= bit;
		if (each.high)
			masks.levels |= bit;
	}
	return hubs;
}

Result<void> own(Board &board, std::uint8_t hub, const Masks &masks, const Options &options)
{
	Guard guard = guard_of(options.after, masks.lines);
	guard.heartbeat_us = options.heartbeat_ms * 1000;
	if (auto claimed = board.claim(hub, masks.lines, guard); !claimed)
		return claimed;
	if (masks.driven == 0)
		return {};
	LineConfig config;
	config.levels = masks.levels;
	return drive(board, hub, masks.driven, config);
}

Result<Exit> claim(const Where &where, const Options &options)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	const auto hubs = masks_of(**board, options.lines);
	if (!hubs)
		return hubs.error();
	const auto stop = stop_signals();
	if (!stop)
		return stop.error();

	std::set<std::uint8_t> owned;
	for (const auto &[hub, masks] : *hubs) {
		if (const auto done = own(**board, hub, masks, options); !done)
			return done.error();
		owned.insert(hub);
	}
	const auto held = options.heartbeat_ms == 0
		? hold(**board, owned, stop->get())
		: hold_while_beating(**board, owned, stop->get(),
			  std::chrono::milliseconds(options.heartbeat_ms));
	if (!held)
		return held.error();
	return Exit::Ok;
}

} // namespace

void add_claim(CLI::App &app, Action &action)
{
	auto options = std::make_shared<Options>();
	auto *verb = app.add_subcommand("claim", "own lines until interrupted, and guard them");

	verb->add_option("LINES", options->lines, "the lines; 4=1 drives line 4 high")->required();
	add_guard_option(*verb, options->after);
	verb->add_option("--heartbeat", options->heartbeat_ms,
		    "apply the guard also when no line was read from standard input for so\n"
		    "many ms: whatever feeds it has to stay alive")
		->check(CLI::Range(1U, 4'000'000U));
	verb->callback([options, &action] {
		action = [options](const Where &where) { return claim(where, *options); };
	});
}

} // namespace gpiohub::cli
