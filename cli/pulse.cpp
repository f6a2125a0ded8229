/* SPDX-License-Identifier: MIT */
/* gpiohub pulse: one pulse, or several, timed by the kernel. */
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
	Pulses pulses;
	bool low = false;
	After after = After::Input;
};

Result<Exit> pulse(const Where &where, const Options &options)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	const auto lines = find_lines_of_one_hub(**board, {options.lines});
	if (!lines)
		return lines.error();
	Pulses pulses = options.pulses;
	pulses.high = !options.low;
	if (pulses.count > 1 && pulses.gap_ns == 0)
		pulses.gap_ns = pulses.width_ns;
	const auto pattern = make_pulses(lines->mask, pulses);
	if (!pattern)
		return pattern.error();
	const auto stop = stop_signals();
	if (!stop)
		return stop.error();

	/* At rest before it begins, also where it was an output before. */
	const std::uint64_t rest = options.low ? lines->mask : 0;
	if (auto owned = own_outputs(**board, lines->hub, lines->mask, rest, options.after); !owned)
		return owned.error();
	if (auto rested = (*board)->set(lines->hub, lines->mask, rest); !rested)
		return rested.error();
	const auto report = play_to_its_end(**board, lines->hub, *pattern, stop->get());
	if (!report)
		return report.error();
	return printed(report_text(*report) + "\n");
}

} // namespace

void add_pulse(CLI::App &app, Action &action)
{
	auto options = std::make_shared<Options>();
	auto *verb = app.add_subcommand("pulse", "drive lines high for an exact time, then low");

	verb->add_option("LINES", options->lines, "the lines, with commas: all at the same moment")
		->required();
	add_duration_option(*verb, "WIDTH", options->pulses.width_ns, "how long: 500us, 1.5ms, 2s")
		->required();
	verb->add_flag("--low", options->low, "low for that time, and high before and after");
	verb->add_option("--count", options->pulses.count, "so many pulses (default 1)")
		->check(CLI::Range(1U, 4'000'000'000U));
	add_duration_option(*verb, "--gap", options->pulses.gap_ns,
		"between them, and after the last; without it as long as a pulse");
	add_guard_option(*verb, options->after);
	verb->callback([options, &action] {
		action = [options](const Where &where) { return pulse(where, *options); };
	});
}

} // namespace gpiohub::cli
