/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/bus_thread.hpp"

#include "timer.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <utility>

using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

namespace
{

struct Client final : Asker {
	void answer(const Reply &reply) override
	{
		answers.push_back(reply.res);
		if (const auto once = std::exchange(then, nullptr))
			once();
	}

	std::vector<std::int32_t> answers;
	std::function<void()> then;
};

struct Bench {
	/* A piece of work that gives its number. */
	static BusThread::Work number(std::int32_t res)
	{
		return [res] { return Reply::number(res); };
	}

	void turn_until(const std::function<bool()> &holds)
	{
		for (int turns = 0; !holds(); turns++) {
			REQUIRE(turns < 1000);
			reactor->turn(100);
		}
	}

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	int answered = 0;
	std::atomic<int> looks = 0;
	std::unique_ptr<BusThread> thread = *BusThread::create(
		*reactor,
		[this] {
			return std::vector<MadeStats>{{"I2C " + std::to_string(++looks), "me"}};
		},
		[this] { answered++; });
};

} // namespace

TEST_CASE("work is done in order, elsewhere, and answered here")
{
	Bench bench;
	Client client;
	const auto here = std::this_thread::get_id();
	std::atomic<bool> was_here = false;
	bench.thread->add(
		[&] {
			was_here = std::this_thread::get_id() == here;
			return Reply::number(0);
		},
		&client);
	for (std::int32_t i = 1; i < 100; i++)
		bench.thread->add(Bench::number(i), &client);
	CHECK(client.answers.empty());
	bench.turn_until([&] { return client.answers.size() == 100; });
	for (std::int32_t i = 0; i < 100; i++)
		CHECK(client.answers[static_cast<std::size_t>(i)] == i);
	CHECK_FALSE(was_here);
	CHECK(bench.answered > 0);
	REQUIRE(bench.thread->made().size() == 1);
	CHECK(bench.thread->made()[0].what == "I2C 100");
}

TEST_CASE("what takes its time keeps nobody from being served")
{
	Bench bench;
	Client client;
	std::promise<void> may_end;
	bench.thread->add(
		[&, end = may_end.get_future().share()] {
			end.wait();
			return Reply::number(1);
		},
		&client);
	int later = 0;
	auto timer = *Timer::create(*bench.reactor, [&] { later++; });
	timer->arm(std::chrono::milliseconds(1));
	bench.turn_until([&] { return later == 1; });
	CHECK(client.answers.empty());
	may_end.set_value();
	bench.turn_until([&] { return client.answers.size() == 1; });
}

TEST_CASE("an answer may bring the next piece of work, and have another asker leave")
{
	Bench bench;
	Client client;
	Client other;
	client.then = [&] {
		bench.thread->add(Bench::number(3), &client);
		bench.thread->left(other);
	};
	bench.thread->add(Bench::number(1), &client);
	bench.thread->add(Bench::number(2), &other);
	bench.turn_until([&] { return client.answers.size() == 2; });
	CHECK(client.answers == std::vector<std::int32_t>{1, 3});
	CHECK(other.answers.size() <= 1);
}

TEST_CASE("what who left asked for is done, and answered to nobody")
{
	Bench bench;
	Client gone;
	Client last;
	std::atomic<int> done = 0;
	for (int i = 0; i < 10; i++)
		bench.thread->add(
			[&] {
				done++;
				return Reply();
			},
			&gone);
	bench.thread->left(gone);
	bench.thread->add(Bench::number(1), &last);
	bench.turn_until([&] { return last.answers.size() == 1; });
	CHECK(done == 10);
	CHECK(gone.answers.empty());
}

TEST_CASE("its end waits for what is being done, and no longer")
{
	Bench bench;
	Client client;
	std::promise<void> has_begun;
	std::atomic<int> done = 0;
	bench.thread->add(
		[&] {
			has_begun.set_value();
			done++;
			return Reply();
		},
		&client);
	has_begun.get_future().wait();
	bench.thread.reset();
	CHECK(done == 1);
	CHECK(client.answers.empty());
}
