/* SPDX-License-Identifier: MIT */
#include <gpiohub/line_spec.hpp>

#include <linux/gpiohub.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fmt/format.h>

namespace gpiohub
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

} // namespace gpiohub
