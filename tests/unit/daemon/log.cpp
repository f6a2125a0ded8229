/* SPDX-License-Identifier: MIT */
#include "log.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <gpiohub/fd.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

/* Another standard error for the time of a test. */
class StandardError
{
public:
	explicit StandardError(int fd) : old_(::dup(STDERR_FILENO)) { ::dup2(fd, STDERR_FILENO); }
	~StandardError() { ::dup2(old_.get(), STDERR_FILENO); }
	StandardError(const StandardError &) = delete;
	StandardError &operator=(const StandardError &) = delete;

private:
	UniqueFd old_;
};

/* Keeps records apart: each read gives what one write gave. */
std::pair<UniqueFd, UniqueFd> record_pair()
{
	std::array<int, 2> pair{};
	REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) == 0);
	return {UniqueFd(pair[0]), UniqueFd(pair[1])};
}

} // namespace

TEST_CASE("a line is written in one piece, and marked for the journal")
{
	const auto [near, far] = record_pair();
	::unsetenv("JOURNAL_STREAM");
	{
		const StandardError redirected(near.get());
		log(Level::Info, "for people");
		struct stat info {
		};
		REQUIRE(::fstat(near.get(), &info) == 0);
		const std::string device = std::to_string(info.st_dev) + ":";
		::setenv("JOURNAL_STREAM", (device + std::to_string(info.st_ino)).c_str(), 1);
		log(Level::Error, "for the journal");
		/* The journal's is another stream. */
		::setenv("JOURNAL_STREAM", (device + std::to_string(info.st_ino + 1)).c_str(), 1);
		log(Level::Error, "for a file");
		::unsetenv("JOURNAL_STREAM");
	}
	std::array<char, 256> text{};
	ssize_t size = ::recv(far.get(), text.data(), text.size(), MSG_DONTWAIT);
	CHECK(std::string(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))) ==
		"gpiohubd: for people\n");
	size = ::recv(far.get(), text.data(), text.size(), MSG_DONTWAIT);
	CHECK(std::string(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))) ==
		"<3>for the journal\n");
	size = ::recv(far.get(), text.data(), text.size(), MSG_DONTWAIT);
	CHECK(std::string(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))) ==
		"gpiohubd: for a file\n");
}

TEST_CASE("a line that cannot be written is no reason to end")
{
	static_assert(noexcept(log(Level::Info, "")));
	::signal(SIGPIPE, SIG_IGN);
	SECTION("to a full disk")
	{
		const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
		REQUIRE(full);
		const StandardError redirected(full.get());
		CHECK_NOTHROW(log(Level::Info, "nobody will see this"));
	}
	SECTION("to a pipe that nobody reads")
	{
		std::array<int, 2> ends{};
		REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
		const UniqueFd written(ends[1]);
		::close(ends[0]);
		const StandardError redirected(written.get());
		CHECK_NOTHROW(log(Level::Info, "nobody will see this"));
	}
	SECTION("to a pipe whose reader stalls")
	{
		std::array<int, 2> ends{};
		REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
		const UniqueFd unread(ends[0]);
		const UniqueFd written(ends[1]);
		const StandardError redirected(written.get());
		/* Many times what it holds: the first that waits would wait for ever. */
		const std::string text(1000, 'x');
		for (int i = 0; i < 1000; i++)
			log(Level::Info, text);
		SUCCEED("nothing waited");
	}
}
