/* SPDX-License-Identifier: MIT */
#include "inbox.hpp"

#include "test_client.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

struct Bench {
	Bench()
	{
		auto [near_end, far_end] = connection();
		near = std::move(near_end);
		far = std::move(far_end);
	}

	void send(std::size_t size, char letter = 'x') const
	{
		const std::string bytes(size, letter);
		REQUIRE(::send(far.get(), bytes.data(), size, 0) == static_cast<ssize_t>(size));
	}

	/* Until nothing comes any more, or there is no room. */
	void receive()
	{
		while (inbox.receive(near.get()) == Inbox::Received::More) {
		}
	}

	std::string text() const
	{
		const auto bytes = inbox.bytes();
		return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
	}

	std::size_t left() const { return budget.left; }

	UniqueFd near;
	UniqueFd far;
	Inbox::Budget budget{10'000};
	Inbox inbox{budget};
};

} // namespace

TEST_CASE("an inbox takes what fits and leaves the rest in the socket")
{
	Bench bench;
	bench.send(5000);
	bench.receive();
	CHECK(bench.inbox.bytes().size() == Inbox::kSmall);
	bench.inbox.take(4000);
	bench.inbox.tidy();
	bench.receive();
	CHECK(bench.inbox.bytes().size() == 1000);
}

TEST_CASE("an inbox grows as a long request arrives, and not before")
{
	Bench bench;
	bench.send(100);
	bench.receive();
	REQUIRE(bench.inbox.expect(9000));
	CHECK(bench.left() == 10'000);

	bench.send(8900);
	bench.receive();
	REQUIRE(bench.inbox.expect(9000));
	CHECK(bench.left() == 10'000 - Inbox::kSmall);
	bench.receive();
	REQUIRE(bench.inbox.expect(9000));
	CHECK(bench.left() == 10'000 - (9000 - Inbox::kSmall));
	bench.receive();
	CHECK(bench.inbox.bytes().size() == 9000);

	bench.inbox.take(9000);
	bench.inbox.tidy();
	CHECK(bench.left() == 10'000);
	CHECK(bench.inbox.empty());
}

TEST_CASE("what follows a long request is kept when the inbox becomes small again")
{
	Bench bench;
	bench.send(5000);
	bench.send(3, 'y');
	bench.receive();
	REQUIRE(bench.inbox.expect(5000));
	bench.receive();
	CHECK(bench.inbox.bytes().size() == 5000);
	bench.inbox.take(5000);
	bench.inbox.tidy();
	bench.receive();
	CHECK(bench.text() == "yyy");
}

TEST_CASE("an inbox grows no further than the others have left")
{
	Bench bench;
	Inbox other(bench.budget);
	bench.budget.left = 1000;
	bench.send(5000);
	bench.receive();
	CHECK_FALSE(bench.inbox.expect(9000));
	CHECK(bench.inbox.bytes().size() == Inbox::kSmall);
	CHECK(bench.left() == 1000);
}

TEST_CASE("what is skipped is forgotten, also what is still to come")
{
	Bench bench;
	bench.send(5000);
	bench.receive();
	bench.inbox.skip(5010);
	CHECK(bench.inbox.empty());
	bench.send(10);
	bench.send(3, 'y');
	bench.receive();
	CHECK(bench.text() == "yyy");
}

TEST_CASE("an inbox that ends gives back what it had")
{
	Bench bench;
	{
		Inbox other(bench.budget);
		bench.send(5000);
		while (other.receive(bench.near.get()) == Inbox::Received::More) {
		}
		REQUIRE(other.expect(8000));
		CHECK(bench.left() < 10'000);
	}
	CHECK(bench.left() == 10'000);
}

TEST_CASE("the end of what a client sends is told from nothing")
{
	Bench bench;
	CHECK(bench.inbox.receive(bench.near.get()) == Inbox::Received::Nothing);
	bench.far.reset();
	CHECK(bench.inbox.receive(bench.near.get()) == Inbox::Received::End);
}
