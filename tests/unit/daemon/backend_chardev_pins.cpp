/* SPDX-License-Identifier: MIT */
/* What is pure of it; the rest needs a chip (tests/e2e/backends.sh). */
#include "backend/chardev_pins.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

std::vector<std::pair<unsigned, bool>> in_order(std::vector<PinEdge> edges)
{
	put_in_order(edges);
	std::vector<std::pair<unsigned, bool>> order;
	for (const PinEdge &edge : edges)
		order.emplace_back(edge.line, edge.level);
	return order;
}

} // namespace

TEST_CASE("edges of several lines are told in the order of their times")
{
	CHECK(in_order({{0, true, 0, 10}, {0, false, 0, 30}, {1, true, 0, 5}, {1, false, 0, 20}}) ==
		std::vector<std::pair<unsigned, bool>>{
			{1, true}, {0, true}, {1, false}, {0, false}});
}

TEST_CASE("edges of one line stay as they were read when they are of one time")
{
	CHECK(in_order({{0, true, 0, 10}, {0, false, 0, 10}, {0, true, 0, 10}}) ==
		std::vector<std::pair<unsigned, bool>>{{0, true}, {0, false}, {0, true}});
}
