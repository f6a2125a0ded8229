/* SPDX-License-Identifier: MIT */
/*
 * What one session wants of one hub, and how far it got. A subscription that
 * keeps up is handed the batches that the hub has read, once for all. One whose
 * client is slow stays behind and reads the hub's ring by itself when the client
 * has taken what was queued: the ring is the long queue, the outbox the short
 * one. What the ring overwrites before that is lost, and counted by position.
 */
#pragma once

#include "event_sink.hpp"
#include "outbox.hpp"
#include "proto/protocol.hpp"
#include "reactor.hpp"

#include <gpiohub/filter.hpp>
#include <gpiohub/ring.hpp>

#include <cstdint>
#include <span>

namespace gpiohub::daemon
{

/* Events per batch, from the ring to the outbox. */
inline constexpr std::size_t kBatch = 256;

class Subscription final : public EventSink
{
public:
	/** Puts `session` on the loop's later list whenever it has something to do. */
	Subscription(Reactor &reactor, Source &session, Outbox &out, const Protocol &protocol,
		unsigned hub) noexcept
		: reactor_(reactor),
		  session_(session),
		  out_(out),
		  protocol_(protocol),
		  hub_(hub)
	{
	}

	/**
	 * From event `first` on, those of `kinds` and, if they are about a line, of
	 * `lines`; `takes_all`: whatever comes. Behind at once if `first` is before
	 * `live`, where the hub's own reader is.
	 */
	void start(std::uint64_t lines, std::uint32_t kinds, bool takes_all, std::uint64_t first,
		std::uint64_t live);

	void deliver(std::span<const gpiohub_event> events) override;

	bool is_behind() const noexcept { return is_behind_; }

	/**
	 * Reads the ring until it is where the hub's own reader is (`live`), the
	 * outbox is full or its share of the turn is used up; in the last case the
	 * session is put on the later list.
	 */
	void catch_up(const RingView &ring, std::uint64_t live);

	/** The stream ended before `end`: takes of the rest what the outbox has room for,
	 * and tells what it does not get as lost. */
	void finish(const RingView &ring, std::uint64_t end);

	std::uint64_t lines() const noexcept override { return filter_.lines(); }
	/** The next position to look at. */
	std::uint64_t next() const noexcept { return next_; }
	/** Events sent and positions lost since the session began. */
	std::uint64_t sent() const noexcept { return sent_; }
	std::uint64_t lost() const noexcept { return lost_; }

private:
	bool take(std::span<const gpiohub_event> events, std::uint64_t lost);

	Reactor &reactor_;
	Source &session_;
	Outbox &out_;
	const Protocol &protocol_;
	unsigned hub_;

	EventFilter filter_;
	bool takes_all_ = false;
	bool is_behind_ = false;
	std::uint64_t next_ = 0;
	std::uint64_t sent_ = 0;
	std::uint64_t lost_ = 0;
};

} // namespace gpiohub::daemon
