/* SPDX-License-Identifier: MIT */
/*
 * libgpiod, and nowhere else. GPIOHUB_LIBGPIOD is the version of its API, 1 or
 * 2, or 0 where it is missing; each fills the same describe() and read_line().
 */
#include <gpiohub/chips.hpp>

#include "nodes.hpp"

#include <cerrno>
#include <memory>
#include <optional>

#if GPIOHUB_LIBGPIOD > 0
#include <gpiod.h>
#else
struct gpiod_chip {
};
#endif

namespace gpiohub
{

namespace
{

#if GPIOHUB_LIBGPIOD == 0

gpiod_chip *gpiod_chip_open(const char *)
{
	errno = ENOSYS;
	return nullptr;
}

void gpiod_chip_close(gpiod_chip *) {}

Chip describe(gpiod_chip &)
{
	return {};
}

std::optional<ChipLine> read_line(gpiod_chip &, unsigned)
{
	return std::nullopt;
}

#else

std::string text(const char *c_string)
{
	return c_string == nullptr ? std::string() : std::string(c_string);
}

#endif

#if GPIOHUB_LIBGPIOD == 1

Chip describe(gpiod_chip &chip)
{
	return {text(gpiod_chip_name(&chip)), text(gpiod_chip_label(&chip)),
		gpiod_chip_num_lines(&chip)};
}

std::optional<ChipLine> read_line(gpiod_chip &chip, unsigned offset)
{
	gpiod_line *line = gpiod_chip_get_line(&chip, offset);
	if (line == nullptr)
		return std::nullopt;
	return ChipLine{offset, text(gpiod_line_name(line)), text(gpiod_line_consumer(line)),
		gpiod_line_is_used(line),
		gpiod_line_direction(line) == GPIOD_LINE_DIRECTION_OUTPUT};
}

#elif GPIOHUB_LIBGPIOD == 2

Chip describe(gpiod_chip &chip)
{
	const std::unique_ptr<gpiod_chip_info, decltype(&gpiod_chip_info_free)> info(
		gpiod_chip_get_info(&chip), gpiod_chip_info_free);
	if (info == nullptr)
		return {};
	return {text(gpiod_chip_info_get_name(info.get())),
		text(gpiod_chip_info_get_label(info.get())),
		static_cast<unsigned>(gpiod_chip_info_get_num_lines(info.get()))};
}

std::optional<ChipLine> read_line(gpiod_chip &chip, unsigned offset)
{
	const std::unique_ptr<gpiod_line_info, decltype(&gpiod_line_info_free)> info(
		gpiod_chip_get_line_info(&chip, offset), gpiod_line_info_free);
	if (info == nullptr)
		return std::nullopt;
	return ChipLine{offset, text(gpiod_line_info_get_name(info.get())),
		text(gpiod_line_info_get_consumer(info.get())), gpiod_line_info_is_used(info.get()),
		gpiod_line_info_get_direction(info.get()) == GPIOD_LINE_DIRECTION_OUTPUT};
}

#endif

using ChipPointer = std::unique_ptr<gpiod_chip, decltype(&gpiod_chip_close)>;

Result<ChipPointer> open_chip(const std::string &path)
{
	ChipPointer chip(gpiod_chip_open(path.c_str()), gpiod_chip_close);
	if (chip == nullptr)
		return system_error(errno, path);
	return chip;
}

/* The chip of a name or label, open, and what it is. One that cannot be opened may be it. */
Result<std::pair<ChipPointer, Chip>> find_chip(
	const std::string &wanted, const std::string &directory = "/dev")
{
	Error missing{ENOENT, "no GPIO chip is called " + wanted};

	for (const std::string &path : device_nodes("gpiochip", directory)) {
		auto chip = open_chip(path);
		if (!chip) {
			missing = chip.error();
			continue;
		}
		Chip described = describe(**chip);
		if (described.name == wanted || described.label == wanted)
			return std::pair(*std::move(chip), std::move(described));
	}
	return missing;
}

} // namespace

Result<std::vector<Chip>> list_chips()
{
	std::vector<Chip> chips;

	for (const std::string &path : device_nodes("gpiochip")) {
		const auto chip = open_chip(path);
		if (!chip)
			return chip.error();
		chips.push_back(describe(**chip));
	}
	return chips;
}

Result<std::vector<ChipLine>> chip_lines(const std::string &chip)
{
	const auto found = find_chip(chip);
	if (!found)
		return found.error();

	std::vector<ChipLine> lines;
	for (unsigned offset = 0; offset < found->second.lines; offset++) {
		auto line = read_line(*found->first, offset);
		if (!line)
			return system_error(errno, chip);
		lines.push_back(*std::move(line));
	}
	return lines;
}

Result<ChipLine> chip_line(const std::string &chip, unsigned offset, const std::string &directory)
{
	const auto found = find_chip(chip, directory);
	if (!found)
		return found.error();
	if (offset >= found->second.lines)
		return Error{ENOENT, chip + " has no line " + std::to_string(offset)};
	auto line = read_line(*found->first, offset);
	if (!line)
		return system_error(errno, chip);
	return *std::move(line);
}

} // namespace gpiohub
