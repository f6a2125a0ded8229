/* SPDX-License-Identifier: MIT */
#include "kernel.hpp"

#include "line_names.hpp"

#include <dirent.h>
#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>

namespace gpiohub::daemon
{

namespace
{

constexpr std::string_view kPrefix = "gpiohub";

/* How long lines stay armed for the next daemon: longer than clients wait for it. */
constexpr std::chrono::seconds kKeep{60};

class KernelWatch final : public HubWatch
{
public:
	KernelWatch(Device device, MappedState state, MappedRing ring, MappedCursor cursor,
		const std::string &directory)
		: device_(std::move(device)),
		  names_([directory](const std::string &chip, unsigned offset) {
			  return chip_line(chip, offset, directory);
		  }),
		  state_(std::move(state)),
		  ring_(std::move(ring)),
		  cursor_(std::move(cursor))
	{
		view_ = {device_.fd(), ring_.view(), state_.view(), cursor_.cursor()};
	}

	Result<gpiohub_info> info() override { return device_.info(); }

	Result<wire::LineInfo> line_info(unsigned line) override
	{
		auto info = device_.line_info(line);
		if (!info)
			return info.error();
		wire::LineInfo answer{};
		answer.info = *info;
		names_.complete(answer);
		return answer;
	}

	Result<void> subscribe(std::uint64_t lines) override
	{
		return device_.subscribe(lines, GPIOHUB_KINDS_ALL, kKeep);
	}
	Result<std::uint64_t> get(std::uint64_t lines) override { return device_.get(lines); }

	/* Open for writing, for the cursor must be written; then it can do no more than look. */
	Result<UniqueFd> look() override
	{
		auto device = Device::open(device_.path(), Device::Access::Drive, true);
		if (!device)
			return device.error();
		if (auto restricted = device->restrict_to(GPIOHUB_RESTRICT_DRIVE); !restricted)
			return restricted.error();
		return std::move(*device).release();
	}

private:
	Device device_;
	LineNames names_;
	MappedState state_;
	MappedRing ring_;
	MappedCursor cursor_;
};

class KernelOwner final : public HubOwner
{
public:
	explicit KernelOwner(Device device) : device_(std::move(device)) {}

	Submitted submit(std::span<const gpiohub_command> commands) override
	{
		return device_.submit(commands);
	}

	Result<void> message(std::string_view text) override { return device_.message(text); }

private:
	Device device_;
};

/* The number in "gpiohub12"; nothing for any other name. */
std::optional<unsigned> hub_number(std::string_view name)
{
	if (!name.starts_with(kPrefix))
		return std::nullopt;
	name.remove_prefix(kPrefix.size());
	unsigned number = 0;
	const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
	if (error != std::errc{} || end != name.data() + name.size())
		return std::nullopt;
	return number;
}

} // namespace

Result<std::unique_ptr<KernelBackend>> KernelBackend::create(std::string directory)
{
	UniqueFd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
	if (!inotify)
		return system_error(errno, "cannot follow hubs that come and go");
	/* IN_ATTRIB: udev gives a new node its group after making it. */
	if (::inotify_add_watch(inotify.get(), directory.c_str(),
		    IN_CREATE | IN_DELETE | IN_MOVE | IN_ATTRIB) < 0)
		return system_error(errno, "cannot watch " + directory);
	return std::unique_ptr<KernelBackend>(
		new KernelBackend(std::move(directory), std::move(inotify)));
}

Result<std::vector<unsigned>> KernelBackend::hubs()
{
	/* What happened to which name does not matter: look again. */
	alignas(inotify_event) std::array<char, 4096> ignored;
	while (::read(fd(), ignored.data(), ignored.size()) > 0) {
	}

	DIR *directory = ::opendir(directory_.c_str());
	if (directory == nullptr)
		return system_error(errno, directory_);
	std::vector<unsigned> numbers;
	while (const dirent *entry = ::readdir(directory)) {
		if (const auto number = hub_number(entry->d_name))
			numbers.push_back(*number);
	}
	::closedir(directory);
	std::sort(numbers.begin(), numbers.end());
	return numbers;
}

Result<Device> KernelBackend::open(unsigned hub) const
{
	const std::string path = directory_ + "/" + std::string(kPrefix) + std::to_string(hub);
	return Device::open(path, Device::Access::Drive, true);
}

Result<std::unique_ptr<HubWatch>> KernelBackend::watch(unsigned hub)
{
	auto device = open(hub);
	if (!device)
		return device.error();
	/* Nor does the daemon drive by it: so it counts with those, not with owners. */
	if (auto restricted = device->restrict_to(GPIOHUB_RESTRICT_DRIVE); !restricted)
		return restricted.error();
	auto state = device->map_state();
	if (!state)
		return state.error();
	auto ring = device->map_ring();
	if (!ring)
		return ring.error();
	auto cursor = device->map_cursor();
	if (!cursor)
		return cursor.error();
	return std::unique_ptr<HubWatch>(std::make_unique<KernelWatch>(*std::move(device),
		*std::move(state), *std::move(ring), *std::move(cursor), directory_));
}

Result<std::unique_ptr<HubOwner>> KernelBackend::own(unsigned hub)
{
	auto device = open(hub);
	if (!device)
		return device.error();
	return std::unique_ptr<HubOwner>(std::make_unique<KernelOwner>(*std::move(device)));
}

} // namespace gpiohub::daemon
