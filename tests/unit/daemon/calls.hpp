/* SPDX-License-Identifier: MIT */
/*
 * Stands between the daemon and the kernel: what is linked with gpiohub_calls makes its
 * system calls through here, where a test counts them and says how one of them ends.
 * Only those are counted that are made between an Entered's birth and its death, on its
 * thread: those of the daemon, not those of the test.
 */
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

namespace gpiohub::calls
{

enum class Call {
	Accept4,
	Close,
	EpollCreate1,
	EpollCtl,
	EpollWait,
	Eventfd,
	EventfdWrite,
	Getpeername,
	Getsockopt,
	Open,
	Read,
	Recv,
	Send,
	Sendmsg,
	Socketpair,
	TimerfdCreate,
	TimerfdSettime,
	Writev,
};

std::string_view name_of(Call call) noexcept;

/** How a call ends: as it does, with an errno, or with less than was asked for. */
struct Fate {
	static constexpr int kShort = -1;

	int error = 0;

	bool is_short() const noexcept { return error == kShort; }
};

/** How a call can end by itself, but for well: errnos, and Fate::kShort. */
std::span<const int> fates_of(Call call) noexcept;

/** Asked before each call that can fail; nothing: all end as they do. */
extern std::function<Fate(Call)> decide;

/** Calls that can fail, ever. */
std::size_t count() noexcept;
/** Calls of epoll_wait() that found nothing and would have slept: they do not. */
std::size_t sleeps() noexcept;
/** Descriptors made in here and not closed. */
std::ptrdiff_t descriptors() noexcept;

/** Has every timer that is set expire now. Gives how many these are. */
std::size_t expire_timers();

/** We are in the daemon. */
class Entered
{
public:
	Entered() noexcept;
	Entered(const Entered &) = delete;
	Entered &operator=(const Entered &) = delete;
	~Entered();

private:
	bool was_in_;
};

} // namespace gpiohub::calls
