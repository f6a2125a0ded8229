/* SPDX-License-Identifier: MIT */
#include "backend/soft_bell.hpp"

#include <catch2/catch.hpp>
#include <sys/epoll.h>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

/* Who sleeps on it as the loop does. */
struct Sleeper {
	explicit Sleeper(const SoftBell &bell)
	{
		epoll_event event{};
		event.events = EPOLLIN | EPOLLET;
		REQUIRE(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, bell.fd(), &event) == 0);
	}

	/* What woke it; 0: it still sleeps. */
	std::uint32_t woken_by() const
	{
		epoll_event event{};
		return ::epoll_wait(epoll.get(), &event, 1, 0) == 1 ? event.events : 0;
	}

	UniqueFd epoll{::epoll_create1(EPOLL_CLOEXEC)};
};

} // namespace

TEST_CASE("each ring wakes once, however many nobody heard")
{
	SoftBell bell = *SoftBell::create();
	const Sleeper sleeper(bell);
	CHECK(sleeper.woken_by() == 0);
	for (int i = 0; i < 100'000; i++)
		bell.ring();
	CHECK(sleeper.woken_by() == EPOLLIN);
	CHECK(sleeper.woken_by() == 0);
	bell.ring();
	CHECK(sleeper.woken_by() == EPOLLIN);
}

TEST_CASE("hanging up wakes and is for good")
{
	SoftBell bell = *SoftBell::create();
	const Sleeper sleeper(bell);
	bell.hang_up();
	CHECK(sleeper.woken_by() == EPOLLHUP);
	bell.ring();
	CHECK(sleeper.woken_by() == 0);
	CHECK(Sleeper(bell).woken_by() == EPOLLHUP);
}
