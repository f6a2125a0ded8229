/* SPDX-License-Identifier: MIT */
#include "sockets.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace gpiohub
{

namespace
{

/* Seconds without a word until we ask, and between asking again. */
constexpr int kAskedAfter = 30;
constexpr int kAskedAgain = 10;
constexpr int kAskedTimes = 3;

void set(int fd, int level, int option, int value)
{
	::setsockopt(fd, level, option, &value, sizeof(value));
}

} // namespace

void limit_sends(int fd, std::chrono::milliseconds timeout)
{
	const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
	const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(timeout - seconds);
	const timeval limit = {
		static_cast<time_t>(seconds.count()), static_cast<suseconds_t>(rest.count())};
	::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

void expect_answers(int fd)
{
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, kAskedAfter);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, kAskedAgain);
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, kAskedTimes);
}

} // namespace gpiohub
