/* SPDX-License-Identifier: MIT */
/*
 * Many clients in one process: each has a connection and an exact account of what came
 * over it. How bytes are read is the peer's (peer.hpp).
 */
#pragma once

#include <gpiohub/fd.hpp>

#include <linux/gpiohub.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace fan
{

/** What one client got. Positions: events + lost + missing. */
struct Account {
	std::uint64_t frames = 0;
	std::uint64_t events = 0;
	std::uint64_t lost = 0;    /* it was told so */
	std::uint64_t missing = 0; /* without a trace */
	std::optional<std::uint64_t> next;

	std::uint64_t positions() const noexcept { return events + lost + missing; }
	/** Events that follow one another, so many lost before the first of them. */
	void take(std::uint64_t told, std::span<const gpiohub_event> news);
	void add(const Account &other) noexcept;
};

/** Takes the first frame of the bytes: its size, 0 if it is not there whole. */
using Take = std::function<std::size_t(std::span<const std::byte> bytes, Account &account)>;

class Crowd
{
public:
	explicit Crowd(Take take);

	void enter(gpiohub::UniqueFd socket);
	/** The first one stands still, or goes on. */
	void stand_still(bool does);
	/** Until all of the others have so many positions, or nothing comes for `patience`. */
	void listen(std::uint64_t positions, std::chrono::milliseconds patience);

	/** Of the one that stood still. */
	const Account &first() const { return ears_.front().account; }
	/** Of the others, together. */
	Account others() const;

private:
	struct Ear {
		gpiohub::UniqueFd socket;
		std::vector<std::byte> rest; /* of a frame that is not there whole */
		Account account;
	};

	void hear(Ear &ear);

	Take take_;
	gpiohub::UniqueFd epoll_;
	std::vector<Ear> ears_;
	bool has_stopped_ = false;
	std::vector<std::byte> buffer_;
};

} // namespace fan
