/* SPDX-License-Identifier: MIT */
#include "sim.hpp"

#include "sim_pins.hpp"

#include <sys/eventfd.h>

#include <cerrno>

namespace gpiohub::daemon
{

Result<std::unique_ptr<SimBackend>> SimBackend::create()
{
	UniqueFd changed(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (!changed)
		return system_error(errno, "cannot make simulated lines");
	return std::unique_ptr<SimBackend>(new SimBackend(std::move(changed)));
}

/* Never ready: the hub is always there. */
SimBackend::SimBackend(UniqueFd changed) : Backend(std::move(changed))
{
	auto pins = std::make_unique<SimPins>();
	pins_ = pins.get();
	hub_ = std::make_shared<SoftHub>(0, std::move(pins));
}

void SimBackend::burst(unsigned line, std::size_t count)
{
	pins_->toggle(line, count);
}

Result<std::unique_ptr<HubWatch>> SimBackend::watch(unsigned hub)
{
	if (hub != 0)
		return Error{ENODEV, "there is no such hub"};
	return hub_->watch();
}

Result<std::unique_ptr<HubOwner>> SimBackend::own(unsigned hub)
{
	if (hub != 0)
		return Error{ENODEV, "there is no such hub"};
	return hub_->own();
}

} // namespace gpiohub::daemon
