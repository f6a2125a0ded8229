/* SPDX-License-Identifier: MIT */
/*
 * What clients connect to: the Unix socket, TCP on loopback addresses, TLS; each made as
 * the configuration says, or the service manager's, where that passed one.
 */
#pragma once

#include "activation.hpp"
#include "config.hpp"
#include "daemon.hpp"
#include "listener.hpp"
#include "socket.hpp"
#include "tls_door.hpp"

#include <memory>
#include <string>
#include <vector>

namespace gpiohub::daemon
{

class Door
{
public:
	/**
	 * Who comes in is the daemon's. What is inherited takes the place of what the
	 * configuration has for that kind of socket. EINVAL: TLS sockets were passed, and
	 * the configuration has not what they need.
	 */
	static Result<Door> open(
		Reactor &reactor, Daemon &daemon, const Config &config, InheritedSockets inherited);

	/** Nobody new comes in; who is there stays. A name in the file system that we made
	 * goes; who connects to a socket of the manager's waits for the next daemon. */
	void close();

	/**
	 * Who comes by TLS from now on meets the certificates as they are now, and is one of
	 * as many as the configuration says. The sockets stay: EINVAL: TLS is listened for,
	 * and the configuration has not what that needs. On an error all is as it was.
	 */
	Result<void> reload(const Config &config);

	bool has_tls() const noexcept { return tls_ != nullptr; }
	/** Are there clients by TLS? */
	bool has_relays() const noexcept { return tls_ && tls_->connections() > 0; }
	/** "/run/gpiohub/gpiohub.sock and TCP port 8737". */
	const std::string &where() const noexcept { return where_; }

private:
	Door(Reactor &reactor, Daemon &daemon) : reactor_(&reactor), daemon_(&daemon) {}

	Result<void> open_native(
		const Config::Socket &config, std::vector<InheritedSocket> inherited);
	Result<void> open_tcp(const Config::Tcp &config, std::vector<InheritedSocket> inherited);
	Result<void> open_pigpio(const pigpio::Settings &config);
	Result<void> open_tls(const Config &config, std::vector<InheritedSocket> inherited);
	Result<void> listen(std::vector<UniqueFd> sockets, const Listener::Accepted &accepted);

	Reactor *reactor_;
	Daemon *daemon_;
	std::unique_ptr<TlsDoor> tls_; /* also of those who are there */
	std::vector<std::unique_ptr<Listener>> listeners_;
	SocketPath path_;
	std::string where_;
};

} // namespace gpiohub::daemon
