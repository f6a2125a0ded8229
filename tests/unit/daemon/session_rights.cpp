/* SPDX-License-Identifier: MIT */
/* What clients may do, as they see it. */
#include "session_bench.hpp"

#include "config.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <unistd.h>

using namespace gpiohub;
using namespace gpiohub::daemon;
using wire::make_command;
using wire::Op;

using Bench = SessionBench;

namespace
{

/* sha256 of "secret", "stale" and "later". */
constexpr const char *kTokens = R"(
[token.panel]
sha256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
[token.stale]
sha256 = "a03f2386ae06b21109577020844df367857b72c2fcce384c1896fed98a89c82b"
expires = 2001-01-01T00:00:00Z
[token.later]
sha256 = "1d9283d848ea941ace1fe0d2378ef8b70056a0d4d1648b95a322d90163e78285"
expires = 2200-01-01T00:00:00Z
)";

std::shared_ptr<const Roles> roles(const std::string &text)
{
	const auto config = parse_config(kTokens + text, "c");
	INFO((config ? "" : config.error().what));
	REQUIRE(config.ok());
	return config->roles;
}

/* A role of whoever runs the tests. */
std::string mine(const std::string &lines, const std::string &verbs)
{
	return "[role.mine]\nlines = [" + lines + "]\nverbs = [" + verbs +
		"]\ngroups = [\"root\"]\nusers = [\"root\"]\n";
}

const std::string kPanel =
	"[role.panel]\nlines = [\"*\"]\nverbs = [\"look\"]\ntokens = [\"panel\"]\n";

Frame present(TestClient &client, const std::string &token)
{
	return client.call(make_command(Op::AUTH, 0, 0, 0, token.size()), token);
}

/* While it lives, no file can be opened, nor timer made. */
struct NoFiles {
	NoFiles()
	{
		::getrlimit(RLIMIT_NOFILE, &before);
		const rlimit none{0, before.rlim_max};
		::setrlimit(RLIMIT_NOFILE, &none);
	}
	~NoFiles() { ::setrlimit(RLIMIT_NOFILE, &before); }
	rlimit before{};
};

gpiohub_event edge(unsigned line, std::uint64_t levels)
{
	gpiohub_event event{};
	event.type = GPIOHUB_EVENT_RISING;
	event.line = static_cast<__u8>(line);
	event.levels = levels;
	return event;
}

} // namespace

TEST_CASE("who has no role is told so, and may present a token")
{
	Bench bench;
	bench.roles = roles(kPanel);
	TestClient client = bench.connect();
	const Frame unknown = client.hello();
	CHECK(unknown.reply.error == ENOKEY);
	CHECK_THAT(unknown.payload, Catch::Contains("has no role here"));

	SECTION("a wrong one is refused, three times")
	{
		CHECK(present(client, "wrong").reply.error == EKEYREJECTED);
		CHECK(present(client, "stale").reply.error == EKEYREJECTED);
		CHECK(bench.sessions.size() == 1);
		CHECK(present(client, "secrets").reply.error == EKEYREJECTED);
		bench.settle();
		CHECK(bench.sessions.empty());
	}
	SECTION("with the right one it is known")
	{
		CHECK(present(client, "secret").reply.error == 0);
		CHECK(client.hello().reply.error == 0);
		CHECK(client.call(make_command(Op::GET, 0, 1)).reply.error == 0);
	}
	SECTION("before that it may do nothing else")
	{
		CHECK(client.call(make_command(Op::INFO, 0)).reply.error == EPROTO);
		bench.settle();
		CHECK(bench.sessions.empty());
	}
}

TEST_CASE("a token that comes in parts is waited for")
{
	Bench bench;
	bench.roles = roles(kPanel);
	TestClient client = bench.connect();
	client.hello();
	client.send_in_parts(make_command(Op::AUTH, 0, 0, 0, 6), "secret", 35);
	CHECK(client.reply().reply.error == 0);
}

TEST_CASE("what is not allowed is refused with the line, the verb and the roles")
{
	Bench bench;
	bench.roles = roles(mine("\"0-3\"", "\"look\", \"claim\""));
	TestClient client = bench.greeted();
	CHECK(client.call(make_command(Op::CLAIM, 0, 0b1, GPIOHUB_GUARD_INPUT)).reply.error == 0);

	/* A guard of levels drives them, when its owner is gone at the latest. */
	CHECK(client.call(make_command(Op::CLAIM, 0, 0b10, GPIOHUB_GUARD_LEVELS, 0b10))
			.reply.error == EACCES);
	CHECK(client.call(make_command(Op::CLAIM, 0, 0b10, GPIOHUB_GUARD_KEEP)).reply.error == 0);

	const Frame claim = client.call(make_command(Op::CLAIM, 0, 0b110001, GPIOHUB_GUARD_INPUT));
	CHECK(claim.reply.error == EACCES);
	CHECK(claim.reply.line == 4);
	CHECK(claim.payload ==
		"not allowed to claim line 4 of gpiohub0: none of this client's roles has the verb "
		"\"claim\" for that (it has: mine)");

	CHECK(client.call(make_command(Op::SET, 0, 0b1, 0b1)).reply.error == EACCES);
	const auto output = wire::pack_config(GPIOHUB_DIRECTION_OUTPUT, 0, 0, 0);
	const auto input = wire::pack_config(GPIOHUB_DIRECTION_INPUT, 0, 0, 0);
	CHECK(client.call(make_command(Op::CONFIGURE, 0, 1, 0, output)).reply.error == EACCES);
	CHECK(client.call(make_command(Op::CONFIGURE, 0, 1, 0, input)).reply.error == 0);
	CHECK(client.call(make_command(Op::GET, 0, 0b10000)).reply.error == EACCES);
	CHECK(client.subscribe(0b10001).reply.error == EACCES);
	CHECK(client.call(make_command(Op::WAIT, 0, 0b10000, wire::pack_wait(2, 1))).reply.error ==
		EACCES);
	CHECK(client.call(wire::make_filter(0, 0b10000, {.per_second = 1})).reply.error == EACCES);
	CHECK(client.call(make_command(Op::OPEN, 0)).reply.error == EACCES);
	CHECK(client.call(make_command(Op::STATS, 0)).reply.error == EACCES);
	CHECK(client.call(make_command(Op::RULE_DEL, 0, 0, 7)).reply.error == EACCES);
	gpiohub_command info = make_command(Op::LINE_INFO, 0);
	info.line = 5;
	CHECK(client.call(info).reply.error == EACCES);
	CHECK(bench.fake->owners[4] == nullptr);
}

TEST_CASE("patterns and rules are looked at for what they drive, and what begins them")
{
	Bench bench;
	bench.roles = roles(mine("\"0-3\"", "\"look\", \"claim\", \"drive\", \"rule\""));
	TestClient client = bench.greeted();
	const auto play = [&client](std::uint64_t lines, unsigned start = GPIOHUB_START_NOW,
				  unsigned start_line = 0) {
		gpiohub_play pattern{};
		pattern.lines = lines;
		pattern.start = start;
		pattern.start_line = start_line;
		pattern.count = 1;
		std::string bytes(reinterpret_cast<const char *>(&pattern), sizeof(pattern));
		bytes.resize(sizeof(pattern) + sizeof(gpiohub_step));
		return client.call(make_command(Op::PLAY, 0, 0, 0, bytes.size()), bytes)
			.reply.error;
	};
	CHECK(play(0b1) == 0);
	CHECK(play(0b10001) == EACCES);
	CHECK(play(0b1, GPIOHUB_START_EDGE, 3) == 0);
	/* When it plays would tell when that line changed. */
	CHECK(play(0b1, GPIOHUB_START_EDGE, 4) == EACCES);
	const auto add = [&client](unsigned trigger, std::uint64_t mask, std::uint64_t set,
				 std::uint64_t clear) {
		gpiohub_rule rule{};
		rule.trigger = trigger;
		rule.mask = mask;
		rule.set = set;
		rule.clear = clear;
		const std::string bytes(reinterpret_cast<const char *>(&rule), sizeof(rule));
		return client.call(make_command(Op::RULE_ADD, 0, 0, 0, bytes.size()), bytes)
			.reply.error;
	};
	CHECK(add(1, 0b10, 0b1, 0) == 0);
	CHECK(add(4, 0, 0b1, 0) == EACCES);
	CHECK(add(1, 0b10000, 0b1, 0) == EACCES);
	CHECK(add(1, 0, 0, 0b10000) == EACCES);
	CHECK(bench.fake->plays.size() == 2);
	CHECK(bench.fake->rules.size() == 1);
}

TEST_CASE("events tell nothing of lines that may not be looked at")
{
	Bench bench;
	bench.roles = roles(mine("\"0-3\"", "\"look\""));
	TestClient client = bench.greeted();
	CHECK(client.subscribe(0b1111).reply.error == 0);
	bench.fake->publish({edge(1, 0xff), edge(5, 0xff)});
	const Frame frame = client.next();
	REQUIRE(frame.events.size() == 1);
	CHECK(frame.events[0].levels == 0x0f);
}

TEST_CASE("other roles hold at once for who is there, and end who is not known any more")
{
	Bench bench;
	bench.roles = roles(mine("\"*\"", "\"look\", \"claim\", \"drive\""));
	TestClient client = bench.greeted();
	client.call(make_command(Op::CLAIM, 0, 1, GPIOHUB_GUARD_INPUT));
	CHECK(client.call(make_command(Op::SET, 0, 1, 1)).reply.error == 0);
	client.subscribe(0xff);

	bench.sessions.front()->renew(roles(mine("\"0\"", "\"look\"")));
	CHECK(client.call(make_command(Op::SET, 0, 1, 1)).reply.error == EACCES);
	bench.fake->publish({edge(3, 0xff), edge(0, 0xff)});
	const Frame frame = client.next();
	REQUIRE(frame.events.size() == 1);
	CHECK(frame.events[0].line == 0);
	CHECK(frame.events[0].levels == 1);

	bench.sessions.front()->renew(roles(kPanel));
	CHECK(bench.sessions.empty());
}

TEST_CASE("a token that was replaced under its name lets nobody stay")
{
	Bench bench;
	bench.roles = roles(kPanel);
	TestClient client = bench.connect();
	client.hello();
	CHECK(present(client, "secret").reply.error == 0);
	CHECK(client.hello().reply.error == 0);

	bench.sessions.front()->renew(roles(kPanel));
	CHECK(bench.sessions.size() == 1);
	/* It had come into other hands. */
	const auto replaced = parse_config(
		"[token.panel]\nsha256 = \"" + std::string(64, '0') + "\"\n" + kPanel, "c");
	REQUIRE(replaced.ok());
	bench.sessions.front()->renew(replaced->roles);
	CHECK(bench.sessions.empty());
}

TEST_CASE("a token whose end cannot be watched lets nobody in")
{
	Bench bench;
	bench.roles =
		roles("[role.panel]\nlines = [\"*\"]\nverbs = [\"look\"]\ntokens = [\"later\"]\n");
	TestClient client = bench.connect();
	client.hello();
	{
		const NoFiles none;
		CHECK(present(client, "later").reply.error == EMFILE);
	}
	bench.settle();
	CHECK(bench.sessions.empty());
}

TEST_CASE("a rule of the hub is deleted by who might have added it")
{
	Bench bench;
	bench.roles = roles(mine("\"0-3\"", "\"look\", \"claim\", \"drive\", \"rule\""));
	TestClient narrow = bench.greeted();
	bench.roles = std::make_shared<Roles>();
	TestClient wide = bench.greeted();
	/* Gives the rule's id, which is the command's. */
	const auto add = [](TestClient &client, unsigned trigger, unsigned flags) {
		gpiohub_rule rule{};
		rule.trigger = trigger;
		rule.flags = flags;
		rule.set = std::uint64_t{1} << trigger;
		const std::string bytes(reinterpret_cast<const char *>(&rule), sizeof(rule));
		const Frame added =
			client.call(make_command(Op::RULE_ADD, 0, 0, 0, bytes.size()), bytes);
		CHECK(added.reply.error == 0);
		return added.reply.id;
	};
	const auto remove = [](TestClient &client, std::uint32_t id) {
		return client.call(make_command(Op::RULE_DEL, 0, 0, id)).reply.error;
	};
	for (int i = 0; i < 10; i++)
		wide.call(make_command(Op::PING, 0));
	const auto interlock = add(wide, 5, GPIOHUB_RULE_HUB);
	const auto shared = add(wide, 2, GPIOHUB_RULE_HUB);
	const auto own = add(narrow, 1, 0);
	const std::uint32_t before_us = 1000;

	CHECK(remove(narrow, interlock) == EACCES);
	CHECK(remove(narrow, before_us) == EACCES);
	/* Not refused: but the hub of the test knows a rule only by its file. */
	CHECK(remove(narrow, shared) == ENOENT);
	CHECK(remove(narrow, own) == 0);
	CHECK(remove(wide, interlock) == 0);

	/* Nor is it deleted by who has had a rule of its id, and has it forgotten here. */
	const auto over = add(narrow, 1, 0);
	for (std::size_t i = 0; i <= RuleBook::kMost; i++)
		add(narrow, 1, GPIOHUB_RULE_HUB);
	CHECK(remove(narrow, over) == EACCES);
}

TEST_CASE("a wait ends when its line may not be looked at any more")
{
	Bench bench;
	bench.roles = roles(mine("\"0-5\"", "\"look\""));
	TestClient client = bench.greeted();
	const auto next_reply = [&client] {
		Frame frame = client.next();
		while (frame.header.kind != wire::FrameKind::Reply)
			frame = client.next();
		return frame.reply;
	};
	client.send(make_command(Op::WAIT, 0, 0b100000, wire::pack_wait(GPIOHUB_KINDS_EDGES, 1)));
	client.send(make_command(Op::WAIT, 0, 0b1, wire::pack_wait(GPIOHUB_KINDS_EDGES, 1)));
	client.send(make_command(Op::PING, 0));
	const auto ping = next_reply();
	CHECK(ping.op == static_cast<std::uint8_t>(Op::PING));
	bench.sessions.front()->renew(roles(mine("\"0-3\"", "\"look\"")));
	const auto ended = next_reply();
	CHECK(ended.id == ping.id - 2);
	CHECK(ended.error == EACCES);
	bench.fake->publish_edges(0, 1);
	const auto happened = next_reply();
	CHECK(happened.id == ping.id - 1);
	CHECK(happened.error == 0);
}
