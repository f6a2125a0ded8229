/* SPDX-License-Identifier: MIT */
/*
 * One client's wait for something to happen so many times: a view of the stream,
 * like a subscription, that says one word at its end. It is told so by its session,
 * which it puts on the loop's later list.
 */
#pragma once

#include "event_sink.hpp"
#include "proto/protocol.hpp"
#include "reactor.hpp"

#include <gpiohub/filter.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace gpiohub::daemon
{

class Wait final : public EventSink
{
public:
	/** `lines`, `kinds` and `count` as in struct gpiohub_wait. */
	Wait(Reactor &reactor, Source &session, std::uint64_t lines, std::uint32_t kinds,
		std::uint32_t count) noexcept
		: reactor_(reactor),
		  session_(session),
		  filter_(lines, kinds),
		  kinds_(kinds),
		  left_(count)
	{
	}

	/** Counts from this position on. */
	void start(std::uint64_t first) noexcept { next_ = first; }

	void deliver(std::span<const gpiohub_event> events) override;
	/** Those of it, if edges are among what it waits for. */
	std::uint64_t lines() const noexcept override;

	/** Its time is up: what was published before position `end` still counts. */
	void expire(std::uint64_t end);
	/** It is over with this error, if it is not over yet. */
	void fail(int code, std::uint8_t line = GPIOHUB_NO_LINE);

	/**
	 * How it ended; nothing: not yet. The answer: the last event that counted, its
	 * number and time. The error, without a text: ETIMEDOUT; EOVERFLOW: events were
	 * lost to the daemon; ENODEV: the chip of a line is gone; what fail() was told.
	 */
	const std::optional<Result<Answer>> &outcome() const noexcept { return outcome_; }

private:
	void finish(Result<Answer> outcome);
	void take(const gpiohub_event &event);

	Reactor &reactor_;
	Source &session_;
	EventFilter filter_;
	std::uint32_t kinds_;
	std::uint32_t left_;
	std::uint64_t next_ = 0;
	std::optional<std::uint64_t> last_; /* position before which it expires */
	std::optional<Result<Answer>> outcome_;
};

} // namespace gpiohub::daemon
