/* SPDX-License-Identifier: MIT */
#include "print.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <unistd.h>

namespace gpiohub::cli
{

namespace
{

/* A pipe that poll(2) calls writable takes so much without blocking. */
constexpr std::size_t kPiece = PIPE_BUF;

/* EIO, lest the exit status says of a full disk what it says of a hub. */
Error write_error(int code)
{
	return {code == EPIPE ? EPIPE : EIO,
		std::string("cannot write the output: ") + std::strerror(code)};
}

} // namespace

Result<bool> write_all(int fd, std::string_view text, int stop)
{
	while (!text.empty()) {
		pollfd fds[] = {{fd, POLLOUT, 0}, {stop, POLLIN, 0}};
		if (::poll(fds, std::size(fds), -1) < 0) {
			if (errno == EINTR)
				continue;
			return system_error(errno, "poll");
		}
		if (fds[0].revents == 0)
			return false;
		const ssize_t written = ::write(fd, text.data(), std::min(text.size(), kPiece));
		if (written >= 0)
			text.remove_prefix(static_cast<std::size_t>(written));
		else if (errno != EAGAIN && errno != EINTR)
			return write_error(errno);
	}
	return true;
}

UniqueFd reopen_terminal(int fd)
{
	if (::isatty(fd) == 0)
		return {};
	const std::string path = "/proc/self/fd/" + std::to_string(fd);
	return UniqueFd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

Result<void> print(std::string_view text)
{
	const auto written = write_all(STDOUT_FILENO, text, -1);
	if (!written)
		return written.error();
	return {};
}

void complain(std::string_view text)
{
	static_cast<void>(write_all(STDERR_FILENO, text, -1));
}

} // namespace gpiohub::cli
