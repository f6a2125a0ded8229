/* SPDX-License-Identifier: MIT */
#include <gpiohub/filter.hpp>

#include <catch2/catch.hpp>

using namespace gpiohub;

namespace
{

gpiohub_event event(unsigned type, unsigned line)
{
	gpiohub_event event = {};
	event.type = static_cast<__u8>(type);
	event.line = static_cast<__u8>(line);
	return event;
}

} // namespace

TEST_CASE("events of other lines and other kinds are not wanted")
{
	const EventFilter filter(0b10, GPIOHUB_KINDS_EDGES);
	CHECK(filter.wants(event(GPIOHUB_EVENT_RISING, 1)));
	CHECK_FALSE(filter.wants(event(GPIOHUB_EVENT_RISING, 0)));
	CHECK_FALSE(filter.wants(event(GPIOHUB_EVENT_GONE, 1)));
	CHECK_FALSE(filter.wants(event(32, 1)));
	CHECK_FALSE(filter.wants(event(255, 1)));
}

TEST_CASE("events of no line are wanted whatever the lines")
{
	const EventFilter filter(0, GPIOHUB_KIND(GPIOHUB_EVENT_SUSPENDED));
	CHECK(filter.wants(event(GPIOHUB_EVENT_SUSPENDED, GPIOHUB_NO_LINE)));
	CHECK_FALSE(filter.wants(event(GPIOHUB_EVENT_MESSAGE, GPIOHUB_NO_LINE)));
}

TEST_CASE("a text follows its message, a report its pattern, and neither the other")
{
	const EventFilter messages(1, GPIOHUB_KIND(GPIOHUB_EVENT_MESSAGE));
	CHECK(messages.wants(event(GPIOHUB_EVENT_TEXT, GPIOHUB_NO_LINE)));
	CHECK_FALSE(messages.wants(event(GPIOHUB_EVENT_REPORT, 0)));

	const EventFilter patterns(1, GPIOHUB_KIND(GPIOHUB_EVENT_PATTERN));
	CHECK(patterns.wants(event(GPIOHUB_EVENT_REPORT, 0)));
	CHECK_FALSE(patterns.wants(event(GPIOHUB_EVENT_REPORT, 1)));
	CHECK_FALSE(patterns.wants(event(GPIOHUB_EVENT_TEXT, GPIOHUB_NO_LINE)));
}

TEST_CASE("nothing is wanted of a filter for nothing")
{
	CHECK_FALSE(EventFilter().wants(event(GPIOHUB_EVENT_RISING, 0)));
	CHECK_FALSE(EventFilter().wants(event(GPIOHUB_EVENT_MESSAGE, GPIOHUB_NO_LINE)));
}
