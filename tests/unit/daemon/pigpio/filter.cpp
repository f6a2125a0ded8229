/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/filter.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub::daemon::pigpio;

TEST_CASE("without a filter every edge counts as it is")
{
	Filter filter;
	CHECK(filter.is_open());
	CHECK(filter.edge(true, 1));
	CHECK(filter.edge(false, 2));
	CHECK(filter.due() == Filter::kNever);
}

TEST_CASE("a glitch filter tells a level once it has stayed, and as of then")
{
	Filter filter;
	filter.glitch(100, false);
	CHECK(!filter.edge(true, 1000));
	CHECK(filter.due() == 1100);
	Filter::Change change{};
	REQUIRE(filter.settle(change));
	CHECK(change.level);
	CHECK(change.time_ns == 1100);
	CHECK(filter.due() == Filter::kNever);
}

TEST_CASE("a pulse that is shorter than the glitch filter's time never was")
{
	Filter filter;
	filter.glitch(100, false);
	CHECK(!filter.edge(true, 1000));
	CHECK(!filter.edge(false, 1099));
	CHECK(filter.due() == Filter::kNever);
	/* Nor does it shorten the next one's time. */
	CHECK(!filter.edge(true, 1150));
	CHECK(filter.due() == 1250);
}

TEST_CASE("a noise filter lets edges through for a while after quiet, then again after quiet")
{
	Filter filter;
	filter.noise(100, 50, false);
	CHECK(filter.edge(true, 1000)); /* nothing was before */
	CHECK(filter.edge(false, 1049));
	CHECK(!filter.edge(true, 1051));
	CHECK(!filter.edge(false, 1150)); /* 99 after the last one */
	CHECK(filter.edge(true, 1250));
	CHECK(filter.edge(false, 1299));
}

TEST_CASE("both at once: what is a glitch makes no noise")
{
	Filter filter;
	filter.glitch(10, false);
	filter.noise(100, 50, false);
	CHECK(!filter.edge(true, 1000));
	CHECK(!filter.edge(false, 1005));
	CHECK(!filter.edge(true, 1090));
	Filter::Change change{};
	REQUIRE(filter.due() == 1100);
	CHECK(filter.settle(change));
}

TEST_CASE("a filter that is switched off is open again")
{
	Filter filter;
	filter.glitch(10, false);
	filter.noise(100, 50, false);
	filter.glitch(0, true);
	filter.noise(0, 0, true);
	CHECK(filter.is_open());
	CHECK(filter.edge(false, 1));
}
