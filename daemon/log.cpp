/* SPDX-License-Identifier: MIT */
#include "log.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace gpiohub::daemon
{

namespace
{

std::string_view journal_prefix(Level level)
{
	switch (level) {
	case Level::Error:
		return "<3>";
	case Level::Warning:
		return "<4>";
	case Level::Info:
		return "<6>";
	}
	std::abort();
}

/* systemd says which stream is the journal's. Whose standard error is another, be it a
 * file or a pipe, writes for people, though the variable is inherited. */
bool is_to_journal() noexcept
{
	const char *stream = std::getenv("JOURNAL_STREAM"); /* NOLINT(concurrency-mt-unsafe) */
	struct stat info {
	};
	if (stream == nullptr || ::fstat(STDERR_FILENO, &info) < 0)
		return false;
	char *end = nullptr;
	const auto device = std::strtoull(stream, &end, 10);
	return *end == ':' && device == info.st_dev &&
		std::strtoull(end + 1, nullptr, 10) == info.st_ino;
}

/* A full pipe would hold up the loop until somebody reads from it. */
bool is_writable() noexcept
{
	pollfd poll{STDERR_FILENO, POLLOUT, 0};
	return ::poll(&poll, 1, 0) > 0;
}

iovec part(std::string_view text)
{
	return {const_cast<char *>(text.data()), text.size()}; /* only read */
}

} // namespace

void log(Level level, std::string_view text) noexcept
{
	if (!is_writable())
		return;
	const std::array<iovec, 3> line{
		part(is_to_journal() ? journal_prefix(level) : "gpiohubd: "), part(text),
		part("\n")};
	(void)!::writev(STDERR_FILENO, line.data(), static_cast<int>(line.size()));
}

} // namespace gpiohub::daemon
