/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/script_store.hpp"

#include "fake_executor.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstring>
#include <random>
#include <string>

using namespace gpiohub::daemon::pigpio;

namespace
{

using Values = std::vector<std::int32_t>;

struct Bench {
	std::uint32_t add(std::string_view text)
	{
		const Reply reply = store.add(text);
		REQUIRE(reply.res >= 0);
		return static_cast<std::uint32_t>(reply.res);
	}

	std::uint32_t start(std::string_view text)
	{
		const std::uint32_t id = add(text);
		REQUIRE(run(id) == Status::Ok);
		return id;
	}

	Status run(std::uint32_t id, const Values &values = {})
	{
		return store.run(id, std::as_bytes(std::span(values)));
	}

	/* State and parameters. */
	std::array<std::int32_t, 11> status(std::uint32_t id)
	{
		std::array<std::int32_t, 11> words{};
		const Reply reply = store.status(id);
		REQUIRE(reply.res == 44);
		REQUIRE(reply.extension.size() == sizeof(words));
		std::memcpy(words.data(), reply.extension.data(), sizeof(words));
		return words;
	}

	std::size_t turn(std::size_t budget = 1000) { return store.turn(budget, executor); }

	ScriptStore store;
	FakeExecutor executor;
};

} // namespace

TEST_CASE("a script that is stored is halted, runs when it is told to, and halts")
{
	Bench bench;
	const std::uint32_t id = bench.add("add p0 sta p1");
	CHECK(bench.status(id)[0] == 1);
	CHECK(bench.turn() == 0);
	CHECK(bench.run(id, {7}) == Status::Ok);
	CHECK(bench.status(id)[0] == 2);
	CHECK(bench.run(id) == Status::ScriptNotReady);
	CHECK(bench.turn() == 3);
	CHECK(bench.status(id) == std::array<std::int32_t, 11>{1, 7, 7});
	CHECK(bench.run(id) == Status::Ok);
}

TEST_CASE("parameters that are not given stay, and are set while it runs too")
{
	Bench bench;
	const std::uint32_t id = bench.add("tag 0 jmp 0");
	CHECK(bench.run(id, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) == Status::Ok);
	bench.turn(5);
	const Values values{-1, -2};
	CHECK(bench.store.update(id, std::as_bytes(std::span(values))) == Status::Ok);
	CHECK(bench.status(id) == std::array<std::int32_t, 11>{2, -1, -2, 3, 4, 5, 6, 7, 8, 9, 10});
	const Values many(11);
	CHECK(bench.store.update(id, std::as_bytes(std::span(many))) == Status::TooManyParameters);
	CHECK(bench.store.stop(id) == Status::Ok);
	CHECK(bench.run(id, many) == Status::TooManyParameters);
	CHECK(bench.status(id)[0] == 1);
	CHECK(bench.store.update(id, std::as_bytes(std::span(values)).first(7)) == Status::Ok);
}

TEST_CASE("a script that is not there is not found")
{
	Bench bench;
	for (const std::uint32_t id : {0U, 31U, 32U, ~0U}) {
		CHECK(bench.run(id) == Status::BadScriptId);
		CHECK(bench.store.update(id, {}) == Status::BadScriptId);
		CHECK(bench.store.status(id).res == -48);
		CHECK(bench.store.stop(id) == Status::BadScriptId);
		CHECK(bench.store.remove(id) == Status::BadScriptId);
	}
}

TEST_CASE("a script that waits is not run again, and says so")
{
	Bench bench;
	const std::uint32_t id = bench.start("wait 0x10");
	bench.turn();
	CHECK(bench.status(id)[0] == 3);
	CHECK(bench.run(id) == Status::ScriptNotReady);
	CHECK(bench.store.stop(id) == Status::Ok);
	CHECK(bench.status(id)[0] == 1);
}

TEST_CASE("a script that failed is run again")
{
	Bench bench;
	const std::uint32_t id = bench.start("popa");
	bench.turn();
	CHECK(bench.status(id)[0] == 4);
	CHECK(bench.store.stop(id) == Status::Ok);
	CHECK(bench.status(id)[0] == 4);
	CHECK(bench.run(id) == Status::Ok);
	CHECK(bench.status(id)[0] == 2);
}

TEST_CASE("there is room for so many scripts, and their ids are used again")
{
	Bench bench;
	for (std::uint32_t id = 0; id < ScriptStore::kMostScripts; id++)
		CHECK(bench.add("halt") == id);
	CHECK(bench.store.add("halt").res == -57);
	CHECK(bench.store.remove(5) == Status::Ok);
	CHECK(bench.store.add("nonsense").res == -55);
	CHECK(bench.add("halt") == 5);
	CHECK(bench.store.size() == ScriptStore::kMostScripts);
}

TEST_CASE("all scripts together have so many instructions")
{
	Bench bench;
	std::string text;
	while (text.size() + 2 <= kMostExtension)
		text += "t ";
	CHECK(bench.store.add(text + "  ").res == -47);
	CHECK(bench.add(text) == 0);
	CHECK(bench.add(text) == 1);
	CHECK(bench.add("t t") == 2);
	CHECK(bench.store.add("t").res == -57);
	CHECK(bench.store.remove(2) == Status::Ok);
	CHECK(bench.add("t") == 2);
}

TEST_CASE("a delay is over at its time, and the next one is known")
{
	Bench bench;
	const std::uint32_t slow = bench.start("mils 3 inr p0");
	const std::uint32_t quick = bench.start("mils 2 inr p0");
	const std::uint64_t start = bench.executor.now;
	bench.turn();
	CHECK_FALSE(bench.store.wants_steps());
	CHECK(bench.store.next_due_ns() == start + 2'000'000);
	bench.executor.now = start + 2'000'000;
	bench.turn();
	CHECK(bench.status(quick)[1] == 1);
	CHECK(bench.status(slow)[0] == 2);
	CHECK(bench.store.next_due_ns() == start + 3'000'000);
	bench.executor.now = start + 9'000'000;
	bench.turn();
	CHECK(bench.status(slow)[1] == 1);
	CHECK_FALSE(bench.store.next_due_ns().has_value());
}

TEST_CASE("what scripts wait for is known together, and wakes those it is for")
{
	Bench bench;
	const std::uint32_t first = bench.start("wait 0x10 sta p0");
	const std::uint32_t second = bench.start("wait 0x30 sta p0");
	const std::uint32_t third = bench.start("evtwt 4 sta p0");
	bench.turn();
	CHECK(bench.store.awaited_gpios() == 0x30);
	CHECK(bench.store.awaited_events() == 4);
	bench.store.gpios_changed(0x20);
	bench.turn();
	CHECK(bench.status(second)[1] == 0x20);
	CHECK(bench.status(first)[0] == 3);
	CHECK(bench.store.awaited_gpios() == 0x10);
	bench.store.events_happened(0xff);
	bench.turn();
	CHECK(bench.status(third)[1] == 4);
	CHECK(bench.store.awaited_events() == 0);
}

TEST_CASE("scripts that run for ever share a turn")
{
	Bench bench;
	for (std::uint32_t id = 0; id < 3; id++)
		bench.start("tag 0 inr p0 jmp 0");
	CHECK(bench.turn(600) == 600);
	for (std::uint32_t id = 0; id < 3; id++)
		CHECK(bench.status(id)[1] == 100);
}

TEST_CASE("who gets none of a short turn is first in the next")
{
	Bench bench;
	for (std::uint32_t id = 0; id < 32; id++)
		bench.start("tag 0 inr p0 jmp 0");
	for (int turn = 0; turn < 64; turn++)
		CHECK(bench.turn(5) == 5);
	for (std::uint32_t id = 0; id < 32; id++)
		CHECK(bench.status(id)[1] == 5);
}

TEST_CASE("what one does not need of a turn is for the others")
{
	Bench bench;
	bench.start("halt");
	const std::uint32_t id = bench.start("tag 0 inr p0 jmp 0");
	CHECK(bench.turn(101) == 101);
	CHECK(bench.status(id)[1] == 50);
}

TEST_CASE("a script may be removed by a command of its own, and another take its place")
{
	Bench bench;
	const std::uint32_t id = bench.start("tick inr p0 jmp 0 tag 0 halt");
	bench.executor.answer = [&](const Request &) {
		CHECK(bench.store.remove(id) == Status::Ok);
		CHECK(bench.add("ld p0 9") == id);
		return Reply();
	};
	CHECK(bench.turn() == 1);
	CHECK(bench.status(id) == std::array<std::int32_t, 11>{1});
	CHECK(bench.run(id) == Status::Ok);
	bench.turn();
	CHECK(bench.status(id)[1] == 9);
}

TEST_CASE("a script may be started again by a command of its own")
{
	Bench bench;
	const std::uint32_t id = bench.start("inr p0 tick sta p1");
	bench.executor.answer = [&](const Request &) {
		CHECK(bench.run(id) == Status::ScriptNotReady);
		if (bench.status(id)[1] < 3) {
			bench.store.stop(id);
			CHECK(bench.run(id) == Status::Ok);
		}
		return Reply::number(8);
	};
	bench.turn();
	CHECK(bench.status(id) == std::array<std::int32_t, 11>{1, 3, 8});
}

TEST_CASE("a turn within a turn does nothing")
{
	Bench bench;
	bench.start("tick");
	const std::uint32_t other = bench.start("inr p0");
	bench.executor.answer = [&](const Request &) {
		CHECK(bench.turn() == 0);
		CHECK(bench.status(other)[1] == 0);
		return Reply();
	};
	CHECK(bench.turn() == 4);
}

TEST_CASE("scripts that wake one another have no more than the turn")
{
	Bench bench;
	bench.start("tag 0 evtwt 1 evt 1 jmp 0");
	bench.start("tag 0 evt 0 evtwt 2 jmp 0");
	bench.executor.answer = [&](const Request &request) {
		bench.store.events_happened(1U << request.p1);
		return Reply();
	};
	CHECK(bench.turn(10'000) == 10'000);
}

TEST_CASE("any commands about scripts, from without and within, keep a turn in its bounds")
{
	Bench bench;
	std::mt19937 random(99);
	const char *const texts[] = {"tag 0 tick jmp 0", "evt 1 wait 1 evt 2", "mics 5 tick",
		"popa", "tag 0 evtwt 3 tick jmp 0", "inr p0", "nonsense"};
	const auto meddle = [&] {
		const auto id = static_cast<std::uint32_t>(random() % 33);
		switch (random() % 8) {
		case 0:
		case 1:
			(void)bench.store.add(texts[random() % std::size(texts)]);
			break;
		case 2:
		case 3:
			(void)bench.run(id, Values(random() % 12));
			break;
		case 4:
			(void)bench.store.stop(id);
			break;
		case 5:
			(void)bench.store.remove(id);
			break;
		case 6:
			bench.store.events_happened(static_cast<std::uint32_t>(random()));
			break;
		default:
			bench.store.gpios_changed(static_cast<std::uint32_t>(random()));
			break;
		}
	};
	bench.executor.answer = [&](const Request &request) {
		meddle();
		bench.executor.now += random() % 10'000;
		(void)bench.turn();
		return request.command == 46 ? Reply::later(request.p1 * 1000) : Reply();
	};
	for (int turn = 0; turn < 5000; turn++) {
		meddle();
		const std::size_t budget = random() % 100;
		const std::size_t used = bench.turn(budget);
		REQUIRE(used <= budget);
		REQUIRE((used == budget || !bench.store.wants_steps()));
		REQUIRE(bench.store.size() <= ScriptStore::kMostScripts);
	}
}

TEST_CASE("a turn that commands have used up is over, and the others are first in the next")
{
	Bench bench;
	(void)bench.start("tag 1 w 4 1 jmp 1");
	(void)bench.start("tag 1 w 5 1 jmp 1");
	bench.executor.commands_per_turn = 1;
	CHECK(bench.turn() == 1);
	bench.executor.commands_per_turn = 2;
	(void)bench.turn();
	REQUIRE(bench.executor.commands.size() == 2);
	CHECK(bench.executor.commands[0] != bench.executor.commands[1]);
}

TEST_CASE("a script that is deleted is there for the answer that it waits for")
{
	Bench bench;
	Asker *asker = nullptr;
	bench.executor.on_asker = [&](Asker &its) { asker = &its; };
	bench.executor.answer = [](const Request &) { return Reply::pending(); };
	const std::uint32_t id = bench.start("i2crb 0 1");
	(void)bench.turn();
	REQUIRE(asker != nullptr);
	CHECK(bench.store.remove(id) == Status::Ok);
	CHECK(bench.store.size() == 0);
	asker->answer(Reply::number(1));
	CHECK(bench.add("halt") == id);
}
