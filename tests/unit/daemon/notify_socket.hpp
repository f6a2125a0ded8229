/* SPDX-License-Identifier: MIT */
/*
 * A service manager's ear for the time of a test: NOTIFY_SOCKET.
 */
#pragma once

#include <gpiohub/fd.hpp>

#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace gpiohub::daemon
{

class NotifySocket
{
public:
	NotifySocket() : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
	{
		sockaddr_un address{};
		address.sun_family = AF_UNIX;
		path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
		REQUIRE(::bind(fd_.get(), reinterpret_cast<sockaddr *>(&address),
				sizeof(address)) == 0);
		::setenv("NOTIFY_SOCKET", path_.c_str(), 1);
	}
	~NotifySocket()
	{
		::unsetenv("NOTIFY_SOCKET");
		::unlink(path_.c_str());
	}
	NotifySocket(const NotifySocket &) = delete;
	NotifySocket &operator=(const NotifySocket &) = delete;

	/** The next word; "": none yet. */
	std::string next() const
	{
		std::array<char, 256> text{};
		const auto size = ::recv(fd_.get(), text.data(), text.size(), 0);
		return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
	}

	/** Waits for it, 10 s at most. */
	std::string wait() const
	{
		pollfd poll{fd_.get(), POLLIN, 0};
		return ::poll(&poll, 1, 10'000) == 1 ? next() : "";
	}

private:
	std::string path_ = "/tmp/gpiohub-test-" + std::to_string(::getpid()) + ".notify";
	UniqueFd fd_;
};

} // namespace gpiohub::daemon
