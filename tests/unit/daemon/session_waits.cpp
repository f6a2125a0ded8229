/* SPDX-License-Identifier: MIT */
/* WAIT and CANCEL, as a client sees them. */
#include "session_bench.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;
using wire::make_command;
using wire::Op;

using Bench = SessionBench;

namespace
{

gpiohub_command wait_command(std::uint64_t lines, std::uint64_t ns = 0,
	std::uint32_t kinds = GPIOHUB_KINDS_EDGES, std::uint32_t count = 1)
{
	return make_command(Op::WAIT, 0, lines, wire::pack_wait(kinds, count), ns);
}

/* The next reply, whichever it is. */
Frame any_reply(TestClient &client)
{
	for (;;) {
		Frame frame = client.next();
		if (frame.header.kind == wire::FrameKind::Reply)
			return frame;
	}
}

} // namespace

TEST_CASE("a wait is answered when it happened, and holds no other answer back")
{
	Bench bench;
	TestClient client = bench.greeted();
	client.send(wait_command(0b10, 0, GPIOHUB_KINDS_EDGES, 2)); /* id 2 */
	client.send(make_command(Op::PING, 0, 0, 5));               /* id 3 */
	CHECK(any_reply(client).reply.id == 3);
	bench.fake->publish_edges(1, 3);
	const Frame waited = any_reply(client);
	CHECK(waited.reply.id == 2);
	CHECK(waited.reply.error == 0);
	CHECK(waited.reply.value == 1);
	CHECK(waited.reply.value2 == 1);
	CHECK(bench.fake->armed == 0);
}

TEST_CASE("a wait whose time is up is told so")
{
	Bench bench;
	TestClient client = bench.greeted();
	client.send(wait_command(0b10, 5'000'000));
	const Frame waited = any_reply(client);
	CHECK(waited.reply.error == ETIMEDOUT);
	CHECK_THAT(waited.payload, Catch::Contains("did not happen in time"));
}

TEST_CASE("a wait that is cancelled is answered before its CANCEL")
{
	Bench bench;
	TestClient client = bench.greeted();
	client.send(wait_command(0b10)); /* id 2 */
	client.send(wait_command(0b10)); /* id 3 */

	SECTION("by its id, without a file of its own")
	{
		client.send(make_command(Op::CANCEL, 0, 0, wire::pack_cancel(3, 0)));
		const Frame waited = any_reply(client);
		CHECK(waited.reply.id == 3);
		CHECK(waited.reply.error == ECANCELED);
		const Frame cancelled = any_reply(client);
		CHECK(cancelled.reply.id == 4);
		CHECK(cancelled.reply.error == 0);
		CHECK(bench.fake->submits == 0);
	}
	SECTION("with all others, though there is no pattern")
	{
		client.send(make_command(Op::CLAIM, 0, 0b1, GPIOHUB_GUARD_INPUT));
		CHECK(any_reply(client).reply.error == 0);
		client.send(make_command(Op::CANCEL, 0));
		CHECK(any_reply(client).reply.error == ECANCELED);
		CHECK(any_reply(client).reply.error == ECANCELED);
		const Frame cancelled = any_reply(client);
		CHECK(cancelled.reply.op == GPIOHUB_OP_CANCEL);
		CHECK(cancelled.reply.error == 0);
	}
}

TEST_CASE("a CANCEL of nothing is told so")
{
	Bench bench;
	TestClient client = bench.greeted();
	const Frame cancelled = client.call(make_command(Op::CANCEL, 0, 0, 77));
	CHECK(cancelled.reply.error == ENOENT);
	CHECK_THAT(cancelled.payload, Catch::Contains("there is no such request"));
}

TEST_CASE("a CANCEL ends a pattern, and a wait of the same number")
{
	Bench bench;
	TestClient client = bench.greeted();
	gpiohub_play play{};
	play.lines = 1;
	play.count = 1;
	const std::string bytes = std::string(reinterpret_cast<const char *>(&play), sizeof(play)) +
		std::string(sizeof(gpiohub_step), '\0');
	const Frame played = client.call(make_command(Op::PLAY, 0, 0, 0, bytes.size()), bytes);
	CHECK(played.reply.error == 0);
	CHECK(client.call(make_command(Op::CANCEL, 0, 0, played.reply.id)).reply.error == 0);
	CHECK(bench.fake->plays.empty());
}

TEST_CASE("a wait that cannot be is refused at once")
{
	Bench bench;
	TestClient client = bench.greeted();
	CHECK_THAT(client.call(wait_command(0b10, 0, 0)).payload, Catch::Contains("event types"));
	bench.fake->without_interrupt = 0b100;
	const Frame refused = client.call(wait_command(0b100));
	CHECK(refused.reply.error == EOPNOTSUPP);
	CHECK(refused.reply.line == 2);
	CHECK(client.call(make_command(Op::WAIT, 9, 1, wire::pack_wait(2, 1))).reply.error ==
		ENODEV);
}

TEST_CASE("a client that sends no more has its waits answered, and then the end")
{
	Bench bench;
	TestClient client = bench.greeted();
	client.send(wait_command(0b10));
	::shutdown(client.fd(), SHUT_WR);
	CHECK(any_reply(client).reply.error == ECANCELED);
	CHECK(client.is_hung_up());
	CHECK(bench.sessions.empty());
	CHECK(bench.fake->armed == 0);
}

TEST_CASE("a client that goes takes its waits along")
{
	Bench bench;
	{
		TestClient client = bench.greeted();
		client.send(wait_command(0b10, 1'000'000'000));
		bench.settle();
		CHECK(bench.fake->armed == 0b10);
	}
	bench.settle();
	CHECK(bench.sessions.empty());
	CHECK(bench.fake->armed == 0);
}

TEST_CASE("a daemon that ends answers the waits")
{
	Bench bench;
	TestClient client = bench.greeted();
	client.send(wait_command(0b10));
	bench.settle();
	bench.sessions.front()->finish();
	CHECK(any_reply(client).reply.error == ECANCELED);
	CHECK(client.is_hung_up());
}

TEST_CASE("a hub that goes ends its waits")
{
	Bench bench;
	TestClient client = bench.greeted();
	client.send(wait_command(0b10));
	bench.settle();
	bench.sessions.front()->hub_gone(*bench.hub);
	const Frame waited = any_reply(client);
	CHECK(waited.reply.error == ENODEV);
	CHECK(waited.payload == "cannot wait: the hub is gone");
}

TEST_CASE("a wait while events are sent is answered among them")
{
	Bench bench;
	TestClient client = bench.greeted();
	CHECK(client.subscribe(0xff).reply.error == 0);
	client.send(wait_command(0b10, 0, GPIOHUB_KINDS_EDGES, 10));
	bench.settle();
	bench.fake->publish_edges(1, 20);
	CHECK(any_reply(client).reply.value == 9);
	CHECK(bench.fake->armed == 0xff);
}
