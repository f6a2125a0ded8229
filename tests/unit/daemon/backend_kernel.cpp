/* SPDX-License-Identifier: MIT */
/* Without the module: what can be told from the names of a directory. */
#include "backend/kernel.hpp"

#include <catch2/catch.hpp>
#include <poll.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

/* A directory in the place of /dev. */
struct Directory {
	Directory() { std::filesystem::create_directory(path); }
	~Directory() { std::filesystem::remove_all(path); }
	void make(const std::string &name) const { std::ofstream(path + "/" + name) << ""; }
	void remove(const std::string &name) const { std::filesystem::remove(path + "/" + name); }
	std::string path = "/tmp/gpiohub-test-" + std::to_string(::getpid()) + ".dev";
};

bool is_ready(const Backend &backend)
{
	pollfd poll{backend.fd(), POLLIN, 0};
	return ::poll(&poll, 1, 0) == 1;
}

} // namespace

TEST_CASE("hubs are the nodes of their name, by number")
{
	const Directory directory;
	for (const char *name : {"gpiohub10", "gpiohub2", "gpiohub", "gpiohub1x", "gpiochip0"})
		directory.make(name);
	auto backend = *KernelBackend::create(directory.path);
	CHECK(*backend->hubs() == std::vector<unsigned>{2, 10});
}

TEST_CASE("a node that comes, goes or gets other rights is announced, once")
{
	const Directory directory;
	auto backend = *KernelBackend::create(directory.path);
	CHECK_FALSE(is_ready(*backend));
	directory.make("gpiohub0");
	CHECK(is_ready(*backend));
	CHECK(*backend->hubs() == std::vector<unsigned>{0});
	CHECK_FALSE(is_ready(*backend));
	std::filesystem::permissions(
		directory.path + "/gpiohub0", std::filesystem::perms::owner_read);
	CHECK(is_ready(*backend));
	(void)backend->hubs();
	directory.remove("gpiohub0");
	CHECK(is_ready(*backend));
	CHECK(backend->hubs()->empty());
}

TEST_CASE("a directory that cannot be read is not one without hubs")
{
	auto directory = std::make_unique<Directory>();
	auto backend = *KernelBackend::create(directory->path);
	directory.reset();
	CHECK(backend->hubs().error().code == ENOENT);
}

TEST_CASE("what is no hub is not opened, and the error names it")
{
	const Directory directory;
	auto backend = *KernelBackend::create(directory.path);
	const auto missing = backend->watch(7);
	REQUIRE_FALSE(missing.ok());
	CHECK(missing.error().code == ENOENT);
	CHECK(missing.error().what.find("/gpiohub7: ") != std::string::npos);
	directory.make("gpiohub7");
	CHECK(backend->watch(7).error().code == ENOTTY);
}
