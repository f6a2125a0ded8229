/* SPDX-License-Identifier: MIT */
#include "node_watch.hpp"

#include <dirent.h>
#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>

namespace gpiohub::daemon
{

namespace
{

/* The number in "gpiohub12"; nothing for any other name. */
std::optional<unsigned> number_in(std::string_view name, std::string_view prefix)
{
	if (!name.starts_with(prefix))
		return std::nullopt;
	name.remove_prefix(prefix.size());
	unsigned number = 0;
	const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
	if (error != std::errc{} || end != name.data() + name.size())
		return std::nullopt;
	return number;
}

} // namespace

Result<UniqueFd> NodeWatch::follow() const
{
	UniqueFd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
	if (!inotify)
		return system_error(errno, "cannot follow hubs that come and go");
	/* IN_ATTRIB: udev gives a new node its group after making it. */
	if (::inotify_add_watch(inotify.get(), directory_.c_str(),
		    IN_CREATE | IN_DELETE | IN_MOVE | IN_ATTRIB) < 0)
		return system_error(errno, "cannot watch " + directory_);
	return inotify;
}

Result<std::vector<unsigned>> NodeWatch::numbers(int followed) const
{
	/* What happened to which name does not matter: look again. */
	alignas(inotify_event) std::array<char, 4096> ignored;
	while (::read(followed, ignored.data(), ignored.size()) > 0) {
	}

	DIR *directory = ::opendir(directory_.c_str());
	if (directory == nullptr)
		return system_error(errno, directory_);
	std::vector<unsigned> numbers;
	while (const dirent *entry = ::readdir(directory)) {
		if (const auto number = number_in(entry->d_name, prefix_))
			numbers.push_back(*number);
	}
	::closedir(directory);
	std::sort(numbers.begin(), numbers.end());
	return numbers;
}

} // namespace gpiohub::daemon
