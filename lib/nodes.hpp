/* SPDX-License-Identifier: MIT */
/* Finding numbered device nodes: /dev/gpiohub0, /dev/gpiochip0 ... */
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gpiohub
{

/** The paths of <directory>/<prefix><number>, in the order of their numbers. */
std::vector<std::string> device_nodes(
	std::string_view prefix, const std::string &directory = "/dev");

} // namespace gpiohub
