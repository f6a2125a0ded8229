/* SPDX-License-Identifier: MIT */
#include "hold.hpp"

#include "fake_board.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::cli;

namespace
{

/* The daemon's connection ends while we wait. */
class EndingBoard : public FakeBoard
{
public:
	EndingBoard() : FakeBoard({0}) {}

	Result<std::optional<Received>> next() override
	{
		if (waited_)
			return Error{ECONNRESET, "the daemon ended the connection"};
		return std::optional<Received>();
	}

	Result<bool> wait(int) override
	{
		waited_ = true;
		return true;
	}

private:
	bool waited_ = false;
};

} // namespace

TEST_CASE("lines are held until the user ends it")
{
	TellingBoard board({{0, false, 0, {}}, {1, true, 0, {}}});
	CHECK(hold(board, {0, 2}, -1).ok());
	CHECK(board.left() == 0);
}

TEST_CASE("holding lines ends with their hub")
{
	TellingBoard board({{1, true, 0, {}}, {2, true, 0, {}}, {0, false, 0, {}}});
	const auto held = hold(board, {0, 2}, -1);
	REQUIRE_FALSE(held.ok());
	CHECK(held.error().code == ENODEV);
	CHECK(held.error().what == "gpiohub2 is gone: its lines are no longer held");
}

TEST_CASE("holding lines ends with the daemon")
{
	EndingBoard board;
	const auto held = hold(board, {0}, -1);
	REQUIRE_FALSE(held.ok());
	CHECK(held.error().code == ECONNRESET);
}
