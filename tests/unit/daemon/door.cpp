/* SPDX-License-Identifier: MIT */
#include "door.hpp"

#include "../certificate.hpp"
#include "fake_backend.hpp"
#include "test_client.hpp"

#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

const std::string kPath = "/tmp/gpiohub-test-" + std::to_string(::getpid()) + ".door";

/* A daemon and its configuration; a socket that is the service manager's. */
struct Bench {
	Bench()
	{
		config.socket.path = kPath + ".own";
		REQUIRE(daemon.start().ok());
	}
	~Bench()
	{
		for (const char *suffix : {"", ".own", ".own.lock"})
			::unlink((kPath + suffix).c_str());
	}
	Bench(const Bench &) = delete;
	Bench &operator=(const Bench &) = delete;

	/* Another descriptor of it is kept here, as the manager does. */
	InheritedSockets native()
	{
		managers =
			UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
		const sockaddr_un where = address(kPath);
		REQUIRE(::bind(managers.get(), reinterpret_cast<const sockaddr *>(&where),
				sizeof(where)) == 0);
		REQUIRE(::listen(managers.get(), 8) == 0);
		InheritedSockets sockets;
		sockets.native.push_back({UniqueFd(::dup(managers.get())), kPath});
		return sockets;
	}

	static sockaddr_un address(const std::string &path)
	{
		sockaddr_un address{};
		address.sun_family = AF_UNIX;
		path.copy(address.sun_path, sizeof(address.sun_path) - 1);
		return address;
	}

	/* -1: it is refused. */
	static int connect(const UniqueFd &client, const std::string &path)
	{
		const sockaddr_un where = address(path);
		return ::connect(
			client.get(), reinterpret_cast<const sockaddr *>(&where), sizeof(where));
	}

	Result<Door> open(InheritedSockets inherited = {})
	{
		return Door::open(*reactor, daemon, config, std::move(inherited));
	}

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	FakeBackend backend;
	Config config;
	UniqueFd managers;
	Daemon daemon{*reactor, backend, config};
};

bool exists(const std::string &path)
{
	return ::access(path.c_str(), F_OK) == 0;
}

UniqueFd client_socket()
{
	return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

} // namespace

TEST_CASE("without a manager's socket the daemon makes the one that is configured")
{
	Bench bench;
	auto door = bench.open();
	REQUIRE(door.ok());
	CHECK(door->where() == kPath + ".own");
	CHECK(exists(kPath + ".own"));
	door->close();
	CHECK_FALSE(exists(kPath + ".own"));
}

TEST_CASE("a manager's socket takes the place of the one that is configured")
{
	Bench bench;
	const auto door = bench.open(bench.native());
	REQUIRE(door.ok());
	CHECK(door->where() == kPath + " of the service manager's");
	CHECK_FALSE(exists(kPath + ".own"));
	const UniqueFd client = client_socket();
	REQUIRE(Bench::connect(client, kPath) == 0);
	while (bench.daemon.clients() == 0)
		bench.reactor->turn(10'000);
	CHECK(bench.daemon.clients() == 1);
}

TEST_CASE("who comes to a manager's socket when the door is closed waits, and is not refused")
{
	Bench bench;
	auto inherited = bench.native();
	{
		auto door = bench.open(std::move(inherited));
		REQUIRE(door.ok());
		door->close();
	}
	/* Not the daemon's to remove. */
	CHECK(exists(kPath));
	const UniqueFd client = client_socket();
	REQUIRE(Bench::connect(client, kPath) == 0);

	InheritedSockets again;
	again.native.push_back({UniqueFd(::dup(bench.managers.get())), kPath});
	const auto door = bench.open(std::move(again));
	REQUIRE(door.ok());
	while (bench.daemon.clients() == 0)
		bench.reactor->turn(10'000);
	CHECK(bench.daemon.clients() == 1);
}

TEST_CASE("a manager's sockets are served beside those that are configured")
{
	Bench bench;
	InheritedSockets inherited;
	inherited.tcp.push_back({*listen_tcp("127.0.0.1", 0), "127.0.0.1:1"});
	const auto door = bench.open(std::move(inherited));
	REQUIRE(door.ok());
	CHECK(door->where() == kPath + ".own and TCP 127.0.0.1:1 of the service manager's");
	CHECK_FALSE(door->has_tls());
}

TEST_CASE("a socket for TLS is refused where the configuration has no certificate or no token")
{
	Bench bench;
	const auto refusal = [&] {
		InheritedSockets inherited;
		inherited.tls.push_back({*listen_tcp("127.0.0.1", 0), "127.0.0.1:1"});
		const auto door = bench.open(std::move(inherited));
		REQUIRE_FALSE(door.ok());
		return door.error().what;
	};
	CHECK_THAT(
		refusal(), Catch::Contains("sockets for TLS, which needs certificates and a key"));
	bench.config.tls.certificates = bench.config.tls.key = "/nowhere.pem";
	CHECK_THAT(refusal(), Catch::Contains("needs a role with tokens"));
}

TEST_CASE("a file that is read again brings new certificates, or changes nothing")
{
	Bench bench;
	const Certificate first("DNS:board");
	const Certificate second("DNS:board");
	constexpr const char *kTokens = R"(
[role.panel]
lines = ["*"]
verbs = ["look"]
tokens = ["panel"]
[token.panel]
sha256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
)";
	const auto config = [&](const Certificate &certificate) {
		Config made = bench.config;
		made.roles = parse_config(kTokens, "c")->roles;
		made.tls.certificates = certificate.path;
		made.tls.key = certificate.key;
		return made;
	};
	bench.config = config(first);
	UniqueFd socket = *listen_tcp("127.0.0.1", 0);
	sockaddr_in there{};
	socklen_t size = sizeof(there);
	::getsockname(socket.get(), reinterpret_cast<sockaddr *>(&there), &size);
	InheritedSockets inherited;
	inherited.tls.push_back({std::move(socket), "127.0.0.1:1"});
	auto door = bench.open(std::move(inherited));
	REQUIRE(door.ok());

	const auto shows = [&](const Certificate &certificate) {
		std::atomic<bool> is_over = false;
		bool is_trusted = false;
		std::thread client([&] {
			UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
			::connect(fd.get(), reinterpret_cast<const sockaddr *>(&there),
				sizeof(there));
			is_trusted = tls_connect(std::move(fd), "board", certificate.path,
				std::chrono::milliseconds(10'000))
					     .ok();
			is_over = true;
		});
		while (!is_over)
			bench.reactor->turn(10);
		client.join();
		return is_trusted;
	};
	CHECK(shows(first));
	REQUIRE(door->reload(config(second)).ok());
	CHECK(shows(second));
	CHECK_FALSE(shows(first));

	Config bad = config(first);
	SECTION("where there is nobody for who comes by TLS")
	{
		bad.roles = std::make_shared<Roles>();
	}
	SECTION("where the certificate cannot be read")
	{
		bad.tls.certificates = "/nowhere.pem";
	}
	const auto reloaded = door->reload(bad);
	REQUIRE_FALSE(reloaded.ok());
	CHECK(shows(second));
}
