/* SPDX-License-Identifier: MIT */
/*
 * A thread that does something when it is time. While nothing is due it sleeps
 * without a timeout.
 */
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <thread>

namespace gpiohub::daemon
{

class Alarm
{
public:
	/* As much as the clock's own type holds. */
	static constexpr std::uint64_t kNever = std::numeric_limits<std::int64_t>::max();

	/** Called in the thread; gives when it is due again, CLOCK_MONOTONIC. */
	using Due = std::function<std::uint64_t(std::uint64_t now_ns)>;

	explicit Alarm(Due due);
	Alarm(const Alarm &) = delete;
	Alarm &operator=(const Alarm &) = delete;
	~Alarm() { stop(); }

	/** Has it called at that time at the latest. Any thread, under any lock that `due`
	 * takes as well. */
	void wake_by(std::uint64_t time_ns);

	/** When it returns it is not called any more. Not under a lock that `due` takes. */
	void stop();

private:
	void run();
	void sleep(std::unique_lock<std::mutex> &lock);

	const Due due_;
	std::mutex mutex_; /* guards the three below; nothing is called under it */
	std::condition_variable changed_;
	std::uint64_t next_ = kNever;
	bool is_stopping_ = false;
	std::thread thread_; /* last: it uses the others */
};

} // namespace gpiohub::daemon
