/* SPDX-License-Identifier: MIT */
/* gpiohub info: all that is known about hubs, or about lines. */
#include "lines.hpp"
#include "verbs.hpp"
#include "words.hpp"

#include <fmt/format.h>

namespace gpiohub::cli
{

namespace
{

std::string who(const gpiohub_line_info &info)
{
	if ((info.flags & (GPIOHUB_LINE_OWNED | GPIOHUB_LINE_KEPT)) == 0)
		return "nobody";
	std::string text = info.owner_comm[0] != '\0' ? info.owner_comm : "a program";
	if (info.owner_pid != 0)
		text += fmt::format(", process {}", info.owner_pid);
	text += fmt::format(", user {}", info.owner_uid);
	return (info.flags & GPIOHUB_LINE_KEPT) != 0 ? "kept, as left by " + text : text;
}

std::string flag_words(std::uint32_t flags)
{
	static constexpr std::string_view kWords[] = {
		"held", "watched", "owned", "mine", "kept", "known", "sleeps", "gone"};
	std::string text;

	for (std::size_t bit = 0; bit < std::size(kWords); bit++) {
		if ((flags >> bit & 1) != 0)
			text += (text.empty() ? "" : " ") + std::string(kWords[bit]);
	}
	return text.empty() ? "free" : text;
}

void print_hub(const gpiohub_info &info)
{
	fmt::print("{}\n", info.name);
	fmt::print("  made from  {}\n", info.label);
	fmt::print("  lines      {}\n", info.lines);
	fmt::print("  ring       {} events\n", info.records);
	fmt::print("  epoch      {:#x}\n", info.epoch);
	fmt::print("  ABI        {}, features {:#x}\n", info.abi_version, info.features);
}

void print_line(const Hub &hub, const wire::LineInfo &line)
{
	const gpiohub_line_info &info = line.info;

	fmt::print("line {} of {}\n", info.line, hub.info.name);
	fmt::print("  name       {}\n", line.name[0] != '\0' ? line.name : "-");
	fmt::print("  chip       {}, offset {}\n", info.chip, info.offset);
	fmt::print("  state      {}\n", flag_words(info.flags));
	fmt::print("  direction  {}, bias {}, drive {}\n", direction_word(info.direction),
		bias_word(info.bias), drive_word(info.drive));
	fmt::print("  debounce   {} us\n", info.debounce_us);
	fmt::print("  owner      {}\n", who(info));
	fmt::print("  guard      {}\n", guard_word(info.guard));
	fmt::print("  watchers   {}\n", info.watchers);
	fmt::print("  consumer   {}\n", line.consumer[0] != '\0' ? line.consumer : "-");
}

Result<Exit> info(const Where &where, const std::vector<std::string> &texts)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	if (texts.empty()) {
		for (const Hub &hub : (*board)->hubs())
			print_hub(hub.info);
		return Exit::Ok;
	}

	const auto lines = find_lines(**board, texts);
	if (!lines)
		return lines.error();
	for (const LineId &id : *lines) {
		const auto line = (*board)->line_info(id.hub, id.line);
		if (!line)
			return line.error();
		print_line(*(*board)->find_hub(id.hub), *line);
	}
	return Exit::Ok;
}

} // namespace

void add_info(CLI::App &app, Action &action)
{
	auto lines = std::make_shared<std::vector<std::string>>();
	auto *verb = app.add_subcommand("info", "print all about hubs, or about lines");

	verb->add_option("LINES", *lines, "the lines; without them the hubs");
	verb->callback([lines, &action] {
		action = [lines](const Where &where) { return info(where, *lines); };
	});
}

} // namespace gpiohub::cli
