/* SPDX-License-Identifier: MIT */
/*
 * Who is at the other end of a socket, for the owner of a line to be called by
 * his name.
 */
#pragma once

#include <sys/types.h>

#include <string>

namespace gpiohub::daemon
{

/**
 * name: the program of a local socket as it was called when it connected, or the
 * address and port of a TCP client
 * pid: 0 if not known
 */
struct Peer {
	std::string name;
	pid_t pid = 0;
	uid_t uid = 0;
};

Peer peer_of(int socket);

} // namespace gpiohub::daemon
