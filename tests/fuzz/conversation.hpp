/* SPDX-License-Identifier: MIT */
/*
 * A client that sends any bytes at all, and knows nevertheless what may come back: the
 * commands among them, each answered once and in order, waits apart.
 */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/wire.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gpiohub::fuzz
{

class Conversation
{
public:
	explicit Conversation(UniqueFd socket) : socket_(std::move(socket)) {}

	void send(std::span<const std::byte> bytes);
	void send_command(const gpiohub_command &command);
	/** Reads what is there, and checks it; sends what there was no room for. False: nothing
	 * came. */
	bool drain();
	/** Sends no more. */
	void finish();

	/** The daemon has not hung up. */
	bool is_open() const noexcept { return !is_over_; }
	/** It did something for which a connection may be ended, or asked for that. */
	bool is_at_fault() const noexcept { return is_at_fault_; }
	/** No command waits for its answer; all were sent. */
	bool is_answered() const noexcept { return asked_.empty() && unsent_.empty(); }
	/** Events that came, and those told to be lost. */
	std::uint64_t positions() const noexcept { return positions_; }

private:
	void flush();
	void note(std::span<const std::byte> sent);
	void take_frames();
	void take_reply(const wire::Reply &reply);

	UniqueFd socket_;
	std::string unsent_;
	std::vector<std::byte> command_; /* of the one that is being sent */
	std::size_t payload_ = 0;        /* still to be sent of its payload */
	std::vector<gpiohub_command> asked_;
	std::vector<std::byte> received_;
	std::uint64_t positions_ = 0;
	bool is_finished_ = false;
	bool is_lost_ = false; /* nobody knows where the next command begins */
	bool is_over_ = false;
	bool is_at_fault_ = false;
};

} // namespace gpiohub::fuzz
