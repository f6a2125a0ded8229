/* SPDX-License-Identifier: MIT */
/*
 * The bytes that a client's socket has not taken yet: a ring of fixed size.
 * Events may fill it up to a reserve that is kept for replies; what does not fit
 * is not taken at all, so that a frame is in here whole or not. Where nothing is queued
 * they do not come here at all, nor do replies that nobody waits to send with others: the
 * socket takes them from where they are.
 *
 * Events that find no room are not dropped here: they are still in the hub's
 * ring, where the subscription comes back for them (see subscription.hpp).
 */
#pragma once

#include <gpiohub/fd.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>

namespace gpiohub::daemon
{

class Outbox
{
public:
	/** capacity: bytes; a quarter of them is the reserve for replies. socket: what is sent
	 * at once goes there; -1: everything is queued. */
	explicit Outbox(std::size_t capacity, int socket = -1) noexcept
		: capacity_(capacity),
		  socket_(socket)
	{
	}

	/** Appends a frame of events, its parts in order, or what the socket did not take of
	 * it; false: no room. */
	[[nodiscard]] bool append_events(
		std::span<const std::byte> header, std::span<const std::byte> records = {});

	/** Appends a frame that must not be lost; false: no room at all. `file`, if any, goes
	 * along with its first byte, over a Unix socket. */
	[[nodiscard]] bool append_reply(std::span<const std::byte> header,
		std::span<const std::byte> records, std::shared_ptr<const UniqueFd> file = {});

	/** The same, by itself and at once where nothing is queued. */
	[[nodiscard]] bool send_reply(
		std::span<const std::byte> header, std::span<const std::byte> records);

	/** Bytes that append_events() would still take. */
	std::size_t room_for_events() const noexcept;

	/** Bytes that append_reply() would still take. */
	std::size_t room_for_replies() const noexcept { return capacity_ - queued_; }

	std::size_t queued() const noexcept { return queued_; }
	bool empty() const noexcept { return queued_ == 0; }

	/** Done: all is sent. Blocked: the socket is full. Broken: nobody there. */
	enum class Flushed { Done, Blocked, Broken };

	/** Sends what the socket takes, without waiting. */
	Flushed flush(int socket);

private:
	/* A file that goes along with a byte of the stream. */
	struct Enclosed {
		std::uint64_t at;
		std::shared_ptr<const UniqueFd> file;
	};

	/* A position that may be one turn too far. */
	std::size_t around(std::size_t position) const noexcept
	{
		return position < capacity_ ? position : position - capacity_;
	}

	void send_or_append(std::span<const std::byte> header, std::span<const std::byte> records);
	void append(std::span<const std::byte> bytes);
	std::size_t sendable(bool &has_file) const noexcept;
	std::ptrdiff_t send(int socket, std::size_t size, bool has_file);

	std::size_t capacity_;
	int socket_;
	/* Allocated with the first frame; pages that were never used cost nothing. */
	std::unique_ptr<std::byte[]> bytes_;
	std::size_t begin_ = 0;  /* of the first byte queued */
	std::size_t queued_ = 0; /* bytes from there on, around the end */
	std::uint64_t sent_ = 0; /* bytes of what was queued, ever */
	std::deque<Enclosed> enclosed_;
};

} // namespace gpiohub::daemon
