/* SPDX-License-Identifier: MIT */
/*
 * The owner of a file descriptor: it moves, never copies, and closes it at the
 * end.
 */
#pragma once

#include <unistd.h>

#include <utility>

namespace gpiohub
{

class UniqueFd
{
public:
	UniqueFd() = default;
	explicit UniqueFd(int fd) noexcept : fd_(fd) {}
	UniqueFd(UniqueFd &&other) noexcept : fd_(other.release()) {}

	UniqueFd &operator=(UniqueFd &&other) noexcept
	{
		reset(other.release());
		return *this;
	}

	UniqueFd(const UniqueFd &) = delete;
	UniqueFd &operator=(const UniqueFd &) = delete;
	~UniqueFd() { reset(); }

	/** The descriptor, still owned; -1 if there is none. */
	int get() const noexcept { return fd_; }

	/** The descriptor, from now on the caller's. */
	int release() noexcept { return std::exchange(fd_, -1); }

	void reset(int fd = -1) noexcept
	{
		const int old = std::exchange(fd_, fd);
		if (old >= 0 && old != fd)
			::close(old);
	}

	explicit operator bool() const noexcept { return fd_ >= 0; }

private:
	int fd_ = -1;
};

} // namespace gpiohub
