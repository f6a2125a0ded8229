/* SPDX-License-Identifier: MIT */
/*
 * Sockets that the service manager listens on for us (LISTEN_FDS). Their names say
 * which door each is; what is no such thing is refused as the configuration would
 * refuse it.
 */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>

#include <string>
#include <vector>

namespace gpiohub::daemon
{

/** Where the manager's descriptors begin. */
inline constexpr int kFirstInherited = 3;

/** where: its path, or address and port, for people */
struct InheritedSocket {
	UniqueFd fd;
	std::string where;
};

/** native: Unix sockets; tcp: on loopback addresses; tls: on any address */
struct InheritedSockets {
	std::vector<InheritedSocket> native;
	std::vector<InheritedSocket> tcp;
	std::vector<InheritedSocket> tls;
};

/**
 * Those that are there for this process, non-blocking and closed on exec; none: nobody
 * passed any. They are listened on as they are; their names in the file system are the
 * manager's, and stay. Only once: the variables are gone then.
 *
 * EINVAL: LISTEN_FDS is no number of descriptors, one of them is no listening stream
 * socket, its name is not native, tcp or tls, or it is of the wrong family. EPERM: a tcp
 * one is not on a loopback address, or a native one has no path, and so no mode.
 */
Result<InheritedSockets> inherited_sockets(int first = kFirstInherited);

} // namespace gpiohub::daemon
