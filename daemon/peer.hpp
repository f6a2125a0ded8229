/* SPDX-License-Identifier: MIT */
/*
 * Who is at the other end of a socket, for the owner of a line to be called by
 * his name.
 */
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace gpiohub::daemon
{

/* The kernel's overflow uid: never root for want of knowing better. */
inline constexpr uid_t kNobody = 65534;

/**
 * name: the program of a local socket as it was called when it connected, "a local
 *	client" where /proc does not tell, or the address and port of a TCP client
 * pid: 0 if not known
 * uid: kNobody if not known
 * groups: of that process when it connected, its first one too
 * is_local: by a Unix socket, over which files can be handed
 */
struct Peer {
	std::string name;
	pid_t pid = 0;
	uid_t uid = kNobody;
	bool is_local = false;
	std::vector<gid_t> groups = {};
	std::string address = {}; /* of a TCP client, without the port */

	/** Is it the same user, or from the same address? */
	bool is_of(const Peer &other) const noexcept
	{
		return is_local == other.is_local && uid == other.uid && address == other.address;
	}
};

Peer peer_of(int socket);

} // namespace gpiohub::daemon
