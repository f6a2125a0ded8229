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

namespace
{

constexpr int kSendFlags = MSG_DONTWAIT | MSG_NOSIGNAL;

/* What the socket took of a frame, be it nothing. Why, flush() will find out. */
std::size_t send_at_once(
	int socket, std::span<const std::byte> header, std::span<const std::byte> records)
{
	/* One piece is less for the kernel to look at. */
	if (records.empty()) {
		const std::ptrdiff_t sent =
			::send(socket, header.data(), header.size(), kSendFlags);
		return sent > 0 ? static_cast<std::size_t>(sent) : 0;
	}
	/* It only reads them. */
	std::array<iovec, 2> parts{{
		{const_cast<std::byte *>(header.data()), header.size()},
		{const_cast<std::byte *>(records.data()), records.size()},
	}};
	msghdr message{};
	message.msg_iov = parts.data();
	message.msg_iovlen = parts.size();
	const std::ptrdiff_t sent = ::sendmsg(socket, &message, kSendFlags);
	return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

} // namespace

bool Outbox::append_events(std::span<const std::byte> header, std::span<const std::byte> records)
{
	if (header.size() + records.size() > room_for_events())
		return false;
	send_or_append(header, records);
	return true;
}

bool Outbox::send_reply(std::span<const std::byte> header, std::span<const std::byte> records)
{
	if (header.size() + records.size() > room_for_replies())
		return false;
	send_or_append(header, records);
	return true;
}

bool Outbox::append_reply(std::span<const std::byte> header, std::span<const std::byte> records,
	std::shared_ptr<const UniqueFd> file)
{
	if (header.size() + records.size() > capacity_ - queued_)
		return false;
	if (file)
		enclosed_.push_back({sent_ + queued_, std::move(file)});
	append(header);
	append(records);
	return true;
}

std::size_t Outbox::room_for_events() const noexcept
{
	const std::size_t limit = capacity_ - capacity_ / 4;
	return limit > queued_ ? limit - queued_ : 0;
}

void Outbox::send_or_append(std::span<const std::byte> header, std::span<const std::byte> records)
{
	const bool is_first = queued_ == 0 && socket_ >= 0;
	const std::size_t sent = is_first ? send_at_once(socket_, header, records) : 0;
	if (sent == header.size() + records.size())
		return;
	const std::size_t of_header = std::min(sent, header.size());
	append(header.subspan(of_header));
	append(records.subspan(sent - of_header));
}

void Outbox::append(std::span<const std::byte> bytes)
{
	if (bytes.empty())
		return;
	if (!bytes_)
		bytes_ = std::make_unique_for_overwrite<std::byte[]>(capacity_);

	const std::size_t end = around(begin_ + queued_);
	const std::size_t first = std::min(bytes.size(), capacity_ - end);
	std::memcpy(bytes_.get() + end, bytes.data(), first);
	if (first < bytes.size())
		std::memcpy(bytes_.get(), bytes.data() + first, bytes.size() - first);
	queued_ += bytes.size();
}

/* How much can go in one call: up to the next file, or from one to the next. */
std::size_t Outbox::sendable(bool &has_file) const noexcept
{
	has_file = !enclosed_.empty() && enclosed_.front().at == sent_;
	const std::size_t next = has_file ? 1 : 0;
	return next < enclosed_.size() ? static_cast<std::size_t>(enclosed_[next].at - sent_)
				       : queued_;
}

/* As send(2). */
std::ptrdiff_t Outbox::send(int socket, std::size_t size, bool has_file)
{
	const std::size_t first = std::min(size, capacity_ - begin_);
	/* As good as always, and less for the kernel to look at. */
	if (!has_file && first == size)
		return ::send(socket, bytes_.get() + begin_, size, kSendFlags);
	std::array<iovec, 2> parts{{
		{bytes_.get() + begin_, first},
		{bytes_.get(), size - first},
	}};
	msghdr message{};
	message.msg_iov = parts.data();
	message.msg_iovlen = size > first ? 2 : 1;

	alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control{};
	if (has_file) {
		message.msg_control = control.data();
		message.msg_controllen = control.size();
		cmsghdr *rights = CMSG_FIRSTHDR(&message);
		rights->cmsg_level = SOL_SOCKET;
		rights->cmsg_type = SCM_RIGHTS;
		rights->cmsg_len = CMSG_LEN(sizeof(int));
		const int fd = enclosed_.front().file->get();
		std::memcpy(CMSG_DATA(rights), &fd, sizeof(fd));
	}
	return ::sendmsg(socket, &message, kSendFlags);
}

Outbox::Flushed Outbox::flush(int socket)
{
	while (queued_ > 0) {
		bool has_file = false;
		const std::size_t size = sendable(has_file);
		const std::ptrdiff_t sent = send(socket, size, has_file);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			/* Out of kernel memory for the moment is told by EPOLLOUT, too. */
			const bool is_full = errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM;
			return is_full ? Flushed::Blocked : Flushed::Broken;
		}
		if (has_file)
			enclosed_.pop_front();
		begin_ = around(begin_ + static_cast<std::size_t>(sent));
		queued_ -= static_cast<std::size_t>(sent);
		sent_ += static_cast<std::uint64_t>(sent);
		/* Less than all of it says the same as EAGAIN, a call earlier. */
		if (static_cast<std::size_t>(sent) < size)
			return Flushed::Blocked;
	}
	/* Start over at the front: a client that keeps up uses few pages. */
	begin_ = 0;
	return Flushed::Done;
}

} // namespace gpiohub::daemon
