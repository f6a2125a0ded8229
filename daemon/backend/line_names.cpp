/* SPDX-License-Identifier: MIT */
#include "line_names.hpp"

namespace gpiohub::daemon
{

namespace
{

/* Copies what fits; the rest of `to` stays zero. */
template <std::size_t N>
void copy_name(char (&to)[N], const std::string &from)
{
	from.copy(to, N - 1);
}

void fill_in(wire::LineInfo &answer, const ChipLine &line)
{
	copy_name(answer.name, line.name);
	copy_name(answer.consumer, line.consumer);
}

} // namespace

void LineNames::complete(wire::LineInfo &answer)
{
	const gpiohub_line_info &info = answer.info;
	const std::pair<std::string, unsigned> key{info.chip, info.offset};
	/* Another chip may come back under that label. */
	if ((info.flags & GPIOHUB_LINE_GONE) != 0) {
		held_.erase(key);
		return;
	}
	const bool is_held = (info.flags & GPIOHUB_LINE_HELD) != 0;
	if (const auto known = held_.find(key); is_held && known != held_.end()) {
		fill_in(answer, known->second);
		return;
	}
	/* A chip that just went, or no libgpiod: the hub's part is still true. */
	const auto line = lookup_(key.first, key.second);
	if (!line)
		return;
	fill_in(answer, *line);
	if (is_held)
		held_.insert_or_assign(key, *line);
}

} // namespace gpiohub::daemon
