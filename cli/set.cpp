/* SPDX-License-Identifier: MIT */
/*
 * gpiohub set: own lines, make them outputs and drive them. The levels stay
 * after the program ends (guard keep), unless it is told to hold them itself.
 */
#include "hold.hpp"
#include "lines.hpp"
#include "stop.hpp"
#include "verbs.hpp"

#include <set>

namespace gpiohub::cli
{

namespace
{

struct Options {
	std::vector<std::string> levels;
	bool hold = false;
	gpiohub_drive drive = GPIOHUB_DRIVE_AS_IS;
	gpiohub_bias bias = GPIOHUB_BIAS_AS_IS;
};

struct Masks {
	std::uint64_t lines = 0;
	std::uint64_t levels = 0;
};

Result<void> own(Board &board, std::uint8_t hub, const Masks &masks, const Options &options)
{
	const auto claimed = board.claim(
		hub, masks.lines, options.hold ? GPIOHUB_GUARD_INPUT : GPIOHUB_GUARD_KEEP);
	if (!claimed)
		return claimed.error();

	LineConfig config;
	config.drive = options.drive;
	config.bias = options.bias;
	config.levels = masks.levels;
	return drive(board, hub, masks.lines, config);
}

Result<Exit> hold_until_stopped(Board &board, const std::set<std::uint8_t> &hubs)
{
	const auto stop = stop_signals();
	if (!stop)
		return stop.error();
	const auto held = hold(board, hubs, stop->get());
	if (!held)
		return held.error();
	return Exit::Ok;
}

Result<Exit> set(const Where &where, const Options &options)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	const auto levels = find_levels(**board, options.levels);
	if (!levels)
		return levels.error();

	std::map<std::uint8_t, Masks> hubs;
	for (const LineLevel &each : *levels) {
		const std::uint64_t bit = std::uint64_t{1} << each.id.line;
		Masks &masks = hubs[each.id.hub];
		masks.lines |= bit;
		masks.levels = each.high ? masks.levels | bit : masks.levels & ~bit;
	}
	std::set<std::uint8_t> driven_hubs;
	for (const auto &[hub, masks] : hubs) {
		const auto driven = own(**board, hub, masks, options);
		if (!driven)
			return driven.error();
		driven_hubs.insert(hub);
	}
	return options.hold ? hold_until_stopped(**board, driven_hubs) : Exit::Ok;
}

} // namespace

void add_set(CLI::App &app, Action &action)
{
	const std::map<std::string, gpiohub_drive> drives = {
		{"push-pull", GPIOHUB_DRIVE_PUSH_PULL},
		{"open-drain", GPIOHUB_DRIVE_OPEN_DRAIN},
		{"open-source", GPIOHUB_DRIVE_OPEN_SOURCE},
	};
	const std::map<std::string, gpiohub_bias> biases = {
		{"disabled", GPIOHUB_BIAS_DISABLE},
		{"pull-up", GPIOHUB_BIAS_PULL_UP},
		{"pull-down", GPIOHUB_BIAS_PULL_DOWN},
	};
	auto options = std::make_shared<Options>();
	auto *verb = app.add_subcommand("set", "make lines outputs and drive them");

	verb->add_option("LINES=LEVEL", options->levels, "what to drive: 4=1, 0-3=low, LED=on")
		->required();
	verb->add_flag("--hold", options->hold,
		"stay until interrupted, then let the lines go as inputs; without it they\n"
		"keep their levels after this program ends");
	verb->add_option("--drive", options->drive, "push-pull, open-drain or open-source")
		->transform(CLI::CheckedTransformer(drives));
	verb->add_option("--bias", options->bias, "disabled, pull-up or pull-down")
		->transform(CLI::CheckedTransformer(biases));
	verb->callback([options, &action] {
		action = [options](const Where &where) { return set(where, *options); };
	});
}

} // namespace gpiohub::cli
