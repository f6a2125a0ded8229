/* SPDX-License-Identifier: MIT */
/* Pins whose world is the test: it says what happens to them, and what they refuse. */
#pragma once

#include "backend/line_set.hpp"
#include "backend/pins.hpp"

#include <gpiohub/clock.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace gpiohub::daemon
{

class FakePins final : public Pins
{
public:
	unsigned lines() const override { return 8; }
	std::string label() const override { return "fake"; }
	void start(PinSink &sink) override { sink_ = &sink; }
	void stop() override {}

	void describe(wire::LineInfo &answer) override
	{
		answer.info.offset = answer.info.line + 100;
		std::strcpy(answer.info.chip, "fake");
		std::strcpy(answer.name, "PIN");
	}

	Result<PinSettings> take(unsigned line) override
	{
		if (is_gone)
			return Error{ENODEV, "take"};
		if (is_in(used_elsewhere, line))
			return Error{EBUSY, "take"};
		taken |= line_bit(line);
		return settings[line];
	}

	void let_go(unsigned line) override { taken &= ~line_bit(line); }

	Result<void> configure(unsigned line, const PinSettings &wanted, bool level) override
	{
		if (is_in(stubborn, line))
			return Error{EOPNOTSUPP, "configure"};
		settings[line] = wanted;
		return wanted.direction == GPIOHUB_DIRECTION_OUTPUT ? drive(line, level)
								    : Result<void>();
	}

	Result<void> drive(unsigned line, bool level) override
	{
		if (is_gone)
			return Error{ENODEV, "drive"};
		if (is_in(broken, line))
			return Error{EIO, "drive"};
		driven.emplace_back(line, level);
		levels = level ? levels | line_bit(line) : levels & ~line_bit(line);
		return {};
	}

	Result<bool> level(unsigned line) override
	{
		return is_gone ? Result<bool>(Error{ENODEV, "level"}) : is_in(levels, line);
	}

	Result<void> arm(unsigned line) override
	{
		if (is_in(without_interrupt, line))
			return Error{EOPNOTSUPP, "arm"};
		armed |= line_bit(line);
		armed_ns = monotonic_ns();
		return {};
	}

	void disarm(unsigned line) override { armed &= ~line_bit(line); }

	/** An edge, whether or not the line is armed. */
	void happen(unsigned line, bool level, std::uint64_t time_ns = monotonic_ns())
	{
		const PinEdge edge{line, level, 0, time_ns};
		sink_->edges({&edge, 1});
	}

	/** It is pulled out. */
	void go()
	{
		is_gone = true;
		sink_->gone();
	}

	std::array<PinSettings, 8> settings{};
	std::vector<std::pair<unsigned, bool>> driven;
	std::uint64_t levels = 0;
	std::uint64_t taken = 0;
	std::uint64_t armed = 0;
	std::uint64_t armed_ns = 0; /* the last time */
	std::uint64_t used_elsewhere = 0;
	std::uint64_t without_interrupt = 0;
	std::uint64_t stubborn = 0; /* cannot be configured */
	std::uint64_t broken = 0;   /* cannot be driven */

	std::atomic<bool> is_gone = false;

private:
	static bool is_in(std::uint64_t lines, unsigned line) { return (lines >> line & 1) != 0; }

	PinSink *sink_ = nullptr;
};

} // namespace gpiohub::daemon
