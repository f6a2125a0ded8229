/* SPDX-License-Identifier: MIT */
/* Scripts as clients have them run, with all that their commands do. */
#include "bench.hpp"

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

namespace
{

enum State : std::uint32_t { Halted = 1, Running = 2, Waiting = 3, Failed = 4 };

std::uint32_t stored(BenchClient &client, std::string_view text)
{
	const std::int32_t id = client.call(kProc, 0, 0, text);
	REQUIRE(id >= 0);
	return static_cast<std::uint32_t>(id);
}

/* Its state, and its first parameter. */
std::array<std::uint32_t, 2> status(BenchClient &client, std::uint32_t id)
{
	client.has_extension = true;
	REQUIRE(client.call(kProcp, id) == 44);
	client.has_extension = false;
	std::array<std::uint32_t, 2> words{};
	std::memcpy(words.data(), client.extension.data(), sizeof(words));
	return words;
}

std::uint32_t state_after(BenchClient &client, std::uint32_t id, std::uint32_t before)
{
	std::uint32_t state = before;
	for (int i = 0; i < 1'000'000 && state == before; i++)
		state = status(client, id)[0];
	return state;
}

} // namespace

TEST_CASE("a script drives lines, and gives its parameters back")
{
	Bench bench;
	BenchClient client = bench.connect();
	const std::uint32_t id = stored(client, "w p0 1 lda 7 sta p1 inr p0");
	CHECK(client.call(kProcr, id, 0, words({4})) == 0);
	CHECK(state_after(client, id, Running) == Halted);
	CHECK(status(client, id)[1] == 5);
	CHECK(bench.fake->owners[4] != nullptr);
	CHECK(client.call(kProcu, id, 0, words({6})) == 0);
	CHECK(status(client, id)[1] == 6);
	CHECK(client.call(kProcd, id) == 0);
	CHECK(client.call(kProcr, id) == res_of(Status::BadScriptId));
}

TEST_CASE("a script that never ends delays nobody, and can be stopped")
{
	Bench bench;
	BenchClient client = bench.connect();
	BenchClient other = bench.connect();
	const std::uint32_t id = stored(client, "tag 1 inr p0 jmp 1");
	CHECK(client.call(kProcr, id) == 0);
	for (int i = 0; i < 100; i++)
		CHECK(other.call(kPigpv) == 79);
	CHECK(status(client, id)[0] == Running);
	CHECK(status(client, id)[1] > 100);
	CHECK(client.call(kProcr, id) == res_of(Status::ScriptNotReady));
	CHECK(client.call(kProcs, id) == 0);
	CHECK(status(client, id)[0] == Halted);
}

TEST_CASE("a script waits for an edge, and the loop does not turn meanwhile")
{
	Bench bench;
	BenchClient client = bench.connect();
	const std::uint32_t id = stored(client, "wait 0x30 sta p0");
	CHECK(client.call(kProcr, id) == 0);
	CHECK(state_after(client, id, Running) == Waiting);
	CHECK(bench.fake->armed == 0x30);
	bench.edge(5, true, 1000);
	CHECK(state_after(client, id, Waiting) == Halted);
	CHECK(status(client, id)[1] == 0x20);
	(void)client.waiting();
	CHECK(bench.fake->armed == 0);
}

TEST_CASE("a script waits for an event")
{
	Bench bench;
	BenchClient client = bench.connect();
	const std::uint32_t id = stored(client, "evtwt 0x8 sta p0");
	CHECK(client.call(kProcr, id) == 0);
	CHECK(state_after(client, id, Running) == Waiting);
	CHECK(client.call(kEvt, 2) == 0);
	CHECK(status(client, id)[0] == Waiting);
	CHECK(client.call(kEvt, 3) == 0);
	CHECK(state_after(client, id, Waiting) == Halted);
	CHECK(status(client, id)[1] == 8);
}

TEST_CASE("a delay in a script is that long")
{
	Bench bench;
	BenchClient client = bench.connect();
	const std::uint32_t id = stored(client, "t sta p0 mils 30 t sta p1");
	CHECK(client.call(kProcr, id) == 0);
	CHECK(state_after(client, id, Running) == Halted);
	client.has_extension = true;
	REQUIRE(client.call(kProcp, id) == 44);
	std::array<std::uint32_t, 3> told{};
	std::memcpy(told.data(), client.extension.data(), sizeof(told));
	CHECK(told[2] - told[1] >= 30'000);
}

TEST_CASE("what is wrong with a script's text is told, also without storing it")
{
	Bench bench;
	BenchClient client = bench.connect();
	CHECK(client.call(kProc, 0, 0, "tag 1 tag 1") == res_of(Status::DuplicateTag));
	CHECK(client.call(kParse, 0, 0, "jmp 5") == res_of(Status::BadTag));
	CHECK(client.call(kParse, 0, 0, "halt") == 0);
	CHECK(client.call(kProc, 0, 0, "shell x") == res_of(Status::BadScriptCommand));
}
