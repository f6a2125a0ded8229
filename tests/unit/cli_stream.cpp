/* SPDX-License-Identifier: MIT */
/* What needs no hub: the order in which streams are asked. */
#include "stream.hpp"

#include <catch2/catch.hpp>
#include <cerrno>

using namespace gpiohub;
using namespace gpiohub::cli;

namespace
{

/* Has so much to give. */
struct Source {
	std::uint8_t hub;
	unsigned left;

	Result<std::optional<Received>> next()
	{
		if (left == 0)
			return std::optional<Received>();
		left--;
		return std::optional(Received{hub, false, 0, {}});
	}
};

std::vector<unsigned> hubs_of_all(std::vector<Source> sources)
{
	std::vector<unsigned> hubs;
	std::size_t turn = 0;
	while (hubs.size() < 100) {
		const auto received = next_in_turn(sources, turn);
		REQUIRE(received.ok());
		if (!received->has_value())
			break;
		hubs.push_back((*received)->hub);
	}
	return hubs;
}

} // namespace

TEST_CASE("a flood on one hub does not starve the others")
{
	CHECK(hubs_of_all({{0, 4}, {1, 2}, {2, 1}}) == std::vector<unsigned>{0, 1, 2, 0, 1, 0, 0});
	CHECK(hubs_of_all({{0, 0}, {1, 3}}) == std::vector<unsigned>{1, 1, 1});
}

TEST_CASE("no hub is asked where there is none")
{
	CHECK(hubs_of_all({}).empty());
	CHECK(hubs_of_all({{0, 0}, {1, 0}}).empty());
}
