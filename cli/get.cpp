/* SPDX-License-Identifier: MIT */
/* gpiohub get: levels, in the order in which the lines were named. */
#include "lines.hpp"
#include "verbs.hpp"

namespace gpiohub::cli
{

namespace
{

struct Options {
	std::vector<std::string> lines;
	bool names = false;
};

Result<Exit> get(const Where &where, const Options &options)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	const auto lines = find_lines(**board, options.lines);
	if (!lines)
		return lines.error();

	std::map<std::uint8_t, std::uint64_t> levels;
	for (const auto &[hub, mask] : masks_of(*lines)) {
		const auto got = (*board)->get(hub, mask);
		if (!got)
			return got.error();
		levels[hub] = *got;
	}

	std::string text;
	for (const LineId &id : *lines) {
		if (!text.empty())
			text += ' ';
		if (options.names)
			text += line_text(**board, id) + "=";
		text += (levels[id.hub] >> id.line & 1) != 0 ? '1' : '0';
	}
	return printed(text + "\n");
}

} // namespace

void add_get(CLI::App &app, Action &action)
{
	auto options = std::make_shared<Options>();
	auto *verb = app.add_subcommand("get", "print the levels of lines: 1 high, 0 low");

	verb->add_option("LINES", options->lines, "the lines")->required();
	verb->add_flag("--names", options->names, "print LINE=LEVEL");
	verb->callback([options, &action] {
		action = [options](const Where &where) { return get(where, *options); };
	});
}

} // namespace gpiohub::cli
