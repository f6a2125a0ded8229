/* SPDX-License-Identifier: MIT */
#include "proto/native.hpp"

#include "test_client.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;
using wire::Op;

namespace
{

std::vector<std::byte> input_of(const gpiohub_command &command, std::size_t payload = 0)
{
	const auto record = wire::to_bytes(command);
	std::vector<std::byte> input(record.begin(), record.end());
	input.resize(input.size() + payload, std::byte{'x'});
	return input;
}

/* What the protocol put into the outbox. */
std::vector<std::byte> output_of(Outbox &out)
{
	auto [near, far] = connection();
	CHECK(out.flush(near.get()) == Outbox::Flushed::Done);
	std::vector<std::byte> bytes(4096);
	const auto got = ::recv(far.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
	bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
	return bytes;
}

} // namespace

TEST_CASE("a command is taken when it is whole")
{
	Request request;
	auto input = input_of(wire::make_command(Op::SET, 3, 5, 1));
	for (std::size_t size = 0; size < input.size(); size++)
		CHECK(Native().parse(std::span(input).first(size), request) == 0);
	CHECK(Native().parse(input, request) == 32);
	CHECK_FALSE(request.error.has_value());
	CHECK(request.command.mask == 5);
	CHECK(wire::hub_of(request.command.flags) == 3);
}

TEST_CASE("a message brings its text, padded")
{
	Request request;
	auto input = input_of(wire::make_command(Op::MESSAGE, 0, 0, 0, 33), 64);
	CHECK(Native().parse(std::span(input).first(95), request) == 96);
	CHECK(request.payload.empty());
	CHECK(Native().parse(input, request) == 96);
	CHECK(request.payload.size() == 33);
	CHECK(request.payload.data() == input.data() + 32);
}

TEST_CASE("a message of a length that it cannot have is the end")
{
	Request request;
	const std::uint64_t length =
		GENERATE(std::uint64_t{0}, std::uint64_t{241}, ~std::uint64_t{0});
	CHECK(Native().parse(input_of(wire::make_command(Op::MESSAGE, 0, 0, 0, length)), request) ==
		32);
	REQUIRE(request.error.has_value());
	CHECK(request.error->code == EINVAL);
	CHECK(request.is_fatal);
}

TEST_CASE("a pattern tells how long it is before it is there")
{
	Request request;
	auto input = input_of(wire::make_command(Op::PLAY, 0, 0, 0, wire::kMaxPlayBytes));
	CHECK(Native().parse(input, request) == 32 + wire::kMaxPlayBytes);
	CHECK_FALSE(request.error.has_value());
	CHECK(request.command.op == GPIOHUB_OP_PLAY);
}

TEST_CASE("a pattern whose length is none is the end")
{
	Request request;
	CHECK(Native().parse(input_of(wire::make_command(Op::PLAY, 0, 0, 0, 100)), request) == 32);
	REQUIRE(request.error.has_value());
	CHECK_THAT(request.error->what, Catch::Contains("steps of 32, not 100"));
	CHECK(request.is_fatal);
	CHECK(Native().parse(input_of(wire::make_command(Op::RULE_ADD, 0, 0, 0, 64)), request) ==
		32);
	CHECK(request.is_fatal);
}

TEST_CASE("a pattern has as many steps as follow it, and no address")
{
	const auto parsed = [](std::uint32_t count, std::uint64_t steps) {
		gpiohub_play play = {};
		play.count = count;
		play.steps = steps;
		auto input =
			input_of(wire::make_command(Op::PLAY, 0, 0, 0, 64 + 2 * 32), 64 + 2 * 32);
		std::memcpy(input.data() + 32, &play, sizeof(play));
		Request request;
		CHECK(Native().parse(input, request) == input.size());
		CHECK_FALSE(request.is_fatal);
		return request.error ? request.error->what : "";
	};
	CHECK(parsed(2, 0).empty());
	CHECK(parsed(3, 0) == "2 steps follow a pattern of 3");
	CHECK_THAT(parsed(2, 0x1000), Catch::Contains("must be 0"));
}

TEST_CASE("what a message's other fields say wrong is answered after its text was taken")
{
	Request request;
	auto command = wire::make_command(Op::MESSAGE, 0, 1, 0, 5);
	CHECK(Native().parse(input_of(command, 32), request) == 64);
	REQUIRE(request.error.has_value());
	CHECK_FALSE(request.is_fatal);
}

TEST_CASE("a wrong magic or version is the end, an unknown command is not")
{
	struct Case {
		gpiohub_command command;
		int code;
		bool is_fatal;
	};
	const auto [command, code, is_fatal] = GENERATE(
		Case{wire::make_command(Op::HELLO, 0, 1, 1), EPROTO, true},
		Case{wire::make_command(Op::HELLO, 0, wire::kMagic, 2), EPROTONOSUPPORT, true},
		Case{wire::make_command(static_cast<Op>(99), 0), ENOSYS, false},
		Case{wire::make_command(Op::GET, 0, 1, 1), EINVAL, false});
	Request request;
	CHECK(Native().parse(input_of(command), request) == 32);
	REQUIRE(request.error.has_value());
	CHECK(request.error->code == code);
	CHECK_FALSE(request.error->what.empty());
	CHECK(request.is_fatal == is_fatal);
}

TEST_CASE("a reply carries the command's id, values and padded payload")
{
	Outbox out(4096);
	Request request;
	request.command = wire::make_command(Op::STATS, 2);
	request.command.id = 77;
	REQUIRE(Native().reply(out, request, Answer{1, 2, "hello"}));

	const auto bytes = output_of(out);
	REQUIRE(bytes.size() == 16 + 32 + 32);
	const auto header = wire::decode_header(bytes);
	REQUIRE(header.ok());
	CHECK(header->kind == wire::FrameKind::Reply);
	CHECK(header->hub == 2);
	const auto reply = wire::decode_reply(*header, std::span(bytes).subspan(16));
	REQUIRE(reply.ok());
	CHECK(reply->id == 77);
	CHECK(reply->error == 0);
	CHECK(reply->value == 1);
	CHECK(reply->value2 == 2);
	CHECK(reply->size == 5);
	CHECK(std::memcmp(bytes.data() + 48, "hello\0\0", 7) == 0);
}

TEST_CASE("an error carries its line and its text")
{
	Outbox out(4096);
	Request request;
	request.command = wire::make_command(Op::SET, 0, 8, 8);
	REQUIRE(Native().reply(out, request, Error{EPERM, "not yours", 3}));
	const auto bytes = output_of(out);
	const auto reply = wire::from_bytes<wire::Reply>(std::span(bytes).subspan(16));
	CHECK(reply.error == EPERM);
	CHECK(reply.line == 3);
	CHECK(std::memcmp(bytes.data() + 48, "not yours", 9) == 0);
}

TEST_CASE("events go out byte for byte after their header")
{
	Outbox out(4096);
	std::array<gpiohub_event, 2> events{};
	events[0].seq = 41;
	events[1].seq = 42;
	events[1].levels = 0xdeadbeef;
	REQUIRE(Native().events(out, 5, 9, events));
	const auto bytes = output_of(out);
	REQUIRE(bytes.size() == 16 + 64);
	const auto header = wire::from_bytes<wire::FrameHeader>(bytes);
	CHECK(header.kind == wire::FrameKind::Events);
	CHECK(header.hub == 5);
	CHECK(header.count == 2);
	CHECK(header.lost == 9);
	CHECK(std::memcmp(bytes.data() + 16, events.data(), 64) == 0);
}

TEST_CASE("room is what events() takes")
{
	Outbox out(1024);
	const std::size_t room = Native().room(out);
	std::vector<gpiohub_event> events(room + 1);
	CHECK_FALSE(Native().events(out, 0, 0, events));
	CHECK(Native().events(out, 0, 0, std::span(events).first(room)));
	CHECK(Native().room(out) == 0);
}

TEST_CASE("a hub that went is a header alone")
{
	Outbox out(1024);
	REQUIRE(Native().gone(out, 4));
	const auto bytes = output_of(out);
	REQUIRE(bytes.size() == 16);
	const auto header = wire::decode_header(bytes);
	REQUIRE(header.ok());
	CHECK(header->kind == wire::FrameKind::HubGone);
	CHECK(header->hub == 4);
}
