/* SPDX-License-Identifier: MIT */
/*
 * The only way to stdout and stderr: checked, and nothing is kept back in a buffer
 * whose end could fail unseen.
 */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>

#include <string_view>

namespace gpiohub::cli
{

/**
 * Writes all of it, also to what does not block; false: it was `stop` that became
 * readable, and the rest cannot be written yet. -1: there is no stop.
 *
 * EPIPE: nobody reads it any more; EIO: whatever else failed, told in the text.
 */
Result<bool> write_all(int fd, std::string_view text, int stop);

/**
 * A terminal, opened once more so that writing to it does not block: the open file
 * that we were given is the shell's as well. Nothing, if fd is none or forbids it.
 */
UniqueFd reopen_terminal(int fd);

/** To stdout; errors as above. */
Result<void> print(std::string_view text);

/** To stderr. Whoever closed it does not want to know. */
void complain(std::string_view text);

} // namespace gpiohub::cli
