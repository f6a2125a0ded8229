/* SPDX-License-Identifier: MIT */
#include "heartbeat.hpp"

#include "fake_board.hpp"

#include <gpiohub/fd.hpp>

#include <array>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

using namespace gpiohub;
using namespace gpiohub::cli;
using namespace std::chrono_literals;

namespace
{

/* Counts heartbeats, and refuses them after `most`. */
class BeatingBoard : public FakeBoard
{
public:
	explicit BeatingBoard(unsigned most = 1000) : FakeBoard({0, 1}), most_(most) {}

	Result<void> kick(std::uint8_t) override
	{
		if (kicks++ == most_)
			return Error{EPERM, "nothing is owned any more"};
		return {};
	}

	Result<std::optional<Received>> next() override { return std::optional<Received>(); }

	Result<bool> wait(int stop) override
	{
		pollfd event = {stop, POLLIN, 0};
		::poll(&event, 1, -1);
		return false;
	}

	unsigned kicks = 0;

private:
	unsigned most_;
};

struct Pipe {
	Pipe()
	{
		std::array<int, 2> ends{};
		REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
		out = UniqueFd(ends[0]);
		in = UniqueFd(ends[1]);
	}

	void say(const char *text) const { REQUIRE(::write(in.get(), text, 1) == 1); }

	UniqueFd out;
	UniqueFd in;
};

UniqueFd no_stop()
{
	return UniqueFd(::eventfd(0, EFD_CLOEXEC));
}

} // namespace

TEST_CASE("what is read is a heartbeat of each hub, and the end of the input the end")
{
	BeatingBoard board;
	Pipe pipe;
	pipe.say("x");
	pipe.in.reset();
	const UniqueFd stop = no_stop();
	const auto held = hold_while_beating(board, {0, 1}, stop.get(), 1h, pipe.out.get());
	CHECK(held.ok());
	CHECK(board.kicks == 2);
}

TEST_CASE("silence is an error that says for how long")
{
	BeatingBoard board;
	const Pipe pipe;
	const UniqueFd stop = no_stop();
	const auto held = hold_while_beating(board, {0}, stop.get(), 20ms, pipe.out.get());
	REQUIRE_FALSE(held.ok());
	CHECK(held.error().code == EPERM);
	CHECK(held.error().what == "no heartbeat for 20 ms: the guard is applied");
	CHECK(board.kicks == 0);
}

TEST_CASE("a heartbeat that came too late is told")
{
	BeatingBoard board(0);
	const Pipe pipe;
	pipe.say("x");
	const UniqueFd stop = no_stop();
	const auto held = hold_while_beating(board, {0}, stop.get(), 1h, pipe.out.get());
	REQUIRE_FALSE(held.ok());
	CHECK(held.error().code == EPERM);
}

TEST_CASE("the user may end it")
{
	BeatingBoard board;
	const Pipe pipe;
	const UniqueFd stop(::eventfd(1, EFD_CLOEXEC));
	CHECK(hold_while_beating(board, {0}, stop.get(), 1h, pipe.out.get()).ok());
}

TEST_CASE("a file is no heart")
{
	BeatingBoard board;
	const UniqueFd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	const UniqueFd stop = no_stop();
	const auto held = hold_while_beating(board, {0}, stop.get(), 1h, file.get());
	REQUIRE_FALSE(held.ok());
	CHECK(held.error().code == EINVAL);
}
