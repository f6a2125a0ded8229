/* SPDX-License-Identifier: MIT */
#include "lines.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fmt/format.h>

namespace gpiohub::cli
{

namespace
{

/* A whole text that is a number below `limit`. */
std::optional<unsigned> parse_number(std::string_view text, unsigned limit)
{
	unsigned number = 0;
	const char *end = text.data() + text.size();
	const auto parsed = std::from_chars(text.data(), end, number);

	if (parsed.ec != std::errc() || parsed.ptr != end || number >= limit)
		return std::nullopt;
	return number;
}

/* Takes "1:" or "gpiohub1:" off the text. A name may have a colon of its own. */
std::optional<std::uint8_t> take_hub(std::string_view &text)
{
	const std::size_t colon = text.find(':');
	if (colon == std::string_view::npos)
		return std::nullopt;
	std::string_view hub = text.substr(0, colon);
	if (hub.starts_with("gpiohub"))
		hub.remove_prefix(std::strlen("gpiohub"));
	const auto number = parse_number(hub, 256);
	if (!number)
		return std::nullopt;
	text.remove_prefix(colon + 1);
	return static_cast<std::uint8_t>(*number);
}

bool is_number(std::string_view text)
{
	return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Result<LineSpec> parse_part(std::string_view text)
{
	const std::string whole(text);
	LineSpec spec;
	spec.hub = take_hub(text);
	if (text.empty())
		return Error{EINVAL, fmt::format("\"{}\" names no line", whole)};

	const std::size_t dash = text.find('-');
	const std::string_view left = text.substr(0, dash);
	const std::string_view right =
		dash == std::string_view::npos ? left : text.substr(dash + 1);
	if (!is_number(left) || !is_number(right)) {
		spec.name = text;
		return spec;
	}
	const auto first = parse_number(left, GPIOHUB_MAX_LINES);
	const auto last = parse_number(right, GPIOHUB_MAX_LINES);
	if (!first || !last || *first > *last)
		return Error{EINVAL,
			fmt::format("\"{}\" is no range of lines 0 to {}", whole,
				GPIOHUB_MAX_LINES - 1)};
	spec.first = *first;
	spec.last = *last;
	return spec;
}

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

Result<std::vector<LineSpec>> parse_lines(std::string_view text)
{
	std::vector<LineSpec> specs;

	for (std::size_t begin = 0; begin <= text.size();) {
		const std::size_t end = std::min(text.find(',', begin), text.size());
		auto spec = parse_part(text.substr(begin, end - begin));
		if (!spec)
			return spec.error();
		specs.push_back(*std::move(spec));
		begin = end + 1;
	}
	return specs;
}

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
