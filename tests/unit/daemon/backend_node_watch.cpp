/* SPDX-License-Identifier: MIT */
#include "backend/node_watch.hpp"

#include "device_directory.hpp"

#include <catch2/catch.hpp>
#include <poll.h>

#include <cerrno>
#include <memory>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

struct Bench {
	bool is_ready() const
	{
		pollfd poll{followed.get(), POLLIN, 0};
		return ::poll(&poll, 1, 0) == 1;
	}

	std::vector<unsigned> numbers() const { return *nodes.numbers(followed.get()); }

	DeviceDirectory directory;
	NodeWatch nodes{directory.path, "gpiohub"};
	UniqueFd followed = *nodes.follow();
};

} // namespace

TEST_CASE("nodes are those of their name, by number")
{
	const Bench bench;
	for (const char *name : {"gpiohub10", "gpiohub2", "gpiohub", "gpiohub1x", "gpiochip0"})
		bench.directory.make(name);
	CHECK(bench.numbers() == std::vector<unsigned>{2, 10});
}

TEST_CASE("a node that comes, goes or gets other rights is announced, once")
{
	const Bench bench;
	CHECK_FALSE(bench.is_ready());
	bench.directory.make("gpiohub0");
	CHECK(bench.is_ready());
	CHECK(bench.numbers() == std::vector<unsigned>{0});
	CHECK_FALSE(bench.is_ready());
	std::filesystem::permissions(bench.nodes.path(0), std::filesystem::perms::owner_read);
	CHECK(bench.is_ready());
	(void)bench.numbers();
	bench.directory.remove("gpiohub0");
	CHECK(bench.is_ready());
	CHECK(bench.numbers().empty());
}

TEST_CASE("a directory that cannot be read is not one without nodes")
{
	auto directory = std::make_unique<DeviceDirectory>();
	const NodeWatch nodes(directory->path, "gpiohub");
	const UniqueFd followed = *nodes.follow();
	directory.reset();
	CHECK(nodes.numbers(followed.get()).error().code == ENOENT);
}
