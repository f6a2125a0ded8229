/* SPDX-License-Identifier: MIT */
#include "lines.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>

namespace gpiohub::cli
{

namespace
{

/* All lines of that name; names need not be unique on a board. */
Result<LineId> find_name(Board &board, const LineSpec &spec)
{
	std::vector<LineId> found;

	for (const Hub &hub : board.hubs()) {
		if (spec.hub && *spec.hub != hub.number)
			continue;
		for (unsigned line = 0; line < hub.info.lines; line++) {
			const LineId id = {hub.number, static_cast<std::uint8_t>(line)};
			const auto info = board.line_info(id.hub, id.line);
			/* Of a line that is not ours to see we know no name. */
			if (!info && info.error().code == EACCES)
				continue;
			if (!info)
				return info.error();
			if (info->name == spec.name)
				found.push_back(id);
		}
	}
	if (found.size() == 1)
		return found.front();
	if (found.empty())
		return Error{ENXIO,
			fmt::format("no line is called \"{}\": \"gpiohub list\" "
				    "shows their names",
				spec.name)};
	return Error{EINVAL,
		fmt::format("{} lines are called \"{}\": use numbers", found.size(), spec.name)};
}

Result<void> append(Board &board, const LineSpec &spec, std::vector<LineId> &lines)
{
	if (!spec.name.empty()) {
		const auto found = find_name(board, spec);
		if (!found)
			return found.error();
		lines.push_back(*found);
		return {};
	}
	const Hub *hub = spec.hub ? board.find_hub(*spec.hub) : &board.hubs().front();
	if (hub == nullptr)
		return Error{ENODEV, fmt::format("there is no hub {}", *spec.hub)};
	if (spec.last >= hub->info.lines)
		return Error{ENXIO,
			fmt::format("{} has no line {}, only 0 to {}", hub->info.name, spec.last,
				hub->info.lines - 1)};
	for (unsigned line = spec.first; line <= spec.last; line++)
		lines.push_back({hub->number, static_cast<std::uint8_t>(line)});
	return {};
}

Result<std::vector<LineId>> find_lines_of(Board &board, std::string_view text)
{
	const auto specs = parse_lines(text);
	if (!specs)
		return specs.error();
	std::vector<LineId> lines;
	for (const LineSpec &spec : *specs) {
		const auto appended = append(board, spec, lines);
		if (!appended)
			return appended.error();
	}
	return lines;
}

} // namespace

Result<bool> parse_level(std::string_view text)
{
	if (text == "1" || text == "high" || text == "on")
		return true;
	if (text == "0" || text == "low" || text == "off")
		return false;
	return Error{EINVAL, fmt::format("\"{}\" is no level: write 1 or 0, high or low", text)};
}

Result<std::vector<LineId>> find_lines(Board &board, const std::vector<std::string> &texts)
{
	std::vector<LineId> lines;

	for (const std::string &text : texts) {
		const auto found = find_lines_of(board, text);
		if (!found)
			return found.error();
		lines.insert(lines.end(), found->begin(), found->end());
	}
	return lines;
}

namespace
{

/* A line may be named twice, as in "0-7=1 4=1", but not to be both. */
Result<void> refuse_both(const Board &board, const std::vector<LineLevel> &levels)
{
	std::map<LineId, bool> seen;

	for (const LineLevel &each : levels) {
		if (seen.try_emplace(each.id, each.high).first->second != each.high)
			return Error{EINVAL,
				fmt::format("line {} cannot be 1 and 0: say one of them",
					line_text(board, each.id))};
	}
	return {};
}

} // namespace

Result<std::vector<LineLevel>> find_levels(Board &board, const std::vector<std::string> &texts)
{
	std::vector<LineLevel> levels;

	for (const std::string &text : texts) {
		const std::size_t equals = text.rfind('=');
		if (equals == std::string::npos)
			return Error{EINVAL,
				fmt::format("\"{}\" says no level: write LINE=1 or "
					    "LINE=0",
					text)};
		const auto high = parse_level(std::string_view(text).substr(equals + 1));
		if (!high)
			return high.error();
		const auto lines = find_lines_of(board, std::string_view(text).substr(0, equals));
		if (!lines)
			return lines.error();
		for (const LineId &id : *lines)
			levels.push_back({id, *high});
	}
	const auto clear = refuse_both(board, levels);
	if (!clear)
		return clear.error();
	return levels;
}

std::vector<LineId> all_lines(const Board &board)
{
	std::vector<LineId> lines;

	for (const Hub &hub : board.hubs())
		for (unsigned line = 0; line < hub.info.lines; line++)
			lines.push_back({hub.number, static_cast<std::uint8_t>(line)});
	return lines;
}

std::map<std::uint8_t, std::uint64_t> masks_of(const std::vector<LineId> &lines)
{
	std::map<std::uint8_t, std::uint64_t> masks;

	for (const LineId &id : lines)
		masks[id.hub] |= std::uint64_t{1} << id.line;
	return masks;
}

std::string line_text(const Board &board, LineId id)
{
	if (board.hubs().size() == 1)
		return std::to_string(id.line);
	return fmt::format("{}:{}", id.hub, id.line);
}

} // namespace gpiohub::cli
