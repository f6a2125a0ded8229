/* SPDX-License-Identifier: MIT */
/*
 * The events of one hub's device. Where the file may be written they come from
 * the mapped ring, else from read(2), which gives the same records.
 */
#pragma once

#include <gpiohub/client.hpp>
#include <gpiohub/device.hpp>
#include <gpiohub/filter_chain.hpp>
#include <gpiohub/ring.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace gpiohub::cli
{

class Stream
{
public:
	/** Subscribes, and begins with what that gives. `chain` has the filters of lines, if
	 * any. The device must outlive it. */
	static Result<Stream> begin(Device &device, std::uint8_t hub, std::uint64_t lines,
		std::uint32_t kinds, FilterChain chain = {});

	/**
	 * What has come, with events left out that were not asked for: that may be
	 * all of them, and more may have come.
	 */
	Result<std::optional<Received>> next();

	/** Until when to wait for that at most, as poll(2) takes it: for what filters hold
	 * back. */
	int patience_ms() const;

	/** True: nothing is there, poll(2) on the device will tell. */
	bool prepare_sleep();

	/** After poll(2) said HUP: false if only a line is gone, not the hub. */
	bool check_gone();

	int fd() const noexcept { return device_->fd(); }

private:
	Stream(Device &device, std::uint8_t hub, FilterChain chain)
		: device_(&device),
		  hub_(hub),
		  chain_(std::move(chain))
	{
	}

	std::vector<gpiohub_event> chosen(std::span<const gpiohub_event> events);
	Result<Batch> fill(std::span<gpiohub_event> out);

	Device *device_;
	std::uint8_t hub_;
	FilterChain chain_;
	bool gone_ = false;
	bool gone_told_ = false;
	std::optional<MappedRing> ring_;
	std::optional<MappedCursor> cursor_;
	std::optional<RingReader> reader_; /* of ring_; without it read(2) is used */
};

/**
 * The next of what has come to several sources, each with a next() like a
 * stream's. The one that gave last is asked last, so that a flood on one does not
 * starve the others; `turn` remembers which, and begins with 0.
 */
template <class Source>
Result<std::optional<Received>> next_in_turn(std::vector<Source> &sources, std::size_t &turn)
{
	for (std::size_t asked = 0; asked < sources.size(); asked++) {
		turn %= sources.size();
		auto received = sources[turn++].next();
		if (!received || received->has_value())
			return received;
	}
	return std::optional<Received>();
}

} // namespace gpiohub::cli
