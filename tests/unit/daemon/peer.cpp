/* SPDX-License-Identifier: MIT */
#include "peer.hpp"

#include "socket.hpp"
#include "test_client.hpp"

#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fstream>

using namespace gpiohub;
using namespace gpiohub::daemon;

TEST_CASE("a local client is called by its program's name")
{
	const auto [near, far] = connection();
	const Peer peer = peer_of(near.get());
	std::string name;
	std::getline(std::ifstream("/proc/self/comm"), name);
	CHECK(peer.name == name);
	CHECK(peer.pid == ::getpid());
	CHECK(peer.uid == ::getuid());
}

TEST_CASE("a program's name does nothing to who reads it")
{
	std::string before;
	std::getline(std::ifstream("/proc/self/comm"), before);
	REQUIRE(::prctl(PR_SET_NAME, "a\x1b[2J\x9b\nb") == 0);
	const auto [near, far] = connection();
	CHECK(peer_of(near.get()).name == "a?[2J?");
	::prctl(PR_SET_NAME, before.c_str());
}

TEST_CASE("a local client that /proc does not show has its number all the same")
{
	const std::string path = "/tmp/gpiohub-test-" + std::to_string(::getpid()) + ".peer";
	const auto made = listen_unix(path, 0600, "");
	const pid_t child = ::fork();
	if (child == 0) {
		sockaddr_un address{};
		address.sun_family = AF_UNIX;
		path.copy(address.sun_path, sizeof(address.sun_path) - 1);
		const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
		::_exit(::connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof(address)));
	}
	REQUIRE(::waitpid(child, nullptr, 0) == child);
	const UniqueFd accepted(::accept(made->fd.get(), nullptr, nullptr));
	CHECK(peer_of(accepted.get()).name == "a local client");
	CHECK(peer_of(accepted.get()).pid == child);
	::unlink((path + ".lock").c_str());
}

TEST_CASE("a TCP client is called by its address and port")
{
	const auto listener = *listen_tcp("127.0.0.1", 0);
	sockaddr_in address{};
	socklen_t size = sizeof(address);
	::getsockname(listener.get(), reinterpret_cast<sockaddr *>(&address), &size);
	const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	REQUIRE(::connect(client.get(), reinterpret_cast<sockaddr *>(&address), size) == 0);
	const UniqueFd accepted(::accept(listener.get(), nullptr, nullptr));

	::getsockname(client.get(), reinterpret_cast<sockaddr *>(&address), &size);
	CHECK(peer_of(accepted.get()).name ==
		"127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
	CHECK(peer_of(accepted.get()).pid == 0);
	CHECK(peer_of(accepted.get()).uid == 65534); /* not root */
}
