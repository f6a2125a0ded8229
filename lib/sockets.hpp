/* SPDX-License-Identifier: MIT */
/* What holds for every connection of a client's. */
#pragma once

#include <chrono>

namespace gpiohub
{

/** Sends are over by then, EAGAIN; on Linux connect(2) as well. */
void limit_sends(int fd, std::chrono::milliseconds timeout);

/** A TCP connection whose other machine says nothing any more, not even that it is gone,
 * breaks within a minute or two. */
void expect_answers(int fd);

} // namespace gpiohub
