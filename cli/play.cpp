/* SPDX-License-Identifier: MIT */
/* gpiohub play: a pattern that is written as text. */
#include "guard.hpp"
#include "hub_lines.hpp"
#include "player.hpp"
#include "stop.hpp"
#include "verbs.hpp"

#include <gpiohub/pattern_text.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace gpiohub::cli
{

namespace
{

constexpr const char *kFooter = R"help(
A pattern says what to drive and how long until the next, in words:
  17=1 500us 17=0 500us        high for 500 us, then low
  17,18=1 4=0 1ms              several lines at the same moment
  3x( 17=1 1ms 17=0 1ms )      three times
  *( 17=1 1.5ms 17=0 18.5ms )  endlessly, until interrupted
The shell wants quotes around it: gpiohub play "3x( 17=1 1ms 17=0 1ms )". In a file
it may have any number of lines, and comments after #.)help";

/* More than a pattern of 65536 steps needs. */
constexpr std::size_t kMostText = std::size_t{16} * 1024 * 1024;

struct Options {
	std::vector<std::string> words;
	std::string file;
	std::uint32_t repeat = 1;
	bool begin_high = false;
	After after = After::Input;
};

Result<std::string> read_text(const std::string &path)
{
	const bool is_input = path == "-";
	const UniqueFd file(
		is_input ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
	const auto failed = [&path] {
		return Error{EINVAL,
			fmt::format("cannot read the pattern from {}: {}",
				path == "-" ? "standard input" : path, std::strerror(errno))};
	};
	if (!file)
		return failed();
	std::string text;
	char part[65536];
	for (;;) {
		const ssize_t got = ::read(file.get(), part, sizeof(part));
		if (got < 0 && errno != EINTR)
			return failed();
		if (got == 0)
			return text;
		text.append(part, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
		if (text.size() > kMostText)
			return Error{EINVAL, "the pattern's text is longer than 16 MiB"};
	}
}

Result<std::string> text_of(const Options &options)
{
	if (!options.file.empty())
		return read_text(options.file);
	std::string text;
	for (const std::string &word : options.words)
		text += text.empty() ? word : " " + word;
	return text;
}

Result<Exit> play(const Where &where, const Options &options)
{
	const auto text = text_of(options);
	if (!text)
		return text.error();
	const auto board = open_board(where);
	if (!board)
		return board.error();
	auto pattern = find_pattern(**board, *text);
	if (!pattern)
		return pattern.error();
	if (options.repeat != 1) {
		pattern->pattern.steps.insert(
			pattern->pattern.steps.begin(), loop_step(options.repeat));
		pattern->pattern.steps.push_back(end_step());
	}
	if (const auto fault = find_fault(pattern->pattern.lines, pattern->pattern.steps))
		return Error{EINVAL,
			fmt::format("the pattern cannot be repeated: its step {} {}", fault->step,
				fault->what)};
	const auto stop = stop_signals();
	if (!stop)
		return stop.error();

	const std::uint64_t lines = pattern->pattern.lines;
	if (auto owned = own_outputs(
		    **board, pattern->hub, lines, options.begin_high ? lines : 0, options.after);
		!owned)
		return owned.error();
	const auto report = play_to_its_end(**board, pattern->hub, pattern->pattern, stop->get());
	if (!report)
		return report.error();
	return printed(report_text(*report) + "\n");
}

} // namespace

void add_play(CLI::App &app, Action &action)
{
	const std::map<std::string, bool> levels = {{"low", false}, {"high", true}};
	auto options = std::make_shared<Options>();
	auto *verb = app.add_subcommand("play", "drive lines by a pattern");

	auto *words = verb->add_option("PATTERN", options->words, "see below");
	auto *file = verb->add_option("--file", options->file,
		"read it from a file, -: from "
		"standard input");
	auto *repeat = verb->add_option("--repeat", options->repeat, "play it so many times")
			       ->check(CLI::Range(1U, 4'000'000'000U));
	verb->add_flag_callback(
		    "--endless", [options] { options->repeat = 0; }, "until interrupted")
		->excludes(repeat);
	verb->add_option("--begin", options->begin_high,
		    "low (default) or high: lines that are no outputs yet, until the pattern\n"
		    "drives them")
		->transform(CLI::CheckedTransformer(levels));
	add_guard_option(*verb, options->after);
	words->excludes(file);
	verb->footer(kFooter + ("\n" + verb->get_footer()));
	verb->callback([options, &action] {
		if (options->words.empty() && options->file.empty())
			throw CLI::RequiredError("PATTERN, or --file,");
		action = [options](const Where &where) { return play(where, *options); };
	});
}

} // namespace gpiohub::cli
