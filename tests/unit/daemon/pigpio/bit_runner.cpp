/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/bit_runner.hpp"

#include "../fake_backend.hpp"

#include <gpiohub/clock.hpp>

#include <catch2/catch.hpp>

#include <vector>

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

namespace
{

constexpr std::uint64_t kHalfNs = 100'000;
constexpr Gpios kLine = gpio_bit(4);
constexpr Gpios kOther = gpio_bit(5);

/* What became of a master, which the runner has. */
struct Story {
	std::vector<std::uint64_t> times; /* when it was asked what is next */
	std::vector<bool> samples;
	bool is_given_up = false;
	bool is_cancelled = false;
};

class Master final : public BitMaster
{
public:
	Master(Story &story, std::vector<BitStep> steps) : story_(story), steps_(std::move(steps))
	{
	}

	std::optional<BitStep> next(bool sample) override
	{
		story_.times.push_back(monotonic_ns());
		story_.samples.push_back(sample);
		if (at_ == steps_.size())
			return std::nullopt;
		return steps_[at_++];
	}
	void give_up() override
	{
		story_.is_given_up = true;
		steps_ = {{.drive = kLine | kOther, .levels = kLine | kOther, .is_half = false}};
		at_ = 0;
	}
	void cancel() override
	{
		story_.is_cancelled = true;
		steps_.resize(at_);
		steps_.push_back({.drive = kOther, .levels = kOther, .is_half = false});
	}
	Reply reply() const override { return Reply::number(story_.is_given_up ? 2 : 1); }
	Status broken() const override { return Status::SpiTransferFailed; }

private:
	Story &story_;
	std::vector<BitStep> steps_;
	std::size_t at_ = 0;
};

struct Client final : Asker {
	void answer(const Reply &reply) override
	{
		answers.push_back(reply.res);
		if (then)
			then();
	}
	std::vector<std::int32_t> answers;
	std::function<void()> then;
};

/* Two outputs of a hub, and who works on them. */
struct Bench {
	Bench()
	{
		lines.attach(*hub, Bank::by_default(32, [](unsigned) { return ""; }),
			GPIOHUB_GUARD_KEEP);
		REQUIRE(lines.make_outputs(kLine | kOther) == Status::Ok);
		runner = *BitRunner::create(*reactor, lines);
	}

	void add(Story &its, std::vector<BitStep> steps, Client &asker,
		std::uint64_t half_ns = kHalfNs)
	{
		runner->add({std::make_unique<Master>(its, std::move(steps)), half_ns, 4, &asker});
	}
	void wait_for(const Client &asker, std::size_t answers = 1)
	{
		for (int turns = 0; asker.answers.size() < answers; turns++) {
			REQUIRE(turns < 100'000);
			reactor->turn(1000);
		}
	}
	void turn_until(const std::function<bool()> &is_so)
	{
		for (int turns = 0; !is_so(); turns++) {
			REQUIRE(turns < 100'000);
			reactor->turn(1000);
		}
	}

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	FakeBackend backend;
	std::shared_ptr<FakeHub> fake = backend.add(0, 32, 4096);
	std::unique_ptr<Hub> hub = *Hub::open(*reactor, backend, 0, [](Hub &) {});
	Lines lines;
	std::unique_ptr<BitRunner> runner;
	Story story;
	Client client;
};

const std::vector<BitStep> kSome{{.drive = kLine, .levels = kLine, .sample = kLine},
	{.drive = kLine, .sample = kLine},
	{.drive = kOther, .levels = kOther, .is_half = false, .sample = kOther}};

} // namespace

TEST_CASE("steps are done in order, what is seen is told, and then there is the answer")
{
	Bench bench;
	bench.add(bench.story, kSome, bench.client);
	CHECK(bench.client.answers.empty());
	bench.wait_for(bench.client);
	CHECK(bench.client.answers == std::vector<std::int32_t>{1});
	CHECK(bench.story.samples == std::vector<bool>{false, true, false, true});
	CHECK(bench.fake->levels == kOther);
	CHECK(!bench.runner->is_busy(4));
}

TEST_CASE("half a clock is never shorter than asked, slept through or not")
{
	for (const std::uint64_t half_ns : {1'000U, 19'000U, 100'000U, 2'000'000U}) {
		Bench bench;
		bench.add(bench.story, std::vector<BitStep>(20, BitStep{.drive = kLine}),
			bench.client, half_ns);
		bench.wait_for(bench.client);
		REQUIRE(bench.story.times.size() == 21);
		for (std::size_t i = 1; i < bench.story.times.size(); i++)
			CHECK(bench.story.times[i] - bench.story.times[i - 1] >= half_ns);
	}
}

TEST_CASE("a clock that is held is waited for, and given up when that is too long")
{
	Bench bench;
	const std::vector<BitStep> steps{{.await = kOther}, {.drive = kLine}};
	const std::uint64_t begin = monotonic_ns();
	SECTION("it is let go of")
	{
		bench.add(bench.story, steps, bench.client);
		/* Half of the time that it may be held. */
		bench.turn_until(
			[&] { return monotonic_ns() - begin > BitRunner::kMostHeldNs / 2; });
		CHECK(bench.story.times.size() == 1);
		bench.fake->levels |= kOther;
		bench.wait_for(bench.client);
		CHECK(!bench.story.is_given_up);
	}
	SECTION("it is not")
	{
		bench.add(bench.story, steps, bench.client);
		bench.wait_for(bench.client);
		CHECK(bench.client.answers == std::vector<std::int32_t>{2});
		CHECK(monotonic_ns() - begin >= BitRunner::kMostHeldNs);
		CHECK((bench.fake->levels & kLine) != 0);
	}
}

TEST_CASE("a pattern that still drives one of the lines is waited for, but not for long")
{
	Bench bench;
	const std::uint64_t begin = monotonic_ns();
	bench.fake->state.playing = kLine;
	bench.add(bench.story, kSome, bench.client);
	SECTION("it ends")
	{
		bench.turn_until(
			[&] { return monotonic_ns() - begin > BitRunner::kMostPlayedNs / 2; });
		CHECK(bench.story.times.size() == 1);
		bench.fake->state.playing = 0;
		bench.wait_for(bench.client);
		CHECK(bench.story.samples == std::vector<bool>{false, true, false, true});
	}
	SECTION("it does not")
	{
		bench.wait_for(bench.client);
		CHECK(bench.client.answers ==
			std::vector<std::int32_t>{
				static_cast<std::int32_t>(Status::SpiTransferFailed)});
		CHECK(monotonic_ns() - begin >= BitRunner::kMostPlayedNs);
	}
}

TEST_CASE("transfers go one after the other, in the order in which they were asked for")
{
	Bench bench;
	Client second;
	Story its;
	bench.add(bench.story, kSome, bench.client);
	bench.add(its, kSome, second);
	CHECK(bench.runner->is_busy(4));
	CHECK(!bench.runner->is_busy(5));
	bench.wait_for(second);
	CHECK(bench.client.answers.size() == 1);
	CHECK(its.times.front() >= bench.story.times.back());
}

TEST_CASE("who is answered may ask for the next thing from within")
{
	Bench bench;
	Story its;
	bench.client.then = [&] {
		bench.client.then = nullptr;
		bench.add(its, kSome, bench.client);
	};
	bench.add(bench.story, kSome, bench.client);
	bench.wait_for(bench.client, 2);
	CHECK(its.samples == std::vector<bool>{false, true, false, true});
}

TEST_CASE("who goes is not answered: what waits is forgotten, what runs is ended well")
{
	Bench bench;
	Client second;
	Client third;
	Story its;
	Story last;
	bench.add(bench.story, std::vector<BitStep>(1000, BitStep{.drive = kLine}), bench.client);
	bench.add(its, kSome, second);
	bench.add(last, {{.drive = kLine}}, third);
	bench.turn_until([&] { return bench.story.times.size() > 2; });
	bench.runner->left(second);
	bench.runner->left(bench.client);
	bench.wait_for(third);
	CHECK(bench.story.is_cancelled);
	CHECK((bench.fake->levels & kOther) != 0); /* its last step */
	CHECK(bench.client.answers.empty());
	CHECK(second.answers.empty());
	CHECK(its.times.empty());
}

TEST_CASE("lines that cannot be driven or asked are an error, and the next one's turn")
{
	Bench bench;
	const std::vector<std::int32_t> failed{
		static_cast<std::int32_t>(Status::SpiTransferFailed)};
	Client second;
	Story its;
	SECTION("they were made inputs")
	{
		REQUIRE(bench.lines.set_mode(4, kModeInput) == Status::Ok);
		bench.add(bench.story, kSome, bench.client);
		bench.wait_for(bench.client);
		CHECK(bench.client.answers == failed);
	}
	SECTION("their chip is broken")
	{
		bench.fake->broken = EIO;
		bench.add(bench.story, {{.sample = kLine}}, bench.client);
		bench.wait_for(bench.client);
		CHECK(bench.client.answers == failed);
		bench.add(its, {{.await = kLine}}, second);
		bench.wait_for(second);
		CHECK(second.answers == failed);
	}
	SECTION("they are gone")
	{
		bench.add(bench.story, kSome, bench.client, 50'000'000);
		bench.add(its, kSome, second);
		bench.turn_until([&] { return !bench.story.times.empty(); });
		bench.lines.detach();
		bench.runner->fail_all();
		CHECK(bench.client.answers.empty()); /* not from within */
		bench.wait_for(second);
		CHECK(bench.client.answers == failed);
		CHECK(second.answers == failed);
		CHECK(its.times.empty());
	}
}

TEST_CASE("others have their turns while halves pass that are too short to sleep through")
{
	struct Counter final : Source {
		void ready(std::uint32_t) override {}
		void later() override { turns++; }
		int turns = 0;
	} counter;
	Bench bench;
	/* 20 ms of it. */
	bench.add(bench.story, std::vector<BitStep>(2000, BitStep{.drive = kLine}), bench.client,
		10'000);
	while (bench.client.answers.empty()) {
		bench.reactor->later(counter);
		bench.reactor->turn(1000);
	}
	CHECK(counter.turns >= 20);
}

TEST_CASE("when the runner goes the lines are let go of")
{
	Bench bench;
	bench.add(bench.story, {{.drive = kLine}, {.drive = kLine}}, bench.client, 1'000'000'000);
	bench.turn_until([&] { return !bench.story.times.empty(); });
	bench.runner.reset();
	CHECK((bench.fake->levels & kLine) != 0);
	CHECK(bench.client.answers.empty());
}
