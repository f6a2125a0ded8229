/* SPDX-License-Identifier: MIT */
#include "board.hpp"

#include <algorithm>
#include <cerrno>

namespace gpiohub::cli
{

const Hub *Board::find_hub(std::uint8_t number) const noexcept
{
	const auto found = std::find_if(hubs_.begin(), hubs_.end(),
		[number](const Hub &hub) { return hub.number == number; });
	return found == hubs_.end() ? nullptr : &*found;
}

Error no_hub_of_daemon()
{
	return {ENODEV,
		"the daemon has no hub: load the module (modprobe gpiohub hubs=auto), or "
		"plug its chip in again"};
}

Error neither(const Error &daemon, const Error &devices)
{
	return {devices.code, daemon.what + "; and the device: " + devices.what};
}

Result<std::unique_ptr<Board>> open_board(const Where &where)
{
	if (where.direct || !where.device.empty())
		return open_devices(where.device);
	if (!where.connect.empty()) {
		auto address = Address::parse(where.connect);
		if (!address)
			return address.error();
		address->authorities = where.ca;
		return where.mapped ? open_handed(*address, where.token)
				    : open_daemon(*address, where.token);
	}
	if (where.mapped)
		return open_handed(Address::local(), where.token);

	auto daemon = open_daemon(Address::local(), where.token);
	/* A daemon that refuses us is an answer; one that is not there is none. */
	if (daemon || (daemon.error().code != ENOENT && daemon.error().code != ECONNREFUSED))
		return daemon;
	auto devices = open_devices({});
	if (!devices)
		return neither(daemon.error(), devices.error());
	return devices;
}

Result<void> drive(Board &board, std::uint8_t hub, std::uint64_t lines, LineConfig config)
{
	config.direction = GPIOHUB_DIRECTION_OUTPUT;
	if (auto configured = board.configure(hub, lines, config); !configured)
		return configured;
	/* Lines that were outputs already kept their levels until now. */
	return board.set(hub, lines, config.levels);
}

} // namespace gpiohub::cli
