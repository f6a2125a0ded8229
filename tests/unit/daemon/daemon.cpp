/* SPDX-License-Identifier: MIT */
#include "daemon.hpp"

#include "captured_log.hpp"
#include "fake_backend.hpp"
#include "running_daemon.hpp"
#include "test_client.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;
using wire::make_command;
using wire::Op;

namespace
{

/* The daemon in this thread; clients turn its loop while they wait. */
struct Bench {
	explicit Bench(
		std::size_t clients = 16, std::chrono::milliseconds hello_patience = kHelloPatience)
		: daemon(*reactor, backend, config(clients), hello_patience)
	{
	}

	explicit Bench(const Config &config) : daemon(*reactor, backend, config) {}

	static Config config(std::size_t clients)
	{
		Config config;
		config.limits = {.clients = clients, .outbox_bytes = 64 * 1024};
		return config;
	}

	TestClient connect()
	{
		auto [near, far] = connection();
		daemon.accept(std::move(near));
		return TestClient(std::move(far), [this] { turn(); });
	}

	TestClient greeted()
	{
		TestClient client = connect();
		CHECK(client.hello().reply.error == 0);
		return client;
	}

	void turn()
	{
		if (++turns > 100'000)
			throw std::runtime_error("nothing comes");
		reactor->turn(10'000);
	}

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	FakeBackend backend;
	Daemon daemon;
	int turns = 0;
};

} // namespace

TEST_CASE("without a hub it starts, and takes one that comes later")
{
	Bench bench;
	std::vector<std::string> changes;
	REQUIRE(bench.daemon.start([&] { changes.push_back(bench.daemon.hub_names()); }).ok());
	TestClient client = bench.connect();
	CHECK(client.hello().reply.value2 == 0);
	CHECK(changes.empty());
	bench.backend.add(3);
	while (bench.daemon.hubs() == 0)
		bench.turn();
	CHECK(changes == std::vector<std::string>{"gpiohub3"});
	CHECK(client.hello().reply.value2 == 0b1000);
	CHECK(client.call(make_command(Op::INFO, 3)).reply.error == 0);
}

TEST_CASE("a hub that may not be opened is told once, with its cure, and taken when it may")
{
	const auto [code, text] = GENERATE(table<int, std::string>({
		{EACCES,
			"cannot open /dev/gpiohub0: Permission denied; add the user to group "
			"gpiohub, or run as root\n"},
		{EPERM,
			"cannot open /dev/gpiohub0: Permission denied; the service manager forbids "
			"the device: restart the service, now that the module is loaded\n"},
	}));
	Bench bench;
	bench.backend.add(0);
	bench.backend.refuse_watching = code;
	const CapturedLog log;
	REQUIRE(bench.daemon.start().ok());
	CHECK(bench.daemon.hubs() == 0);
	bench.backend.announce();
	bench.turn();
	CHECK(log.text() == "gpiohubd: " + text);

	bench.backend.refuse_watching = 0;
	bench.backend.announce();
	bench.turn();
	CHECK(bench.daemon.hubs() == 1);
}

TEST_CASE("a hub that cannot be opened for lack of descriptors is tried again by itself")
{
	Bench bench;
	bench.backend.add(0);
	int &refusal = GENERATE(true, false) ? bench.backend.refuse_watching
					     : bench.backend.refuse_listing;
	refusal = EMFILE;
	const CapturedLog log;
	REQUIRE(bench.daemon.start().ok());
	bench.reactor->turn(0);
	refusal = 0;
	for (int turns = 0; bench.daemon.hubs() == 0 && turns < 3; turns++)
		bench.turn();
	CHECK(bench.daemon.hubs() == 1);
}

TEST_CASE("hubs that clients cannot name are told of once")
{
	Bench bench;
	bench.backend.add(64);
	bench.backend.add(255);
	const CapturedLog log;
	REQUIRE(bench.daemon.start().ok());
	bench.backend.announce();
	bench.turn();
	CHECK(bench.daemon.hubs() == 0);
	CHECK(log.count("gpiohub64 and those above it are not served") == 1);
	CHECK(log.count("not served") == 1);
}

TEST_CASE("a hub that goes is told after its last events; the others stay")
{
	Bench bench;
	auto going = bench.backend.add(0);
	auto staying = bench.backend.add(1);
	REQUIRE(bench.daemon.start().ok());
	TestClient client = bench.greeted();
	(void)client.subscribe(0xff, GPIOHUB_KINDS_ALL, wire::kFromNow, 0);
	(void)client.subscribe(0xff, GPIOHUB_KINDS_ALL, wire::kFromNow, 1);

	going->publish_edges(2, 7);
	bench.backend.remove(0);
	std::size_t events = 0;
	Frame frame = client.next();
	for (; frame.header.kind == wire::FrameKind::Events; frame = client.next())
		events += frame.events.size();
	CHECK(events == 7);
	CHECK(frame.header.kind == wire::FrameKind::HubGone);
	CHECK(frame.header.hub == 0);

	staying->publish_edges(0, 2);
	CHECK(client.collect(2).first.size() == 2);

	SECTION("a new hub of that number is not this client's")
	{
		bench.backend.add(0);
		while (bench.daemon.hubs() < 2)
			bench.turn();
		CHECK(client.call(make_command(Op::INFO, 0)).reply.error == ENODEV);
		CHECK(client.hello().reply.value2 == 0b10);
		TestClient newcomer = bench.connect();
		CHECK(newcomer.hello().reply.value2 == 0b11);
	}
}

TEST_CASE("a client that had not said HELLO when a hub went sees the next of its number")
{
	Bench bench;
	bench.backend.add(0);
	REQUIRE(bench.daemon.start().ok());
	TestClient client = bench.connect();
	bench.backend.remove(0);
	while (bench.daemon.hubs() == 1)
		bench.turn();
	bench.backend.add(0);
	while (bench.daemon.hubs() == 0)
		bench.turn();
	CHECK(client.hello().reply.value2 == 1);
	CHECK(client.call(make_command(Op::INFO, 0)).reply.error == 0);
}

TEST_CASE("what STATS counts of a client does not fall back when a hub goes")
{
	Bench bench;
	auto hub = bench.backend.add(0);
	REQUIRE(bench.daemon.start().ok());
	TestClient client = bench.greeted();
	(void)client.subscribe(0xff);
	hub->publish_edges(1, 5);
	CHECK(client.collect(5).second == 0);
	bench.backend.remove(0);
	CHECK(client.next().header.kind == wire::FrameKind::HubGone);
	const Frame frame = client.call(make_command(Op::STATS, 0));
	CHECK(nlohmann::json::parse(frame.payload)["clients"][0]["events"] == 5);
}

TEST_CASE("a client too many is told so, and makes room when another leaves")
{
	Bench bench(2);
	REQUIRE(bench.daemon.start().ok());
	TestClient one = bench.greeted();
	TestClient two = bench.greeted();
	{
		TestClient three = bench.connect();
		const Frame refused = three.hello();
		CHECK(refused.reply.error == EUSERS);
		CHECK(refused.payload.find("limits.clients") != std::string::npos);
		CHECK(three.is_hung_up());
	}
	two.close();
	while (bench.daemon.clients() == 2)
		bench.turn();
	TestClient four = bench.greeted();
	CHECK(bench.daemon.clients() == 2);
}

TEST_CASE("a client that does not say HELLO in time is hung up on, and makes room")
{
	Bench bench(2, std::chrono::milliseconds(50));
	REQUIRE(bench.daemon.start().ok());
	TestClient greeted = bench.greeted();
	TestClient silent = bench.connect();
	TestClient refused = bench.connect();
	CHECK(silent.is_hung_up());
	CHECK(refused.is_hung_up());
	CHECK(bench.daemon.clients() == 1);
	TestClient next = bench.connect();
	CHECK(next.is_hung_up());
	CHECK(greeted.call(make_command(Op::PING, 0, 0, 7)).reply.value == 7);
}

TEST_CASE("STATS counts clients, commands and what was lost")
{
	Bench bench;
	bench.backend.add(0);
	REQUIRE(bench.daemon.start().ok());
	TestClient client = bench.greeted();
	(void)client.subscribe(1);
	const Frame frame = client.call(make_command(Op::STATS, 0));
	const auto stats = nlohmann::json::parse(frame.payload);
	CHECK(stats["daemon"]["clients"] == 1);
	CHECK(stats["daemon"]["commands"] == 2);
	CHECK(stats["hubs"][0]["subscribers"] == 1);
	CHECK(stats["clients"][0]["lost"] == 0);
}

TEST_CASE("when it stops, clients get their replies and then the end")
{
	Bench bench;
	REQUIRE(bench.daemon.start().ok());
	TestClient one = bench.greeted();
	TestClient two = bench.greeted();
	bool is_stopped = false;
	bench.daemon.stop([&] { is_stopped = true; });
	CHECK(one.is_hung_up());
	CHECK(two.is_hung_up());
	CHECK(is_stopped);
}

TEST_CASE("a client that reads nothing takes nothing from the others, and its loss is exact")
{
	FakeBackend backend;
	auto hub = backend.add(0, 8, 4096);
	const RunningDaemon daemon(backend);

	TestClient stalled = daemon.connect();
	TestClient paced = daemon.connect();
	(void)stalled.subscribe(0xff);
	(void)paced.subscribe(0xff);
	TestClient follower = daemon.connect();
	(void)follower.subscribe(0b10);
	constexpr std::uint64_t kEvents = 50'000;
	constexpr std::uint64_t kRound = 1000;

	/* Another client reads at its own speed, in its own thread. */
	auto followed =
		std::async(std::launch::async, [&follower] { return follower.collect(kEvents); });

	/* Each round after the last one was got, so that nothing need be lost. */
	std::uint64_t expected = 0;
	bool is_in_order = true;
	for (std::uint64_t round = 0; round < kEvents / kRound; round++) {
		hub->publish_edges(1, kRound);
		const auto [events, lost] = paced.collect(kRound);
		CHECK(lost == 0);
		for (const gpiohub_event &event : events)
			is_in_order = is_in_order && event.seq == expected++;
	}
	const auto [followed_events, follower_lost] = followed.get();
	CHECK(is_in_order);
	CHECK(expected == kEvents);
	CHECK(followed_events.size() + follower_lost == kEvents);

	const auto [received, lost] = stalled.collect(kEvents);
	CHECK(lost > 0);
	CHECK(received.size() + lost == kEvents);
	/* Nothing twice, and the gaps are where the loss is. */
	std::uint64_t gaps = received.front().seq;
	for (std::size_t i = 1; i < received.size(); i++) {
		REQUIRE(received[i].seq > received[i - 1].seq);
		gaps += received[i].seq - received[i - 1].seq - 1;
	}
	CHECK(gaps + (kEvents - 1 - received.back().seq) == lost);
}

TEST_CASE("one user does not take the places of all")
{
	Config config = Bench::config(16);
	config.limits.clients_per_user = 2;
	Bench bench(config);
	REQUIRE(bench.daemon.start().ok());
	TestClient first = bench.connect();
	TestClient second = bench.connect();
	CHECK(first.hello().reply.error == 0);
	CHECK(second.hello().reply.error == 0);
	TestClient third = bench.connect();
	const Frame refused = third.hello();
	CHECK(refused.reply.error == EUSERS);
	CHECK_THAT(refused.payload, Catch::Contains("limits.clients_per_user"));
}

TEST_CASE("limits that are read again hold for who comes then")
{
	Config config = Bench::config(1);
	Bench bench(config);
	REQUIRE(bench.daemon.start().ok());
	TestClient first = bench.connect();
	CHECK(first.hello().reply.error == 0);
	config.limits.clients = 2;
	bench.daemon.reload(config);
	TestClient second = bench.connect();
	CHECK(second.hello().reply.error == 0);
	CHECK(first.call(make_command(Op::PING, 0)).reply.error == 0);
}
