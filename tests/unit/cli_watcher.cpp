/* SPDX-License-Identifier: MIT */
#include "watcher.hpp"

#include "fake_board.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <fcntl.h>
#include <sys/timerfd.h>

using namespace gpiohub;
using namespace gpiohub::cli;
using End = Watcher::End;

namespace
{

constexpr std::uint64_t kNoLimit = UINT64_MAX;

Received event_on(std::uint8_t hub)
{
	gpiohub_event event = {};
	event.type = GPIOHUB_EVENT_RISING;
	return {hub, false, 0, {event}};
}

Received gone(std::uint8_t hub)
{
	return {hub, true, 0, {}};
}

/* Always has something, and then something more. */
class Flood : public FakeBoard
{
public:
	explicit Flood(Received each) : FakeBoard({0, 1, 2}), each_(std::move(each)) {}

	Result<std::optional<Received>> next() override { return std::optional(each_); }

private:
	Received each_;
};

Watcher watcher(Board &board, std::set<std::uint8_t> hubs, int out)
{
	const Names names = {{{0, "gpiohub0"}, {1, "gpiohub1"}, {2, "gpiohub2"}}, {}};
	return {board, EventText(Style::Human, names), kNoLimit, std::move(hubs), out};
}

UniqueFd open_to_write(const char *path)
{
	return UniqueFd(::open(path, O_WRONLY | O_CLOEXEC));
}

/* Readable a moment after it was made. */
UniqueFd soon()
{
	UniqueFd fd(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
	const itimerspec once = {{0, 0}, {0, 20'000'000}};
	REQUIRE(::timerfd_settime(fd.get(), 0, &once, nullptr) == 0);
	return fd;
}

} // namespace

TEST_CASE("a watch goes on when a hub goes that it does not watch")
{
	TellingBoard board({gone(1), event_on(0), gone(2), gone(1), event_on(0)});
	const UniqueFd null = open_to_write("/dev/null");
	Watcher watch = watcher(board, {0}, null.get());
	const auto end = watch.follow(-1);

	REQUIRE(end.ok());
	CHECK(*end == End::Asked);
	CHECK(watch.text().shown() == 2);
}

TEST_CASE("a watch ends when the last of its hubs is gone")
{
	TellingBoard board({gone(2), event_on(0), gone(0), event_on(0)});
	const UniqueFd null = open_to_write("/dev/null");
	Watcher watch = watcher(board, {0, 2}, null.get());
	const auto end = watch.follow(-1);

	REQUIRE(end.ok());
	CHECK(*end == End::HubsGone);
	CHECK(watch.text().shown() == 1);
	CHECK(board.left() == 1);
}

TEST_CASE("a flood does not make a watch deaf")
{
	const UniqueFd stop = soon();

	SECTION("whose output takes all")
	{
		Flood board(event_on(0));
		const UniqueFd null = open_to_write("/dev/null");
		CHECK(*watcher(board, {0}, null.get()).follow(stop.get()) == End::Asked);
	}
	SECTION("whose output takes nothing")
	{
		Flood board(event_on(0));
		int fds[2];
		REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
		const UniqueFd read(fds[0]);
		const UniqueFd write(fds[1]);
		CHECK(*watcher(board, {0}, write.get()).follow(stop.get()) == End::Asked);
	}
	SECTION("that gives no text")
	{
		Flood board({0, false, 0, {}});
		const UniqueFd null = open_to_write("/dev/null");
		CHECK(*watcher(board, {0}, null.get()).follow(stop.get()) == End::Asked);
	}
}

TEST_CASE("a watch ends well when nobody reads it, and not when it cannot be written")
{
	std::signal(SIGPIPE, SIG_IGN);
	Flood board(event_on(0));
	int fds[2];
	REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
	const UniqueFd write(fds[1]);
	UniqueFd(fds[0]).reset();
	CHECK(*watcher(board, {0}, write.get()).follow(-1) == End::Asked);

	const UniqueFd full = open_to_write("/dev/full");
	const auto end = watcher(board, {0}, full.get()).follow(-1);
	REQUIRE_FALSE(end.ok());
	CHECK(end.error().code == EIO);
}
