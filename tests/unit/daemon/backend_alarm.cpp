/* SPDX-License-Identifier: MIT */
#include "backend/alarm.hpp"

#include <gpiohub/clock.hpp>

#include <catch2/catch.hpp>

#include <csignal>
#include <future>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

/* An alarm that notes when it was called, and is due again as the test says. */
struct Bench {
	std::uint64_t called(std::uint64_t now_ns)
	{
		times.push_back(now_ns);
		if (times.size() == 1 + again.size()) {
			done.set_value();
			return Alarm::kNever;
		}
		return again[times.size() - 1];
	}

	void wait()
	{
		REQUIRE(done.get_future().wait_for(std::chrono::seconds(10)) ==
			std::future_status::ready);
	}

	std::vector<std::uint64_t> times;
	std::vector<std::uint64_t> again;
	std::promise<void> done;
	Alarm alarm{[this](std::uint64_t now_ns) { return called(now_ns); }};
};

} // namespace

TEST_CASE("an alarm rings when it is time, not before")
{
	Bench bench;
	const std::uint64_t due = monotonic_ns() + 2'000'000;
	bench.alarm.wake_by(due);
	bench.wait();
	CHECK(bench.times.front() >= due);
}

TEST_CASE("the earliest time counts")
{
	Bench bench;
	bench.alarm.wake_by(monotonic_ns() + 3'600'000'000'000);
	bench.alarm.wake_by(monotonic_ns());
	bench.alarm.wake_by(Alarm::kNever);
	bench.wait();
	CHECK(bench.times.size() == 1);
}

TEST_CASE("it rings again when it was told to")
{
	Bench bench;
	const std::uint64_t now = monotonic_ns();
	bench.again = {now + 1'000'000, now + 2'000'000};
	bench.alarm.wake_by(now);
	bench.wait();
	REQUIRE(bench.times.size() == 3);
	CHECK(bench.times[1] >= bench.again[0]);
	CHECK(bench.times[2] >= bench.again[1]);
}

TEST_CASE("what is asked for while it rings is not forgotten")
{
	int calls = 0;
	std::promise<void> again;
	Alarm *self = nullptr;
	Alarm alarm([&](std::uint64_t now_ns) {
		if (++calls == 1)
			self->wake_by(now_ns);
		else
			again.set_value();
		return Alarm::kNever;
	});
	self = &alarm;
	alarm.wake_by(0);
	CHECK(again.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("a stopped alarm does not ring")
{
	Bench bench;
	bench.alarm.stop();
	bench.alarm.wake_by(0);
	bench.alarm.stop();
	CHECK(bench.times.empty());
}

TEST_CASE("its thread takes no signals, and its maker does as before")
{
	std::promise<bool> is_blocked;
	Alarm alarm([&](std::uint64_t) {
		sigset_t set;
		::pthread_sigmask(SIG_SETMASK, nullptr, &set);
		is_blocked.set_value(sigismember(&set, SIGTERM) == 1);
		return Alarm::kNever;
	});
	alarm.wake_by(0);
	CHECK(is_blocked.get_future().get());
	sigset_t own;
	::pthread_sigmask(SIG_SETMASK, nullptr, &own);
	CHECK(sigismember(&own, SIGTERM) == 0);
}
