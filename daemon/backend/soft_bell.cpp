/* SPDX-License-Identifier: MIT */
#include "soft_bell.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>

namespace gpiohub::daemon
{

Result<SoftBell> SoftBell::create()
{
	std::array<int, 2> ends{};
	if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
		return system_error(errno, "cannot make a pipe");
	return SoftBell(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

/* One byte and no more, because nobody reads it: to come into an empty pipe is an edge to
 * epoll, whatever the kernel. */
void SoftBell::ring() noexcept
{
	if (!far_)
		return;
	char byte = 0;
	(void)!::read(near_.get(), &byte, 1);
	(void)!::write(far_.get(), &byte, 1);
}

} // namespace gpiohub::daemon
