/* SPDX-License-Identifier: MIT */
#include "stream.hpp"

#include <gpiohub/clock.hpp>
#include <gpiohub/explain.hpp>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace gpiohub::cli
{

namespace
{

constexpr std::size_t kBatch = 1024;

/* What filters of edges go by. */
constexpr std::uint32_t kKindsForFilters =
	GPIOHUB_KINDS_EDGES | GPIOHUB_KIND(GPIOHUB_EVENT_KNOWN) | GPIOHUB_KIND(GPIOHUB_EVENT_GONE);

} // namespace

Result<Stream> Stream::begin(Device &device, std::uint8_t hub, std::uint64_t lines,
	std::uint32_t kinds, FilterChain chain)
{
	chain.select(lines, kinds);
	/* First, so that the first samples of lines that get known are shown. */
	const auto from = device.seek_end();
	if (!from)
		return explain(device, "watch", from.error());
	const auto subscribed =
		device.subscribe(lines, chain.has_stages() ? kinds | kKindsForFilters : kinds);
	if (!subscribed)
		return explain(device, "watch", subscribed.error());

	Stream stream(device, hub, std::move(chain));
	auto cursor = device.map_cursor();
	if (!cursor)
		return stream;
	auto ring = device.map_ring();
	if (!ring)
		return ring.error();
	stream.reader_.emplace(ring->view(), *from);
	stream.ring_.emplace(*std::move(ring));
	stream.cursor_.emplace(*std::move(cursor));
	return stream;
}

/* The ring has everybody's lines and kinds; no event is asked for by the clock alone. */
std::vector<gpiohub_event> Stream::chosen(std::span<const gpiohub_event> events)
{
	std::vector<gpiohub_event> out;
	for (const gpiohub_event &event : events) {
		if (event.type == GPIOHUB_EVENT_LOST) {
			chain_.lost();
			out.push_back(event);
		} else {
			chain_.push(event, out);
		}
	}
	if (events.empty() && chain_.due() != FilterChain::kNever)
		chain_.advance(monotonic_ns() - FilterChain::kPublished, out);
	return out;
}

int Stream::patience_ms() const
{
	if (chain_.due() == FilterChain::kNever)
		return -1;
	const std::uint64_t now = monotonic_ns();
	const std::uint64_t then = chain_.due() + FilterChain::kPublished;
	constexpr std::uint64_t kMs = 1'000'000;
	const std::uint64_t left = then > now ? (then - now + kMs - 1) / kMs : 0;
	return static_cast<int>(std::min<std::uint64_t>(left, INT_MAX));
}

Result<Batch> Stream::fill(std::span<gpiohub_event> out)
{
	if (reader_)
		return reader_->read(out);
	const auto count = device_->read(out);
	if (count)
		return Batch{*count, 0};
	if (count.error().code == ENODEV)
		return Batch{};
	return explain(*device_, "read", count.error());
}

Result<std::optional<Received>> Stream::next()
{
	std::vector<gpiohub_event> events(kBatch);
	const auto batch = fill(events);
	if (!batch)
		return batch.error();
	if (batch->lost > 0)
		chain_.lost();
	Received received = {
		hub_, false, batch->lost, chosen(std::span(events).first(batch->count))};
	/* If none is left they count all the same: more may be there, and others wait. */
	if (batch->count > 0 || received.lost > 0 || !received.events.empty())
		return std::optional(std::move(received));
	if (!gone_ || gone_told_)
		return std::optional<Received>();
	gone_told_ = true;
	return std::optional(Received{hub_, true, 0, {}});
}

bool Stream::prepare_sleep()
{
	return !reader_ || cursor_->cursor().prepare_sleep(*reader_);
}

bool Stream::check_gone()
{
	const auto info = device_->info();
	gone_ = !info && info.error().code == ENODEV;
	return gone_;
}

} // namespace gpiohub::cli
