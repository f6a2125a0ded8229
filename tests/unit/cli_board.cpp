/* SPDX-License-Identifier: MIT */
/* What needs neither a daemon nor a hub: how opening fails. */
#include "board.hpp"

#include <catch2/catch.hpp>
#include <cerrno>

using namespace gpiohub;
using namespace gpiohub::cli;

TEST_CASE("who finds neither a daemon nor a device is told of both")
{
	const Error both =
		neither({ENOENT, "cannot reach unix:/x: no daemon listens there", GPIOHUB_NO_LINE},
			{EACCES, "cannot open gpiohub0: this user may not", GPIOHUB_NO_LINE});
	CHECK(both.code == EACCES);
	CHECK(both.what ==
		"cannot reach unix:/x: no daemon listens there; and the device: "
		"cannot open gpiohub0: this user may not");
}

TEST_CASE("a device that is no hub is refused by name")
{
	const auto board = open_board({.connect = {}, .device = "/dev/null"});
	REQUIRE_FALSE(board.ok());
	CHECK(board.error().code == ENOTTY);
	CHECK_THAT(board.error().what,
		Catch::StartsWith("cannot open null: it is no device of gpiohub"));
}

TEST_CASE("a device that is not there is refused by name")
{
	const auto board = open_board({.connect = {}, .device = "/nonexistent/gpiohub7"});
	REQUIRE_FALSE(board.ok());
	CHECK(board.error().code == ENOENT);
	CHECK_THAT(board.error().what, Catch::StartsWith("cannot open gpiohub7: "));
}
