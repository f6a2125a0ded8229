/* SPDX-License-Identifier: MIT */
/* What needs no module: how errors come back. The rest is tested in the guest. */
#include <gpiohub/device.hpp>

#include <catch2/catch.hpp>
#include <cerrno>
#include <fcntl.h>

using namespace gpiohub;

TEST_CASE("a device that is not there cannot be opened")
{
	const auto device = Device::open("/nonexistent/gpiohub0");
	REQUIRE_FALSE(device.ok());
	CHECK(device.error().code == ENOENT);
	CHECK(device.error().what == "/nonexistent/gpiohub0: No such file or directory");
}

TEST_CASE("calls on a file that is no hub give the kernel's errno and no line")
{
	auto device = Device::open("/dev/null");
	REQUIRE(device.ok());

	CHECK(device->info().error().code == ENOTTY);
	CHECK(device->line_info(3).error().code == ENOTTY);
	CHECK(device->subscribe(1).error().code == ENOTTY);
	CHECK(device->subscribe(1).error().line == GPIOHUB_NO_LINE);
	CHECK(device->claim(1, GPIOHUB_GUARD_KEEP).error().code == ENOTTY);
	CHECK(device->get(1).error().code == ENOTTY);
	CHECK(device->set(1, 1).error().code == ENOTTY);
	CHECK(device->configure(1, {}).error().code == ENOTTY);
	CHECK(device->release(1).error().code == ENOTTY);
	CHECK(device->restrict_to(1).error().code == ENOTTY);
	CHECK(device->map_ring().error().code == ENOTTY);

	gpiohub_wait wait = {};
	CHECK(device->wait(wait).error().code == ENOTTY);
	CHECK(device->cancel(1).error().code == ENOTTY);
	CHECK(device->add_rule({}).error().code == ENOTTY);
	CHECK(device->delete_rule(1).error().code == ENOTTY);

	const Submitted submitted = device->submit({});
	CHECK(submitted.code == ENOTTY);
	CHECK(submitted.done == 0);
}

TEST_CASE("a pattern that is refused as a whole names no step")
{
	auto device = Device::open("/dev/null");
	REQUIRE(device.ok());
	const auto played = device->play(1, {1, {drive_step(1, 0, 1000), drive_step(0, 1, 0)}});
	REQUIRE_FALSE(played.ok());
	CHECK(played.error().code == ENOTTY);
	CHECK(played.error().line == GPIOHUB_NO_LINE);
	CHECK(played.error().what == "play: Inappropriate ioctl for device");
}

TEST_CASE("an adopted file keeps its descriptor until the end")
{
	int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
	{
		const Device device = Device::adopt(UniqueFd(fd), "null");
		CHECK(device.fd() == fd);
		CHECK(::fcntl(fd, F_GETFD) >= 0);
	}
	CHECK(::fcntl(fd, F_GETFD) == -1);
}

TEST_CASE("a mapping that moved is unmapped once")
{
	Mapping empty;
	Mapping moved(std::move(empty));
	CHECK(moved.data() == nullptr);
	moved = Mapping();
	CHECK(moved.size() == 0);
}
