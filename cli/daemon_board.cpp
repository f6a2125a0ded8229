/* SPDX-License-Identifier: MIT */
/*
 * The board as the daemon shows it: each method is one command. Who only looks goes on
 * when the daemon restarts; who drives has lost what he owned, and ends.
 */
#include "board.hpp"

#include "print.hpp"

#include <gpiohub/follower.hpp>

#include <cerrno>
#include <poll.h>

namespace gpiohub::cli
{

namespace
{

class DaemonBoard : public Board
{
public:
	explicit DaemonBoard(Follower follower) : follower_(std::move(follower)) {}

	Result<void> look_around()
	{
		for (unsigned number = 0; number < 64; number++) {
			if ((follower_.client().hubs() >> number & 1) == 0)
				continue;
			const auto hub = static_cast<std::uint8_t>(number);
			const auto info = follower_.client().info(hub);
			if (!info)
				return info.error();
			hubs_.push_back({hub, *info});
		}
		if (hubs_.empty())
			return no_hub_of_daemon();
		return {};
	}

	Result<wire::LineInfo> line_info(std::uint8_t hub, std::uint8_t line) override
	{
		return follower_.client().line_info(hub, line);
	}

	Result<std::uint64_t> get(std::uint8_t hub, std::uint64_t lines) override
	{
		return follower_.client().get(hub, lines);
	}

	Result<void> claim(std::uint8_t hub, std::uint64_t lines, const Guard &guard) override
	{
		follower_.give_up();
		return follower_.client().claim(hub, lines, guard);
	}

	Result<void> kick(std::uint8_t hub) override { return follower_.client().kick(hub); }

	Result<void> configure(
		std::uint8_t hub, std::uint64_t lines, const LineConfig &config) override
	{
		return follower_.client().configure(hub, lines, config);
	}

	Result<void> set(std::uint8_t hub, std::uint64_t lines, std::uint64_t levels) override
	{
		return follower_.client().set(hub, lines, levels);
	}

	Result<void> message(std::uint8_t hub, std::string_view text) override
	{
		return follower_.client().message(hub, text);
	}

	Result<std::optional<Happened>> wait_for(std::uint8_t hub, std::uint64_t lines,
		std::uint32_t kinds, std::uint32_t count, std::uint64_t ns) override
	{
		/* Beyond what the clock can tell is for ever. */
		const auto most =
			static_cast<std::uint64_t>(std::chrono::nanoseconds::max().count());
		return follower_.client().wait(
			hub, lines, kinds, count, std::chrono::nanoseconds(ns > most ? 0 : ns));
	}

	Result<std::uint32_t> play(std::uint8_t hub, const Pattern &pattern) override
	{
		return follower_.client().play(hub, pattern);
	}

	Result<void> cancel(std::uint8_t hub, std::uint32_t id, std::uint32_t flags) override
	{
		return follower_.client().cancel(hub, id, flags);
	}

	Result<void> add_rule(std::uint8_t hub, const gpiohub_rule &rule) override
	{
		follower_.give_up();
		const auto id = follower_.client().add_rule(hub, rule);
		if (!id)
			return id.error();
		return {};
	}

	Result<void> delete_rule(std::uint8_t hub, std::uint32_t id) override
	{
		return follower_.client().delete_rule(hub, id);
	}

	Result<std::string> stats() override { return follower_.client().stats(); }

	Result<void> filter(
		std::uint8_t hub, std::uint64_t lines, const EdgeFilter &filter) override
	{
		return follower_.filter(hub, lines, filter);
	}

	Result<void> watch(std::uint8_t hub, std::uint64_t lines, std::uint32_t kinds) override
	{
		const auto from = follower_.subscribe(hub, lines, kinds);
		if (!from)
			return from.error();
		return {};
	}

	Result<std::optional<Received>> next() override
	{
		auto received = follower_.next(Client::Milliseconds::zero());
		tell_whether_away();
		return received;
	}

	Result<bool> wait(int stop) override
	{
		pollfd fds[] = {{stop, POLLIN, 0}, {follower_.fd(), POLLIN, 0}};
		const auto due = follower_.due();
		const int patience = due ? static_cast<int>(due->count()) : -1;
		while (::poll(fds, std::size(fds), patience) < 0) {
			if (errno != EINTR)
				return system_error(errno, "poll");
		}
		return fds[0].revents == 0;
	}

private:
	/* Once when it went, and once when it is back. */
	void tell_whether_away()
	{
		if (follower_.is_away() == is_away_told_)
			return;
		is_away_told_ = !is_away_told_;
		complain(is_away_told_
				? "gpiohub: the daemon is gone: waiting for it to come back\n"
				: "gpiohub: the daemon is back\n");
	}

	Follower follower_;
	bool is_away_told_ = false;
};

} // namespace

Result<std::unique_ptr<Board>> open_daemon(const Address &address, std::string_view token)
{
	auto follower = Follower::connect(address, Client::kTimeout, token);
	if (!follower)
		return follower.error();
	auto board = std::make_unique<DaemonBoard>(*std::move(follower));
	const auto looked = board->look_around();
	if (!looked)
		return looked.error();
	return std::unique_ptr<Board>(std::move(board));
}

} // namespace gpiohub::cli
