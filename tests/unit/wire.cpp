/* SPDX-License-Identifier: MIT */
#include <gpiohub/wire.hpp>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstddef>
#include <vector>

using namespace gpiohub;
using namespace gpiohub::wire;

TEST_CASE("records lie on the wire as docs/protocol.md says")
{
	SECTION("a frame's header")
	{
		const auto bytes = to_bytes(events_header(3, 0x01020304, 0x0a0b));
		const std::vector<int> expected = {
			1, 3, 0, 0, 4, 3, 2, 1, 0x0b, 0x0a, 0, 0, 0, 0, 0, 0};
		for (std::size_t i = 0; i < bytes.size(); i++)
			CHECK(std::to_integer<int>(bytes[i]) == expected[i]);
	}
	SECTION("a reply")
	{
		CHECK(offsetof(Reply, line) == 1);
		CHECK(offsetof(Reply, flags) == 2);
		CHECK(offsetof(Reply, id) == 4);
		CHECK(offsetof(Reply, error) == 8);
		CHECK(offsetof(Reply, size) == 12);
		CHECK(offsetof(Reply, value) == 16);
		CHECK(offsetof(Reply, value2) == 24);
	}
	SECTION("the magic spells gpiohub0")
	{
		const auto bytes = to_bytes(kMagic);
		const std::string_view text(reinterpret_cast<const char *>(bytes.data()), 8);
		CHECK(text == "gpiohub0");
	}
}

TEST_CASE("headers survive the way to bytes and back")
{
	const FrameHeader header = GENERATE(events_header(0, 1, 0), events_header(255, 65536, 1),
		events_header(1, 0, UINT64_MAX), reply_header(2, 0), reply_header(2, 33),
		gone_header(7));
	const auto decoded = decode_header(to_bytes(header));

	REQUIRE(decoded.ok());
	CHECK(decoded->kind == header.kind);
	CHECK(decoded->hub == header.hub);
	CHECK(decoded->count == header.count);
	CHECK(decoded->lost == header.lost);
}

TEST_CASE("a header that no daemon sends is refused")
{
	const FrameHeader header = GENERATE(FrameHeader{FrameKind{0}, 0, 0, 1, 0},
		FrameHeader{FrameKind{4}, 0, 0, 1, 0}, FrameHeader{FrameKind{255}, 0, 0, 1, 0},
		FrameHeader{FrameKind::Events, 0, 1, 1, 0},
		FrameHeader{FrameKind::Events, 0, 0, 0, 0},
		FrameHeader{FrameKind::Events, 0, 0, kMaxFrameRecords + 1, 0},
		FrameHeader{FrameKind::Reply, 0, 0, UINT32_MAX, 0},
		FrameHeader{FrameKind::Reply, 0, 0, 0, 0},
		FrameHeader{FrameKind::Reply, 0, 0, 1, 1},
		FrameHeader{FrameKind::HubGone, 0, 0, 1, 0},
		FrameHeader{FrameKind::HubGone, 0, 0, 0, 1},
		FrameHeader{FrameKind::HubGone, 0, 256, 0, 0});
	const auto decoded = decode_header(to_bytes(header));

	REQUIRE_FALSE(decoded.ok());
	CHECK(decoded.error().code == EPROTO);
	CHECK_FALSE(decoded.error().what.empty());
}

TEST_CASE("a reply survives the way to bytes and back")
{
	gpiohub_command command = make_command(Op::LINE_INFO, 3);
	command.id = 77;
	Reply reply = make_reply(command);
	reply.error = EBUSY;
	reply.size = 65;
	reply.value = 5;

	const auto decoded = decode_reply(reply_header(3, reply.size), to_bytes(reply));
	REQUIRE(decoded.ok());
	CHECK(decoded->op == 18);
	CHECK(decoded->line == GPIOHUB_NO_LINE);
	CHECK(hub_of(decoded->flags) == 3);
	CHECK(decoded->id == 77);
	CHECK(decoded->error == EBUSY);
	CHECK(decoded->value == 5);
}

TEST_CASE("a reply that does not fit its frame is refused")
{
	Reply reply = make_reply(make_command(Op::PING, 0));

	SECTION("more payload than records")
	{
		reply.size = 33;
		CHECK_FALSE(decode_reply(reply_header(0, 32), to_bytes(reply)).ok());
	}
	SECTION("fewer")
	{
		CHECK_FALSE(decode_reply(reply_header(0, 1), to_bytes(reply)).ok());
	}
	SECTION("a size near the end of its type")
	{
		reply.size = UINT32_MAX;
		CHECK_FALSE(decode_reply(reply_header(0, 0), to_bytes(reply)).ok());
	}
	SECTION("a negative errno")
	{
		reply.error = -EBUSY;
		CHECK_FALSE(decode_reply(reply_header(0, 0), to_bytes(reply)).ok());
	}
}

TEST_CASE("the table has every command once, with its number")
{
	CHECK(commands().size() == 21);
	for (const CommandInfo &info : commands()) {
		CHECK(find_command(static_cast<std::uint8_t>(info.op)) == &info);
		CHECK(std::count_if(commands().begin(), commands().end(),
			      [&info](const CommandInfo &other) {
				      return other.name == info.name;
			      }) == 1);
	}
	CHECK(find_command(4)->name == "CONFIGURE");
	CHECK(find_command(6)->name == "PLAY");
	CHECK(find_command(23)->name == "PING");
	CHECK(find_command(24)->name == "WAIT");
	CHECK(find_command(0) == nullptr);
	CHECK(find_command(255) == nullptr);
}

TEST_CASE("well-formed commands pass the check")
{
	CHECK(check_command(make_command(Op::HELLO, 0, kMagic, kVersion)) == 0);
	CHECK(check_command(make_command(Op::SET, 9, 1, 1)) == 0);
	CHECK(check_command(make_command(Op::CONFIGURE, 0, 1, 1, pack_config(2, 0, 1, 10))) == 0);
	CHECK(check_command(make_command(Op::SUBSCRIBE, 0, 1, 2, kFromNow)) == 0);
	CHECK(check_command(make_command(Op::MESSAGE, 0, 0, 0, 240)) == 0);
	CHECK(check_command(make_command(Op::PING, 0, 0, 99)) == 0);
	CHECK(check_command(make_command(Op::STATS, 0)) == 0);
	CHECK(check_command(make_command(Op::PLAY, 0, 0, 0, 64 + 32)) == 0);
	CHECK(check_command(make_command(Op::PLAY, 0, 0, 0, kMaxPlayBytes)) == 0);
	CHECK(check_command(make_command(Op::CANCEL, 0, 0, pack_cancel(7, 1))) == 0);
	CHECK(check_command(make_command(Op::RULE_ADD, 0, 0, 0, 96)) == 0);
	CHECK(check_command(make_command(Op::RULE_DEL, 0, 0, 7)) == 0);
	CHECK(check_command(make_command(Op::WAIT, 0, 1, pack_wait(6, 1), 1'000)) == 0);

	CHECK(check_command(make_filter(0, 1, {.steady_ns = 1'000, .per_second = 5})) == 0);

	gpiohub_command line_info = make_command(Op::LINE_INFO, 0);
	line_info.line = 63;
	CHECK(check_command(line_info) == 0);
}

TEST_CASE("a filter goes into its command and comes out of it, in microseconds")
{
	const gpiohub::EdgeFilter filter = {
		.steady_ns = 1'000,
		.quiet_ns = 2'000,
		.active_ns = std::uint64_t{UINT32_MAX} * 1'000,
		.per_second = 4,
	};
	const gpiohub_command command = make_filter(3, 0b101, filter);
	CHECK(command.mask == 0b101);
	CHECK(command.value == (1 | std::uint64_t{4} << 32));
	CHECK(command.arg == (2 | std::uint64_t{UINT32_MAX} << 32));
	CHECK(filter_of(command) == filter);
	CHECK_FALSE(filter_of(make_filter(0, 1, {.steady_ns = 1'500})) ==
		gpiohub::EdgeFilter{.steady_ns = 1'500});
	CHECK_FALSE(filter_of(make_filter(0, 1, {.steady_ns = std::uint64_t{1} << 50})) ==
		gpiohub::EdgeFilter{.steady_ns = std::uint64_t{1} << 50});
}

TEST_CASE("malformed commands say what is wrong with them")
{
	gpiohub_command command = make_command(Op::SET, 0, 1, 1);

	SECTION("an op that is none")
	{
		command.op = GENERATE(as<std::uint8_t>(), 0, 10, 15, 28, 255);
		CHECK(check_command(command) == ENOSYS);
	}
	SECTION("the upper half of flags")
	{
		command.flags = 0x100;
		CHECK(check_command(command) == EINVAL);
	}
	SECTION("a line where none belongs")
	{
		command.line = 1;
		CHECK(check_command(command) == EINVAL);
	}
	SECTION("a field that the command does not have")
	{
		CHECK(check_command(make_command(Op::SET, 0, 1, 1, 1)) == EINVAL);
		CHECK(check_command(make_command(Op::GET, 0, 1, 1)) == EINVAL);
		CHECK(check_command(make_command(Op::RELEASE, 0, 1, 0, 1)) == EINVAL);
		CHECK(check_command(make_command(Op::INFO, 0, 1)) == EINVAL);
		CHECK(check_command(make_command(Op::MESSAGE, 0, 1, 0, 5)) == EINVAL);
	}
	SECTION("a message of a length that none has")
	{
		CHECK(check_command(make_command(Op::MESSAGE, 0, 0, 0, 0)) == EINVAL);
		CHECK(check_command(make_command(Op::MESSAGE, 0, 0, 0, 241)) == EINVAL);
		CHECK(check_command(make_command(Op::MESSAGE, 0, 0, 0, UINT64_MAX)) == EINVAL);
	}
	SECTION("a pattern without a step, with half of one, with too many")
	{
		const std::uint64_t size = GENERATE(
			as<std::uint64_t>(), 0, 1, 32, 64, 95, 97, kMaxPlayBytes + 32, UINT64_MAX);
		CHECK(check_command(make_command(Op::PLAY, 0, 0, 0, size)) == EINVAL);
	}
	SECTION("a rule of another size")
	{
		const std::uint64_t size = GENERATE(as<std::uint64_t>(), 0, 64, 95, 97, 128);
		CHECK(check_command(make_command(Op::RULE_ADD, 0, 0, 0, size)) == EINVAL);
	}
	SECTION("a hello to somebody else")
	{
		CHECK(check_command(make_command(Op::HELLO, 0, 1, kVersion)) == EPROTO);
		CHECK(check_command(make_command(Op::HELLO, 0, kMagic, 2)) == EPROTONOSUPPORT);
	}
}

TEST_CASE("what follows a command is as long as its arg says, in whole records")
{
	CHECK(payload_size(make_command(Op::PLAY, 0, 0, 0, 128)) == 128);
	CHECK(payload_size(make_command(Op::RULE_ADD, 0, 0, 0, 96)) == 96);
	CHECK_FALSE(payload_size(make_command(Op::RULE_ADD, 0, 0, 0, 64)).has_value());
	CHECK(payload_size(make_command(Op::WAIT, 0, 1, 2, 96)) == 0);
	CHECK(payload_size(make_command(Op::MESSAGE, 0, 0, 0, 1)) == 32);
	CHECK(payload_size(make_command(Op::MESSAGE, 0, 0, 0, 32)) == 32);
	CHECK(payload_size(make_command(Op::MESSAGE, 0, 0, 0, 240)) == 256);
	CHECK(payload_size(make_command(Op::SUBSCRIBE, 0, 1, 1, 5)) == 0);
	CHECK(padded(0) == 0);
}
