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
			Catch::Contains("of user 1000") && Catch::Contains("or as root") &&
				Catch::Contains("gpiohub --direct"));
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

TEST_CASE("only a set on a line that is no output says that it is none")
{
	Failure failure = failure_on_line_4("set", EIO);
	CHECK_THAT(explain(failure), Catch::Contains("it is not an output"));
	failure.info->direction = GPIOHUB_DIRECTION_OUTPUT;
	CHECK_THAT(explain(failure), Catch::Contains("its chip did not answer"));

	for (const char *deed : {"read", "claim", "watch", "configure"}) {
		const std::string text = explain(failure_on_line_4(deed, EIO));
		CHECK_THAT(text, Catch::Contains("its chip did not answer"));
		CHECK_THAT(text, !Catch::Contains("output"));
	}
}

TEST_CASE("a device that the machine forbids is no matter of groups or owners")
{
	const std::string text = explain({.deed = "open", .code = EPERM, .hub = "gpiohub0"});
	CHECK_THAT(text, Catch::Contains("this machine forbids the device"));
	CHECK_THAT(text, !Catch::Contains("claim"));
}

TEST_CASE("a device of something else is called that")
{
	CHECK_THAT(explain({.deed = "open", .code = ENOTTY, .hub = "gpiochip0"}),
		Catch::StartsWith("cannot open gpiochip0: it is no device of gpiohub"));
	CHECK_THAT(explain(failure_on_line_4("watch", ENOTTY)), Catch::Contains("older"));
}

TEST_CASE("a line that the hub does not have is told with those that it has")
{
	const Failure failure = {
		.deed = "watch", .code = ENXIO, .hub = "gpiohub0", .line = 40, .lines = 28};
	CHECK(explain(failure) == "cannot watch line 40 of gpiohub0: the hub has lines 0 to 27");
}

TEST_CASE("errors about a whole hub name it")
{
	CHECK(explain({.deed = "open", .code = ENOENT, .hub = "gpiohub0"}) ==
		"cannot open gpiohub0: there is no such device: load the module (modprobe gpiohub "
		"hubs=auto)");
	CHECK_THAT(explain({.deed = "watch", .code = ENODEV, .hub = "gpiohub0"}),
		Catch::Contains("the hub is gone"));
	CHECK_THAT(explain({.deed = "open", .code = EACCES, .hub = "gpiohub0"}),
		Catch::Contains("be in the group"));
}

TEST_CASE("an errno that nobody foresaw is still told")
{
	CHECK(explain({.deed = "set", .code = ENOMEM, .hub = "gpiohub0"}) ==
		"cannot set gpiohub0: Cannot allocate memory");
}
