/* SPDX-License-Identifier: MIT */
/* Without the module: what can be told from the names of a directory. */
#include "backend/kernel.hpp"

#include "device_directory.hpp"

#include <catch2/catch.hpp>
#include <poll.h>

#include <cerrno>

using namespace gpiohub;
using namespace gpiohub::daemon;

TEST_CASE("hubs are the nodes of their name, and those that come are announced")
{
	const DeviceDirectory directory;
	directory.make("gpiochip0");
	auto backend = *KernelBackend::create(directory.path);
	CHECK(backend->hubs()->empty());
	directory.make("gpiohub2");
	pollfd poll{backend->fd(), POLLIN, 0};
	CHECK(::poll(&poll, 1, 0) == 1);
	CHECK(*backend->hubs() == std::vector<unsigned>{2});
}

TEST_CASE("what is no hub is not opened, and the error names it")
{
	const DeviceDirectory directory;
	auto backend = *KernelBackend::create(directory.path);
	const auto missing = backend->watch(7);
	REQUIRE_FALSE(missing.ok());
	CHECK(missing.error().code == ENOENT);
	CHECK(missing.error().what.find("/gpiohub7: ") != std::string::npos);
	directory.make("gpiohub7");
	CHECK(backend->watch(7).error().code == ENOTTY);
}
