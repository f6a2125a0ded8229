/* SPDX-License-Identifier: MIT */
/*
 * Pins that exist nowhere: 32 lines, SIM0 to SIM31.
 *
 *	0-15	wired in pairs: 0 to 1, 2 to 3, ...; an output drives its partner
 *	16-19	signals of 1 Hz, 10 Hz, 100 Hz and 1 kHz, while they are watched
 *	20-31	wired to nothing: they read as they are pulled, low without a pull
 *
 * Edges are made by one thread, in order, like the interrupts of a board: never from
 * within the call that caused them. Nothing watched, it sleeps.
 */
#pragma once

#include "alarm.hpp"
#include "pins.hpp"

#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

namespace gpiohub::daemon
{

class SimPins final : public Pins
{
public:
	static constexpr unsigned kLines = 32;

	SimPins();

	/** Toggles what is outside of a line `count` times, at once. */
	void toggle(unsigned line, std::size_t count);

	unsigned lines() const override { return kLines; }
	std::string label() const override { return "sim"; }
	void describe(wire::LineInfo &answer) override;
	void start(PinSink &sink) override { sink_ = &sink; }
	void stop() override { alarm_.stop(); }
	Result<PinSettings> take(unsigned line) override;
	void let_go(unsigned line) override;
	Result<void> configure(unsigned line, const PinSettings &settings, bool level) override;
	Result<void> drive(unsigned line, bool level) override;
	Result<bool> level(unsigned line) override;
	Result<void> arm(unsigned line) override;
	void disarm(unsigned line) override;

private:
	/* is_outside_high: what the world drives it to; nothing: only the pull does. */
	struct Pin {
		PinSettings settings{.direction = GPIOHUB_DIRECTION_INPUT};
		bool is_driven_high = false;
		bool is_outside_high = false;
		bool has_outside = false;
		bool is_armed = false;
		bool is_high = false; /* as it was last seen: an edge is a change of this */
		std::uint64_t half_period_ns = 0; /* 0: no generator */
		std::uint64_t toggles_at_ns = 0;
	};

	bool is_driven(unsigned line) const;
	bool level_of(unsigned line) const;
	void look(unsigned line, std::uint64_t now_ns);
	void changed(unsigned line);
	void toggle_once(unsigned line, std::uint64_t now_ns);
	std::uint64_t generate(std::uint64_t now_ns);
	std::uint64_t due(std::uint64_t now_ns);

	PinSink *sink_ = nullptr;
	std::mutex mutex_; /* guards the two below; inside the hub's lock */
	std::array<Pin, kLines> pins_;
	std::vector<PinEdge> queue_; /* edges that the thread has to report */
	Alarm alarm_;
};

} // namespace gpiohub::daemon
