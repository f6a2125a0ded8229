/* SPDX-License-Identifier: MIT */
#include "stream.hpp"

#include <gpiohub/explain.hpp>

#include <cerrno>

namespace gpiohub::cli
{

namespace
{

constexpr std::size_t kBatch = 1024;

} // namespace

Result<Stream> Stream::begin(
	Device &device, std::uint8_t hub, std::uint64_t lines, std::uint32_t kinds)
{
	/* First, so that the first samples of lines that get known are shown. */
	const auto from = device.seek_end();
	if (!from)
		return explain(device, "watch", from.error());
	const auto subscribed = device.subscribe(lines, kinds);
	if (!subscribed)
		return explain(device, "watch", subscribed.error());

	Stream stream(device, hub, lines, kinds);
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

/* The ring has everybody's lines and kinds. */
bool Stream::wanted(const gpiohub_event &event) const noexcept
{
	return event.type == GPIOHUB_EVENT_LOST || filter_.wants(event);
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
	Received received = {hub_, false, 0, std::vector<gpiohub_event>(kBatch)};
	const auto batch = fill(received.events);
	if (!batch)
		return batch.error();
	received.lost = batch->lost;
	received.events.resize(batch->count);
	/* If none is left they count all the same: more may be there, and others wait. */
	std::erase_if(
		received.events, [this](const gpiohub_event &event) { return !wanted(event); });
	if (batch->count > 0 || received.lost > 0)
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
