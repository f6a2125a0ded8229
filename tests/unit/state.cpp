/* SPDX-License-Identifier: MIT */
#include <gpiohub/state.hpp>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

using namespace gpiohub;

namespace
{

void store(__u64 &word, std::uint64_t value)
{
	__atomic_store_n(&word, value, __ATOMIC_RELAXED);
}

/* The kernel's writer: all words say the same number. */
void write_state(gpiohub_state &state, std::uint64_t number)
{
	__atomic_store_n(&state.sequence, state.sequence + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	store(state.seq, number);
	store(state.time_ns, number);
	store(state.levels, number);
	store(state.known, number);
	store(state.gone, number);
	store(state.line[63].rising, number);
	store(state.line[63].last_ns, number);
	__atomic_store_n(&state.sequence, state.sequence + 1, __ATOMIC_RELEASE);
}

} // namespace

TEST_CASE("levels are read line by line and as masks")
{
	gpiohub_state state = {};
	state.lines = 64;
	state.levels = std::uint64_t{1} << 63 | 2;
	state.known = 3;
	state.seq = 7;
	const StateView view(&state);

	CHECK_FALSE(view.level(0));
	CHECK(view.level(1));
	CHECK(view.level(63));
	CHECK(view.levels() == state.levels);
	CHECK(view.known() == 3);
	CHECK(view.seq() == 7);
	CHECK(view.lines() == 64);
}

TEST_CASE("a snapshot has every field")
{
	gpiohub_state state = {};
	state.sequence = 4;
	state.lines = 8;
	state.owned = 5;
	state.kept = 6;
	state.line[3].missed = 9;
	const gpiohub_state copy = StateView(&state).snapshot();

	CHECK(copy.lines == 8);
	CHECK(copy.owned == 5);
	CHECK(copy.kept == 6);
	CHECK(copy.line[3].missed == 9);
}

TEST_CASE("values that belong together are of one moment, beside a running writer")
{
	gpiohub_state state = {};
	std::atomic<bool> enough{false};

	std::thread writer([&] {
		for (std::uint64_t number = 1; !enough; number++) {
			write_state(state, number);
			if (number % 64 == 0)
				std::this_thread::yield();
		}
	});

	const StateView view(&state);
	std::uint64_t broken = 0;
	std::uint64_t last = 0;
	for (int different = 0; different < 300;) {
		const Levels now = view.now();
		broken += now.time_ns != now.seq || now.levels != now.seq || now.known != now.seq;
		broken += now.seq < last;
		const gpiohub_state copy = view.snapshot();
		broken += copy.levels != copy.seq || copy.gone != copy.seq ||
			copy.line[63].rising != copy.seq || copy.line[63].last_ns != copy.seq;
		different += copy.seq != last;
		last = copy.seq;
	}
	enough = true;
	writer.join();
	CHECK(broken == 0);
}

TEST_CASE("a reader waits for a writer who is in the middle")
{
	gpiohub_state state = {};
	state.sequence = 5;
	state.seq = 1; /* the levels are still those of 0 */
	std::atomic<bool> started{false};
	Levels seen;

	std::thread reader([&] {
		started = true;
		seen = StateView(&state).now();
	});
	/* Time for the reader to go wrong, if it is going to. */
	while (!started)
		std::this_thread::yield();
	for (int i = 0; i < 1000; i++)
		std::this_thread::yield();
	store(state.levels, 1);
	__atomic_store_n(&state.sequence, 6U, __ATOMIC_RELEASE);
	reader.join();
	CHECK(seen.seq == 1);
	CHECK(seen.levels == 1);
}
