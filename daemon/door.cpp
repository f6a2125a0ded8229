/* SPDX-License-Identifier: MIT */
#include "door.hpp"

#include "log.hpp"

#include <fmt/format.h>

#include <cerrno>

namespace gpiohub::daemon
{

namespace
{

std::string socket_group(const Config::Socket &socket)
{
	if (socket.group)
		return *socket.group;
	if (group_exists("gpio"))
		return "gpio";
	log(Level::Info, "there is no group gpio: the socket is for the daemon's own user only");
	return {};
}

/* On those addresses; none given: on the loopback addresses that the machine has. */
Result<std::vector<UniqueFd>> listen_on(
	const std::optional<std::vector<std::string>> &addresses, std::uint16_t port, Reach reach)
{
	std::vector<UniqueFd> sockets;
	const std::vector<std::string> both{"127.0.0.1", "::1"};
	for (const std::string &address : addresses.value_or(both)) {
		auto socket = listen_tcp(address, port, reach);
		if (socket) {
			sockets.push_back(*std::move(socket));
			continue;
		}
		/* A machine without IPv6, who did not ask for it. */
		const int code = socket.error().code;
		if (!addresses && (code == EAFNOSUPPORT || code == EADDRNOTAVAIL))
			continue;
		return socket.error();
	}
	return sockets;
}

/* Those who come by TLS are as many as clients may be, and some who shake hands. */
std::size_t most_by_tls(const Config &config)
{
	constexpr std::size_t kShaking = 64;
	return config.limits.clients + kShaking;
}

/* The descriptors, and in `where` what they are called. */
std::vector<UniqueFd> take(std::vector<InheritedSocket> inherited, std::string &where)
{
	std::vector<UniqueFd> sockets;
	std::string names;
	for (InheritedSocket &socket : inherited) {
		names += (names.empty() ? "" : ", ") + socket.where;
		sockets.push_back(std::move(socket.fd));
	}
	where += names + " of the service manager's";
	return sockets;
}

} // namespace

Result<Door> Door::open(
	Reactor &reactor, Daemon &daemon, const Config &config, InheritedSockets inherited)
{
	Door door(reactor, daemon);
	if (auto opened = door.open_native(config.socket, std::move(inherited.native)); !opened)
		return opened.error();
	if (auto opened = door.open_tcp(config.tcp, std::move(inherited.tcp)); !opened)
		return opened.error();
	if (auto opened = door.open_tls(config, std::move(inherited.tls)); !opened)
		return opened.error();
	if (auto opened = door.open_pigpio(config.pigpio); !opened)
		return opened.error();
	return door;
}

void Door::close()
{
	listeners_.clear();
	path_ = {};
}

Result<void> Door::reload(const Config &config)
{
	if (!tls_)
		return {};
	if (const auto fault = fault_of_tls(config); !fault.empty())
		return Error{EINVAL, "TLS is listened for, which " + fault};
	auto context = tls_server(config.tls.certificates, config.tls.key);
	if (!context)
		return context.error();
	tls_->renew(*std::move(context), most_by_tls(config));
	return {};
}

Result<void> Door::listen(std::vector<UniqueFd> sockets, const Listener::Accepted &accepted)
{
	for (UniqueFd &socket : sockets) {
		auto listener = Listener::create(*reactor_, std::move(socket), accepted);
		if (!listener)
			return listener.error();
		listeners_.push_back(*std::move(listener));
	}
	return {};
}

Result<void> Door::open_native(const Config::Socket &config, std::vector<InheritedSocket> inherited)
{
	std::vector<UniqueFd> sockets;
	if (!inherited.empty()) {
		sockets = take(std::move(inherited), where_);
	} else {
		auto made = listen_unix(config.path, config.mode, socket_group(config));
		if (!made)
			return made.error();
		path_ = std::move(made->path);
		sockets.push_back(std::move(made->fd));
		where_ = config.path;
	}
	return listen(std::move(sockets),
		[daemon = daemon_](UniqueFd client) { daemon->accept(std::move(client)); });
}

Result<void> Door::open_tcp(const Config::Tcp &config, std::vector<InheritedSocket> inherited)
{
	std::vector<UniqueFd> sockets;
	if (!inherited.empty()) {
		where_ += " and TCP ";
		sockets = take(std::move(inherited), where_);
	} else if (config.enabled) {
		auto made = listen_on(config.listen, config.port, Reach::Loopback);
		if (!made)
			return made.error();
		sockets = *std::move(made);
		where_ += sockets.empty() ? "" : fmt::format(" and TCP port {}", config.port);
	}
	return listen(std::move(sockets),
		[daemon = daemon_](UniqueFd client) { daemon->accept(std::move(client)); });
}

Result<void> Door::open_pigpio(const pigpio::Settings &config)
{
	if (!config.enabled)
		return {};
	auto made = listen_on(config.listen, config.port, Reach::Everybody);
	if (!made)
		return made.error();
	where_ += made->empty() ? ""
				: fmt::format(" and, for pigpio's clients, port {}", config.port);
	return listen(*std::move(made),
		[daemon = daemon_](UniqueFd client) { daemon->accept_pigpio(std::move(client)); });
}

Result<void> Door::open_tls(const Config &config, std::vector<InheritedSocket> inherited)
{
	std::vector<UniqueFd> sockets;
	if (!inherited.empty()) {
		if (const auto fault = fault_of_tls(config); !fault.empty())
			return Error{EINVAL,
				"the service manager passed sockets for TLS, which " + fault};
		where_ += " and, by TLS, ";
		sockets = take(std::move(inherited), where_);
	} else if (config.tls.listen && !config.tls.listen->empty()) {
		auto made = listen_on(config.tls.listen, config.tls.port, Reach::Everybody);
		if (!made)
			return made.error();
		sockets = *std::move(made);
		where_ += fmt::format(" and, by TLS, port {}", config.tls.port);
	} else {
		return {};
	}
	auto context = tls_server(config.tls.certificates, config.tls.key);
	if (!context)
		return context.error();
	tls_ = std::make_unique<TlsDoor>(*reactor_, *std::move(context), most_by_tls(config),
		[daemon = daemon_](UniqueFd client, Peer peer) {
			daemon->accept(std::move(client), std::move(peer));
		});
	return listen(std::move(sockets),
		[tls = tls_.get()](UniqueFd client) { tls->accept(std::move(client)); });
}

} // namespace gpiohub::daemon
