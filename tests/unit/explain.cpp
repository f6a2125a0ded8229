/* SPDX-License-Identifier: MIT */
#include <gpiohub/explain.hpp>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>

using namespace gpiohub;

namespace
{

Failure failure_on_line_4(std::string_view deed, int code)
{
	gpiohub_line_info info = {};
	info.line = 4;
	info.offset = 12;
	std::strcpy(info.chip, "pinctrl-rp1");
	return {deed, code, "gpiohub0", 4, 28, info, ChipLine{12, "GPIO4", {}, false, false}};
}

} // namespace

TEST_CASE("a line in use is said with its holder and what to do")
{
	Failure failure = failure_on_line_4("claim", EBUSY);

	SECTION("another program of gpiohub")
	{
		failure.info->flags = GPIOHUB_LINE_OWNED | GPIOHUB_LINE_HELD;
		failure.info->owner_pid = 812;
		failure.info->owner_uid = 1000;
		std::strcpy(failure.info->owner_comm, "motor");
		CHECK(explain(failure) ==
			"cannot claim line 4 of gpiohub0 (GPIO4, pinctrl-rp1 offset 12): motor "
			"(process 812, user 1000) owns it: stop that program, or have it release "
			"the line");
	}
	SECTION("a program that this user may not see")
	{
		failure.info->flags = GPIOHUB_LINE_OWNED;
		failure.info->owner_uid = 0;
		CHECK_THAT(explain(failure), Catch::Contains("a program of user 0 owns it"));
	}
	SECTION("kept for another user")
	{
		failure.info->flags = GPIOHUB_LINE_KEPT;
		failure.info->owner_uid = 1000;
		CHECK_THAT(explain(failure),
			Catch::Contains("of user 1000") && Catch::Contains("or as root"));
	}
	SECTION("somebody outside gpiohub, with a name")
	{
		failure.chip_line->consumer = "w1-gpio";
		CHECK_THAT(
			explain(failure), Catch::Contains("\"w1-gpio\" uses it outside gpiohub"));
	}
	SECTION("and without one")
	{
		failure.chip_line.reset();
		CHECK(explain(failure) ==
			"cannot claim line 4 of gpiohub0 (pinctrl-rp1 offset 12): something "
			"outside "
			"gpiohub uses it: gpioinfo may tell what");
	}
}

TEST_CASE("other errors on a line say what to do")
{
	CHECK_THAT(explain(failure_on_line_4("set", EPERM)), Catch::Contains("claim it first"));
	CHECK_THAT(explain(failure_on_line_4("set", EIO)), Catch::Contains("configure it as one"));
	CHECK_THAT(explain(failure_on_line_4("set", ENODEV)), Catch::Contains("its chip is gone"));
	CHECK_THAT(explain(failure_on_line_4("watch", EOPNOTSUPP)),
		Catch::Contains("has no interrupt"));
	CHECK_THAT(explain(failure_on_line_4("configure", EOPNOTSUPP)),
		Catch::Contains("its chip cannot do that"));
}

TEST_CASE("a line that the hub does not have is told with those that it has")
{
	const Failure failure = {"watch", ENXIO, "gpiohub0", 40, 28, {}, {}};
	CHECK(explain(failure) == "cannot watch line 40 of gpiohub0: the hub has lines 0 to 27");
}

TEST_CASE("errors about a whole hub name it")
{
	CHECK(explain({"open", ENOENT, "gpiohub0", GPIOHUB_NO_LINE, 0, {}, {}}) ==
		"cannot open gpiohub0: there is no such device: load the module (modprobe gpiohub "
		"hubs=auto)");
	CHECK_THAT(explain({"watch", ENODEV, "gpiohub0", GPIOHUB_NO_LINE, 0, {}, {}}),
		Catch::Contains("the hub is gone"));
	CHECK_THAT(explain({"open", EACCES, "gpiohub0", GPIOHUB_NO_LINE, 0, {}, {}}),
		Catch::Contains("be in the group"));
}

TEST_CASE("an errno that nobody foresaw is still told")
{
	CHECK(explain({"set", ENOMEM, "gpiohub0", GPIOHUB_NO_LINE, 0, {}, {}}) ==
		"cannot set gpiohub0: Cannot allocate memory");
}
