/* SPDX-License-Identifier: MIT */
/* Without a chip: what can be told from the names of a directory. */
#include "backend/chardev.hpp"

#include "device_directory.hpp"

#include <catch2/catch.hpp>
#include <poll.h>

#include <cerrno>

using namespace gpiohub;
using namespace gpiohub::daemon;

TEST_CASE("a machine without chips has no hubs, and one that comes is announced")
{
	const DeviceDirectory directory;
	directory.make("gpiohub0");
	auto backend = *ChardevBackend::create(directory.path);
	CHECK(backend->hubs()->empty());
	CHECK(backend->watch(0).error().code == ENODEV);
	CHECK(backend->own(0).error().code == ENODEV);
	directory.make("gpiochip3");
	pollfd poll{backend->fd(), POLLIN, 0};
	CHECK(::poll(&poll, 1, 0) == 1);
}

TEST_CASE("a chip that cannot be opened is a hub whose opening tells why, until it goes")
{
	const DeviceDirectory directory;
	directory.make("gpiochip3");
	directory.make("gpiochip7");
	auto backend = *ChardevBackend::create(directory.path);
	CHECK(*backend->hubs() == std::vector<unsigned>{0, 1});
	const auto refused = backend->watch(1);
	REQUIRE_FALSE(refused.ok());
	CHECK(refused.error().code == ENOTTY);
	CHECK(refused.error().what.find("/gpiochip7: ") != std::string::npos);
	CHECK(backend->own(0).error().code == ENOTTY);
	directory.remove("gpiochip3");
	directory.remove("gpiochip7");
	CHECK(backend->hubs()->empty());
}
