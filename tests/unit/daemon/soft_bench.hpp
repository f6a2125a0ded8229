/* SPDX-License-Identifier: MIT */
/* A hub in memory over fake pins, one who looks and one who owns. */
#pragma once

#include "backend/soft_hub.hpp"
#include "fake_pins.hpp"
#include "soft_commands.hpp"
#include "stream_reader.hpp"

namespace gpiohub::daemon
{

struct SoftBench {
	SoftBench()
	{
		auto made = std::make_unique<FakePins>();
		pins = made.get();
		hub = std::make_shared<SoftHub>(0, std::move(made));
		watch = *hub->watch();
		owner = *hub->own();
		events = std::make_unique<StreamReader>(*watch);
	}

	gpiohub_state state() const { return hub->state().snapshot(); }

	FakePins *pins;
	std::shared_ptr<SoftHub> hub;
	std::unique_ptr<HubWatch> watch;
	std::unique_ptr<HubOwner> owner;
	std::unique_ptr<StreamReader> events;
};

} // namespace gpiohub::daemon
