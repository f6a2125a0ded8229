/* SPDX-License-Identifier: MIT */
/* Outputs that do not take what they get. Who would wait for ever fails the test. */
#include "print.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/timerfd.h>
#include <thread>

using namespace gpiohub;
using namespace gpiohub::cli;

namespace
{

struct Pipe {
	explicit Pipe(int flags = 0)
	{
		int fds[2];
		REQUIRE(::pipe2(fds, O_CLOEXEC | flags) == 0);
		read = UniqueFd(fds[0]);
		write = UniqueFd(fds[1]);
	}

	UniqueFd read;
	UniqueFd write;
};

/* Readable a moment after it was made. */
UniqueFd soon()
{
	UniqueFd fd(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
	const itimerspec once = {{0, 0}, {0, 20'000'000}};
	REQUIRE(::timerfd_settime(fd.get(), 0, &once, nullptr) == 0);
	return fd;
}

std::size_t read_to_end(int fd)
{
	char buffer[4096];
	std::size_t all = 0;
	for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof(buffer))) > 0;)
		all += static_cast<std::size_t>(got);
	return all;
}

const std::string kLong(1'000'000, 'x');

} // namespace

TEST_CASE("an output that is full for a while gets all of it")
{
	const int flags = GENERATE(0, O_NONBLOCK);
	Pipe pipe;
	REQUIRE(::fcntl(pipe.write.get(), F_SETFL, flags) == 0);
	std::size_t all = 0;
	std::thread reader([&] { all = read_to_end(pipe.read.get()); });
	const auto written = write_all(pipe.write.get(), kLong, -1);
	pipe.write.reset();
	reader.join();

	REQUIRE(written.ok());
	CHECK(*written);
	CHECK(all == kLong.size());
}

TEST_CASE("an output that stays full does not make us deaf")
{
	const UniqueFd stop = soon();

	SECTION("a pipe")
	{
		const Pipe pipe;
		const auto written = write_all(pipe.write.get(), kLong, stop.get());
		REQUIRE(written.ok());
		CHECK_FALSE(*written);
	}
	SECTION("a terminal")
	{
		const UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
		REQUIRE(::unlockpt(master.get()) == 0);
		char name[64];
		REQUIRE(::ptsname_r(master.get(), name, sizeof(name)) == 0);
		const UniqueFd given(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
		const UniqueFd own = reopen_terminal(given.get());
		REQUIRE(own);
		CHECK((::fcntl(given.get(), F_GETFL) & O_NONBLOCK) == 0);
		/* So that the last piece finds room, but too little. */
		REQUIRE(::write(given.get(), "odd", 3) == 3);
		const auto written = write_all(own.get(), kLong, stop.get());
		REQUIRE(written.ok());
		CHECK_FALSE(*written);
	}
}

TEST_CASE("who was asked to end still writes what can be written at once")
{
	Pipe pipe;
	const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC)); /* is readable */
	REQUIRE(*write_all(pipe.write.get(), "the end", null.get()));
	pipe.write.reset();
	CHECK(read_to_end(pipe.read.get()) == 7);
}

TEST_CASE("an output that nobody reads is told from one that fails")
{
	std::signal(SIGPIPE, SIG_IGN);
	Pipe pipe;
	pipe.read.reset();
	CHECK(write_all(pipe.write.get(), "x", -1).error().code == EPIPE);

	const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
	const auto written = write_all(full.get(), "x", -1);
	REQUIRE_FALSE(written.ok());
	CHECK(written.error().code == EIO);
	CHECK(written.error().what == "cannot write the output: No space left on device");
}

TEST_CASE("only a terminal is opened once more")
{
	const Pipe pipe;
	CHECK_FALSE(reopen_terminal(pipe.write.get()));
}
