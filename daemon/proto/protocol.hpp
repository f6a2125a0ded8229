/* SPDX-License-Identifier: MIT */
/*
 * A client's language: its bytes become requests, answers and events become its
 * bytes. Pure: no I/O, no clock, nothing of the hubs; what comes out goes to the
 * outbox.
 */
#pragma once

#include "../outbox.hpp"

#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>

#include <linux/gpiohub.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gpiohub::daemon
{

/**
 * What a client asks for, in the terms of commands.def.
 *
 * error: what to answer instead of doing it
 * is_fatal: the connection ends after that answer
 * payload: what follows the command, of MESSAGE, PLAY and RULE_ADD; points into the
 *	input
 */
struct Request {
	gpiohub_command command{};
	std::optional<Error> error;
	bool is_fatal = false;
	std::span<const std::byte> payload;
};

/** What came of a request that succeeded. */
struct Answer {
	std::uint64_t value = 0;
	std::uint64_t value2 = 0;
	std::string payload;                       /* bytes */
	std::shared_ptr<const UniqueFd> file = {}; /* goes along, if any */
};

class Protocol
{
public:
	virtual ~Protocol() = default;

	/**
	 * Takes the first request from the input. How many bytes it has, 0: not known
	 * yet. More than there are: it is not there whole, and its payload not set.
	 */
	virtual std::size_t parse(std::span<const std::byte> input, Request &request) const = 0;

	/** Answers a request; false: no room in the outbox. */
	[[nodiscard]] virtual bool reply(
		Outbox &out, const Request &request, const Result<Answer> &result) const = 0;

	/**
	 * Sends events that follow one another in the hub's order; `lost` stream
	 * positions before the first. False: no room, nothing was taken.
	 */
	[[nodiscard]] virtual bool events(Outbox &out, unsigned hub, std::uint64_t lost,
		std::span<const gpiohub_event> events) const = 0;

	/** The bytes that events() would queue, none lost, which are the same for all who
	 * speak this protocol. */
	virtual void frame(unsigned hub, std::span<const gpiohub_event> events,
		std::vector<std::byte> &bytes) const = 0;

	/** How many events the outbox would take now in one call. */
	virtual std::size_t room(const Outbox &out) const = 0;

	/** Tells that a hub went; false: no room. */
	[[nodiscard]] virtual bool gone(Outbox &out, unsigned hub) const = 0;
};

} // namespace gpiohub::daemon
