/* SPDX-License-Identifier: MIT */
#include "activation.hpp"

#include "socket.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

/* Where a test puts its descriptors: none of the test's own is there. */
constexpr int kFirst = 200;

UniqueFd unix_socket(const std::string &path, int type = SOCK_STREAM)
{
	UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	path.copy(address.sun_path, path.size());
	const auto size = offsetof(sockaddr_un, sun_path) + path.size();
	REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr *>(&address),
			static_cast<socklen_t>(size)) == 0);
	if (type == SOCK_STREAM)
		::listen(fd.get(), 1);
	return fd;
}

/* As the service manager passes them. */
Result<InheritedSockets> pass(const std::vector<int> &sockets, const std::string &names,
	const std::string &pid = std::to_string(::getpid()), const std::string &count = {})
{
	int next = kFirst;
	for (const int fd : sockets)
		::dup2(fd, next++);
	::setenv("LISTEN_PID", pid.c_str(), 1);
	::setenv("LISTEN_FDS",
		count.empty() ? std::to_string(sockets.size()).c_str() : count.c_str(), 1);
	::setenv("LISTEN_FDNAMES", names.c_str(), 1);
	return inherited_sockets(kFirst);
}

std::string fault_of(int fd, const std::string &name)
{
	const auto passed = pass({fd}, name);
	REQUIRE_FALSE(passed.ok());
	return passed.error().what;
}

const std::string kPath = "/tmp/gpiohub-test-" + std::to_string(::getpid()) + ".activation";

struct Path {
	~Path() { ::unlink(kPath.c_str()); }
};

} // namespace

TEST_CASE("nobody passed anything")
{
	const auto none = inherited_sockets();
	REQUIRE(none.ok());
	CHECK(none->native.empty());
}

TEST_CASE("each socket goes where its name says, and is ours from then on")
{
	const Path path;
	const UniqueFd native = unix_socket(kPath);
	const UniqueFd tcp = *listen_tcp("127.0.0.1", 0);
	const UniqueFd tls = *listen_tcp("0.0.0.0", 0, Reach::Everybody);
	::fcntl(native.get(), F_SETFL, 0);
	const auto passed = pass({native.get(), tcp.get(), tls.get()}, "native:tcp:tls");
	REQUIRE(passed.ok());
	REQUIRE(passed->native.size() == 1);
	REQUIRE(passed->tcp.size() == 1);
	REQUIRE(passed->tls.size() == 1);
	CHECK(passed->native[0].fd.get() == kFirst);
	CHECK(passed->native[0].where == kPath);
	CHECK(passed->tcp[0].where.starts_with("127.0.0.1:"));
	CHECK(passed->tls[0].where.starts_with("0.0.0.0:"));
	CHECK((::fcntl(kFirst, F_GETFL) & O_NONBLOCK) != 0);
	CHECK((::fcntl(kFirst, F_GETFD) & FD_CLOEXEC) != 0);
	/* A child must not take them for its own. */
	CHECK(std::getenv("LISTEN_FDS") == nullptr);
	CHECK(std::getenv("LISTEN_PID") == nullptr);
	CHECK(std::getenv("LISTEN_FDNAMES") == nullptr);
}

TEST_CASE("what was passed to another process is left alone")
{
	const Path path;
	const UniqueFd native = unix_socket(kPath);
	for (const std::string &pid :
		{std::to_string(::getppid()), std::string(), std::string("x")}) {
		const auto passed = pass({native.get()}, "native", pid);
		REQUIRE(passed.ok());
		CHECK(passed->native.empty());
		CHECK(::fcntl(kFirst, F_GETFD) >= 0);
	}
	::close(kFirst);
}

TEST_CASE("a number of sockets that is none is refused")
{
	for (const char *count : {"many", "-1", "65", "1x", "99999999999"})
		CHECK(pass({}, "", std::to_string(::getpid()), count).error().code == EINVAL);
	CHECK(pass({}, "", std::to_string(::getpid()), "0").ok());
}

TEST_CASE("a name that is no door's is refused, with the cure")
{
	const Path path;
	const UniqueFd native = unix_socket(kPath);
	for (const char *name : {"gpiohubd.socket", "", "unknown", "Native"})
		CHECK_THAT(fault_of(native.get(), name),
			Catch::Contains("neither native nor tcp nor tls (FileDescriptorName=)"));
	/* The second has none. */
	CHECK(pass({native.get(), native.get()}, "native").error().code == EINVAL);
	CHECK(::fcntl(kFirst + 1, F_GETFD) < 0);
}

TEST_CASE("what does not listen, or is of the wrong kind, is refused")
{
	const Path path;
	const UniqueFd native = unix_socket(kPath);
	const UniqueFd tcp = *listen_tcp("127.0.0.1", 0);
	CHECK_THAT(fault_of(native.get(), "tcp"), Catch::Contains("is no TCP socket"));
	CHECK_THAT(fault_of(native.get(), "tls"), Catch::Contains("is no TCP socket"));
	CHECK_THAT(fault_of(tcp.get(), "native"), Catch::Contains("is no Unix socket"));

	const UniqueFd silent(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	CHECK_THAT(fault_of(silent.get(), "tcp"), Catch::Contains("no stream socket that listens"));
	const UniqueFd datagrams = unix_socket("", SOCK_DGRAM);
	CHECK_THAT(fault_of(datagrams.get(), "native"),
		Catch::Contains("no stream socket that listens"));
	const UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
	CHECK_THAT(
		fault_of(file.get(), "native"), Catch::Contains("no stream socket that listens"));
}

TEST_CASE("without TLS nobody from elsewhere is listened for")
{
	for (const char *address : {"0.0.0.0", "::"}) {
		const UniqueFd open = *listen_tcp(address, 0, Reach::Everybody);
		const auto passed = pass({open.get()}, "tcp");
		REQUIRE_FALSE(passed.ok());
		CHECK(passed.error().code == EPERM);
		CHECK_THAT(passed.error().what, Catch::Contains("only loopback addresses"));
	}
	const UniqueFd six = *listen_tcp("::1", 0);
	CHECK(pass({six.get()}, "tcp")->tcp.at(0).where.starts_with("[::1]:"));
}

TEST_CASE("a Unix socket without a path has no mode, and is refused")
{
	const UniqueFd abstract = unix_socket(std::string("\0gpiohub-test", 13));
	const auto passed = pass({abstract.get()}, "native");
	REQUIRE_FALSE(passed.ok());
	CHECK(passed.error().code == EPERM);
	CHECK_THAT(passed.error().what, Catch::Contains("has no path"));
}
