/* SPDX-License-Identifier: MIT */
/* gpiohub info: all that is known about hubs, or about lines. */
#include "lines.hpp"
#include "verbs.hpp"
#include "words.hpp"

#include <fmt/format.h>
#include <iterator>

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
	static constexpr std::string_view kWords[] = {"held", "watched", "owned", "mine", "kept",
		"known", "sleeps", "gone", "playing", "latched", "storming"};
	std::string text;

	for (std::size_t bit = 0; bit < std::size(kWords); bit++) {
		if ((flags >> bit & 1) != 0)
			text += (text.empty() ? "" : " ") + std::string(kWords[bit]);
	}
	return text.empty() ? "free" : text;
}

std::string hub_text(const gpiohub_info &info)
{
	return fmt::format("{}\n"
			   "  made from  {}\n"
			   "  lines      {}\n"
			   "  ring       {} events\n"
			   "  epoch      {:#x}\n"
			   "  ABI        {}, features {:#x}\n",
		info.name, info.label, info.lines, info.records, info.epoch, info.abi_version,
		info.features);
}

std::string line_text(const Hub &hub, const wire::LineInfo &line)
{
	const gpiohub_line_info &info = line.info;
	std::string text = fmt::format("line {} of {}\n", info.line, hub.info.name);
	auto to = std::back_inserter(text);

	fmt::format_to(to, "  name       {}\n", line.name[0] != '\0' ? line.name : "-");
	fmt::format_to(to, "  chip       {}, offset {}\n", info.chip, info.offset);
	fmt::format_to(to, "  state      {}\n", flag_words(info.flags));
	fmt::format_to(to, "  direction  {}, bias {}, drive {}\n", direction_word(info.direction),
		bias_word(info.bias), drive_word(info.drive));
	fmt::format_to(to, "  debounce   {} us\n", info.debounce_us);
	fmt::format_to(to, "  owner      {}\n", who(info));
	fmt::format_to(to, "  guard      {}\n", guard_word(info.guard));
	fmt::format_to(to, "  watchers   {}\n", info.watchers);
	fmt::format_to(to, "  consumer   {}\n", line.consumer[0] != '\0' ? line.consumer : "-");
	return text;
}

Result<Exit> info(const Where &where, const std::vector<std::string> &texts)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	std::string text;
	if (texts.empty()) {
		for (const Hub &hub : (*board)->hubs())
			text += hub_text(hub.info);
		return printed(text);
	}

	const auto lines = find_lines(**board, texts);
	if (!lines)
		return lines.error();
	for (const LineId &id : *lines) {
		const auto line = (*board)->line_info(id.hub, id.line);
		if (!line)
			return line.error();
		text += line_text(*(*board)->find_hub(id.hub), *line);
	}
	return printed(text);
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
