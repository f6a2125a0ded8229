/* SPDX-License-Identifier: MIT */
#include "heartbeat.hpp"

#include "hold.hpp"

#include <gpiohub/fd.hpp>

#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <optional>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace gpiohub::cli
{

namespace
{

/* Readable when any of three things happened: the board waits for one descriptor. */
class Events
{
public:
	enum class What { Nothing, Stop, Input, Silence };

	static Result<Events> create(int stop, int input)
	{
		Events events(UniqueFd(::epoll_create1(EPOLL_CLOEXEC)),
			UniqueFd(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)));
		if (!events.epoll_ || !events.timer_)
			return system_error(errno, "waiting for a heartbeat");
		if (!events.add(stop, What::Stop) ||
			!events.add(events.timer_.get(), What::Silence))
			return system_error(errno, "waiting for a heartbeat");
		if (!events.add(input, What::Input))
			return Error{EINVAL,
				"--heartbeat reads a pipe or a terminal: standard input is a file"};
		return events;
	}

	int fd() const noexcept { return epoll_.get(); }

	void expect(std::chrono::milliseconds within)
	{
		itimerspec time = {};
		time.it_value.tv_sec = within.count() / 1000;
		time.it_value.tv_nsec = within.count() % 1000 * 1'000'000;
		::timerfd_settime(timer_.get(), 0, &time, nullptr);
	}

	/* The stop first, the silence last: input that came in time counts. */
	What next()
	{
		std::array<epoll_event, 3> ready;
		const int count = ::epoll_wait(epoll_.get(), ready.data(), ready.size(), 0);
		What first = What::Nothing;
		for (int i = 0; i < count; i++) {
			const What what =
				static_cast<What>(ready[static_cast<std::size_t>(i)].data.u32);
			if (first == What::Nothing || what < first)
				first = what;
		}
		return first;
	}

private:
	Events(UniqueFd epoll, UniqueFd timer) : epoll_(std::move(epoll)), timer_(std::move(timer))
	{
	}

	bool add(int fd, What what)
	{
		epoll_event event = {};
		event.events = EPOLLIN;
		event.data.u32 = static_cast<std::uint32_t>(what);
		return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
	}

	UniqueFd epoll_;
	UniqueFd timer_;
};

/* How many bytes there were; nothing: there is no more to come. */
std::optional<std::size_t> take(int input)
{
	std::array<char, 4096> ignored;
	const ssize_t got = ::read(input, ignored.data(), ignored.size());
	if (got > 0)
		return static_cast<std::size_t>(got);
	/* Another reader was quicker. */
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return std::nullopt;
}

Result<void> kick(Board &board, const std::set<std::uint8_t> &hubs)
{
	for (const std::uint8_t hub : hubs) {
		if (auto kicked = board.kick(hub); !kicked)
			return kicked;
	}
	return {};
}

} // namespace

Result<void> hold_while_beating(Board &board, const std::set<std::uint8_t> &hubs, int stop,
	std::chrono::milliseconds heartbeat, int input)
{
	auto events = Events::create(stop, input);
	if (!events)
		return events.error();
	events->expect(heartbeat);
	for (;;) {
		if (auto held = hold(board, hubs, events->fd()); !held)
			return held;
		switch (events->next()) {
		case Events::What::Nothing:
			break;
		case Events::What::Stop:
			return {};
		case Events::What::Input: {
			const auto read = take(input);
			if (!read)
				return {};
			if (*read == 0)
				break;
			if (auto kicked = kick(board, hubs); !kicked)
				return kicked;
			events->expect(heartbeat);
			break;
		}
		case Events::What::Silence:
			return Error{EPERM,
				fmt::format("no heartbeat for {} ms: the guard is applied",
					heartbeat.count())};
		}
	}
}

} // namespace gpiohub::cli
