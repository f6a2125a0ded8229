/* SPDX-License-Identifier: MIT */
#include <gpiohub/tls.hpp>

#include "certificate.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <thread>
#include <utility>

using namespace gpiohub;
using std::chrono::milliseconds;

namespace
{

std::pair<UniqueFd, UniqueFd> sockets()
{
	int ends[2];
	REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
	return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void set_blocking(const UniqueFd &fd)
{
	::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) & ~O_NONBLOCK);
}

/* A server at the other end of a connection; `plain` is what it speaks in the clear. */
class Server
{
public:
	explicit Server(const Certificate &certificate)
		: context_(*tls_server(certificate.path, certificate.key))
	{
		auto [ours, theirs] = sockets();
		auto [inner, outer] = sockets();
		network = std::move(theirs);
		plain = std::move(outer);
		set_blocking(plain);
		SslConnection connection(SSL_new(context_.get()));
		SSL_set_accept_state(connection.get());
		thread_ = std::thread([pump = std::make_unique<TlsPump>(std::move(connection),
					       std::move(ours), std::move(inner))] {
			while (pump->pump() != TlsPump::State::Over) {
				const auto needs = pump->needs();
				pollfd fds[] = {
					{pump->network(), static_cast<short>(needs.network), 0},
					{pump->plain(), static_cast<short>(needs.plain), 0}};
				::poll(fds, 2, -1);
			}
		});
	}
	Server(const Server &) = delete;
	Server &operator=(const Server &) = delete;
	~Server()
	{
		network.reset();
		plain.reset();
		thread_.join();
	}

	UniqueFd network; /* the client's end */
	UniqueFd plain;

private:
	SslContext context_;
	std::thread thread_;
};

std::string take(int fd, std::size_t size)
{
	std::string text(size, '\0');
	const ssize_t got = ::recv(fd, text.data(), size, MSG_WAITALL);
	text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
	return text;
}

} // namespace

TEST_CASE("what goes into one side comes out of the other, both ways, and so does its end")
{
	const Certificate certificate("DNS:board");
	Server server(certificate);
	auto client = tls_connect(
		std::move(server.network), "board", certificate.path, milliseconds(10'000));
	INFO((client ? "" : client.error().what));
	REQUIRE(client.ok());

	CHECK(::send(client->get(), "hello", 5, 0) == 5);
	CHECK(take(server.plain.get(), 5) == "hello");

	/* More than fits anywhere. */
	std::string much(4'000'000, '\0');
	for (std::size_t i = 0; i < much.size(); i++)
		much[i] = static_cast<char>(i * 7 % 251);
	std::thread writer([&] {
		CHECK(::send(server.plain.get(), much.data(), much.size(), 0) ==
			static_cast<ssize_t>(much.size()));
		::shutdown(server.plain.get(), SHUT_WR);
	});
	const bool is_same = take(client->get(), much.size()) == much;
	writer.join();
	CHECK(is_same);
	CHECK(take(client->get(), 1).empty());
}

TEST_CASE("an address is checked as well as a name")
{
	const Certificate certificate("DNS:board,IP:192.0.2.1");
	Server server(certificate);
	CHECK(tls_connect(
		std::move(server.network), "192.0.2.1", certificate.path, milliseconds(10'000))
			.ok());
}

TEST_CASE("who is somebody else is not spoken to")
{
	const Certificate certificate("DNS:board");
	const Certificate other("DNS:board");
	Server server(certificate);
	const auto client = [&](const std::string &host, const std::string &trusted) {
		return tls_connect(std::move(server.network), host, trusted, milliseconds(10'000));
	};
	SECTION("by its name")
	{
		const auto refused = client("ship", certificate.path);
		REQUIRE_FALSE(refused.ok());
		CHECK(refused.error().code == EPROTO);
		CHECK_THAT(refused.error().what, Catch::Contains("hostname mismatch"));
	}
	SECTION("because nobody vouches for it")
	{
		const auto refused = client("board", other.path);
		REQUIRE_FALSE(refused.ok());
		CHECK(refused.error().code == EPROTO);
	}
}

TEST_CASE("who does not answer is not waited for")
{
	const Certificate certificate("DNS:board");
	auto [ours, theirs] = sockets();
	const auto client =
		tls_connect(std::move(ours), "board", certificate.path, milliseconds(50));
	REQUIRE_FALSE(client.ok());
	CHECK(client.error().code == ETIMEDOUT);
}

TEST_CASE("who takes nothing is not sent to for ever")
{
	const Certificate certificate("DNS:board");
	Server server(certificate);
	const auto client = tls_connect(
		std::move(server.network), "board", certificate.path, milliseconds(2'000));
	REQUIRE(client.ok());
	/* More than fits anywhere, and nobody reads at the other end. */
	const std::string much(4'000'000, 'x');
	ssize_t sent = 0;
	for (int i = 0; i < 10 && sent >= 0; i++)
		sent = ::send(client->get(), much.data(), much.size(), MSG_NOSIGNAL);
	CHECK(sent < 0);
	CHECK(errno == EAGAIN);
}

TEST_CASE("files that are none are named")
{
	const Certificate certificate("DNS:board");
	CHECK_THAT(tls_server("/nowhere", certificate.key).error().what,
		Catch::Contains("certificates in /nowhere"));
	CHECK_THAT(tls_server(certificate.path, "/nowhere").error().what,
		Catch::Contains("key in /nowhere"));
	CHECK_THAT(tls_client("/nowhere").error().what, Catch::Contains("in /nowhere"));
	const Certificate other("DNS:board");
	CHECK_THAT(tls_server(certificate.path, other.key).error().what,
		Catch::Contains("key values mismatch"));
}
