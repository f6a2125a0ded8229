/* SPDX-License-Identifier: MIT */
/* gpiohub list: hubs and their lines, or the board's chips. Changes no pin. */
#include "list.hpp"

#include "lines.hpp"
#include "verbs.hpp"
#include "words.hpp"

#include <gpiohub/chips.hpp>

#include <cerrno>
#include <fmt/format.h>

namespace gpiohub::cli
{

namespace
{

struct Options {
	bool chips = false;
	bool hubs = false;
};

/*
 * Asked only of lines that the hub holds: asking for others may switch pins. A chip
 * that does not answer is no reason to keep quiet about the others.
 */
std::string_view level_of(Board &board, std::uint8_t hub, const gpiohub_line_info &info)
{
	if ((info.flags & GPIOHUB_LINE_GONE) != 0)
		return "gone";
	if ((info.flags & GPIOHUB_LINE_HELD) == 0)
		return "-";
	const auto levels = board.get(hub, std::uint64_t{1} << info.line);
	if (!levels)
		return "?";
	return *levels != 0 ? "1" : "0";
}

std::string used_by(const wire::LineInfo &line)
{
	const gpiohub_line_info &info = line.info;

	if ((info.flags & GPIOHUB_LINE_OWNED) != 0)
		return info.owner_comm[0] != '\0' ? info.owner_comm : "another user's program";
	if ((info.flags & GPIOHUB_LINE_KEPT) != 0)
		return fmt::format("kept for user {}", info.owner_uid);
	if ((info.flags & GPIOHUB_LINE_HELD) == 0 && line.consumer[0] != '\0')
		return fmt::format("{} (not gpiohub)", line.consumer);
	return "-";
}

Result<std::string> line_row(Board &board, std::uint8_t hub, std::uint8_t number)
{
	const auto line = board.line_info(hub, number);
	/* One that this user may not look at is not shown. */
	if (!line && line.error().code == EACCES)
		return std::string();
	if (!line)
		return line.error();
	const gpiohub_line_info &info = line->info;
	return fmt::format("  {:>4}  {:<16} {:<20} {:>6}  {:<9} {:<5} {:>8}  {}\n", number,
		line->name[0] != '\0' ? line->name : "-", info.chip, info.offset,
		direction_word(info.direction), level_of(board, hub, info), info.watchers,
		used_by(*line));
}

} // namespace

Result<std::string> hub_rows(Board &board, const Hub &hub, bool with_lines)
{
	std::string text =
		fmt::format("{}: {} lines, {}\n", hub.info.name, hub.info.lines, hub.info.label);
	if (!with_lines)
		return text;
	text += fmt::format("  {:>4}  {:<16} {:<20} {:>6}  {:<9} {:<5} {:>8}  {}\n", "line", "name",
		"chip", "offset", "direction", "level", "watchers", "used by");
	for (unsigned line = 0; line < hub.info.lines; line++) {
		const auto row = line_row(board, hub.number, static_cast<std::uint8_t>(line));
		if (!row)
			return row.error();
		text += *row;
	}
	return text;
}

namespace
{

Result<Exit> list_hubs(const Where &where, bool with_lines)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	std::string text;
	for (const Hub &hub : (*board)->hubs()) {
		const auto rows = hub_rows(**board, hub, with_lines);
		if (!rows)
			return rows.error();
		text += *rows;
	}
	return printed(text);
}

std::string chip_row(const ChipLine &line)
{
	const std::string used = line.consumer.empty() ? "in use" : "used by " + line.consumer;
	return fmt::format("  {:>4}  {:<16} {:<7} {}\n", line.offset,
		line.name.empty() ? "-" : line.name, line.output ? "output" : "input",
		line.used ? used : "free");
}

Result<Exit> list_chips_and_lines()
{
	const auto chips = list_chips();
	if (!chips)
		return chips.error();
	std::string text;
	for (const Chip &chip : *chips) {
		text += fmt::format("{}: {} lines, {}\n", chip.name, chip.lines, chip.label);
		const auto lines = chip_lines(chip.name);
		if (!lines)
			return lines.error();
		for (const ChipLine &line : *lines)
			text += chip_row(line);
	}
	return printed(text);
}

} // namespace

void add_list(CLI::App &app, Action &action)
{
	auto options = std::make_shared<Options>();
	auto *verb = app.add_subcommand("list", "list hubs and their lines");

	auto *chips = verb->add_flag("--chips", options->chips, "the board's GPIO chips instead");
	verb->add_flag("--hubs", options->hubs, "hubs without their lines")->excludes(chips);
	verb->callback([options, &action] {
		action = [options](const Where &where) {
			return options->chips ? list_chips_and_lines()
					      : list_hubs(where, !options->hubs);
		};
	});
}

} // namespace gpiohub::cli
