/* SPDX-License-Identifier: MIT */
#include "session.hpp"

#include "session_bench.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;
using wire::make_command;
using wire::Op;

namespace
{

constexpr std::uint64_t kInput = GPIOHUB_GUARD_INPUT;

using Bench = SessionBench;

} // namespace

TEST_CASE("HELLO tells the version and which hubs there are")
{
	Bench bench;
	TestClient client = bench.connect();
	const Frame frame = client.hello();
	CHECK(frame.reply.error == 0);
	CHECK(frame.reply.value == wire::kVersion);
	CHECK(frame.reply.value2 == 1);
}

TEST_CASE("a first command that is not HELLO gets an answer and the end")
{
	Bench bench;
	TestClient client = bench.connect();
	client.send(make_command(Op::PING, 0, 0, 1));
	client.send(make_command(Op::PING, 0, 0, 2));
	CHECK(client.reply().reply.error == EPROTO);
	CHECK(client.is_hung_up());
	CHECK(bench.sessions.empty());
}

TEST_CASE("a wrong magic gets an answer and the end")
{
	Bench bench;
	TestClient client = bench.connect();
	CHECK(client.call(make_command(Op::HELLO, 0, 1, 1)).reply.error == EPROTO);
	CHECK(client.is_hung_up());
}

TEST_CASE("PING answers with its value, INFO and LINE_INFO with their structures")
{
	Bench bench;
	TestClient client = bench.greeted();
	CHECK(client.call(make_command(Op::PING, 0, 0, 0x1234)).reply.value == 0x1234);

	const Frame info = client.call(make_command(Op::INFO, 0));
	REQUIRE(info.payload.size() == sizeof(gpiohub_info));
	CHECK(wire::from_bytes<gpiohub_info>(std::as_bytes(std::span(info.payload))).lines == 8);

	auto command = make_command(Op::LINE_INFO, 0);
	command.line = 3;
	const Frame line = client.call(command);
	REQUIRE(line.payload.size() == sizeof(wire::LineInfo));
	const auto answer =
		wire::from_bytes<wire::LineInfo>(std::as_bytes(std::span(line.payload)));
	CHECK(answer.info.offset == 3);
	CHECK(std::string(answer.name) == "PIN");

	command.line = 99;
	const Frame bad = client.call(command);
	CHECK(bad.reply.error == ENXIO);
	CHECK(bad.reply.line == 99);
	CHECK(bad.payload.find("0 to 7") != std::string::npos);
}

TEST_CASE("a hub that does not exist, an unknown command: answered, not the end")
{
	Bench bench;
	TestClient client = bench.greeted();
	CHECK(client.call(make_command(Op::INFO, 9)).reply.error == ENODEV);
	CHECK(client.call(make_command(Op::SET, 200, 1, 1)).reply.error == ENODEV);
	CHECK(client.call(make_command(static_cast<Op>(77), 0)).reply.error == ENOSYS);
	CHECK(client.call(make_command(Op::PING, 0, 0, 5)).reply.value == 5);
}

TEST_CASE("commands to lines that come together go down in one call")
{
	Bench bench;
	TestClient client = bench.greeted();
	client.send(make_command(Op::CLAIM, 0, 0b11, kInput));
	for (std::uint64_t i = 0; i < 20; i++)
		client.send(make_command(Op::SET, 0, 0b11, i % 4));
	for (int i = 0; i < 21; i++)
		CHECK(client.reply().reply.error == 0);
	CHECK(bench.fake->submits == 1);
	CHECK(bench.fake->levels == 3);
}

TEST_CASE("one that fails gets its error, those after it are carried out")
{
	Bench bench;
	TestClient client = bench.greeted();
	client.send(make_command(Op::CLAIM, 0, 0b01, kInput));
	client.send(make_command(Op::SET, 0, 0b10, 0b10)); /* not owned */
	client.send(make_command(Op::SET, 0, 0b01, 0b01));
	client.send(make_command(Op::SET, 0, 1 << 9, 0)); /* no such line */
	CHECK(client.reply().reply.error == 0);
	const Frame refused = client.reply();
	CHECK(refused.reply.error == EPERM);
	CHECK(refused.reply.line == 1);
	CHECK(refused.payload.find("claim it first") != std::string::npos);
	CHECK(client.reply().reply.error == 0);
	CHECK(client.reply().reply.error == ENXIO);
	CHECK(bench.fake->levels == 0b01);
}

TEST_CASE("the order of commands is kept between those to lines and others")
{
	Bench bench;
	TestClient client = bench.greeted();
	client.send(make_command(Op::CLAIM, 0, 0b1, kInput));
	client.send(make_command(Op::SET, 0, 0b1, 0b1));
	client.send(make_command(Op::GET, 0, 0b1));
	client.send(make_command(Op::SET, 0, 0b1, 0b0));
	client.send(make_command(Op::GET, 0, 0b1));
	(void)client.reply();
	(void)client.reply();
	CHECK(client.reply().reply.value == 1);
	(void)client.reply();
	CHECK(client.reply().reply.value == 0);
}

TEST_CASE("a line has one owner, who is named to others, until its client goes")
{
	Bench bench;
	TestClient owner = bench.greeted();
	TestClient other = bench.greeted();
	CHECK(owner.call(make_command(Op::CLAIM, 0, 0b1, kInput)).reply.error == 0);
	const Frame busy = other.call(make_command(Op::CLAIM, 0, 0b1, kInput));
	CHECK(busy.reply.error == EBUSY);
	CHECK(busy.payload.find(bench.sessions.front()->peer().name) != std::string::npos);

	owner.close();
	bench.settle();
	CHECK(other.call(make_command(Op::CLAIM, 0, 0b1, kInput)).reply.error == 0);
}

TEST_CASE("the reply to SUBSCRIBE comes before its events")
{
	Bench bench;
	TestClient client = bench.greeted();
	bench.fake->publish_edges(1, 10);
	const Frame reply = client.subscribe(0xff, GPIOHUB_KINDS_ALL, 4);
	CHECK(reply.reply.error == 0);
	CHECK(reply.reply.value == 4);
	const auto [events, lost] = client.collect(6);
	CHECK(events.front().seq == 4);
	CHECK(lost == 0);
}

TEST_CASE("kinds that do not exist, and lines that cannot be watched, are explained")
{
	Bench bench;
	bench.fake->without_interrupt = 0b1;
	TestClient client = bench.greeted();
	CHECK(client.subscribe(1, 0).reply.error == EINVAL);
	const Frame refused = client.subscribe(1);
	CHECK(refused.reply.error == EOPNOTSUPP);
	CHECK(refused.payload.find("interrupt") != std::string::npos);
}

TEST_CASE("a client that subscribes to nothing is sent nothing, no loss either")
{
	Bench bench;
	TestClient client = bench.greeted();
	CHECK(client.subscribe(0xff).reply.error == 0);
	bench.fake->publish_edges(1, 5000);
	CHECK(client.subscribe(0, GPIOHUB_KINDS_EDGES).reply.error == 0);
	CHECK(bench.fake->armed == 0);
	bench.settle();
	CHECK(bench.hub->subscribers() == 0);
	const auto told = bench.sessions.front()->stats();
	bench.fake->publish_edges(1, 5000);
	bench.settle();
	CHECK(bench.sessions.front()->stats().events == told.events);
	CHECK(bench.sessions.front()->stats().lost == told.lost);
}

TEST_CASE("a message reaches every reader in the stream")
{
	Bench bench;
	TestClient writer = bench.greeted();
	TestClient reader = bench.greeted();
	CHECK(reader.subscribe(0, GPIOHUB_KIND(GPIOHUB_EVENT_MESSAGE)).reply.error == 0);
	const std::string text = "thirty-one bytes of a message!!";
	CHECK(writer.call(make_command(Op::MESSAGE, 0, 0, 0, text.size()), text).reply.error == 0);
	const auto [events, lost] = reader.collect(3);
	CHECK(lost == 0);
	CHECK(events[0].type == GPIOHUB_EVENT_MESSAGE);
	CHECK(events[0].value == text.size());
	CHECK(events[2].type == GPIOHUB_EVENT_TEXT);
}

TEST_CASE("commands are taken as they trickle in")
{
	Bench bench;
	TestClient client = bench.greeted();
	const auto bytes = wire::to_bytes([] {
		auto ping = make_command(Op::PING, 0, 0, 9);
		ping.id = 2;
		return ping;
	}());
	for (const std::byte byte : bytes) {
		client.send_bytes(std::string(1, static_cast<char>(byte)));
		bench.settle();
	}
	client.send(make_command(Op::PING, 0, 0, 10));
	CHECK(bench.sessions.size() == 1);
	bench.settle();
	CHECK(bench.counters.commands == 3);
}

TEST_CASE("a client that hangs up after its commands still gets its answers")
{
	Bench bench;
	TestClient client = bench.greeted();
	for (int i = 0; i < 100; i++)
		client.send(make_command(Op::PING, 0, 0, 1));
	::shutdown(client.fd(), SHUT_WR);
	for (int i = 0; i < 100; i++)
		CHECK(client.reply().reply.error == 0);
	CHECK(client.is_hung_up());
	CHECK(bench.sessions.empty());
}

TEST_CASE("a client that sends and does not read waits, and gets each reply in the end")
{
	Bench bench;
	TestClient client = bench.greeted();
	TestClient other = bench.greeted();
	std::uint32_t sent = 0;
	for (bool is_stuck = false; !is_stuck && sent < 100'000;) {
		auto ping = make_command(Op::PING, 0, 0, 1);
		ping.id = sent + 2;
		is_stuck = ::send(client.fd(), &ping, sizeof(ping), MSG_DONTWAIT) < 0;
		sent += is_stuck ? 0 : 1;
		bench.reactor->turn(0);
	}
	REQUIRE(sent < 100'000);
	bench.settle();
	CHECK(other.call(make_command(Op::PING, 0, 0, 3)).reply.value == 3);
	for (std::uint32_t i = 0; i < sent; i++)
		CHECK(client.reply().reply.value == 1);
	CHECK(bench.counters.cut_off == 0);
}

TEST_CASE("a client that waits for room does not keep the loop awake")
{
	Bench bench;
	TestClient client = bench.greeted();
	const auto ping = make_command(Op::PING, 0, 0, 1);
	while (::send(client.fd(), &ping, sizeof(ping), MSG_DONTWAIT) > 0)
		bench.reactor->turn(0);
	bench.settle();
	const auto begin = std::chrono::steady_clock::now();
	bench.reactor->turn(50);
	CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(50));
}

TEST_CASE("long replies that come together are sent, not the end")
{
	Bench bench;
	bench.stats = std::string(12'000, 'x');
	TestClient client = bench.greeted();
	for (int i = 0; i < 64; i++)
		client.send(make_command(Op::STATS, 0));
	for (int i = 0; i < 64; i++)
		CHECK(client.reply().payload.size() == 12'000);
}

TEST_CASE("a client with a thousand commands does not hold up another's one")
{
	Bench bench;
	TestClient greedy = bench.greeted();
	TestClient modest = bench.greeted();
	for (int i = 0; i < 1000; i++)
		greedy.send(make_command(Op::PING, 0, 0, 1));
	modest.send(make_command(Op::PING, 0, 0, 1));
	bench.counters.commands = 0;
	bench.reactor->turn(0);
	/* One turn: the modest one's command and a share of the others. */
	CHECK(bench.counters.commands <= 2 * 64 + 1);
	CHECK(modest.reply().reply.error == 0);
	CHECK(bench.counters.commands < 500);
}

TEST_CASE("a client with slow commands does not hold up another's one")
{
	Bench bench;
	TestClient slow = bench.greeted();
	bench.fake->slowness = std::chrono::milliseconds(3);
	for (int i = 0; i < 20; i++)
		slow.send(make_command(Op::LINE_INFO, 0));
	bench.counters.commands = 0;
	bench.reactor->turn(0);
	/* One when its bytes came, one at the end of the turn. */
	CHECK(bench.counters.commands <= 2);
	bench.fake->slowness = {};
	for (int i = 0; i < 20; i++)
		CHECK(slow.reply().reply.error == 0);
}

TEST_CASE("commands to a slow chip go down fewer at a time")
{
	Bench bench;
	TestClient slow = bench.greeted();
	CHECK(slow.call(make_command(Op::CLAIM, 0, 0b1, kInput)).reply.error == 0);
	bench.fake->slowness = std::chrono::milliseconds(1);
	for (int i = 0; i < 300; i++)
		slow.send(make_command(Op::SET, 0, 0b1, 0));
	for (int i = 0; i < 200; i++)
		CHECK(slow.reply().reply.error == 0);
	bench.settle();
	const auto before = bench.counters.commands;
	for (int i = 0; i < 10; i++)
		slow.send(make_command(Op::SET, 0, 0b1, 0));
	bench.reactor->turn(0);
	CHECK(bench.counters.commands - before <= 2);
}

TEST_CASE("a client that does not read its events can still be answered")
{
	Bench bench;
	TestClient client = bench.greeted();
	CHECK(client.subscribe(0xff).reply.error == 0);
	for (int i = 0; i < 20; i++) {
		bench.fake->publish_edges(1, 1000);
		bench.settle();
	}
	client.send(make_command(Op::PING, 0, 0, 4));
	bench.settle();
	CHECK(bench.sessions.size() == 1);
	CHECK(client.reply().reply.value == 4);
	const auto [events, lost] = client.collect(20'000);
	CHECK(lost > 0);
	CHECK(events.size() + lost == 20'000);
}

TEST_CASE("random bytes end in an answer or the end, never in a crash")
{
	Bench bench;
	std::uint64_t state = 88172645463325252ULL;
	for (std::size_t round = 0; round < 200; round++) {
		TestClient client = round % 2 == 0 ? bench.greeted() : bench.connect();
		std::string noise(round % 7 * 100 + 40, '\0');
		for (char &byte : noise) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			byte = static_cast<char>(state);
		}
		client.send_bytes(noise);
		bench.settle();
	}
	bench.settle();
	CHECK(bench.sessions.empty());
}

namespace
{

std::string pattern_of(const std::vector<gpiohub_step> &steps, std::uint64_t lines = 0b1)
{
	gpiohub_play play{};
	play.lines = lines;
	play.count = static_cast<__u32>(steps.size());
	std::string bytes(reinterpret_cast<const char *>(&play), sizeof(play));
	return bytes.append(
		reinterpret_cast<const char *>(steps.data()), steps.size() * sizeof(gpiohub_step));
}

gpiohub_command play_command(const std::string &pattern, std::uint8_t hub = 0)
{
	return make_command(Op::PLAY, hub, 0, 0, pattern.size());
}

} // namespace

TEST_CASE("a pattern goes down with its steps, under the id of its command")
{
	Bench bench;
	TestClient client = bench.greeted();
	const std::string pattern = pattern_of({drive_step(1, 0, 1000), drive_step(0, 1, 0)});
	const Frame played = client.call(play_command(pattern), pattern);
	CHECK(played.reply.error == 0);
	REQUIRE(bench.fake->plays.size() == 1);
	CHECK(bench.fake->plays[0].id == played.reply.id);
	CHECK(bench.fake->plays[0].play.lines == 0b1);
	REQUIRE(bench.fake->plays[0].steps.size() == 2);
	CHECK(bench.fake->plays[0].steps[0].set == 1);
	CHECK(bench.fake->plays[0].steps[1].clear == 1);
}

TEST_CASE("the longest pattern arrives whole, between other commands, and leaves no memory")
{
	Bench bench;
	TestClient client = bench.greeted();
	std::vector<gpiohub_step> steps;
	for (std::uint64_t i = 0; i < GPIOHUB_MAX_STEPS; i++)
		steps.push_back(drive_step(1, 0, i));
	const std::string pattern = pattern_of(steps);
	const std::size_t before = bench.budget.left;
	client.send(make_command(Op::CLAIM, 0, 0b1, kInput));
	client.send(play_command(pattern), pattern);
	client.send(make_command(Op::SET, 0, 0b1, 0b1));
	for (int i = 0; i < 3; i++)
		CHECK(client.reply().reply.error == 0);
	REQUIRE(bench.fake->plays.size() == 1);
	REQUIRE(bench.fake->plays[0].steps.size() == GPIOHUB_MAX_STEPS);
	for (std::uint64_t i = 0; i < GPIOHUB_MAX_STEPS; i++) {
		if (bench.fake->plays[0].steps[i].wait_ns != i)
			FAIL("step " << i);
	}
	CHECK(bench.fake->levels == 1);
	CHECK(bench.budget.left == before);
}

TEST_CASE("who sends a long pattern, and not all of it, does not keep the room for ever")
{
	Bench bench;
	bench.context.request_patience = std::chrono::milliseconds(50);
	TestClient client = bench.greeted();
	const std::string pattern = pattern_of(std::vector(1000, drive_step(1, 0, 1000)));
	const std::size_t before = bench.budget.left;
	client.send(make_command(Op::CLAIM, 0, 0b1, kInput));
	CHECK(client.reply().reply.error == 0);
	SECTION("and who sends one after another has time for each")
	{
		const auto begun = std::chrono::steady_clock::now();
		while (std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(150)) {
			client.send(play_command(pattern), pattern);
			CHECK(client.reply().reply.error == 0);
			bench.fake->plays.clear();
		}
		CHECK(bench.budget.left == before);
	}
	client.send_in_parts(play_command(pattern), pattern.substr(0, 20'000), 10'000);
	CHECK(client.is_hung_up());
	CHECK(bench.sessions.empty());
	CHECK(bench.budget.left == before);
}

TEST_CASE("a pattern of somebody who did not say HELLO is not waited for")
{
	Bench bench;
	TestClient client = bench.connect();
	client.send(make_command(Op::PLAY, 0, 0, 0, wire::kMaxPlayBytes));
	CHECK(client.reply().reply.error == EPROTO);
	CHECK(client.is_hung_up());
	CHECK(bench.sessions.empty());
}

TEST_CASE("a pattern that there is no memory for is refused, what follows is not")
{
	Bench bench;
	TestClient client = bench.greeted();
	bench.budget.left = 10'000;
	const std::string pattern = pattern_of(std::vector(1000, drive_step(1, 0, 1000)));
	client.send(play_command(pattern), pattern);
	client.send(make_command(Op::PING, 0, 0, 5));
	CHECK(client.reply().reply.error == EAGAIN);
	CHECK(client.reply().reply.value == 5);
	CHECK(bench.fake->plays.empty());
	CHECK(bench.budget.left == 10'000);
}

TEST_CASE("half a pattern and a hang-up leave no memory behind")
{
	Bench bench;
	const std::size_t before = bench.budget.left;
	{
		TestClient client = bench.greeted();
		const std::string pattern = pattern_of(std::vector(1000, drive_step(1, 0, 1000)));
		client.send(play_command(pattern), pattern.substr(0, 20'000));
		bench.settle();
		CHECK(bench.budget.left < before);
	}
	bench.settle();
	CHECK(bench.sessions.empty());
	CHECK(bench.budget.left == before);
}

TEST_CASE("a pattern that the hub refuses is told with the step that is wrong")
{
	Bench bench;
	TestClient client = bench.greeted();
	bench.fake->refuse_plays = EINVAL;
	std::string pattern = pattern_of({drive_step(1, 0, 1000), drive_step(1, 1, 0)});
	CHECK(client.call(play_command(pattern), pattern).payload ==
		"cannot play on gpiohub0: step 1 drives line 0 high and low");
	pattern = pattern_of({drive_step(1, 0, 1000)});
	CHECK_THAT(client.call(play_command(pattern), pattern).payload,
		Catch::Contains("is its module older"));
	bench.fake->refuse_plays = EDQUOT;
	CHECK_THAT(client.call(play_command(pattern), pattern).payload,
		Catch::Contains("too many requests"));
}

TEST_CASE("a client that goes takes its patterns and rules along")
{
	Bench bench;
	TestClient client = bench.greeted();
	const std::string pattern = pattern_of({drive_step(1, 0, 1000)});
	CHECK(client.call(play_command(pattern), pattern).reply.error == 0);
	gpiohub_rule rule{};
	rule.trigger = 3;
	rule.holdoff_ns = 77;
	const std::string bytes(reinterpret_cast<const char *>(&rule), sizeof(rule));
	const Frame added = client.call(make_command(Op::RULE_ADD, 0, 0, 0, sizeof(rule)), bytes);
	CHECK(added.reply.error == 0);
	REQUIRE(bench.fake->rules.size() == 1);
	CHECK(bench.fake->rules[0].id == added.reply.id);
	CHECK(bench.fake->rules[0].rule.holdoff_ns == 77);
	client.close();
	bench.settle();
	CHECK(bench.fake->plays.empty());
	CHECK(bench.fake->rules.empty());
}

TEST_CASE("a rule is deleted by its number, once")
{
	Bench bench;
	TestClient client = bench.greeted();
	const Frame added = client.call(make_command(Op::RULE_ADD, 0, 0, 0, sizeof(gpiohub_rule)),
		std::string(sizeof(gpiohub_rule), '\0'));
	CHECK(client.call(make_command(Op::RULE_DEL, 0, 0, added.reply.id)).reply.error == 0);
	const Frame again = client.call(make_command(Op::RULE_DEL, 0, 0, added.reply.id));
	CHECK(again.reply.error == ENOENT);
	CHECK_THAT(again.payload, Catch::Contains("there is no such rule"));
}

TEST_CASE("a local client is handed one file of a hub")
{
	Bench bench;
	TestClient client = bench.greeted();
	const auto open = wire::make_command(wire::Op::OPEN, 0);
	SECTION("once")
	{
		CHECK(client.call(open).reply.error == 0);
		const Frame again = client.call(open);
		CHECK(again.reply.error == EALREADY);
		CHECK_THAT(again.payload, Catch::Contains("already"));
		CHECK(bench.fake->looks == 1);
	}
	SECTION("or told why not")
	{
		bench.fake->refuse_looking = EDQUOT;
		const Frame refused = client.call(open);
		CHECK(refused.reply.error == EDQUOT);
		CHECK(refused.payload ==
			"cannot hand over a file of gpiohub0: too many programs have one: watch "
			"through the daemon");
		bench.fake->refuse_looking = 0;
		CHECK(client.call(open).reply.error == 0);
	}
}

TEST_CASE("a client that has had its commands of a second waits, and loses none")
{
	Bench bench;
	bench.context.commands_per_second = 20;
	TestClient client = bench.connect(); /* HELLO is one of them */
	CHECK(client.hello().reply.error == 0);
	const auto begin = std::chrono::steady_clock::now();
	for (std::uint64_t i = 0; i < 45; i++)
		client.send(wire::make_command(wire::Op::PING, 0, 0, i));
	for (std::uint64_t i = 0; i < 45; i++)
		CHECK(client.reply().reply.value == i);
	const auto took = std::chrono::steady_clock::now() - begin;
	CHECK(took >= std::chrono::milliseconds(1900));
}
