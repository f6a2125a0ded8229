/* SPDX-License-Identifier: MIT */
/* A daemon in a thread of its own, behind a real socket. */
#pragma once

#include "daemon.hpp"

#include "fake_backend.hpp"
#include "listener.hpp"
#include "socket.hpp"
#include "test_client.hpp"

#include <sys/un.h>

#include <future>
#include <string>
#include <thread>

namespace gpiohub::daemon
{

class RunningDaemon
{
public:
	/** `backend` outlives it, and may be the next one's. */
	explicit RunningDaemon(FakeBackend &backend)
	{
		Config config;
		config.limits = {.clients = 16, .outbox_bytes = 64 * 1024};
		std::promise<void> is_up;
		thread_ = std::thread([this, config, &backend, &is_up] {
			auto reactor = *Reactor::create();
			Daemon daemon(*reactor, backend, config);
			auto socket = *listen_unix(path_, 0600, "");
			auto listener = *Listener::create(*reactor, std::move(socket.fd),
				[&](UniqueFd fd) { daemon.accept(std::move(fd)); });
			struct Stopper final : Source {
				explicit Stopper(std::function<void()> its_stop)
					: stop(std::move(its_stop))
				{
				}
				void ready(std::uint32_t) override { stop(); }
				std::function<void()> stop;
			} stopper([&] {
				reactor->remove(stopper);
				listener.reset();
				daemon.stop([&] { reactor->stop(); });
			});
			REQUIRE(reactor->add(stopper, stop_.get(), EPOLLIN).ok());
			REQUIRE(daemon.start().ok());
			is_up.set_value();
			reactor->run();
		});
		is_up.get_future().wait();
	}

	~RunningDaemon()
	{
		::eventfd_write(stop_.get(), 1);
		thread_.join();
		::unlink((path_ + ".lock").c_str());
	}

	const std::string &path() const { return path_; }

	TestClient connect() const
	{
		UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
		sockaddr_un address{};
		address.sun_family = AF_UNIX;
		path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
		if (::connect(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)) <
			0)
			throw std::runtime_error("cannot connect");
		TestClient client(std::move(fd));
		(void)client.hello();
		return client;
	}

private:
	std::string path_ = "/tmp/gpiohub-test-" + std::to_string(::getpid()) + ".sock";
	UniqueFd stop_{::eventfd(0, EFD_CLOEXEC)};
	std::thread thread_;
};

} // namespace gpiohub::daemon
