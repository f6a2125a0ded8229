/* SPDX-License-Identifier: MIT */
#include "backend/soft_pattern.hpp"

#include <gpiohub/pattern.hpp>

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

/* What it sets, step by step, up to `most` of them. */
std::vector<std::uint64_t> run(SoftPattern &pattern, std::size_t most = 100)
{
	std::vector<std::uint64_t> sets;
	while (sets.size() < most) {
		const gpiohub_step *step = pattern.next();
		if (step == nullptr)
			break;
		sets.push_back(step->set);
		pattern.step_over();
	}
	return sets;
}

gpiohub_step drives(std::uint64_t set)
{
	return drive_step(set, 0, 1000);
}

} // namespace

TEST_CASE("loops in loops are gone through as often as they say")
{
	SoftPattern pattern({drives(1), loop_step(2), drives(2), loop_step(3), drives(3),
		end_step(), end_step(), drives(4)});
	CHECK(run(pattern) == std::vector<std::uint64_t>{1, 2, 3, 3, 3, 2, 3, 3, 3, 4});
	pattern.rewind();
	CHECK(run(pattern).size() == 10);
}

TEST_CASE("an endless loop goes on")
{
	SoftPattern pattern({loop_step(0), drives(1), drives(2), end_step()});
	CHECK(run(pattern, 5) == std::vector<std::uint64_t>{1, 2, 1, 2, 1});
}

TEST_CASE("a pattern that is to end does so with the turn of its outermost loop")
{
	SoftPattern pattern({loop_step(0), loop_step(2), drives(1), end_step(), drives(2),
		end_step(), drives(3)});
	CHECK(run(pattern, 1) == std::vector<std::uint64_t>{1});
	pattern.end_with_cycle();
	CHECK(run(pattern) == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("what is in no loop is a cycle of its own")
{
	SoftPattern pattern({drives(1), drives(2)});
	CHECK(run(pattern, 1).size() == 1);
	pattern.end_with_cycle();
	CHECK(run(pattern) == std::vector<std::uint64_t>{2});
}
