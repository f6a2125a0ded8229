/* SPDX-License-Identifier: MIT */
#include "reactor.hpp"

#include <catch2/catch.hpp>
#include <sys/eventfd.h>

#include <functional>
#include <string>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

/* A source that the test makes ready, and that does what the test says. */
struct Bell final : Source {
	explicit Bell(Reactor &its_reactor)
		: reactor(its_reactor),
		  fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
	{
		REQUIRE(reactor.add(*this, fd.get(), EPOLLIN).ok());
	}

	~Bell() override
	{
		reactor.remove(*this);
		if (destroyed != nullptr)
			*destroyed = true;
	}

	void ring() { ::eventfd_write(fd.get(), 1); }

	void ready(std::uint32_t) override
	{
		eventfd_t ignored = 0;
		::eventfd_read(fd.get(), &ignored);
		rung++;
		if (on_ready)
			on_ready();
	}

	void later() override
	{
		laters++;
		if (on_later)
			on_later();
	}

	Reactor &reactor;
	UniqueFd fd;
	int rung = 0;
	int laters = 0;
	bool *destroyed = nullptr;
	std::function<void()> on_ready;
	std::function<void()> on_later;
};

} // namespace

TEST_CASE("a source is called when its descriptor is ready, and only then")
{
	auto reactor = *Reactor::create();
	Bell quiet(*reactor);
	Bell loud(*reactor);
	loud.ring();
	reactor->turn();
	CHECK(loud.rung == 1);
	reactor->turn(0);
	CHECK(loud.rung == 1);
	CHECK(quiet.rung == 0);
}

TEST_CASE("a source that was removed in the same turn is not called any more")
{
	auto reactor = *Reactor::create();
	Bell one(*reactor);
	Bell other(*reactor);
	one.on_ready = [&] { reactor->remove(other); };
	other.on_ready = [&] { reactor->remove(one); };
	one.ring();
	other.ring();
	reactor->turn();
	CHECK(one.rung + other.rung == 1);
	reactor->turn(0);
	CHECK(one.rung + other.rung == 1);
}

TEST_CASE("a source that retires itself lives until the turn is over")
{
	auto reactor = *Reactor::create();
	bool destroyed = false;
	auto owned = std::make_unique<Bell>(*reactor);
	Bell &bell = *owned;
	bell.destroyed = &destroyed;
	bell.on_ready = [&] {
		reactor->later(bell);
		reactor->retire(std::move(owned));
		CHECK_FALSE(destroyed);
	};
	bell.on_later = [] { FAIL("called after it was retired"); };
	bell.ring();
	reactor->turn();
	CHECK(destroyed);
}

TEST_CASE("a source that is retired while it is swept takes others with it")
{
	auto reactor = *Reactor::create();
	bool destroyed = false;
	struct Owner final : Source {
		explicit Owner(Reactor &its_reactor) : reactor(its_reactor) {}
		~Owner() override { reactor.retire(std::move(owned)); }
		void ready(std::uint32_t) override {}
		Reactor &reactor;
		std::unique_ptr<Source> owned;
	};
	auto owner = std::make_unique<Owner>(*reactor);
	auto bell = std::make_unique<Bell>(*reactor);
	bell->destroyed = &destroyed;
	owner->owned = std::move(bell);
	reactor->retire(std::move(owner));
	reactor->turn(0);
	CHECK(destroyed);
}

TEST_CASE("later work is done once, in the turn that asked for it")
{
	auto reactor = *Reactor::create();
	Bell bell(*reactor);
	bell.on_ready = [&] {
		reactor->later(bell);
		reactor->later(bell);
	};
	bell.ring();
	reactor->turn();
	CHECK(bell.laters == 1);
}

TEST_CASE("later work that asks for more waits for the next turn, which does not sleep")
{
	auto reactor = *Reactor::create();
	Bell bell(*reactor);
	bell.on_later = [&] {
		if (bell.laters < 3)
			reactor->later(bell);
	};
	reactor->later(bell);
	reactor->turn();
	CHECK(bell.laters == 1);
	reactor->turn();
	reactor->turn();
	CHECK(bell.laters == 3);
}

TEST_CASE("later work of a source removed by another's is struck")
{
	auto reactor = *Reactor::create();
	Bell first(*reactor);
	Bell second(*reactor);
	first.on_later = [&] { reactor->remove(second); };
	reactor->later(first);
	reactor->later(second);
	reactor->turn();
	CHECK(first.laters == 1);
	CHECK(second.laters == 0);
}

TEST_CASE("the loop runs until it is stopped")
{
	auto reactor = *Reactor::create();
	Bell bell(*reactor);
	bell.on_ready = [&] {
		if (bell.rung == 3)
			reactor->stop();
		else
			bell.ring();
	};
	bell.ring();
	reactor->run();
	CHECK(bell.rung == 3);
}
