/* SPDX-License-Identifier: MIT */
/*
 * A connection to the daemon, in the native protocol (docs/protocol.md): calls
 * that wait for their reply, and the frames of events in between. For use by one
 * thread at a time.
 */
#pragma once

#include <gpiohub/address.hpp>
#include <gpiohub/device.hpp>
#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>
#include <gpiohub/wire.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpiohub
{

/** A frame of events, or word that a hub is gone. */
struct Received {
	std::uint8_t hub = 0;
	bool gone = false;
	std::uint64_t lost = 0; /* positions lost just before the first event */
	std::vector<gpiohub_event> events;
};

/** The event that ended a wait: the last one that counted. */
struct Happened {
	std::uint64_t seq = 0;
	std::uint64_t time_ns = 0;
};

/** The daemon's answer to one command, be it an error. */
struct Answer {
	wire::Reply reply = {};
	std::vector<std::byte> payload; /* without its padding */
};

/**
 * Errors of all calls: what the daemon says, with its errno and text;
 * ETIMEDOUT: no reply in time; ECONNRESET: the daemon ended the connection;
 * EPROTO: it sent what the protocol does not allow. After these three the
 * connection is of no more use.
 */
class Client
{
public:
	using Milliseconds = std::chrono::milliseconds;
	static constexpr Milliseconds kTimeout{5000};
	static constexpr Milliseconds kForever{-1};

	/** Connects, says hello, and presents a token, unless that is empty. The timeout holds
	 * for every call as well. ENOKEY: a token is needed; EKEYREJECTED: this one is none. */
	static Result<Client> connect(const Address &address, Milliseconds timeout = kTimeout,
		std::string_view token = {});
	/** The same over a stream socket that is connected already. */
	static Result<Client> adopt(
		UniqueFd socket, Milliseconds timeout = kTimeout, std::string_view token = {});

	/** Readable when there is something for next(). */
	int fd() const noexcept { return socket_.get(); }

	/** Bit n: there was a hub n when we connected. */
	std::uint64_t hubs() const noexcept { return hubs_; }

	/** Sends one command and waits for its reply; an id of 0 is filled in here. */
	Result<Answer> call(gpiohub_command command, std::span<const std::byte> payload = {});

	Result<gpiohub_info> info(std::uint8_t hub);
	Result<wire::LineInfo> line_info(std::uint8_t hub, std::uint8_t line);
	Result<std::uint64_t> get(std::uint8_t hub, std::uint64_t lines);
	Result<void> set(std::uint8_t hub, std::uint64_t lines, std::uint64_t levels);
	Result<void> claim(std::uint8_t hub, std::uint64_t lines, const Guard &guard);
	/** The heartbeat of what this client owns of a hub. EPERM: nothing (any more). */
	Result<void> kick(std::uint8_t hub);
	Result<void> release(std::uint8_t hub, std::uint64_t lines);
	Result<void> configure(std::uint8_t hub, std::uint64_t lines, const LineConfig &config);
	Result<void> message(std::uint8_t hub, std::string_view text);
	/** Waits until events of these kinds happened so many times on the lines, or on none;
	 * nothing: not within `timeout`, 0: for ever. No other call is made meanwhile. */
	Result<std::optional<Happened>> wait(std::uint8_t hub, std::uint64_t lines,
		std::uint32_t kinds, std::uint32_t count, std::chrono::nanoseconds timeout);
	/** Gives the id of the request, which cancel() takes and PATTERN events tell. */
	Result<std::uint32_t> play(
		std::uint8_t hub, const Pattern &pattern, const PlayOptions &options = {});
	/** Ends a request of this client, 0: all of that hub. ENOENT: there is none. */
	Result<void> cancel(std::uint8_t hub, std::uint32_t id, std::uint32_t flags = 0);
	/** Gives the rule's id: rule.id, or one of our own if that is 0. */
	Result<std::uint32_t> add_rule(std::uint8_t hub, const gpiohub_rule &rule);
	Result<void> delete_rule(std::uint8_t hub, std::uint32_t id);
	/** The hub itself, open for looking only: events come from its ring, and no longer
	 * through the daemon. Once a connection and hub. EOPNOTSUPP: not by this connection,
	 * or not with this daemon; EDQUOT: too many have one. */
	Result<Device> open(std::uint8_t hub);
	/** What the daemon and its clients did, as JSON. */
	Result<std::string> stats();
	/** Comes back when everything sent before was done. */
	Result<void> ping();

	/** Gives the sequence number from which events come: `from`, or later. `flags`:
	 * wire::kLoseNothing. */
	Result<std::uint64_t> subscribe(std::uint8_t hub, std::uint64_t lines, std::uint32_t kinds,
		std::uint64_t from = wire::kFromNow, std::uint32_t flags = 0);
	/** Which edges of these lines come: from the next one on, and for subscriptions of
	 * later too. EINVAL: times that are no whole µs, or longer than 4,294 s. */
	Result<void> filter(std::uint8_t hub, std::uint64_t lines, const EdgeFilter &filter);

	/** Events that came while a reply was waited for: so many are kept, and the oldest of
	 * more are lost. */
	static constexpr std::size_t kMostKept = 65536;

	/**
	 * The next frame of events; nothing if none came in time. After fd() was
	 * readable, call it with timeout 0 until it gives nothing.
	 */
	Result<std::optional<Received>> next(Milliseconds timeout);

private:
	struct Frame {
		wire::FrameHeader header;
		std::span<const std::byte> records; /* until the next take_frame() */
	};
	using Deadline = std::optional<std::chrono::steady_clock::time_point>;

	Client(UniqueFd socket, Milliseconds timeout)
		: socket_(std::move(socket)),
		  timeout_(timeout)
	{
	}

	static Deadline deadline_after(Milliseconds timeout);
	std::uint32_t next_id() noexcept;
	Result<void> hello();
	Result<void> authenticate(std::string_view token);
	Result<void> send(const gpiohub_command &command, std::span<const std::byte> payload);
	Result<std::optional<Frame>> take_frame(const Deadline &deadline);
	Result<bool> fill(std::size_t bytes, const Deadline &deadline);
	ssize_t receive();
	Result<Answer> exchange(const gpiohub_command &command, std::span<const std::byte> payload,
		const Deadline &deadline);
	void keep(Received received);
	void lose_oldest();
	Result<Answer> take_answer(const gpiohub_command &command, const Frame &frame);

	UniqueFd socket_;
	Milliseconds timeout_;
	std::uint64_t hubs_ = 0;
	std::uint32_t last_id_ = 0;
	std::vector<std::byte> buffer_; /* received: [begin_, end) not yet used */
	std::size_t begin_ = 0;
	std::deque<Received> waiting_; /* came while a reply was waited for */
	std::size_t kept_ = 0;         /* events in them */
	UniqueFd file_;                /* came along */
};

} // namespace gpiohub
