/* SPDX-License-Identifier: MIT */
/*
 * The board's GPIO chips as the kernel's character device shows them: what the
 * lines are called and who uses those that gpiohub cannot have. The only user of
 * libgpiod.
 */
#pragma once

#include <gpiohub/result.hpp>

#include <string>
#include <vector>

namespace gpiohub
{

struct Chip {
	std::string name;  /* "gpiochip0" */
	std::string label; /* "pinctrl-rp1" */
	unsigned lines = 0;
};

struct ChipLine {
	unsigned offset = 0;
	std::string name;     /* "" if it has none */
	std::string consumer; /* who uses it, "" if nobody or unnamed */
	bool used = false;
	bool output = false;
};

/** All chips, by number. ENOSYS: built without libgpiod. */
Result<std::vector<Chip>> list_chips();

/** All lines of a chip, found by its name or label. ENOENT: no such chip. */
Result<std::vector<ChipLine>> chip_lines(const std::string &chip);

/** One line of a chip, found by its name or label among those whose nodes are in the
 * directory. ENOENT: no such line. */
Result<ChipLine> chip_line(
	const std::string &chip, unsigned offset, const std::string &directory = "/dev");

} // namespace gpiohub
