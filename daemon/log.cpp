/* SPDX-License-Identifier: MIT */
#include "log.hpp"

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

iovec part(std::string_view text)
{
	return {const_cast<char *>(text.data()), text.size()}; /* only read */
}

} // namespace

void log(Level level, std::string_view text) noexcept
{
	/* systemd sets it for services whose output goes to the journal. */
	const bool is_journal = std::getenv("JOURNAL_STREAM") != nullptr;
	const std::array<iovec, 3> line{
		part(is_journal ? journal_prefix(level) : "gpiohubd: "), part(text), part("\n")};
	(void)!::writev(STDERR_FILENO, line.data(), static_cast<int>(line.size()));
}

} // namespace gpiohub::daemon
