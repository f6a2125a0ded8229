/* SPDX-License-Identifier: MIT */
/*
 * The back end without hardware: one hub, 0, of simulated lines (sim_pins.hpp), for
 * who wants to try clients, and for tests and benchmarks.
 */
#pragma once

#include "backend.hpp"
#include "soft_hub.hpp"

#include <gpiohub/fd.hpp>

namespace gpiohub::daemon
{

class SimPins;

class SimBackend final : public Backend
{
public:
	static Result<std::unique_ptr<SimBackend>> create();

	/** `count` edges at once on a line that nobody drives; they are events while it is
	 * watched. Any thread. */
	void burst(unsigned line, std::size_t count);

	Result<std::vector<unsigned>> hubs() override { return std::vector<unsigned>{0}; }
	Result<std::unique_ptr<HubWatch>> watch(unsigned hub) override;
	Result<std::unique_ptr<HubOwner>> own(unsigned hub) override;

private:
	explicit SimBackend(UniqueFd changed);

	SimPins *pins_; /* the hub's */
	std::shared_ptr<SoftHub> hub_;
};

} // namespace gpiohub::daemon
