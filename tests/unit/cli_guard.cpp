/* SPDX-License-Identifier: MIT */
#include "guard.hpp"

#include "fake_board.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::cli;

namespace
{

/* Remembers in words what it was asked. */
class OwningBoard : public FakeBoard
{
public:
	OwningBoard() : FakeBoard({0}) {}

	Result<void> claim(std::uint8_t, std::uint64_t lines, const Guard &guard) override
	{
		told += "claim " + std::to_string(lines) + " guard " + std::to_string(guard.kind) +
			"; ";
		if (is_busy)
			return Error{EBUSY, "somebody owns it"};
		return {};
	}

	Result<void> configure(std::uint8_t, std::uint64_t lines, const LineConfig &config) override
	{
		told += "configure " + std::to_string(lines) + " direction " +
			std::to_string(config.direction) + " levels " +
			std::to_string(config.levels);
		return {};
	}

	std::string told;
	bool is_busy = false;
};

} // namespace

TEST_CASE("the words of --guard are the kernel's guards")
{
	CHECK(guard_of(After::Input, 3).kind == GPIOHUB_GUARD_INPUT);
	CHECK(guard_of(After::Keep, 3).kind == GPIOHUB_GUARD_KEEP);
	CHECK(guard_of(After::Low, 3).kind == GPIOHUB_GUARD_LEVELS);
	CHECK(guard_of(After::Low, 3).levels == 0);
	CHECK(guard_of(After::High, 3).kind == GPIOHUB_GUARD_LEVELS);
	CHECK(guard_of(After::High, 3).levels == 3);
	CHECK(guard_of(After::Keep, 3).levels == 0);
}

TEST_CASE("a verb takes the words and no others")
{
	After after = After::Input;
	CLI::App app;
	add_guard_option(app, after);
	app.parse(std::vector<std::string>{"high", "--guard"});
	CHECK(after == After::High);
	CHECK_THROWS_AS(app.parse(std::vector<std::string>{"up", "--guard"}), CLI::ValidationError);
}

TEST_CASE("outputs are claimed with their guard, then configured, not set")
{
	OwningBoard board;
	REQUIRE(own_outputs(board, 0, 6, 2, After::Keep).ok());
	CHECK(board.told == "claim 6 guard 2; configure 6 direction 2 levels 2");
}

TEST_CASE("a line that cannot be claimed is not configured")
{
	OwningBoard board;
	board.is_busy = true;
	CHECK(own_outputs(board, 0, 6, 2, After::Keep).error().code == EBUSY);
	CHECK(board.told == "claim 6 guard 2; ");
}
