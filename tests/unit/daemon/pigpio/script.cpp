/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/script.hpp"

#include "fake_executor.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <initializer_list>
#include <limits>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace gpiohub::daemon::pigpio;

namespace
{

using State = Script::State;
using Commands = std::vector<std::string>;

std::vector<Instruction> program_of(std::string_view text)
{
	std::vector<Instruction> program;
	REQUIRE(parse_script(text, program) == Status::Ok);
	return program;
}

struct Bench {
	explicit Bench(std::string_view text, std::initializer_list<std::int32_t> values = {})
		: script(program_of(text))
	{
		const std::vector<std::int32_t> all(values);
		script.set_parameters(all);
		script.start();
	}

	std::size_t run(std::size_t budget = 1000) { return script.run(budget, executor); }

	Script script;
	FakeExecutor executor;
};

/* What A and F are at the end, as "A F", or the state if that is no end. */
std::string result(std::string_view text)
{
	Bench bench(text);
	bench.run();
	if (bench.script.state() != State::Halted)
		return bench.script.state() == State::Failed ? "failed" : "goes on";
	return std::to_string(bench.script.accumulator()) + " " +
		std::to_string(bench.script.flags());
}

std::string random_operand(char takes, std::mt19937 &random)
{
	const auto place = std::to_string(random() % 10);
	if (takes == 'L')
		return std::to_string(random() % 4);
	switch (random() % 4) {
	case 0:
		return "v" + place;
	case 1:
		return "p" + place;
	default:
		return takes == 'x' ? std::to_string(static_cast<std::int32_t>(random())) : place;
	}
}

/* Statements of each kind, four tags among them. */
std::string random_text(std::mt19937 &random)
{
	static constexpr const char *kNames[] = {"add", "and", "call", "cmp", "dcr", "dcra", "div",
		"evtwt", "halt", "inr", "inra", "jm", "jmp", "jnz", "jp", "jz", "ld", "lda", "mlt",
		"mod", "or", "pop", "popa", "push", "pusha", "ret", "rl", "rla", "rr", "rra", "sta",
		"sub", "wait", "x", "xa", "xor", "tick", "w", "trig"};
	std::string text;
	for (int i = 0; i < 16; i++) {
		if (i % 4 == 0)
			text += " tag " + std::to_string(i / 4);
		const CommandName &command = *find_command(kNames[random() % std::size(kNames)]);
		text += " " + std::string(command.name);
		for (const char takes : command.operands)
			text += " " + random_operand(takes, random);
	}
	return text;
}

} // namespace

TEST_CASE("a script counts its parameter down, gives commands, and halts")
{
	Bench bench("tag 123 w 4 p1 dcr p0 jp 123", {2, 1});
	bench.run();
	CHECK(bench.script.state() == State::Halted);
	CHECK(bench.executor.commands == Commands{"4 4 1", "4 4 1", "4 4 1"});
	CHECK(bench.script.parameters()[0] == -1);
}

TEST_CASE("the third operand of a command is its extension")
{
	Bench bench("ld v1 100 trig 4 v1 1 tick hp 18 p0 -1", {5});
	bench.run();
	CHECK(bench.executor.commands == Commands{"37 4 100 1", "16 0 0", "86 18 5 4294967295"});
}

TEST_CASE("calculations set the accumulator and the flags")
{
	CHECK(result("lda 7 add 5") == "12 12");
	CHECK(result("lda 7 sub 9") == "-2 -2");
	CHECK(result("lda 7 mlt -3") == "-21 -21");
	CHECK(result("lda -7 div 2") == "-3 -3");
	CHECK(result("lda -7 mod 4") == "-3 -3");
	CHECK(result("lda 12 and 10") == "8 8");
	CHECK(result("lda 12 or 3") == "15 15");
	CHECK(result("lda 12 xor 10") == "6 6");
	CHECK(result("lda 12 cmp 20") == "12 -8");
	CHECK(result("lda 5 inra") == "6 6");
	CHECK(result("lda 5 dcra") == "4 4");
	CHECK(result("lda 5 cmp 5 lda 9") == "9 0");
}

TEST_CASE("numbers go round at 32 bits")
{
	CHECK(result("lda 0x7fffffff inra") == "-2147483648 -2147483648");
	CHECK(result("lda 0x80000000 dcra") == "2147483647 2147483647");
	CHECK(result("lda 0x7fffffff mlt 0x7fffffff") == "1 1");
	CHECK(result("lda 0x80000000 div -1") == "-2147483648 -2147483648");
	CHECK(result("lda 0x80000000 mod -1") == "0 0");
	CHECK(result("lda 0x80000000 cmp 1") == "-2147483648 2147483647");
}

TEST_CASE("bits that are moved out are gone, and the sign stays to the right")
{
	CHECK(result("lda 1 rla 31") == "-2147483648 -2147483648");
	CHECK(result("lda 1 rla 32") == "0 0");
	CHECK(result("lda -8 rra 2") == "-2 -2");
	CHECK(result("lda -8 rra 99") == "-1 -1");
	CHECK(result("lda 8 rra -1") == "0 0");
	CHECK(result("ld v3 3 rl v3 4 lda v3") == "48 48");
	CHECK(result("ld v3 48 rr v3 4 lda v3") == "3 3");
}

TEST_CASE("registers are loaded, stored, exchanged and counted")
{
	CHECK(result("lda 4 sta v1 lda 0 add v1") == "4 4");
	CHECK(result("ld v1 1 ld p2 2 x v1 p2 lda v1") == "2 0");
	CHECK(result("lda 3 ld v1 1 xa v1") == "1 0");
	CHECK(result("ld v1 1 inr v1 lda v1") == "2 2");
	CHECK(result("dcr v1 lda v1") == "-1 -1");
}

TEST_CASE("jumps ask the flags")
{
	const auto is_taken = [](const std::string &jump, const std::string &number) {
		return !result("add " + number + " " + jump + " 1 lda 77 tag 1").starts_with("77");
	};
	for (const auto &[jump, minus, zero, plus] : {std::tuple("jm", true, false, false),
		     std::tuple("jz", false, true, false), std::tuple("jnz", true, false, true),
		     std::tuple("jp", false, true, true), std::tuple("jmp", true, true, true)}) {
		INFO(jump);
		CHECK(is_taken(jump, "-5") == minus);
		CHECK(is_taken(jump, "0") == zero);
		CHECK(is_taken(jump, "5") == plus);
	}
}

TEST_CASE("what was pushed is popped, the last first, and calls return")
{
	CHECK(result("lda 1 pusha ld v0 2 push v0 popa pop v1 add v1") == "3 3");
	CHECK(result("call 1 add 1 halt tag 1 add 10 call 2 ret tag 2 add 100 ret") == "111 111");
}

TEST_CASE("a fault of its own fails a script")
{
	CHECK(result("popa") == "failed");
	CHECK(result("pop v1") == "failed");
	CHECK(result("ret") == "failed");
	CHECK(result("tag 0 call 0") == "failed");
	CHECK(result("tag 0 pusha jmp 0") == "failed");
	CHECK(result("lda 1 div v0") == "failed");
	CHECK(result("lda 1 mod 0") == "failed");
	CHECK(result("lda 99 pusha ret") == "failed");
	CHECK(result("lda -1 pusha ret") == "failed");
	CHECK(result("lda 3 pusha ret") == "3 0");
}

TEST_CASE("a command's result is asked for by the script, an error too")
{
	Bench bench("r 4 jm 1 lda 5 halt tag 1 sta p0");
	bench.executor.answer = [](const Request &) { return Reply(Status::BadGpio); };
	bench.run();
	CHECK(bench.script.state() == State::Halted);
	CHECK(bench.script.parameters()[0] == -3);
}

TEST_CASE("a delay begins after its command, and the script runs by its word")
{
	Bench bench("w 4 1 mics 10 w 4 0");
	bench.executor.answer = [&](const Request &request) {
		bench.executor.now += 7000;
		return request.command == 46 ? Reply::later(10'000) : Reply();
	};
	bench.run();
	CHECK(bench.executor.commands.size() == 2);
	CHECK(bench.script.state() == State::Running);
	CHECK_FALSE(bench.script.wants_steps());
	const std::uint64_t due = 1'000'000'000 + 14'000 + 10'000;
	CHECK(bench.script.due_ns() == due);
	bench.script.wake(due - 1);
	CHECK(bench.run() == 0);
	bench.script.wake(due);
	bench.run();
	CHECK(bench.executor.commands.size() == 3);
	CHECK(bench.script.state() == State::Halted);
}

TEST_CASE("a delay beyond all time is over at its end")
{
	Bench bench("mils 1");
	bench.executor.answer = [](const Request &) { return Reply::later(UINT64_MAX); };
	bench.run();
	CHECK(bench.script.due_ns() == UINT64_MAX);
}

TEST_CASE("a wait ends with an edge of its GPIOs, and tells which")
{
	Bench bench("wait p0 sta p1", {0b1100});
	CHECK(bench.run() == 1);
	CHECK(bench.script.state() == State::Waiting);
	CHECK(bench.script.awaited_gpios() == 0b1100);
	CHECK(bench.script.awaited_events() == 0);
	bench.script.gpios_changed(0b0011);
	bench.script.events_happened(0b1100);
	CHECK(bench.script.state() == State::Waiting);
	bench.script.gpios_changed(0b0110);
	CHECK(bench.script.state() == State::Running);
	CHECK(bench.script.awaited_gpios() == 0);
	bench.run();
	CHECK(bench.script.parameters()[1] == 0b0100);
	CHECK(bench.script.flags() == 0b0100);
}

TEST_CASE("a wait for events ends with one of them, and with no edge")
{
	Bench bench("evtwt 0x80000000 sta p1");
	bench.run();
	CHECK(bench.script.awaited_events() == 0x80000000);
	CHECK(bench.script.awaited_gpios() == 0);
	bench.script.gpios_changed(~0U);
	CHECK(bench.script.state() == State::Waiting);
	bench.script.events_happened(~0U);
	bench.run();
	CHECK(bench.script.parameters()[1] == std::numeric_limits<std::int32_t>::min());
}

TEST_CASE("a script that loops for ever uses exactly its budget")
{
	Bench bench("tag 0 jmp 0");
	for (const std::size_t budget : {0U, 1U, 7U, 1000U})
		CHECK(bench.run(budget) == budget);
	CHECK(bench.script.state() == State::Running);
}

TEST_CASE("a script that is stopped is halted, whatever it waits for, and starts afresh")
{
	for (const char *text : {"tag 0 inr p0 jmp 0", "inr p0 wait 1", "inr p0 mils 5"}) {
		Bench bench(text);
		bench.run(10);
		bench.script.stop();
		CHECK(bench.script.state() == State::Halted);
		CHECK_FALSE(bench.script.due_ns().has_value());
		bench.script.gpios_changed(1);
		bench.script.wake(UINT64_MAX);
		CHECK(bench.run() == 0);
		bench.script.start();
		CHECK(bench.run(2) == 2);
	}
}

TEST_CASE("a new run begins with nothing in the accumulator or on the stack, and old variables")
{
	Bench bench("add v1 sta p0 ld v1 5 lda 9 pusha halt");
	bench.run();
	bench.script.start();
	bench.run();
	CHECK(bench.script.parameters()[0] == 5);
	Bench other("tag 0 pusha inr p0 jmp 0");
	for (const int most : {256, 512}) {
		other.run();
		CHECK(other.script.state() == State::Failed);
		CHECK(other.script.parameters()[0] == most);
		other.script.start();
	}
}

TEST_CASE("a command that stops its own script has no result there")
{
	Bench bench("lda 1 mils 5 lda 2");
	bench.executor.answer = [&](const Request &) {
		bench.script.stop();
		return Reply::later(5);
	};
	CHECK(bench.run() == 2);
	CHECK(bench.script.state() == State::Halted);
	CHECK(bench.script.accumulator() == 1);
	CHECK_FALSE(bench.script.due_ns().has_value());
}

TEST_CASE("a command that starts its own script again has no result in the new run")
{
	Bench bench("sta p0 inr p1 mils 5");
	bool is_first = true;
	bench.executor.answer = [&](const Request &) {
		if (!std::exchange(is_first, false))
			return Reply();
		bench.script.stop();
		bench.script.start();
		Reply reply = Reply::number(77);
		reply.after_ns = 5;
		return reply;
	};
	bench.run();
	CHECK(bench.script.state() == State::Halted);
	CHECK(bench.script.parameters()[0] == 0);
	CHECK(bench.script.parameters()[1] == 2);
}

TEST_CASE("any program runs within its budget, and ends in a state that is one")
{
	std::mt19937 random(4711);
	std::array<int, 5> ends{};
	for (int turn = 0; turn < 5000; turn++) {
		Bench bench(random_text(random));
		bench.executor.answer = [&](const Request &) {
			Reply reply = Reply::number(static_cast<std::int32_t>(random()));
			reply.after_ns = random() % 8 == 0 ? random() : 0;
			return reply;
		};
		for (int i = 0; i < 10; i++) {
			const std::size_t budget = random() % 64;
			const std::size_t used = bench.run(budget);
			REQUIRE(used <= budget);
			REQUIRE((used == budget || !bench.script.wants_steps()));
			bench.script.gpios_changed(static_cast<std::uint32_t>(random()));
			bench.script.events_happened(static_cast<std::uint32_t>(random()));
			bench.script.wake(UINT64_MAX);
		}
		ends.at(static_cast<std::size_t>(bench.script.state()))++;
	}
	CHECK(ends[0] == 0);
	for (const State state : {State::Halted, State::Running, State::Failed})
		CHECK(ends.at(static_cast<std::size_t>(state)) > 100);
}

TEST_CASE("a command that is to be done again is, after a moment, and is no result")
{
	Bench bench("lda 5 w 4 1 add 1");
	int asked = 0;
	bench.executor.answer = [&](const Request &) {
		return asked++ == 0 ? Reply(Status::TryAgain) : Reply(Status::Ok);
	};
	bench.run();
	CHECK(bench.script.state() == State::Running);
	REQUIRE(bench.script.due_ns());
	CHECK(*bench.script.due_ns() == bench.executor.now + kTryAgainNs);
	bench.executor.now += kTryAgainNs;
	bench.script.wake(bench.executor.now);
	bench.run();
	CHECK(asked == 2);
	CHECK(bench.script.accumulator() == 1);
}

TEST_CASE("a command that takes its time holds up its script, until it is answered")
{
	Bench bench("lda 5 i2crb 0 1 add 1");
	bench.executor.answer = [](const Request &) { return Reply::pending(); };
	bench.run();
	CHECK(bench.script.state() == State::Running);
	CHECK_FALSE(bench.script.wants_steps());
	CHECK(bench.script.pending() == 1);
	bench.script.answer(Reply::number(41));
	CHECK(bench.script.pending() == 0);
	bench.run();
	CHECK(bench.script.state() == State::Halted);
	CHECK(bench.script.accumulator() == 42);
}

TEST_CASE("an answer to a run that was stopped is none of the next one's")
{
	Bench bench("i2crb 0 1 add 1");
	bench.executor.answer = [](const Request &) { return Reply::pending(); };
	bench.run();
	bench.script.stop();
	bench.script.start();
	bench.run();
	CHECK(bench.script.pending() == 2);
	bench.script.answer(Reply::number(7));
	CHECK_FALSE(bench.script.wants_steps());
	bench.script.answer(Reply::number(9));
	bench.run();
	CHECK(bench.script.accumulator() == 10);
	/* Stopped, and not begun again. */
	bench.script.start();
	bench.run();
	bench.script.stop();
	bench.script.answer(Reply::number(1));
	CHECK(bench.script.state() == State::Halted);
}
