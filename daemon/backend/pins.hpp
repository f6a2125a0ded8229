/* SPDX-License-Identifier: MIT */
/*
 * What a hub in user space (soft_hub.hpp) needs of the hardware below it. Numbers
 * are the hub's lines, levels physical. But for start(), stop() and the edges, all
 * calls come under the hub's lock, from any of its threads, and may not wait long.
 * Errors are those of linux/gpiohub.h; the hub puts the line to them.
 */
#pragma once

#include <gpiohub/result.hpp>
#include <gpiohub/wire.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace gpiohub::daemon
{

/**
 * time_ns: CLOCK_MONOTONIC, when it happened
 * flags: GPIOHUB_EVENT_FLAG_* that the pins know of; not DRIVEN
 */
struct PinEdge {
	unsigned line = 0;
	bool level = false;
	std::uint16_t flags = 0;
	std::uint64_t time_ns = 0;
};

/** Whom pins tell what happens to them. */
class PinSink
{
public:
	virtual ~PinSink() = default;

	/**
	 * Edges of armed lines, in the order in which they happened. Takes the hub's
	 * lock: to be called from a thread of the pins, never from within one of their
	 * functions.
	 */
	virtual void edges(std::span<const PinEdge> edges) = 0;

	/**
	 * The hardware is gone, and does not come back as these pins. Called as edges(), after
	 * the last of them. Meanwhile and afterwards the functions of the pins give ENODEV.
	 */
	virtual void gone() = 0;
};

/** How a pin is, as it is told to and known by the hub; AS_IS where nobody said. */
struct PinSettings {
	gpiohub_direction direction = GPIOHUB_DIRECTION_AS_IS;
	gpiohub_bias bias = GPIOHUB_BIAS_AS_IS;
	gpiohub_drive drive = GPIOHUB_DRIVE_AS_IS;
	std::uint32_t debounce_us = 0; /* 0: none */
};

class Pins
{
public:
	virtual ~Pins() = default;

	/** 1 to 64; constant. */
	virtual unsigned lines() const = 0;
	/** What the hub is made from, for people. */
	virtual std::string label() const = 0;
	/** Fills in chip, offset, name and consumer of the line answer.info.line. */
	virtual void describe(wire::LineInfo &answer) = 0;

	/** From here on edges of armed lines are reported; once. */
	virtual void start(PinSink &sink) = 0;
	/** When it returns none is reported any more, nor ever again. */
	virtual void stop() = 0;

	/**
	 * Has the line for the hub alone, changing nothing on the pin, and gives how it
	 * is. EBUSY: it is used by somebody else. The functions below are for lines that
	 * were taken.
	 */
	virtual Result<PinSettings> take(unsigned line) = 0;
	/** It is not armed. */
	virtual void let_go(unsigned line) = 0;
	/**
	 * Makes the line so, all or nothing; what is AS_IS stays. Not called for an armed
	 * line that is to become an output. `level`: what an output drives from the first
	 * moment. EOPNOTSUPP: the pins cannot.
	 */
	virtual Result<void> configure(unsigned line, const PinSettings &settings, bool level) = 0;
	/** Drives an output. */
	virtual Result<void> drive(unsigned line, bool level) = 0;
	virtual Result<bool> level(unsigned line) = 0;
	/** Both edges of an input from now on. EOPNOTSUPP: it has no interrupt. */
	virtual Result<void> arm(unsigned line) = 0;
	virtual void disarm(unsigned line) = 0;
};

} // namespace gpiohub::daemon
