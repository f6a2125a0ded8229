/* SPDX-License-Identifier: MIT */
/*
 * The verbs. Each file adds one: its options to the parser, and to `action` what
 * to do when the user chose it.
 */
#pragma once

#include "board.hpp"

#include <CLI/CLI.hpp>
#include <functional>

namespace gpiohub::cli
{

/** How a verb ended: the program's exit status. Told in --help. */
enum class Exit {
	Ok = 0,
	Usage = 1,    /* wrong options, or a line that is not there */
	Refused = 2,  /* in use, or not allowed */
	Gone = 3,     /* no such hub, chip or daemon, or it went away */
	Lost = 4,     /* events were lost */
	Failed = 5,   /* anything else */
	TimedOut = 6, /* what was waited for did not happen in time */
};

/** Prints it: a verb's last step. */
Result<Exit> printed(std::string_view text);

using Action = std::function<Result<Exit>(const Where &)>;

void add_list(CLI::App &app, Action &action);
void add_info(CLI::App &app, Action &action);
void add_get(CLI::App &app, Action &action);
void add_set(CLI::App &app, Action &action);
void add_claim(CLI::App &app, Action &action);
void add_watch(CLI::App &app, Action &action);
void add_wait(CLI::App &app, Action &action);
void add_pulse(CLI::App &app, Action &action);
void add_play(CLI::App &app, Action &action);
void add_pwm(CLI::App &app, Action &action);
void add_rule(CLI::App &app, Action &action);
void add_message(CLI::App &app, Action &action);
void add_stats(CLI::App &app, Action &action);

} // namespace gpiohub::cli
