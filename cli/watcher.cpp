/* SPDX-License-Identifier: MIT */
#include "watcher.hpp"

#include "print.hpp"

#include <cerrno>
#include <poll.h>

namespace gpiohub::cli
{

namespace
{

bool is_readable(int fd)
{
	pollfd readable = {fd, POLLIN, 0};
	return ::poll(&readable, 1, 0) > 0;
}

} // namespace

Result<Watcher::End> Watcher::follow(int stop)
{
	while (text_.shown() < limit_) {
		const auto had = take_batch();
		if (!had)
			return had.error();
		const auto written = write_all(out_, batch_, stop);
		if (!written && written.error().code != EPIPE)
			return written.error();
		if (!written || !*written)
			return End::Asked;
		if (hubs_.empty())
			return End::HubsGone;
		if (*had && is_readable(stop))
			return End::Asked;
		if (*had)
			continue;
		const auto more = board_.wait(stop);
		if (!more)
			return more.error();
		if (!*more)
			return End::Asked;
	}
	return End::Asked;
}

/* All that is there, within reason; false if nothing was. */
Result<bool> Watcher::take_batch()
{
	static constexpr std::size_t kEnough = 65536;
	static constexpr unsigned kTries = 256; /* what comes may give no text */

	batch_.clear();
	for (unsigned tries = 0; tries < kTries; tries++) {
		if (batch_.size() >= kEnough || text_.shown() >= limit_ || hubs_.empty())
			return true;
		const auto received = board_.next();
		if (!received)
			return received.error();
		if (!received->has_value())
			return tries > 0;
		/* The daemon tells of every hub that goes. */
		if ((*received)->gone)
			hubs_.erase((*received)->hub);
		else
			text_.append(batch_, **received, limit_);
	}
	return true;
}

} // namespace gpiohub::cli
