/* SPDX-License-Identifier: MIT */
#include "peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>

namespace gpiohub::daemon
{

namespace
{

Peer tcp_peer(const sockaddr_storage &address)
{
	std::array<char, INET6_ADDRSTRLEN> text{};
	Peer peer;
	if (address.ss_family == AF_INET) {
		const auto &in = reinterpret_cast<const sockaddr_in &>(address);
		::inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
		peer.address = text.data();
		peer.name = peer.address + ":" + std::to_string(ntohs(in.sin_port));
		return peer;
	}
	const auto &in6 = reinterpret_cast<const sockaddr_in6 &>(address);
	::inet_ntop(AF_INET6, &in6.sin6_addr, text.data(), text.size());
	peer.address = text.data();
	peer.name = "[" + peer.address + "]:" + std::to_string(ntohs(in6.sin6_port));
	return peer;
}

std::vector<gid_t> groups_of(int socket)
{
	std::vector<gid_t> groups(32);
	for (;;) {
		auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
		const int got =
			::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
		if (got < 0 && errno != ERANGE)
			return {};
		groups.resize(size / sizeof(gid_t));
		if (got == 0)
			return groups;
	}
}

/* Other clients' terminals and the log get it: a program may call itself anything. */
char shown(char character)
{
	return character >= ' ' && character <= '~' ? character : '?';
}

} // namespace

Peer peer_of(int socket)
{
	sockaddr_storage address{};
	socklen_t size = sizeof(address);
	if (::getpeername(socket, reinterpret_cast<sockaddr *>(&address), &size) < 0)
		return {"a client"};
	if (address.ss_family != AF_UNIX)
		return tcp_peer(address);

	ucred credentials{};
	size = sizeof(credentials);
	if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
		return {"a local client", 0, kNobody, true};
	Peer peer{"a local client", credentials.pid, credentials.uid, true, groups_of(socket)};
	peer.groups.push_back(credentials.gid);
	/* Gone already, or hidden by a sandbox (ProtectProc=): the number is still told. */
	std::ifstream comm("/proc/" + std::to_string(credentials.pid) + "/comm");
	std::getline(comm, peer.name);
	std::transform(peer.name.begin(), peer.name.end(), peer.name.begin(), shown);
	return peer;
}

} // namespace gpiohub::daemon
