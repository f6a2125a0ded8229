/* SPDX-License-Identifier: MIT */
#include "tls_door.hpp"

#include "../certificate.hpp"
#include "test_client.hpp"

#include <catch2/catch.hpp>

#include <sys/socket.h>

#include <optional>
#include <thread>

using namespace gpiohub;
using namespace gpiohub::daemon;
using std::chrono::milliseconds;

namespace
{

struct Bench {
	explicit Bench(std::size_t most = 4, milliseconds patience = kHandshakePatience)
		: door(
			  *reactor, *tls_server(certificate.path, certificate.key), most,
			  [this](UniqueFd socket, Peer) { opened.push_back(std::move(socket)); },
			  patience)
	{
	}

	/* A client's end of a connection that the door took. */
	UniqueFd connect()
	{
		auto [near, far] = connection();
		door.accept(std::move(near));
		return std::move(far);
	}

	template <class Condition>
	bool turn_until(Condition condition)
	{
		for (int i = 0; i < 1000; i++) {
			if (condition())
				return true;
			reactor->turn(10);
		}
		return false;
	}

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	Certificate certificate{"DNS:board"};
	std::vector<UniqueFd> opened;
	TlsDoor door;
};

} // namespace

TEST_CASE("who hangs up before hands are shaken is gone at once")
{
	Bench bench;
	UniqueFd network = bench.connect();
	CHECK(::send(network.get(), "\x16", 1, 0) == 1);
	CHECK(bench.turn_until([&] { return bench.door.connections() == 1; }));
	bench.reactor->turn(0);
	network.reset();
	bench.reactor->turn(1000);
	CHECK(bench.door.connections() == 0);
	CHECK(bench.opened.empty());
}

TEST_CASE("who shakes hands gets a plain socket at the other side, and its end ends both")
{
	Bench bench;
	UniqueFd network = bench.connect();
	std::optional<Result<UniqueFd>> client;
	std::thread connecting([&] {
		client = tls_connect(
			std::move(network), "board", bench.certificate.path, milliseconds(10'000));
	});
	const bool has_opened = bench.turn_until([&] { return !bench.opened.empty(); });
	connecting.join();
	REQUIRE(has_opened);
	REQUIRE(client->ok());

	CHECK(::send((*client)->get(), "hello", 5, 0) == 5);
	std::string got(5, '\0');
	CHECK(bench.turn_until(
		[&] { return ::recv(bench.opened[0].get(), got.data(), 5, MSG_DONTWAIT) == 5; }));
	CHECK(got == "hello");

	SECTION("the client goes")
	{
		client.reset();
		char byte = 0;
		CHECK(bench.turn_until([&] {
			return ::recv(bench.opened[0].get(), &byte, 1, MSG_DONTWAIT) == 0;
		}));
		bench.opened.clear();
	}
	SECTION("the session goes")
	{
		bench.opened.clear();
	}
	CHECK(bench.turn_until([&] { return bench.door.connections() == 0; }));
}

TEST_CASE("who says nothing, or something else, is hung up on")
{
	Bench bench(4, milliseconds(50));
	const UniqueFd silent = bench.connect();
	const UniqueFd other = bench.connect();
	CHECK(::send(other.get(), "GET / HTTP/1.0\r\n\r\n", 18, 0) == 18);
	CHECK(bench.door.connections() == 2);
	CHECK(bench.turn_until([&] { return bench.door.connections() == 0; }));
	CHECK(bench.opened.empty());
}

TEST_CASE("more than may be are hung up on at once")
{
	Bench bench(1);
	const UniqueFd first = bench.connect();
	const UniqueFd second = bench.connect();
	CHECK(bench.door.connections() == 1);
	char byte = 0;
	CHECK(::recv(second.get(), &byte, 1, MSG_DONTWAIT) == 0);
}

TEST_CASE("who takes no last words is not waited for")
{
	Bench bench(4, milliseconds(200));
	UniqueFd network = bench.connect();
	std::optional<Result<UniqueFd>> client;
	std::thread connecting([&] {
		client = tls_connect(
			std::move(network), "board", bench.certificate.path, milliseconds(10'000));
	});
	const bool has_opened = bench.turn_until([&] { return !bench.opened.empty(); });
	connecting.join();
	REQUIRE(has_opened);

	/* More than all the buffers on the way take: nobody reads at the other end. */
	const std::string much(65536, 'x');
	int refused = 0;
	CHECK(bench.turn_until([&] {
		const auto sent =
			::send(bench.opened[0].get(), much.data(), much.size(), MSG_DONTWAIT);
		refused = sent < 0 ? refused + 1 : 0;
		return refused == 20;
	}));
	/* As long as the session is there, that is its business. */
	CHECK(bench.door.connections() == 1);
	bench.opened.clear();
	CHECK(bench.turn_until([&] { return bench.door.connections() == 0; }));
}

TEST_CASE("one address does not shake hands with all of the door's")
{
	Bench bench(64);
	std::vector<UniqueFd> silent;
	for (std::size_t i = 0; i <= kShakingOfOne; i++)
		silent.push_back(bench.connect());
	CHECK(bench.door.connections() == kShakingOfOne);
	char byte = 0;
	CHECK(::recv(silent.back().get(), &byte, 1, MSG_DONTWAIT) == 0);
	CHECK(::recv(silent.front().get(), &byte, 1, MSG_DONTWAIT) < 0);
}

TEST_CASE("how many may be can be told anew")
{
	Bench bench(1);
	const UniqueFd first = bench.connect();
	bench.door.renew(*tls_server(bench.certificate.path, bench.certificate.key), 2);
	const UniqueFd second = bench.connect();
	CHECK(bench.door.connections() == 2);
}
