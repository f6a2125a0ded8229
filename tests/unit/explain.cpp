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

TEST_CASE("a line of one's own that cannot be driven now is said with the reason")
{
	Failure failure = failure_on_line_4("set", EBUSY);
	failure.info->flags = GPIOHUB_LINE_OWNED | GPIOHUB_LINE_MINE;

	SECTION("a pattern plays on it")
	{
		failure.info->flags |= GPIOHUB_LINE_PLAYING;
		CHECK_THAT(explain(failure), Catch::Contains("cancel the pattern first"));
	}
	SECTION("a rule holds it, whatever plays")
	{
		failure.info->flags |= GPIOHUB_LINE_LATCHED | GPIOHUB_LINE_PLAYING;
		CHECK_THAT(explain(failure), Catch::Contains("claim it again"));
	}
	SECTION("none of these")
	{
		CHECK_THAT(explain(failure), Catch::Contains("owns it already"));
	}
}

TEST_CASE("what others play on their line is not told instead of whose it is")
{
	Failure failure = failure_on_line_4("claim", EBUSY);
	failure.info->flags = GPIOHUB_LINE_OWNED | GPIOHUB_LINE_PLAYING;
	CHECK_THAT(explain(failure), Catch::Contains("a program of user 0 owns it"));
}

TEST_CASE("errors of requests and rules say what to do")
{
	const auto said = [](std::string_view deed, int code) {
		return explain({.deed = deed, .code = code, .hub = "gpiohub0"});
	};
	CHECK(said(kDeedCancel, ENOENT) ==
		"cannot cancel a request of gpiohub0: there is no such request: it is over, or "
		"never was");
	CHECK_THAT(said(kDeedDeleteRule, ENOENT), Catch::Contains("gpiohub rule --list"));
	CHECK_THAT(said(kDeedPlay, EEXIST), Catch::Contains("a request of that number"));
	CHECK_THAT(said(kDeedAddRule, EEXIST), Catch::Contains("a rule of that number"));
	CHECK_THAT(said(kDeedPlay, EDQUOT), Catch::Contains("cancel some"));
	CHECK_THAT(said(kDeedAddRule, EDQUOT), Catch::Contains("too many rules"));
	CHECK_THAT(said("open", EDQUOT), Catch::Contains("too many files"));
	CHECK_THAT(said(kDeedAddRule, ENOSPC), Catch::Contains("the hub has 64 rules"));
	CHECK_THAT(said(kDeedAddRule, EOPNOTSUPP), Catch::Contains("need the kernel module"));
	CHECK_THAT(said(kDeedWait, ENOSPC), Catch::Contains("as many wait as may"));
	CHECK_THAT(said(kDeedWait, ETIMEDOUT), Catch::Contains("did not happen in time"));
	CHECK_THAT(said(kDeedWait, ECANCELED), Catch::Contains("cancelled"));
	CHECK_THAT(said(kDeedWait, EOVERFLOW), Catch::Contains("overwritten"));
	CHECK_THAT(explain(failure_on_line_4(kDeedPlay, EIO)),
		Catch::Contains("configure it as one first"));
	CHECK_THAT(explain(failure_on_line_4(kDeedWait, EOPNOTSUPP)),
		Catch::Contains("has no interrupt"));
	CHECK_THAT(explain(failure_on_line_4(kDeedAddRule, EOPNOTSUPP)),
		Catch::Contains("has no interrupt"));
}

TEST_CASE("what is known to be wrong with a pattern is told instead of a guess")
{
	CHECK(explain({.deed = kDeedPlay,
		      .code = EINVAL,
		      .hub = "gpiohub0",
		      .detail = "step 3 drives line 4 high and low"}) ==
		"cannot play on gpiohub0: step 3 drives line 4 high and low");
	CHECK_THAT(explain({.deed = kDeedPlay, .code = EINVAL, .hub = "gpiohub0"}),
		Catch::Contains("is its module older"));
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
