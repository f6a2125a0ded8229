/* SPDX-License-Identifier: MIT */
#include "nodes.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

namespace gpiohub
{

std::vector<std::string> device_nodes(std::string_view prefix, const std::string &directory)
{
	std::vector<std::pair<unsigned, std::string>> found;
	std::error_code ignored; /* a machine without /dev has no hubs either */

	for (const auto &entry : std::filesystem::directory_iterator(directory, ignored)) {
		const std::string name = entry.path().filename().string();
		if (!name.starts_with(prefix))
			continue;
		unsigned number = 0;
		const char *end = name.data() + name.size();
		const auto parsed = std::from_chars(name.data() + prefix.size(), end, number);
		if (parsed.ec == std::errc() && parsed.ptr == end)
			found.emplace_back(number, entry.path().string());
	}
	std::sort(found.begin(), found.end());

	std::vector<std::string> paths;
	paths.reserve(found.size());
	for (auto &[number, path] : found)
		paths.push_back(std::move(path));
	return paths;
}

} // namespace gpiohub
