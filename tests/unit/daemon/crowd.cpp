/* SPDX-License-Identifier: MIT */
/*
 * Crowds before the program itself: who never finishes saying hello, who says nonsense,
 * who comes and goes, who just sits there. Others are served as before, and afterwards
 * the daemon has no descriptor and no memory more than it had.
 */
#include "../certificate.hpp"
#include "known_user.hpp"
#include "program.hpp"
#include "socket.hpp"
#include "test_client.hpp"

#include <gpiohub/address.hpp>
#include <gpiohub/tls.hpp>

#include <catch2/catch.hpp>
#include <netinet/in.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <sstream>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GPIOHUB_SANITIZED 1
#endif
#if __has_feature(thread_sanitizer)
#define GPIOHUB_HAS_TSAN 1
#endif
#endif

using namespace gpiohub;
using namespace gpiohub::daemon;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using wire::make_command;
using wire::Op;

namespace
{

/* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread changes it */
const bool kIsLong = std::getenv("GPIOHUB_LONG") != nullptr;

std::uint16_t free_port()
{
	const auto socket = *listen_tcp("127.0.0.1", 0);
	sockaddr_in address{};
	socklen_t size = sizeof(address);
	::getsockname(socket.get(), reinterpret_cast<sockaddr *>(&address), &size);
	return ntohs(address.sin_port);
}

class Board
{
public:
	Board()
	{
		Program::allow_descriptors();
		program.log_until("listening on");
		/* It may say what it likes. */
		program.close_log();
	}

	UniqueFd connect() const
	{
		return *connect_to(*Address::parse(Program::socket()), milliseconds(10'000));
	}

	UniqueFd connect_tls_door() const
	{
		return *connect_to(*Address::parse("tcp:127.0.0.1:" + std::to_string(port)),
			milliseconds(10'000));
	}

	/* A client that says hello. */
	TestClient greeted() const { return greeted(connect(), false); }
	TestClient greeted_by_tls() const
	{
		return greeted(*tls_connect(connect_tls_door(), "board", certificate.path,
				       milliseconds(10'000)),
			true);
	}

	std::size_t descriptors() const
	{
		namespace fs = std::filesystem;
		return static_cast<std::size_t>(std::distance(
			fs::directory_iterator(proc() / "fd"), fs::directory_iterator()));
	}

	/* Memory of its own, kB. */
	long memory() const
	{
		std::ifstream status(proc() / "status");
		for (std::string word; status >> word;) {
			long size = 0;
			if (word == "RssAnon:" && status >> size)
				return size;
		}
		return -1;
	}

	/* ns that its threads ran, and how many they are. */
	std::pair<std::uint64_t, unsigned> ran() const
	{
		std::pair<std::uint64_t, unsigned> all{};
		for (const auto &task : std::filesystem::directory_iterator(proc() / "task")) {
			std::uint64_t ns = 0;
			std::ifstream(task.path() / "schedstat") >> ns;
			all.first += ns;
			all.second++;
		}
		return all;
	}

	/* It has no more of them than before: those who went are noticed one by one, and at once.
	 */
	bool comes_down_to(std::size_t before, seconds within = seconds(5)) const
	{
		const auto deadline = steady_clock::now() + within;
		while (descriptors() > before && steady_clock::now() < deadline)
			std::this_thread::sleep_for(milliseconds(10));
		UNSCOPED_INFO(descriptors() << " descriptors, " << before << " before");
		return descriptors() <= before;
	}

	/* As it is told to: then a sanitizer has no leak to tell of either. */
	bool ends_well()
	{
		program.send(SIGTERM);
		return program.wait() == 0;
	}

	Certificate certificate{"DNS:board"};
	std::uint16_t port = free_port();
	Program program{"[limits]\nclients = 2000\nclients_per_user = 2000\n"
			"[tls]\nlisten = [\"127.0.0.1\"]\nport = " +
			std::to_string(port) + "\ncertificates = \"" + certificate.path +
			"\"\nkey = \"" + certificate.key + "\"\n" + known_user_config(),
		"sim"};

private:
	std::filesystem::path proc() const { return "/proc/" + std::to_string(program.pid()); }

	static TestClient greeted(UniqueFd socket, bool has_token)
	{
		TestClient client(std::move(socket));
		if (has_token) {
			auto command = make_command(Op::AUTH, 0);
			command.arg = kToken.size();
			REQUIRE(client.call(command, kToken).reply.error == 0);
		}
		REQUIRE(client.hello().reply.error == 0);
		return client;
	}
};

/* The slowest of a hundred answers. */
milliseconds slowest_answer(TestClient &client)
{
	steady_clock::duration slowest{};
	for (std::uint64_t i = 0; i < 100; i++) {
		const auto began = steady_clock::now();
		CHECK(client.call(make_command(Op::PING, 0, 0, i)).reply.value == i);
		slowest = std::max(slowest, steady_clock::now() - began);
	}
	return std::chrono::duration_cast<milliseconds>(slowest);
}

std::string record(const gpiohub_command &command)
{
	const auto bytes = wire::to_bytes(command);
	return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

const std::string kHello = record(make_command(Op::HELLO, 0, wire::kMagic, wire::kVersion));

/* Sends what the daemon takes of it: it may have hung up. */
void say(const UniqueFd &socket, std::string_view bytes)
{
	(void)!::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Something that no client says: longer than anything may be, cut off, in the wrong
 * order, or random. */
std::string nonsense(std::mt19937_64 &random)
{
	auto command = make_command(Op::PLAY, 0);
	switch (random() % 6) {
	case 0:
		command.arg = random() << 32;
		return kHello + record(command);
	case 1:
		command.arg = wire::kMaxPlayBytes;
		return kHello + record(command) + std::string(random() % 60'000, 'p');
	case 2:
		return kHello.substr(0, random() % kHello.size());
	case 3:
		return record(make_command(Op::GET, 0, 1)) + kHello;
	case 4: {
		auto message = make_command(Op::MESSAGE, 0);
		message.arg = 40;
		return kHello + std::string(32, 'm') + record(message);
	}
	default:
		break;
	}
	std::string bytes(random() % 5000, '\0');
	for (char &byte : bytes)
		byte = static_cast<char>(random());
	return random() % 2 == 0 ? kHello + bytes : bytes;
}

} // namespace

TEST_CASE("who never finishes saying hello, by whichever door, is in nobody's way")
{
	const int count = kIsLong ? 1000 : 10;
	Board board;
	const std::size_t before = board.descriptors();
	std::vector<UniqueFd> slow;
	for (int i = 0; i < count; i++) {
		slow.push_back(i % 2 == 0 ? board.connect() : board.connect_tls_door());
		/* Of a hello; the beginning of one of TLS. */
		say(slow.back(), i % 2 == 0 ? kHello.substr(0, 5) : "\x16\x03\x01\x02");
	}
	{
		TestClient client = board.greeted();
		CHECK(slowest_answer(client) < seconds(1));
		/* Byte by byte: who hurries slowly is as much in time as anybody. */
		for (std::size_t at = 5; at < 20; at++) {
			for (int i = 0; i < count; i += 2)
				say(slow[static_cast<std::size_t>(i)], kHello.substr(at, 1));
		}
		CHECK(slowest_answer(client) < seconds(1));
	}
	/* Nobody waits for them for ever. */
	if (!kIsLong)
		slow.clear();
	CHECK(board.comes_down_to(before, seconds(kIsLong ? 30 : 5)));
	CHECK(board.ends_well());
}

TEST_CASE("nonsense of every kind ends no connection but its own")
{
	const int count = kIsLong ? 10'000 : 100;
	const auto seed = std::random_device()();
	INFO("seed " << seed);
	std::mt19937_64 random(seed);
	Board board;
	TestClient client = board.greeted();
	TestClient by_tls = board.greeted_by_tls();
	const std::size_t before = board.descriptors();
	for (int i = 0; i < count; i++) {
		const UniqueFd fd = i % 4 == 3 ? board.connect_tls_door() : board.connect();
		say(fd, nonsense(random));
		/* Some wait for what comes of it. */
		if (random() % 2 == 0) {
			std::array<char, 4096> ignored;
			::shutdown(fd.get(), SHUT_WR);
			while (::recv(fd.get(), ignored.data(), ignored.size(), 0) > 0) {
			}
		}
	}
	CHECK(client.call(make_command(Op::PING, 0, 0, 1)).reply.value == 1);
	CHECK(by_tls.call(make_command(Op::PING, 0, 0, 2)).reply.value == 2);
	CHECK(board.comes_down_to(before));
	CHECK(board.ends_well());
}

TEST_CASE("who comes and goes, however often, leaves nothing behind")
{
	const int count = kIsLong ? 100'000 : 1000;
	Board board;
	TestClient client = board.greeted();
	const auto visit = [&board](int number) {
		if (number % 100 == 0) {
			TestClient visitor = board.greeted_by_tls();
			(void)visitor.subscribe(0xff);
		} else if (number % 10 == 0) {
			say(board.connect_tls_door(), "\x16");
		} else if (number % 2 == 0) {
			(void)board.connect();
		} else {
			TestClient visitor = board.greeted();
			(void)visitor.call(make_command(Op::CLAIM, 0, 1, GPIOHUB_GUARD_INPUT));
			(void)visitor.subscribe(0xff);
		}
	};
	const std::size_t descriptors = board.descriptors();
	/* What is once and for all. */
	for (int i = 0; i < std::max(count / 10, 500); i++)
		visit(i);
	CHECK(board.comes_down_to(descriptors));
	const long memory = board.memory();
	for (int i = 0; i < count; i++)
		visit(i);
	CHECK(board.comes_down_to(descriptors));
	INFO(count << " came and went: " << memory << " kB before, " << board.memory()
		   << " kB after");
#ifndef GPIOHUB_SANITIZED
	CHECK(board.memory() <= memory + 512);
#endif
	CHECK(client.call(make_command(Op::PING, 0, 0, 1)).reply.value == 1);
	CHECK(board.ends_well());
}

TEST_CASE("a daemon whose clients are all silent does not run at all")
{
	Board board;
	std::vector<TestClient> clients;
	for (int i = 0; i < 1000; i++) {
		clients.push_back(i % 100 == 0 ? board.greeted_by_tls() : board.greeted());
		TestClient &client = clients.back();
		/* Lines on which nothing happens. */
		if (i % 2 == 0)
			CHECK(client.subscribe(0xfff00000).reply.error == 0);
		if (i % 10 == 0)
			client.send(make_command(
				Op::WAIT, 0, 0x00100000, wire::pack_wait(GPIOHUB_KINDS_EDGES, 1)));
	}
	/* The last look for clients that said nothing comes after ten seconds. */
	std::this_thread::sleep_for(seconds(kIsLong ? 12 : 2));
	const auto before = board.ran();
	std::this_thread::sleep_for(seconds(kIsLong ? 60 : 3));
	const auto after = board.ran();
	CHECK(after.second == before.second);
	CHECK(before.first > 0);
	/* The thread sanitizer has a thread of its own. */
#ifndef GPIOHUB_HAS_TSAN
	CHECK(after.first == before.first);
#endif
	CHECK(clients.back().call(make_command(Op::PING, 0, 0, 1)).reply.value == 1);
	CHECK(board.ran().first > after.first);
}
