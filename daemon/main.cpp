/* SPDX-License-Identifier: MIT */
/*
 * gpiohubd, put together: options, the loop, the back end, the daemon, who
 * listens, and how it stops. A start that fails says why in one line.
 */
#include "backend/kernel.hpp"
#include "backend/sim.hpp"
#include "daemon.hpp"
#include "listener.hpp"
#include "log.hpp"
#include "notify.hpp"
#include "options.hpp"
#include "reactor.hpp"
#include "signals.hpp"
#include "socket.hpp"
#include "timer.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <csignal>

namespace
{

using namespace gpiohub;
using namespace gpiohub::daemon;

/* What clients connect to; without it nobody new comes. */
struct Door {
	std::vector<std::unique_ptr<Listener>> listeners;
	SocketPath path;
};

/* How long clients have to take their last replies. */
constexpr std::chrono::milliseconds kStopPatience{500};

std::string socket_group(const Config::Socket &socket)
{
	if (socket.group)
		return *socket.group;
	if (group_exists("gpio"))
		return "gpio";
	log(Level::Info, "there is no group gpio: the socket is for the daemon's own user only");
	return {};
}

Result<std::vector<UniqueFd>> listen_on_loopback(const Config::Tcp &tcp)
{
	std::vector<UniqueFd> sockets;
	const std::vector<std::string> both{"127.0.0.1", "::1"};
	for (const std::string &address : tcp.listen.value_or(both)) {
		auto socket = listen_tcp(address, tcp.port);
		if (socket) {
			sockets.push_back(*std::move(socket));
			continue;
		}
		/* A machine without IPv6, who did not ask for it. */
		const int code = socket.error().code;
		if (!tcp.listen && (code == EAFNOSUPPORT || code == EADDRNOTAVAIL))
			continue;
		return socket.error();
	}
	return sockets;
}

Result<Door> open_door(Reactor &reactor, Daemon &daemon, const Config &config)
{
	Door door;
	auto local =
		listen_unix(config.socket.path, config.socket.mode, socket_group(config.socket));
	if (!local)
		return local.error();
	door.path = std::move(local->path);

	std::vector<UniqueFd> sockets;
	if (config.tcp.enabled) {
		auto network = listen_on_loopback(config.tcp);
		if (!network)
			return network.error();
		sockets = *std::move(network);
	}
	sockets.push_back(std::move(local->fd));
	for (UniqueFd &socket : sockets) {
		auto listener = Listener::create(reactor, std::move(socket),
			[&daemon](UniqueFd client) { daemon.accept(std::move(client)); });
		if (!listener)
			return listener.error();
		door.listeners.push_back(*std::move(listener));
	}
	return door;
}

template <class T>
Result<std::unique_ptr<Backend>> as_backend(Result<std::unique_ptr<T>> made)
{
	if (!made)
		return made.error();
	return std::unique_ptr<Backend>(*std::move(made));
}

Result<std::unique_ptr<Backend>> make_backend(BackendKind kind)
{
	if (kind == BackendKind::Kernel)
		return as_backend(KernelBackend::create());
	log(Level::Info, "the lines are simulated: no hardware is touched");
	return as_backend(SimBackend::create());
}

Result<void> serve(const Options &options)
{
	const Config &config = options.config;
	auto reactor = Reactor::create();
	if (!reactor)
		return reactor.error();
	auto backend = make_backend(options.backend);
	if (!backend)
		return backend.error();

	/* The door first: that another daemon runs is the better thing to say. */
	Daemon daemon(**reactor, **backend, config.limits);
	auto door = open_door(**reactor, daemon, config);
	if (!door)
		return door.error();
	if (auto started = daemon.start(); !started)
		return started;

	auto patience = Timer::create(**reactor, [&] { (*reactor)->stop(); });
	if (!patience)
		return patience.error();
	/* SIGHUP too: there is nothing to reload, and its default leaves the socket. */
	auto signals = Signals::create(**reactor, {SIGTERM, SIGINT, SIGHUP}, [&](int) {
		notify("STOPPING=1");
		*door = {};
		(*patience)->arm(kStopPatience);
		daemon.stop([&] { (*reactor)->stop(); });
	});
	if (!signals)
		return signals.error();

	/* The one on the path is always there. */
	const bool has_tcp = door->listeners.size() > 1;
	log(Level::Info,
		fmt::format("listening on {}{}", config.socket.path,
			has_tcp ? fmt::format(" and TCP port {}", config.tcp.port) : ""));
	notify("READY=1");
	(*reactor)->run();
	return {};
}

} // namespace

int main(int argc, char **argv)
{
	/* Standard error may be a pipe whose reader has gone. */
	std::signal(SIGPIPE, SIG_IGN);
	const auto options = parse_options(argc, argv);
	if (!options) {
		log(Level::Error, options.error().what);
		return 1;
	}
	if (options->exit)
		return *options->exit;
	if (options->is_check) {
		log(Level::Info, "the configuration is right");
		return 0;
	}
	if (const auto served = serve(*options); !served) {
		log(Level::Error, served.error().what);
		return 1;
	}
	return 0;
}
