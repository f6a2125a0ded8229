/* SPDX-License-Identifier: MIT */
/*
 * What one session wants of one hub, and how far it got. A subscription that
 * keeps up is handed the batches that the hub has read, once for all. One whose
 * client is slow stays behind and reads the hub's ring by itself when the client
 * has taken what was queued: the ring is the long queue, the outbox the short
 * one. What the ring overwrites before that is lost, and counted by position.
 *
 * Where the client asked for filters of lines, events pass those as well; an edge that
 * they hold back comes when it is decided, by a later event or by settle().
 */
#pragma once

#include "event_sink.hpp"
#include "outbox.hpp"
#include "proto/protocol.hpp"
#include "reactor.hpp"
#include "views.hpp"

#include <gpiohub/filter_chain.hpp>
#include <gpiohub/ring.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace gpiohub::daemon
{

/* Events per batch, from the ring to the outbox. */
inline constexpr std::size_t kBatch = 256;

class Subscription final : public EventSink
{
public:
	/** Puts `session` on the loop's later list whenever it has something to do. `ring` and
	 * `views`: the hub's. */
	Subscription(Reactor &reactor, Source &session, Outbox &out, const Protocol &protocol,
		unsigned hub, const RingView &ring, Views &views) noexcept
		: reactor_(reactor),
		  session_(session),
		  out_(out),
		  protocol_(protocol),
		  hub_(hub),
		  ring_(ring),
		  views_(views)
	{
	}

	/**
	 * From event `first` on, those of `kinds` and, if they are about a line, of
	 * `lines`; `takes_all`: whatever comes. Behind at once if `first` is before
	 * `live`, where the hub's own reader is. Filters look at some events before
	 * `first`, so that they go on as if they had been there.
	 */
	void start(std::uint64_t lines, std::uint32_t kinds, bool takes_all, std::uint64_t first,
		std::uint64_t live);

	/** The only lines that the client may look at: it is told nothing of others. */
	void show(std::uint64_t lines) noexcept { shown_ = lines; }

	/** Whether the client wants to be cut off rather than lose events. */
	void lose_nothing(bool nothing) noexcept { loses_nothing_ = nothing; }
	/** It would have to lose some: it is over for that client. */
	bool is_over() const noexcept { return is_over_; }

	/** The filter of these lines, from the next event on. */
	void filter(std::uint64_t lines, const EdgeFilter &filter) { chain_.set(lines, filter); }

	void deliver(std::span<const gpiohub_event> events) override;

	bool is_behind() const noexcept { return is_behind_; }

	/**
	 * Reads the ring until it is where the hub's own reader is (`live`), the
	 * outbox is full or its share of the turn is used up; in the last case the
	 * session is put on the later list.
	 */
	void catch_up(std::uint64_t live);

	/** When settle() would send something, ns; FilterChain::kNever: not before another
	 * event, or before the client took what is queued. */
	std::uint64_t due() const noexcept;
	/** Sends what is decided because nothing happened until `now_ns`; all that did was
	 * delivered. */
	void settle(std::uint64_t now_ns);

	/** The stream ended before `end`: takes of the rest what the outbox has room for,
	 * and tells what it does not get as lost. */
	void finish(std::uint64_t end);

	std::uint64_t lines() const noexcept override { return chain_.lines(); }
	/** The next position to look at. */
	std::uint64_t next() const noexcept { return next_; }
	/** Events sent and positions lost since the session began. */
	std::uint64_t sent() const noexcept { return sent_; }
	std::uint64_t lost() const noexcept { return lost_; }

private:
	std::size_t room_needed() const noexcept;
	std::uint64_t seen_loss(std::uint64_t lost) const noexcept;
	void look_whether_over(std::uint64_t waiting);
	bool take(std::span<const gpiohub_event> events, std::uint64_t lost);
	bool take_filtered(std::span<const gpiohub_event> events, std::uint64_t lost);
	void conceal_chosen();
	bool send(std::span<const gpiohub_event> events, std::uint64_t lost);
	bool send_shared(std::span<const gpiohub_event> events, std::uint64_t lost);
	bool note(bool was_taken, std::size_t events, std::uint64_t lost);

	Reactor &reactor_;
	Source &session_;
	Outbox &out_;
	const Protocol &protocol_;
	unsigned hub_;
	RingView ring_;
	Views &views_;

	FilterChain chain_;
	std::uint64_t shown_ = ~std::uint64_t{0};
	bool takes_all_ = false;
	bool loses_nothing_ = false;
	bool is_behind_ = false;
	bool is_over_ = false;
	std::uint64_t first_ = 0; /* events before it are only looked at */
	std::uint64_t next_ = 0;
	std::vector<gpiohub_event> chosen_; /* of one batch */
	std::uint64_t sent_ = 0;
	std::uint64_t lost_ = 0;
};

} // namespace gpiohub::daemon
