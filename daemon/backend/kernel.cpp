/* SPDX-License-Identifier: MIT */
#include "kernel.hpp"

#include "line_names.hpp"

#include <chrono>

namespace gpiohub::daemon
{

namespace
{

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

} // namespace

Result<std::unique_ptr<KernelBackend>> KernelBackend::create(std::string directory)
{
	NodeWatch nodes(std::move(directory), "gpiohub");
	auto changed = nodes.follow();
	if (!changed)
		return changed.error();
	return std::unique_ptr<KernelBackend>(
		new KernelBackend(std::move(nodes), *std::move(changed)));
}

Result<std::vector<unsigned>> KernelBackend::hubs()
{
	return nodes_.numbers(fd());
}

Result<Device> KernelBackend::open(unsigned hub) const
{
	return Device::open(nodes_.path(hub), Device::Access::Drive, true);
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
		*std::move(state), *std::move(ring), *std::move(cursor), nodes_.directory()));
}

Result<std::unique_ptr<HubOwner>> KernelBackend::own(unsigned hub)
{
	auto device = open(hub);
	if (!device)
		return device.error();
	return std::unique_ptr<HubOwner>(std::make_unique<KernelOwner>(*std::move(device)));
}

} // namespace gpiohub::daemon
