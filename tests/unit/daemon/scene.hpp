/* SPDX-License-Identifier: MIT */
/*
 * A whole daemon in this thread, behind real sockets: its loop turns while a client
 * waits. What it asks of the kernel goes through calls.hpp.
 */
#pragma once

#include "calls.hpp"
#include "daemon.hpp"
#include "fake_backend.hpp"
#include "listener.hpp"
#include "socket.hpp"
#include "test_client.hpp"
#include "tls_door.hpp"

#include <netinet/in.h>
#include <sys/un.h>

#include <optional>

namespace gpiohub::daemon
{

/** For how long a loop may turn before it is called spinning. */
inline constexpr int kMostTurns = 10'000;

class Scene
{
public:
	/** TLS as with these files. What can fail is in open(). */
	Scene(const Config &config, std::string certificates, std::string key)
		: config_(config),
		  certificates_(std::move(certificates)),
		  key_(std::move(key))
	{
		hub = backend.add(0);
	}
	Scene(const Scene &) = delete;
	Scene &operator=(const Scene &) = delete;

	~Scene()
	{
		const calls::Entered entered;
		listeners_.clear();
		door_.reset();
		daemon.reset();
		reactor.reset();
	}

	/** As main() does it. */
	Result<void> open()
	{
		auto unix_socket = listen_unix(path_, 0600, "");
		auto tcp = listen_tcp("127.0.0.1", 0);
		auto tls = listen_tcp("127.0.0.1", 0);
		if (!unix_socket || !tcp || !tls)
			throw std::runtime_error("cannot listen");
		socket_path_ = std::move(unix_socket->path);
		tcp_port_ = port_of(tcp->get());
		tls_port_ = port_of(tls->get());

		const calls::Entered entered;
		auto made = Reactor::create();
		if (!made)
			return made.error();
		reactor = *std::move(made);
		daemon.emplace(*reactor, backend, config_);
		door_.emplace(*reactor, *tls_server(certificates_, key_), 16,
			[this](UniqueFd client, Peer peer) {
				daemon->accept(std::move(client), std::move(peer));
			});
		const auto take = [this](UniqueFd client) { daemon->accept(std::move(client)); };
		if (auto listening = listen(std::move(unix_socket->fd), take); !listening)
			return listening;
		if (auto listening = listen(*std::move(tcp), take); !listening)
			return listening;
		const auto shake = [this](UniqueFd client) { door_->accept(std::move(client)); };
		if (auto listening = listen(*std::move(tls), shake); !listening)
			return listening;
		return daemon->start();
	}

	UniqueFd connect_unix() const
	{
		UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
		sockaddr_un address{};
		address.sun_family = AF_UNIX;
		path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
		connect(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address));
		return fd;
	}
	UniqueFd connect_tcp() const { return connect_to_port(tcp_port_); }
	UniqueFd connect_tls() const { return connect_to_port(tls_port_); }

	/** One turn, that never sleeps. False: it would have. */
	bool turn()
	{
		const std::size_t before = calls::sleeps();
		const calls::Entered entered;
		reactor->turn();
		return calls::sleeps() == before;
	}

	/** Turns until the daemon would sleep. */
	void settle()
	{
		for (int turns = 0; turn();) {
			if (++turns > kMostTurns)
				throw std::logic_error("the loop spins");
		}
	}

	FakeBackend backend;
	std::shared_ptr<FakeHub> hub;
	std::unique_ptr<Reactor> reactor;
	std::optional<Daemon> daemon;

private:
	Result<void> listen(UniqueFd socket, std::function<void(UniqueFd)> accepted)
	{
		auto listener = Listener::create(*reactor, std::move(socket), std::move(accepted));
		if (!listener)
			return listener.error();
		listeners_.push_back(*std::move(listener));
		return {};
	}

	static std::uint16_t port_of(int socket)
	{
		sockaddr_in address{};
		socklen_t size = sizeof(address);
		::getsockname(socket, reinterpret_cast<sockaddr *>(&address), &size);
		return ntohs(address.sin_port);
	}

	static UniqueFd connect_to_port(std::uint16_t port)
	{
		UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
		sockaddr_in address{};
		address.sin_family = AF_INET;
		address.sin_port = htons(port);
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		connect(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address));
		return fd;
	}

	static void connect(int fd, const sockaddr *address, socklen_t size)
	{
		if (::connect(fd, address, size) < 0)
			throw std::runtime_error("cannot connect");
		::fcntl(fd, F_SETFL, O_NONBLOCK);
	}

	Config config_;
	std::string certificates_;
	std::string key_;
	std::string path_ = "/tmp/gpiohub-test-" + std::to_string(::getpid()) + ".scene";
	SocketPath socket_path_;
	std::uint16_t tcp_port_ = 0;
	std::uint16_t tls_port_ = 0;
	std::optional<TlsDoor> door_;
	std::vector<std::unique_ptr<Listener>> listeners_;
};

} // namespace gpiohub::daemon
