/* SPDX-License-Identifier: MIT */
/*
 * The waits of one client: begun, cancelled, timed out, taken when they are over.
 * They are views of hubs' streams, and no hub's business but by Hub::await().
 */
#pragma once

#include "hub.hpp"
#include "proto/protocol.hpp"
#include "timer.hpp"
#include "wait.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace gpiohub::daemon
{

/* At once, of one client; docs/protocol.md tells it. */
inline constexpr std::size_t kMostWaits = 16;

class Waits
{
public:
	/** Puts `session` on the loop's later list when one of them is over. */
	Waits(Reactor &reactor, Source &session) noexcept : reactor_(reactor), session_(session) {}
	Waits(const Waits &) = delete;
	Waits &operator=(const Waits &) = delete;
	~Waits() { clear(); }

	/**
	 * Begins what a WAIT asks for. EINVAL: kinds or a count that none has; EEXIST: one
	 * of that id is not over; ENOSPC: kMostWaits are not; and those of Hub::await().
	 */
	Result<void> begin(Hub &hub, const Request &request);

	/** Ends those of that hub that have the id, 0: all; whether there were any. */
	bool cancel(const Hub &hub, std::uint32_t id);
	void cancel_all();
	/** Ends those of that hub that are about other lines than these, with EACCES. */
	void allow(const Hub &hub, std::uint64_t lines);
	/** Ends those of a hub that is going away, and lets go of it. */
	void hub_gone(Hub &hub);
	/** Forgets all of them, without a word. */
	void clear() noexcept;

	/** One that is over. `hub`: nullptr if that is gone. */
	struct Ended {
		Request request;
		Hub *hub = nullptr;
		Result<Answer> result;
	};
	/** Takes the first one that is over. */
	std::optional<Ended> take_ended();

	bool has_ended() const noexcept;
	bool empty() const noexcept { return entries_.empty(); }

private:
	using Time = std::chrono::steady_clock::time_point;

	/* Known to its hub by address. */
	struct Entry {
		Request request;
		Hub *hub;
		Wait wait;
		Time due; /* Time::max(): never */
	};

	Result<void> arm_timer();
	void expire();

	Reactor &reactor_;
	Source &session_;
	std::vector<std::unique_ptr<Entry>> entries_;
	std::unique_ptr<Timer> timer_; /* from the first wait with a limit on */
};

} // namespace gpiohub::daemon
