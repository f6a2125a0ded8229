/* SPDX-License-Identifier: MIT */
#pragma once

#include "session.hpp"

#include "fake_backend.hpp"
#include "proto/native.hpp"
#include "test_client.hpp"

#include <list>

namespace gpiohub::daemon
{

/* Sessions on one hub, without a daemon around them. */
struct SessionBench {
	SessionBench()
	{
		fake = backend.add(0);
		hub = *Hub::open(*reactor, backend, 0, [](Hub &) {});
	}

	~SessionBench() { sessions.clear(); }

	TestClient connect()
	{
		auto [near, far] = connection();
		Peer peer = peer_of(near.get());
		sessions.push_back(std::make_unique<Session>(
			context, std::move(near), std::move(peer), std::make_unique<Native>()));
		REQUIRE(sessions.back()->start().ok());
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

	void settle()
	{
		for (int i = 0; i < 50; i++)
			reactor->turn(0);
	}

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	FakeBackend backend;
	std::shared_ptr<FakeHub> fake;
	std::unique_ptr<Hub> hub;
	Counters counters;
	std::list<std::unique_ptr<Session>> sessions;
	int turns = 0;
	std::string stats = "{}";
	std::shared_ptr<const Roles> roles = std::make_shared<Roles>();
	Inbox::Budget budget;
	SessionContext context{
		.reactor = *reactor,
		.counters = counters,
		.find_hub = [this](unsigned number) { return number == 0 ? hub.get() : nullptr; },
		.hubs = [] { return std::uint64_t{1}; },
		.roles = [this] { return roles; },
		.stats = [this] { return stats; },
		.ended =
			[this](Session &ended) {
				sessions.remove_if([&](auto &session) {
					if (session.get() != &ended)
						return false;
					reactor->retire(std::move(session));
					return true;
				});
			},
		.outbox_bytes = 64 * 1024,
		.inbox_budget = budget,
	};
};

} // namespace gpiohub::daemon
