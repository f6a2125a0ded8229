/* SPDX-License-Identifier: MIT */
#include "notify.hpp"

#include <gpiohub/fd.hpp>

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

using namespace gpiohub;
using namespace gpiohub::daemon;

TEST_CASE("the service manager is told when there is one")
{
	const std::string path = "/tmp/gpiohub-test-" + std::to_string(::getpid()) + ".notify";
	const UniqueFd manager(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	path.copy(address.sun_path, sizeof(address.sun_path) - 1);
	REQUIRE(::bind(manager.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)) ==
		0);

	::setenv("NOTIFY_SOCKET", path.c_str(), 1);
	notify("READY=1");
	::unsetenv("NOTIFY_SOCKET");
	::unlink(path.c_str());

	std::array<char, 64> text{};
	CHECK(::recv(manager.get(), text.data(), text.size(), 0) == 7);
	CHECK(std::string(text.data()) == "READY=1");

	notify("STOPPING=1"); /* nobody there: nothing happens */
}
