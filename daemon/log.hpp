/* SPDX-License-Identifier: MIT */
/*
 * One line to standard error, for people and for the journal: what the daemon
 * did, never what its clients did one by one.
 */
#pragma once

#include <string_view>

namespace gpiohub::daemon
{

/** Severity as syslog numbers it. */
enum class Level { Error = 3, Warning = 4, Info = 6 };

/**
 * Writes one line, in one call; with the journal's "<N>" prefix when standard error
 * is the stream that JOURNAL_STREAM names. A line that cannot be written at once, to a full disk
 * or a pipe whose reader stalls or is gone, is lost: no client shall suffer from it. SIGPIPE must
 * be ignored.
 */
void log(Level level, std::string_view text) noexcept;

} // namespace gpiohub::daemon
