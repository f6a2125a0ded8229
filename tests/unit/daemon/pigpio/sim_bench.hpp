/* SPDX-License-Identifier: MIT */
/* pigpio's clients on simulated lines, whose levels come back on those that they are wired to. */
#pragma once

#include "bench.hpp"

#include "backend/sim.hpp"

namespace gpiohub::daemon::pigpio
{

struct SimBench {
	explicit SimBench(const Settings &settings = {})
		: front(*Front::create(*reactor, settings, budget, counters, {}, [] {}))
	{
		front->hub_came(*hub);
	}
	~SimBench()
	{
		front->hub_gone(*hub);
		front.reset();
	}

	BenchClient connect() { return connect_to(*front, peer, *reactor); }

	bool level(unsigned line) { return *hub->get(std::uint64_t{1} << line) != 0; }
	unsigned drive(unsigned line) { return hub->line_info(line, peer)->info.drive; }

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	std::unique_ptr<SimBackend> backend = *SimBackend::create();
	std::unique_ptr<Hub> hub = *Hub::open(*reactor, *backend, 0, [](Hub &) {});
	Inbox::Budget budget;
	Counters counters;
	Peer peer{"127.0.0.1 port 1"};
	std::unique_ptr<Front> front;
};

} // namespace gpiohub::daemon::pigpio
