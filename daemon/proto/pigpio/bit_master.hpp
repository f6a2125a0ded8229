/* SPDX-License-Identifier: MIT */
/*
 * A bus whose clock is ours, bit by bit: what its master does, without a line or a clock in
 * it. It says what is to be done, is told what was seen, and says what is next.
 */
#pragma once

#include "bank.hpp"
#include "wire.hpp"

#include <optional>

namespace gpiohub::daemon::pigpio
{

/** In this order, all in one half of the clock. */
struct BitStep {
	Gpios drive = 0;     /* these of its lines ... */
	Gpios levels = 0;    /* ... to these levels */
	Gpios await = 0;     /* until this one is high: others may hold it low */
	bool is_half = true; /* half a clock passes */
	Gpios sample = 0;    /* what this one is then is told with the next call */
};

class BitMaster
{
public:
	virtual ~BitMaster() = default;

	/** `sample`: of the step before, if it asked for one. Nothing: it is over. */
	virtual std::optional<BitStep> next(bool sample) = 0;
	/** Its clock is held for too long: it lets go of the lines. */
	virtual void give_up() = 0;
	/** Nobody wants it any more: it ends as soon as the bus allows it. */
	virtual void cancel() = 0;
	/** What came of it, when it is over. */
	virtual Reply reply() const = 0;
	/** The lines could not be driven or read. */
	virtual Status broken() const = 0;
};

} // namespace gpiohub::daemon::pigpio
