/* SPDX-License-Identifier: MIT */
#include "hub_lines.hpp"

#include <gpiohub/pattern_text.hpp>

#include <cerrno>
#include <fmt/format.h>
#include <optional>

namespace gpiohub::cli
{

namespace
{

Error several_hubs(std::uint8_t one, std::uint8_t other)
{
	return {EINVAL,
		fmt::format("lines of hub {} and of hub {}: all must be of one hub", one, other)};
}

} // namespace

Result<HubLines> find_lines_of_one_hub(Board &board, const std::vector<std::string> &texts)
{
	const auto lines = find_lines(board, texts);
	if (!lines)
		return lines.error();
	HubLines found;
	for (const auto &[hub, mask] : masks_of(*lines)) {
		if (found.mask != 0)
			return several_hubs(found.hub, hub);
		found = {hub, mask};
	}
	return found;
}

Result<HubPattern> find_pattern(Board &board, std::string_view text)
{
	std::optional<std::uint8_t> hub;
	const auto find = [&](std::string_view name) -> Result<std::uint64_t> {
		const auto lines = find_lines_of_one_hub(board, {std::string(name)});
		if (!lines)
			return lines.error();
		if (hub && *hub != lines->hub)
			return several_hubs(*hub, lines->hub);
		hub = lines->hub;
		return lines->mask;
	};
	auto pattern = parse_pattern(text, find);
	if (!pattern)
		return pattern.error();
	if (!hub)
		return Error{EINVAL, "the pattern drives no line: write LINE=1 or LINE=0"};
	return HubPattern{*hub, *std::move(pattern)};
}

} // namespace gpiohub::cli
