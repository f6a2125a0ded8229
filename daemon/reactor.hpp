/* SPDX-License-Identifier: MIT */
/*
 * The loop that everything runs in: one thread, one epoll instance. It sleeps
 * without a timeout unless somebody asked for more work, so that an idle daemon
 * makes no system call.
 */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace gpiohub::daemon
{

/** Something with a file descriptor that the loop watches. */
class Source
{
public:
	Source() = default;
	Source(const Source &) = delete;
	Source &operator=(const Source &) = delete;
	virtual ~Source() = default;

	/** The descriptor is ready: EPOLL* bits. */
	virtual void ready(std::uint32_t events) = 0;

	/** The work asked for by Reactor::later(). */
	virtual void later() {}

private:
	friend class Reactor;
	int fd_ = -1;
	bool is_queued_ = false;
};

/**
 * Not thread-safe: everything, the constructor apart, happens on the thread that
 * calls run() or turn().
 *
 * A source may add, remove and retire any source, itself too, while the loop is
 * calling one: those removed are struck from what is still to be called, those
 * retired are destroyed when the turn is over.
 */
class Reactor
{
public:
	static Result<std::unique_ptr<Reactor>> create();

	/** Watches fd for EPOLL* bits; the descriptor stays the caller's. */
	Result<void> add(Source &source, int fd, std::uint32_t events);
	/** Watches it for other bits. */
	void change(Source &source, std::uint32_t events);
	/** Forgets the source; neither ready() nor later() is called any more. */
	void remove(Source &source);

	/**
	 * Has source.later() called once, after the descriptors of this turn. What
	 * is asked for from within a later() waits for the next turn, so that nobody
	 * keeps the loop to himself.
	 */
	void later(Source &source);

	/** Removes the source and destroys it at the end of the turn. */
	void retire(std::unique_ptr<Source> source);

	/** One turn; waits for at most timeout_ms, -1: until something happens. */
	void turn(int timeout_ms = -1);
	/** Turns until stop(). */
	void run();
	void stop() noexcept { is_running_ = false; }

private:
	void pass();

	explicit Reactor(UniqueFd epoll) noexcept : epoll_(std::move(epoll)) {}

	UniqueFd epoll_;
	std::array<epoll_event, 64> pending_{};
	std::size_t pending_count_ = 0; /* of pending_, while they are dispatched */
	std::vector<Source *> later_;   /* asked for, for the next pass */
	std::vector<Source *> passing_; /* the pass that runs; nullptr: struck */
	std::vector<std::unique_ptr<Source>> retired_;
	bool is_running_ = false;
};

} // namespace gpiohub::daemon
