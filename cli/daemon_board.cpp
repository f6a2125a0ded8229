/* SPDX-License-Identifier: MIT */
/* The board as the daemon shows it: each method is one command. */
#include "board.hpp"

#include <cerrno>
#include <poll.h>

namespace gpiohub::cli
{

namespace
{

class DaemonBoard : public Board
{
public:
	explicit DaemonBoard(Client client) : client_(std::move(client)) {}

	Result<void> look_around()
	{
		for (unsigned number = 0; number < 64; number++) {
			if ((client_.hubs() >> number & 1) == 0)
				continue;
			const auto hub = static_cast<std::uint8_t>(number);
			const auto info = client_.info(hub);
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
		return client_.line_info(hub, line);
	}

	Result<std::uint64_t> get(std::uint8_t hub, std::uint64_t lines) override
	{
		return client_.get(hub, lines);
	}

	Result<void> claim(std::uint8_t hub, std::uint64_t lines, const Guard &guard) override
	{
		return client_.claim(hub, lines, guard);
	}

	Result<void> kick(std::uint8_t hub) override { return client_.kick(hub); }

	Result<void> configure(
		std::uint8_t hub, std::uint64_t lines, const LineConfig &config) override
	{
		return client_.configure(hub, lines, config);
	}

	Result<void> set(std::uint8_t hub, std::uint64_t lines, std::uint64_t levels) override
	{
		return client_.set(hub, lines, levels);
	}

	Result<void> message(std::uint8_t hub, std::string_view text) override
	{
		return client_.message(hub, text);
	}

	Result<std::optional<Happened>> wait_for(std::uint8_t hub, std::uint64_t lines,
		std::uint32_t kinds, std::uint32_t count, std::uint64_t ns) override
	{
		/* Beyond what the clock can tell is for ever. */
		const auto most =
			static_cast<std::uint64_t>(std::chrono::nanoseconds::max().count());
		return client_.wait(
			hub, lines, kinds, count, std::chrono::nanoseconds(ns > most ? 0 : ns));
	}

	Result<std::uint32_t> play(std::uint8_t hub, const Pattern &pattern) override
	{
		return client_.play(hub, pattern);
	}

	Result<void> cancel(std::uint8_t hub, std::uint32_t id, std::uint32_t flags) override
	{
		return client_.cancel(hub, id, flags);
	}

	Result<void> add_rule(std::uint8_t hub, const gpiohub_rule &rule) override
	{
		const auto id = client_.add_rule(hub, rule);
		if (!id)
			return id.error();
		return {};
	}

	Result<void> delete_rule(std::uint8_t hub, std::uint32_t id) override
	{
		return client_.delete_rule(hub, id);
	}

	Result<std::string> stats() override { return client_.stats(); }

	Result<void> filter(
		std::uint8_t hub, std::uint64_t lines, const EdgeFilter &filter) override
	{
		return client_.filter(hub, lines, filter);
	}

	Result<void> watch(std::uint8_t hub, std::uint64_t lines, std::uint32_t kinds) override
	{
		const auto from = client_.subscribe(hub, lines, kinds);
		if (!from)
			return from.error();
		return {};
	}

	Result<std::optional<Received>> next() override
	{
		return client_.next(Client::Milliseconds::zero());
	}

	Result<bool> wait(int stop) override
	{
		pollfd fds[] = {{stop, POLLIN, 0}, {client_.fd(), POLLIN, 0}};
		while (::poll(fds, std::size(fds), -1) < 0) {
			if (errno != EINTR)
				return system_error(errno, "poll");
		}
		return fds[0].revents == 0;
	}

private:
	Client client_;
};

} // namespace

Result<std::unique_ptr<Board>> open_daemon(const Address &address, std::string_view token)
{
	auto client = Client::connect(address, Client::kTimeout, token);
	if (!client)
		return client.error();
	auto board = std::make_unique<DaemonBoard>(*std::move(client));
	const auto looked = board->look_around();
	if (!looked)
		return looked.error();
	return std::unique_ptr<Board>(std::move(board));
}

} // namespace gpiohub::cli
