/* SPDX-License-Identifier: MIT */
/*
 * What goes over pigpio's socket, little-endian: requests, replies, reports. Pure.
 *
 *	request	u32 command, p1, p2, size; size bytes follow
 *	reply	u32 command, p1, p2 as they came, i32 res; some commands' bytes follow
 *	report	u16 seqno, flags, u32 tick, levels, on a socket that NOIB turned into a
 *		stream of them, or from a pipe
 */
#pragma once

#include "status.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace gpiohub::daemon::pigpio
{

inline constexpr std::uint16_t kPort = 8888;

struct Header {
	std::uint32_t command;
	std::uint32_t p1;
	std::uint32_t p2;
	std::uint32_t last; /* of a request: the size of what follows; of a reply: res */
};
static_assert(sizeof(Header) == 16);

/** A longer extension ends the connection, as pigpio does it. */
inline constexpr std::size_t kMostExtension = 65'535;

struct Request {
	std::uint32_t command = 0;
	std::uint32_t p1 = 0;
	std::uint32_t p2 = 0;
	/** In the input, which outlives the request. */
	std::span<const std::byte> extension = {};
};

/**
 * What came of a command.
 *
 * res: negative: a Status. Some commands' is a number of 32 bits without a sign
 * extension: bytes that follow; res is then how many there are
 * after_ns: the reply is to come that much later, and the client's next command after it
 * is_pending: the same, when whoever works on it has it: see Asker
 */
struct Reply {
	Reply() = default;
	Reply(Status status) : res(static_cast<std::int32_t>(status)) {} /* NOLINT: meant */

	static Reply number(std::int64_t value)
	{
		Reply reply;
		reply.res = static_cast<std::int32_t>(value);
		return reply;
	}
	/** Bytes, and how many there are. */
	static Reply bytes(std::string extension)
	{
		Reply reply = number(static_cast<std::int64_t>(extension.size()));
		reply.extension = std::move(extension);
		return reply;
	}
	static Reply later(std::uint64_t after_ns)
	{
		Reply reply;
		reply.after_ns = after_ns;
		return reply;
	}
	static Reply pending()
	{
		Reply reply;
		reply.is_pending = true;
		return reply;
	}

	std::int32_t res = 0;
	std::string extension = {};
	std::uint64_t after_ns = 0;
	bool is_pending = false;
};

/** After so long what Status::TryAgain came of is done again. */
inline constexpr std::uint64_t kTryAgainNs = 20'000'000;

/* Report::flags */
inline constexpr std::uint16_t kReportWatchdog = 1U << 5; /* and the GPIO */
inline constexpr std::uint16_t kReportAlive = 1U << 6;
inline constexpr std::uint16_t kReportEvent = 1U << 7; /* and its id */

struct Report {
	std::uint16_t seqno;
	std::uint16_t flags;
	std::uint32_t tick; /* us, CLOCK_MONOTONIC */
	std::uint32_t levels;
};
static_assert(sizeof(Report) == 12);

/** A time of events as clients see it. */
constexpr std::uint32_t tick_of(std::uint64_t time_ns) noexcept
{
	return static_cast<std::uint32_t>(time_ns / 1000);
}

} // namespace gpiohub::daemon::pigpio
