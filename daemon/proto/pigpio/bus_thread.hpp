/* SPDX-License-Identifier: MIT */
/*
 * A thread for what may wait for the machine's own buses, I2C and SPI: the kernel's calls
 * take as long as the bus does. One piece of work after the other, in the order in which it
 * was asked for; answers are given on the loop's thread.
 */
#pragma once

#include "asker.hpp"

#include "../../metrics.hpp"
#include "../../reactor.hpp"

#include <gpiohub/fd.hpp>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace gpiohub::daemon::pigpio
{

class BusThread final : public Source
{
public:
	using Work = std::function<Reply()>;
	/** What there is for people to read, after each piece of work. */
	using Look = std::function<std::vector<MadeStats>()>;

	/** `look`: called in the thread. `answered`: after answers, on the loop's. */
	static Result<std::unique_ptr<BusThread>> create(
		Reactor &reactor, Look look, std::function<void()> answered);
	/** Waits for the piece that is being done; the others are not. Nobody is answered. */
	~BusThread() override;

	/** asker: who is answered when it is done; nullptr: nobody. */
	void add(Work work, Asker *asker);
	/** It is not answered any more; what it asked for is done all the same. */
	void left(const Asker &asker);
	std::vector<MadeStats> made() const;

	void ready(std::uint32_t events) override;

private:
	struct Job {
		Work work;
		Asker *asker; /* the loop's thread's alone */
		Reply reply = {};
	};

	BusThread(Reactor &reactor, UniqueFd done, Look look, std::function<void()> answered)
		: reactor_(reactor),
		  done_fd_(std::move(done)),
		  look_(std::move(look)),
		  answered_(std::move(answered))
	{
	}

	void run();

	Reactor &reactor_;
	const UniqueFd done_fd_; /* an eventfd: there is something in done_ */
	const Look look_;
	const std::function<void()> answered_;

	/* Guards what follows. Jobs go from the one queue to the other, and stay where they are
	 * in memory. */
	mutable std::mutex mutex_;
	std::condition_variable changed_;
	std::deque<std::unique_ptr<Job>> waiting_; /* the first one is being done */
	std::deque<std::unique_ptr<Job>> done_;
	std::vector<MadeStats> made_;
	bool is_ending_ = false;

	std::thread thread_;
};

} // namespace gpiohub::daemon::pigpio
