/* SPDX-License-Identifier: MIT */
#include "socket.hpp"

#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fstream>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

std::string test_path()
{
	return "/tmp/gpiohub-test-" + std::to_string(::getpid()) + ".sock";
}

bool exists(const std::string &path)
{
	return ::access(path.c_str(), F_OK) == 0;
}

/* A socket's name that nobody listens on. */
void bind_and_forget(const std::string &path)
{
	const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	path.copy(address.sun_path, sizeof(address.sun_path) - 1);
	REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)) == 0);
}

/* Removes the lock, which stays behind, after the last test. */
struct Lock {
	~Lock() { ::unlink((test_path() + ".lock").c_str()); }
} const kLock;

std::uint16_t port_of(int socket)
{
	sockaddr_in address{};
	socklen_t size = sizeof(address);
	REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr *>(&address), &size) == 0);
	return ntohs(address.sin_port);
}

int option_of(int socket, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);
	REQUIRE(::getsockopt(socket, level, name, &value, &size) == 0);
	return value;
}

} // namespace

TEST_CASE("a socket has its mode, and goes with its owner")
{
	const std::string path = test_path();
	{
		const auto made = listen_unix(path, 0640, "");
		REQUIRE(made.ok());
		struct stat info {
		};
		REQUIRE(::stat(path.c_str(), &info) == 0);
		CHECK((info.st_mode & 0777) == 0640);
	}
	CHECK_FALSE(exists(path));
}

TEST_CASE("a socket in use is left alone, one that nobody listens on is replaced")
{
	const std::string path = test_path();
	auto first = listen_unix(path, 0600, "");
	REQUIRE(first.ok());
	const auto second = listen_unix(path, 0600, "");
	REQUIRE_FALSE(second.ok());
	CHECK(second.error().code == EADDRINUSE);
	CHECK(second.error().what.find("another gpiohubd") != std::string::npos);
	CHECK(exists(path));

	*first = {};
	CHECK_FALSE(exists(path));
	bind_and_forget(path); /* as if it had been killed: the name stays */
	CHECK(exists(path));
	CHECK(listen_unix(path, 0600, "").ok());
}

TEST_CASE("of two that start together neither takes the name from the other")
{
	const std::string path = test_path();
	auto first = listen_unix(path, 0600, "");
	REQUIRE(first.ok());
	/* Nobody answers there yet, or any more: it looks as if it were left over. */
	first->fd.reset();
	const auto second = listen_unix(path, 0600, "");
	REQUIRE_FALSE(second.ok());
	CHECK(second.error().what ==
		"another gpiohubd serves " + path + ": stop it, or use --socket");
	CHECK(exists(path));
}

TEST_CASE("a directory that cannot be made is told, with the cure")
{
	const auto made = listen_unix("/proc/nowhere/x.sock", 0600, "");
	REQUIRE_FALSE(made.ok());
	CHECK(made.error().what.find("cannot make the directory /proc/nowhere: ") == 0);
	CHECK(made.error().what.find("--socket") != std::string::npos);
	CHECK(listen_unix("", 0600, "").error().code == EINVAL);
}

TEST_CASE("what is no socket is never removed")
{
	const std::string path = test_path() + ".file";
	std::ofstream(path) << "precious";
	const auto made = listen_unix(path, 0600, "");
	REQUIRE_FALSE(made.ok());
	CHECK(made.error().what.find("not a socket") != std::string::npos);
	CHECK(exists(path));
	::unlink(path.c_str());
	::unlink((path + ".lock").c_str());
}

TEST_CASE("a path that is too long and a group that does not exist are told")
{
	CHECK(listen_unix("/tmp/" + std::string(200, 'x'), 0600, "").error().code == ENAMETOOLONG);
	const auto made = listen_unix(test_path(), 0600, "no-such-group");
	REQUIRE_FALSE(made.ok());
	CHECK(made.error().what.find("no-such-group") != std::string::npos);
	CHECK_FALSE(exists(test_path()));
}

TEST_CASE("only loopback addresses are listened on")
{
	CHECK(listen_tcp("127.0.0.1", 0).ok());
	for (const char *address : {"0.0.0.0", "192.0.2.1", "::", "2001:db8::1"}) {
		const auto made = listen_tcp(address, 0);
		REQUIRE_FALSE(made.ok());
		CHECK(made.error().code == EPERM);
		CHECK(made.error().what.find("only loopback") != std::string::npos);
	}
	CHECK(listen_tcp("localhost", 0).error().code == EINVAL);
}

TEST_CASE("all addresses of both kinds are listened on together")
{
	const auto all = listen_tcp("0.0.0.0", 0, Reach::Everybody);
	REQUIRE(all.ok());
	const auto other = listen_tcp("::", port_of(all->get()), Reach::Everybody);
	if (!other)
		CHECK(other.error().code == EAFNOSUPPORT); /* a machine without IPv6 */
}

TEST_CASE("who comes from elsewhere and is not there any more is found out")
{
	const auto socket = listen_tcp("127.0.0.1", 0, Reach::Everybody);
	REQUIRE(socket.ok());
	sockaddr_in address{};
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(port_of(socket->get()));
	const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	REQUIRE(::connect(client.get(), reinterpret_cast<const sockaddr *>(&address),
			sizeof(address)) == 0);
	pollfd waiting{socket->get(), POLLIN, 0};
	REQUIRE(::poll(&waiting, 1, 10'000) == 1);
	const UniqueFd accepted(::accept4(socket->get(), nullptr, nullptr, SOCK_CLOEXEC));
	REQUIRE(accepted);
	CHECK(option_of(accepted.get(), SOL_SOCKET, SO_KEEPALIVE) == 1);
	const int asked_after = option_of(accepted.get(), IPPROTO_TCP, TCP_KEEPIDLE);
	const int again = option_of(accepted.get(), IPPROTO_TCP, TCP_KEEPINTVL);
	const int times = option_of(accepted.get(), IPPROTO_TCP, TCP_KEEPCNT);
	/* docs/protocol.md says so. */
	CHECK(asked_after + again * times == 60);
}
