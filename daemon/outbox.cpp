/* SPDX-License-Identifier: MIT */
#include "outbox.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace gpiohub::daemon
{

bool Outbox::append_events(std::span<const std::byte> header, std::span<const std::byte> records)
{
	if (header.size() + records.size() > room_for_events())
		return false;
	append(header);
	append(records);
	return true;
}

bool Outbox::append_reply(std::span<const std::byte> header, std::span<const std::byte> records)
{
	if (header.size() + records.size() > capacity_ - queued_)
		return false;
	append(header);
	append(records);
	return true;
}

std::size_t Outbox::room_for_events() const noexcept
{
	const std::size_t limit = capacity_ - capacity_ / 4;
	return limit > queued_ ? limit - queued_ : 0;
}

void Outbox::append(std::span<const std::byte> bytes)
{
	if (bytes.empty())
		return;
	if (!bytes_)
		bytes_ = std::make_unique_for_overwrite<std::byte[]>(capacity_);

	const std::size_t end = (begin_ + queued_) % capacity_;
	const std::size_t first = std::min(bytes.size(), capacity_ - end);
	std::memcpy(bytes_.get() + end, bytes.data(), first);
	if (first < bytes.size())
		std::memcpy(bytes_.get(), bytes.data() + first, bytes.size() - first);
	queued_ += bytes.size();
}

Outbox::Flushed Outbox::flush(int socket)
{
	while (queued_ > 0) {
		const std::size_t first = std::min(queued_, capacity_ - begin_);
		std::array<iovec, 2> parts{{
			{bytes_.get() + begin_, first},
			{bytes_.get(), queued_ - first},
		}};
		msghdr message{};
		message.msg_iov = parts.data();
		message.msg_iovlen = queued_ > first ? 2 : 1;

		const ssize_t sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			/* Out of kernel memory for the moment is told by EPOLLOUT, too. */
			const bool is_full = errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM;
			return is_full ? Flushed::Blocked : Flushed::Broken;
		}
		const std::size_t before = queued_;
		begin_ = (begin_ + static_cast<std::size_t>(sent)) % capacity_;
		queued_ -= static_cast<std::size_t>(sent);
		/* Less than all of it says the same as EAGAIN, a call earlier. */
		if (static_cast<std::size_t>(sent) < before)
			return Flushed::Blocked;
	}
	/* Start over at the front: a client that keeps up uses few pages. */
	begin_ = 0;
	return Flushed::Done;
}

} // namespace gpiohub::daemon
