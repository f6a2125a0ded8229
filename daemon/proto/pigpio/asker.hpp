/* SPDX-License-Identifier: MIT */
/* Who asked for something that takes its time. */
#pragma once

#include "wire.hpp"

namespace gpiohub::daemon::pigpio
{

class Asker
{
public:
	virtual ~Asker() = default;
	/** The reply that was pending; it may ask for the next thing from within. */
	virtual void answer(const Reply &reply) = 0;
};

} // namespace gpiohub::daemon::pigpio
