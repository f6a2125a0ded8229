/* SPDX-License-Identifier: MIT */
/*
 * What of a hub's batch clients want: found once for all who want the same, so that
 * one client more costs nothing per event but the copy into its queue.
 */
#pragma once

#include "proto/protocol.hpp"

#include <gpiohub/filter.hpp>

#include <linux/gpiohub.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gpiohub::daemon
{

class Views
{
public:
	/** Of one batch; who wants what more than these want is looked for each time. */
	static constexpr std::size_t kMost = 4;

	/** What all who want the same get of a batch. */
	class View
	{
	public:
		std::span<const gpiohub_event> events() const noexcept { return result_; }
		/**
		 * The events as one frame with nothing lost before, for a socket to take
		 * in one piece. Empty: it was not worth it yet, for a client alone.
		 */
		std::span<const std::byte> frame(const Protocol &protocol, unsigned hub);

	private:
		friend class Views;

		void look(std::span<const gpiohub_event> events);

		EventFilter filter_;
		std::uint64_t shown_ = 0;
		std::span<const gpiohub_event> result_;
		std::vector<gpiohub_event> chosen_; /* unless the result is all of the batch */
		std::vector<std::byte> frame_;
		std::uint32_t asked_ = 0; /* times for the frame */
	};

	/**
	 * Those of `events` that pass the filter, without what is not `shown`. They are a
	 * batch of this hub: by the first one's number and how many they are it is known
	 * again. Valid until the next call, and as long as `events`.
	 */
	View &of(std::span<const gpiohub_event> events, const EventFilter &filter,
		std::uint64_t shown);

private:
	/* The batch. */
	const gpiohub_event *data_ = nullptr;
	std::uint64_t first_ = 0;
	std::size_t size_ = 0;

	std::array<View, kMost> views_;
	std::size_t used_ = 0;
	std::size_t next_ = 0; /* to be replaced, once all are used */
};

/** Leaves out what is about lines that are not `shown`, and their levels. Gives how many
 * are left. */
std::size_t conceal(std::span<gpiohub_event> events, std::uint64_t shown) noexcept;

} // namespace gpiohub::daemon
