/* SPDX-License-Identifier: MIT */
/*
 * gpiohubd, put together: options, the loop, the back end, the daemon, who
 * listens, and how it stops. A start that fails says why in one line.
 */
#include "backend/breaker.hpp"
#include "backend/chardev.hpp"
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
#include "tls_door.hpp"
#include "token.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>

namespace
{

using namespace gpiohub;
using namespace gpiohub::daemon;

/* What clients connect to; without the listeners nobody new comes. */
struct Door {
	std::unique_ptr<TlsDoor> tls; /* also of those who are there */
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

/* Those who come by it are as many as clients may be, and some who shake hands. */
Result<void> open_tls_door(Door &door, Reactor &reactor, Daemon &daemon, const Config &config)
{
	constexpr std::size_t kShaking = 64;
	if (!config.tls.listen || config.tls.listen->empty())
		return {};
	auto context = tls_server(config.tls.certificates, config.tls.key);
	if (!context)
		return context.error();
	door.tls = std::make_unique<TlsDoor>(reactor, *std::move(context),
		config.limits.clients + kShaking, [&daemon](UniqueFd client, Peer peer) {
			daemon.accept(std::move(client), std::move(peer));
		});
	for (const std::string &address : *config.tls.listen) {
		auto socket = listen_tcp(address, config.tls.port, Reach::Everybody);
		if (!socket)
			return socket.error();
		auto listener = Listener::create(
			reactor, *std::move(socket), [tls = door.tls.get()](UniqueFd client) {
				tls->accept(std::move(client));
			});
		if (!listener)
			return listener.error();
		door.listeners.push_back(*std::move(listener));
	}
	return {};
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
	if (auto opened = open_tls_door(door, reactor, daemon, config); !opened)
		return opened.error();
	return door;
}

/* The one on the path is always there. */
bool has_tcp(const Door &door, const Config &config)
{
	const std::size_t tls = config.tls.listen ? config.tls.listen->size() : 0;
	return door.listeners.size() > 1 + tls;
}

/* What the command line and the file say now. */
using Reread = std::function<Result<Options>()>;

void reload(Daemon &daemon, const Reread &reread)
{
	const auto options = reread();
	if (!options) {
		log(Level::Error, options.error().what + "; the configuration stays as it was");
		return;
	}
	daemon.reload(options->config);
	log(Level::Info, "the configuration was read again: roles and limits are the new ones");
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
	switch (kind) {
	case BackendKind::Kernel:
		break;
	case BackendKind::Chardev:
		log(Level::Info,
			"the hubs are the daemon's own, over /dev/gpiochipN: no guard "
			"outlives it");
		return as_backend(ChardevBackend::create());
	case BackendKind::Sim:
		log(Level::Info, "the lines are simulated: no hardware is touched");
		return as_backend(SimBackend::create());
	}
	return as_backend(KernelBackend::create());
}

Result<void> serve(const Options &options, const Reread &reread)
{
	const Config &config = options.config;
	auto reactor = Reactor::create();
	if (!reactor)
		return reactor.error();
	auto unguarded = make_backend(options.backend);
	if (!unguarded)
		return unguarded.error();
	auto backend = Breaker::create(*std::move(unguarded));
	if (!backend)
		return backend.error();

	/* The door first: that another daemon runs is the better thing to say. */
	Daemon daemon(**reactor, **backend, config);
	auto door = open_door(**reactor, daemon, config);
	if (!door)
		return door.error();
	if (auto started = daemon.start(); !started)
		return started;

	auto patience = Timer::create(**reactor, [&] { (*reactor)->stop(); });
	if (!patience)
		return patience.error();
	auto signals = Signals::create(**reactor, {SIGTERM, SIGINT, SIGHUP}, [&](int number) {
		if (number == SIGHUP) {
			reload(daemon, reread);
			return;
		}
		notify("STOPPING=1");
		door->listeners.clear();
		door->path = {};
		(*patience)->arm(kStopPatience);
		/* Relays may have last words in hand: these have until our patience ends. */
		daemon.stop([&] {
			if (!door->tls || door->tls->connections() == 0)
				(*reactor)->stop();
		});
	});
	if (!signals)
		return signals.error();

	log(Level::Info,
		fmt::format("listening on {}{}{}", config.socket.path,
			has_tcp(*door, config) ? fmt::format(" and TCP port {}", config.tcp.port)
					       : "",
			door->tls ? fmt::format(" and, by TLS, port {}", config.tls.port) : ""));
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
	if (!options->new_token.empty()) {
		std::fputs(make_token(options->new_token).c_str(), stdout);
		return 0;
	}
	const auto reread = [&] { return parse_again(argc, argv, *options); };
	if (const auto served = serve(*options, reread); !served) {
		log(Level::Error, served.error().what);
		return 1;
	}
	return 0;
}
