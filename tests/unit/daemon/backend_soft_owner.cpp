/* SPDX-License-Identifier: MIT */
#include "soft_bench.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace gpiohub;
using namespace gpiohub::daemon;

TEST_CASE("a batch stops at the first error, and says how many were done")
{
	SoftBench bench;
	REQUIRE(own_outputs(*bench.owner, 0b1));
	std::vector<gpiohub_command> batch(4);
	for (gpiohub_command &command : batch) {
		command.op = GPIOHUB_OP_SET;
		command.mask = 0b01;
		command.value = 0b01;
	}
	batch[2].mask = 0b10;
	const auto submitted = bench.owner->submit(batch);
	CHECK(submitted.done == 2);
	CHECK(submitted.code == EPERM);
	CHECK(submitted.line == 1);
}

TEST_CASE("fields that a command does not use must be 0")
{
	SoftBench bench;
	REQUIRE(own_outputs(*bench.owner, 1));
	CHECK(submit(*bench.owner, GPIOHUB_OP_SET, 1, 1, 1).code == EINVAL);
	CHECK(submit(*bench.owner, GPIOHUB_OP_RELEASE, 1, 1).code == EINVAL);
	CHECK(submit(*bench.owner, GPIOHUB_OP_KICK, 1).code == EINVAL);
	CHECK(submit(*bench.owner, GPIOHUB_OP_CANCEL, 1).code == EINVAL);
	CHECK(submit(*bench.owner, static_cast<gpiohub_op>(0)).code == EINVAL);
	CHECK(submit(*bench.owner, static_cast<gpiohub_op>(10)).code == EINVAL);
	gpiohub_command command{};
	command.op = GPIOHUB_OP_KICK;
	command.line = 1;
	CHECK(bench.owner->submit({&command, 1}).code == EINVAL);
}

TEST_CASE("a configuration that is none is refused before any effect")
{
	SoftBench bench;
	REQUIRE(claim(*bench.owner, 1).code == 0);
	for (const std::uint64_t arg : {0x3UL, 0x4UL << 8, 0x4UL << 16, 0x3UL << 24,
		     /* a drive, and not an output */
		     0x1UL << 16,
		     /* between the longest debounce and none */
		     0x1000000UL << 32})
		CHECK(submit(*bench.owner, GPIOHUB_OP_CONFIGURE, 1, 0, arg).code == EINVAL);
	CHECK(bench.events->rest().empty());
}

TEST_CASE("there are no rules, and no wake-up by a line")
{
	SoftBench bench;
	REQUIRE(claim(*bench.owner, 1).code == 0);
	gpiohub_rule rule{};
	CHECK(submit(*bench.owner, GPIOHUB_OP_RULE_ADD, 0, reinterpret_cast<std::uintptr_t>(&rule))
			.code == EOPNOTSUPP);
	CHECK(submit(*bench.owner, GPIOHUB_OP_RULE_DEL, 0, 1).code == EOPNOTSUPP);
	CHECK(submit(*bench.owner, GPIOHUB_OP_CONFIGURE, 1, 0, GPIOHUB_WAKE_ON << 24).code ==
		EOPNOTSUPP);
}

TEST_CASE("a message is an event and its text, without a gap")
{
	SoftBench bench;
	const std::string text = "a text of more than twenty bytes";
	REQUIRE(bench.owner->message(text).ok());
	const auto events = bench.events->rest();
	REQUIRE(events.size() == 3);
	CHECK(events[0].type == GPIOHUB_EVENT_MESSAGE);
	CHECK(events[0].line == GPIOHUB_NO_LINE);
	CHECK(events[0].value == text.size());
	std::string read;
	for (std::size_t i = 1; i < 3; i++) {
		CHECK(events[i].type == GPIOHUB_EVENT_TEXT);
		CHECK(events[i].seq == i);
		read.append(reinterpret_cast<const char *>(&events[i]) + GPIOHUB_TEXT_OFFSET,
			GPIOHUB_TEXT_SIZE);
	}
	CHECK(read == text + std::string(8, '\0'));
	CHECK(bench.state().seq == 3);
}

TEST_CASE("a message is neither empty nor too long")
{
	SoftBench bench;
	CHECK(bench.owner->message("").error().code == EINVAL);
	CHECK(bench.owner->message(std::string(241, 'x')).error().code == EMSGSIZE);
	CHECK(bench.owner->message(std::string(240, 'x')).ok());
}

TEST_CASE("nobody floods the ring with messages")
{
	SoftSession session;
	for (std::uint32_t i = 0; i < SoftSession::kRate; i++)
		REQUIRE(session.spend(5'000'000'000));
	CHECK_FALSE(session.spend(5'999'999'999));
	CHECK(session.spend(6'000'000'000));
}
