/* SPDX-License-Identifier: MIT */
/*
 * The hubs that a verb works on: through the daemon, or their devices directly.
 * Errors come with text for people.
 */
#pragma once

#include <gpiohub/client.hpp>
#include <gpiohub/result.hpp>
#include <gpiohub/wire.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpiohub::cli
{

/** Where to look for hubs, as the options say it. */
struct Where {
	std::string connect;    /* a daemon's address, "" for the usual one */
	std::string token = {}; /* for the daemon, "" for none */
	std::string ca = {};    /* whom to trust by TLS, "" for the system's */
	std::string device;     /* one device to use directly, "" for none */
	bool direct = false;    /* all devices, without the daemon */
	bool mapped = false;    /* its devices, handed over by the daemon: for looking */
};

struct Hub {
	std::uint8_t number = 0;
	gpiohub_info info = {};
};

class Board
{
public:
	Board() = default;
	Board(const Board &) = delete;
	Board &operator=(const Board &) = delete;
	virtual ~Board() = default;

	/** By number; never empty. */
	const std::vector<Hub> &hubs() const noexcept { return hubs_; }
	/** One of hubs(), or nullptr. */
	const Hub *find_hub(std::uint8_t number) const noexcept;

	virtual Result<wire::LineInfo> line_info(std::uint8_t hub, std::uint8_t line) = 0;
	virtual Result<std::uint64_t> get(std::uint8_t hub, std::uint64_t lines) = 0;
	virtual Result<void> claim(std::uint8_t hub, std::uint64_t lines, const Guard &guard) = 0;
	/** The heartbeat of what was claimed. EPERM: nothing is owned any more. */
	virtual Result<void> kick(std::uint8_t hub) = 0;
	virtual Result<void> configure(
		std::uint8_t hub, std::uint64_t lines, const LineConfig &config) = 0;
	virtual Result<void> set(std::uint8_t hub, std::uint64_t lines, std::uint64_t levels) = 0;
	virtual Result<void> message(std::uint8_t hub, std::string_view text) = 0;
	/** Waits for the last of so many events of these kinds, for ns at most, 0: for ever;
	 * nothing: they did not all happen. Not to be called beside next(). */
	virtual Result<std::optional<Happened>> wait_for(std::uint8_t hub, std::uint64_t lines,
		std::uint32_t kinds, std::uint32_t count, std::uint64_t ns) = 0;
	/** Gives the id of the request, which its PATTERN event tells. */
	virtual Result<std::uint32_t> play(std::uint8_t hub, const Pattern &pattern) = 0;
	/** GPIOHUB_CANCEL_*. ENOENT: it is over. */
	virtual Result<void> cancel(std::uint8_t hub, std::uint32_t id, std::uint32_t flags) = 0;
	/** `rule` has its id. */
	virtual Result<void> add_rule(std::uint8_t hub, const gpiohub_rule &rule) = 0;
	virtual Result<void> delete_rule(std::uint8_t hub, std::uint32_t id) = 0;
	/** JSON. */
	virtual Result<std::string> stats() = 0;

	/** Which edges of these lines a watch() after this gives. */
	virtual Result<void> filter(
		std::uint8_t hub, std::uint64_t lines, const EdgeFilter &filter) = 0;
	/** From now on next() gives events of these lines, and those of none. */
	virtual Result<void> watch(std::uint8_t hub, std::uint64_t lines, std::uint32_t kinds) = 0;
	/** What has come; nothing if nothing has. Does not wait. */
	virtual Result<std::optional<Received>> next() = 0;
	/** Waits for next() to have something: true; or for `stop` to be readable. */
	virtual Result<bool> wait(int stop) = 0;

protected:
	std::vector<Hub> hubs_;
};

/** Makes lines outputs that drive config.levels, those that were outputs before as well. */
Result<void> drive(Board &board, std::uint8_t hub, std::uint64_t lines, LineConfig config);

Result<std::unique_ptr<Board>> open_daemon(const Address &address, std::string_view token);
/** The devices that a daemon hands over. */
Result<std::unique_ptr<Board>> open_handed(const Address &address, std::string_view token);
/** One device, or with "" all of them. */
Result<std::unique_ptr<Board>> open_devices(const std::string &path);
/** The error of who found a daemon without one. */
Error no_hub_of_daemon();
/** The error of who found no daemon, and then no devices: either may be mended. */
Error neither(const Error &daemon, const Error &devices);
/** What the options say; else the daemon if it runs, else the devices. */
Result<std::unique_ptr<Board>> open_board(const Where &where);

} // namespace gpiohub::cli
