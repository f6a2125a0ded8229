/* SPDX-License-Identifier: MIT */
#include "inbox.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace gpiohub::daemon
{

Inbox::Received Inbox::receive(int socket)
{
	if (end_ == capacity_)
		return Received::Nothing;
	const ssize_t got = ::recv(socket, bytes_.get() + end_, capacity_ - end_, MSG_DONTWAIT);
	if (got == 0)
		return Received::End;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? Received::Nothing : Received::Broken;
	/* Nothing is there as long as something is to be forgotten. */
	const std::size_t skipped = std::min(skip_, static_cast<std::size_t>(got));
	skip_ -= skipped;
	end_ += static_cast<std::size_t>(got);
	begin_ += skipped;
	tidy();
	return Received::More;
}

void Inbox::move_to_front()
{
	const std::size_t size = end_ - begin_;
	if (capacity_ > kSmall && size <= kSmall) {
		resize(kSmall);
		return;
	}
	if (begin_ > 0)
		std::memmove(bytes_.get(), bytes_.get() + begin_, size);
	begin_ = 0;
	end_ = size;
}

bool Inbox::expect(std::size_t size)
{
	tidy();
	/* Only when what there was is full: a length alone costs nothing. */
	if (end_ < capacity_ || size <= capacity_)
		return true;
	const std::size_t capacity = std::min(size, 2 * capacity_);
	if (capacity - capacity_ > budget_.left)
		return false;
	resize(capacity);
	return true;
}

void Inbox::skip(std::size_t size)
{
	const std::size_t there = std::min(size, end_ - begin_);
	begin_ += there;
	skip_ += size - there;
	tidy();
}

void Inbox::resize(std::size_t capacity)
{
	auto bytes = std::make_unique_for_overwrite<std::byte[]>(capacity);
	const std::size_t size = end_ - begin_;
	std::memcpy(bytes.get(), bytes_.get() + begin_, size);
	budget_.left += capacity_;
	budget_.left -= capacity;
	bytes_ = std::move(bytes);
	capacity_ = capacity;
	begin_ = 0;
	end_ = size;
}

} // namespace gpiohub::daemon
