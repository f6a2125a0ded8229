/* SPDX-License-Identifier: MIT */
#include "filter.hpp"

namespace gpiohub::daemon::pigpio
{

void Filter::glitch(std::uint64_t steady_ns, bool level) noexcept
{
	steady_ns_ = steady_ns;
	restart(level);
}

void Filter::noise(std::uint64_t quiet_ns, std::uint64_t active_ns, bool level) noexcept
{
	quiet_ns_ = quiet_ns;
	active_ns_ = active_ns;
	restart(level);
}

void Filter::restart(bool level) noexcept
{
	level_ = told_ = level;
	has_changed_ = false;
	open_until_ns_ = 0;
}

bool Filter::edge(bool level, std::uint64_t time_ns) noexcept
{
	if (level == level_)
		return false;
	level_ = level;
	since_ns_ = time_ns;
	if (steady_ns_ != 0)
		return false;
	told_ = level;
	return passes_noise(time_ns);
}

bool Filter::settle(Change &change) noexcept
{
	change = {due(), level_};
	told_ = level_;
	return passes_noise(change.time_ns);
}

/* Of a line that has not changed since the filter was set nobody knows for how long it has
 * been quiet: it has been long enough. */
bool Filter::passes_noise(std::uint64_t time_ns) noexcept
{
	if (quiet_ns_ == 0)
		return true;
	const bool was_quiet = !has_changed_ || time_ns - changed_ns_ >= quiet_ns_;
	has_changed_ = true;
	changed_ns_ = time_ns;
	if (time_ns < open_until_ns_)
		return true;
	if (was_quiet)
		open_until_ns_ = time_ns + active_ns_;
	return was_quiet;
}

} // namespace gpiohub::daemon::pigpio
