/* SPDX-License-Identifier: MIT */
/*
 * Follows what a board tells and writes it out as text. Neither a flood nor an
 * output that takes nothing makes it deaf to the word to stop.
 */
#pragma once

#include "event_text.hpp"

#include <set>

namespace gpiohub::cli
{

class Watcher
{
public:
	/** Why following events came to its end. */
	enum class End { Asked, HubsGone };

	/**
	 * Ends after `limit` events, and when the last of `hubs` is gone. `out` stays
	 * the caller's.
	 */
	Watcher(Board &board, EventText text, std::uint64_t limit, std::set<std::uint8_t> hubs,
		int out)
		: board_(board),
		  text_(std::move(text)),
		  limit_(limit),
		  hubs_(std::move(hubs)),
		  out_(out)
	{
	}

	/** Until then, or `stop` is readable, or nobody reads `out` any more. */
	Result<End> follow(int stop);

	const EventText &text() const noexcept { return text_; }

private:
	Result<bool> take_batch();

	Board &board_;
	EventText text_;
	std::uint64_t limit_;
	std::set<std::uint8_t> hubs_; /* still there */
	int out_;
	std::string batch_;
};

} // namespace gpiohub::cli
