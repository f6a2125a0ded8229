/* SPDX-License-Identifier: MIT */
#include "backend/line_names.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <cstring>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

/* A chip whose lines are asked for, and counted. */
struct Bench {
	wire::LineInfo ask(std::uint32_t flags, unsigned offset = 4)
	{
		wire::LineInfo answer{};
		std::strcpy(answer.info.chip, "chip");
		answer.info.offset = offset;
		answer.info.flags = flags;
		names.complete(answer);
		return answer;
	}

	int asked = 0;
	std::string consumer = "somebody";
	LineNames names{[this](const std::string &chip, unsigned offset) -> Result<ChipLine> {
		asked++;
		if (chip != "chip" || offset > 7)
			return Error{ENOENT, "no such line"};
		ChipLine line;
		line.offset = offset;
		line.name = "GPIO" + std::to_string(offset);
		line.consumer = consumer;
		return line;
	}};
};

} // namespace

TEST_CASE("a chip is asked once about a line that the hub holds")
{
	Bench bench;
	for (int i = 0; i < 3; i++) {
		const auto answer = bench.ask(GPIOHUB_LINE_HELD);
		CHECK(std::string(answer.name) == "GPIO4");
		CHECK(std::string(answer.consumer) == "somebody");
	}
	CHECK(bench.asked == 1);
	CHECK(std::string(bench.ask(GPIOHUB_LINE_HELD, 5).name) == "GPIO5");
}

TEST_CASE("who uses a line that the hub does not hold is asked each time")
{
	Bench bench;
	CHECK(std::string(bench.ask(0).consumer) == "somebody");
	bench.consumer = "somebody else";
	CHECK(std::string(bench.ask(0).consumer) == "somebody else");
}

TEST_CASE("a chip that is gone is not asked, and forgotten")
{
	Bench bench;
	(void)bench.ask(GPIOHUB_LINE_HELD);
	CHECK(std::string(bench.ask(GPIOHUB_LINE_GONE).name).empty());
	CHECK(bench.asked == 1);
	(void)bench.ask(GPIOHUB_LINE_HELD);
	CHECK(bench.asked == 2);
}

TEST_CASE("a chip that cannot be asked leaves the names empty")
{
	Bench bench;
	CHECK(std::string(bench.ask(GPIOHUB_LINE_HELD, 99).name).empty());
}
