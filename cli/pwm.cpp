/* SPDX-License-Identifier: MIT */
/* gpiohub pwm: a square wave, until interrupted. */
#include "guard.hpp"
#include "hub_lines.hpp"
#include "player.hpp"
#include "quantity.hpp"
#include "stop.hpp"
#include "verbs.hpp"

namespace gpiohub::cli
{

namespace
{

struct Options {
	std::string lines;
	std::string frequency;
	std::string duty;
	std::uint32_t count = 0; /* periods, 0: endless */
	After after = After::Input;
};

Result<Exit> pwm(const Where &where, const Options &options)
{
	auto wave = parse_pwm(options.frequency, options.duty);
	if (!wave)
		return wave.error();
	wave->count = options.count;
	const auto board = open_board(where);
	if (!board)
		return board.error();
	const auto lines = find_lines_of_one_hub(**board, {options.lines});
	if (!lines)
		return lines.error();
	const auto pattern = make_pwm(lines->mask, *wave);
	if (!pattern)
		return pattern.error();
	const auto stop = stop_signals();
	if (!stop)
		return stop.error();

	if (auto owned = own_outputs(**board, lines->hub, lines->mask, 0, options.after); !owned)
		return owned.error();
	const auto report = play_to_its_end(**board, lines->hub, *pattern, stop->get());
	if (!report)
		return report.error();
	return printed(report_text(*report) + "\n");
}

} // namespace

void add_pwm(CLI::App &app, Action &action)
{
	auto options = std::make_shared<Options>();
	auto *verb = app.add_subcommand("pwm", "drive lines by a square wave until interrupted");

	verb->add_option("LINES", options->lines, "the lines, with commas: all at the same moment")
		->required();
	verb->add_option("FREQUENCY", options->frequency,
		    "50, 50Hz, 1.5kHz, or the period: 20ms; at most 1 MHz")
		->required();
	verb->add_option("DUTY", options->duty,
		    "how much of it they are high: 25%, or the width: 1.5ms (a servo's middle\n"
		    "is 20ms 1.5ms); 0% and 100% are levels that never change")
		->required();
	verb->add_option("--count", options->count, "end after so many periods")
		->check(CLI::Range(1U, 4'000'000'000U));
	add_guard_option(*verb, options->after);
	verb->callback([options, &action] {
		action = [options](const Where &where) { return pwm(where, *options); };
	});
}

} // namespace gpiohub::cli
