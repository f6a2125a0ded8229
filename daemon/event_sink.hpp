/* SPDX-License-Identifier: MIT */
/* Who is handed what a hub reads of its ring: subscriptions and waits. */
#pragma once

#include <linux/gpiohub.h>

#include <cstdint>
#include <span>

namespace gpiohub::daemon
{

class EventSink
{
public:
	virtual ~EventSink() = default;

	/** A batch that the hub has just read, not empty and without a gap in itself. May
	 * neither come nor go itself, nor make others. */
	virtual void deliver(std::span<const gpiohub_event> events) = 0;

	/** The lines that it wants to have armed. */
	virtual std::uint64_t lines() const noexcept = 0;
};

} // namespace gpiohub::daemon
