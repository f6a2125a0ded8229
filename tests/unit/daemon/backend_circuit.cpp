/* SPDX-License-Identifier: MIT */
#include "backend/circuit.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub::daemon;
using namespace std::chrono_literals;

namespace
{

struct Bench {
	bool fails() { return circuit.failed(now); }
	bool is_broken() const { return circuit.is_broken(now); }

	Circuit circuit{{.failures = 3, .first = 1s, .most = 4s}};
	Circuit::Time now = Circuit::Time{} + 1h;
};

} // namespace

TEST_CASE("it breaks with so many failures in a row, and not with as many in all")
{
	Bench bench;
	for (int i = 0; i < 10; i++) {
		CHECK_FALSE(bench.fails());
		CHECK_FALSE(bench.fails());
		bench.circuit.worked();
	}
	CHECK_FALSE(bench.fails());
	CHECK_FALSE(bench.fails());
	CHECK_FALSE(bench.is_broken());
	CHECK(bench.fails());
	CHECK(bench.is_broken());
}

TEST_CASE("it is tried again when its time is over; one failure then is enough")
{
	Bench bench;
	for (const auto delay : {1s, 2s, 4s, 4s}) {
		bench.circuit.broke(bench.now);
		CHECK(bench.circuit.until() == bench.now + delay);
		bench.now += delay - 1ns;
		CHECK(bench.is_broken());
		bench.now += 1ns;
		CHECK_FALSE(bench.is_broken());
	}
	CHECK(bench.fails());
}

TEST_CASE("what works again is as if it had never failed")
{
	Bench bench;
	bench.circuit.broke(bench.now);
	bench.now += 10s;
	bench.circuit.broke(bench.now);
	bench.now += 10s;
	bench.circuit.worked();
	CHECK_FALSE(bench.fails());
	CHECK_FALSE(bench.fails());
	CHECK(bench.fails());
	CHECK(bench.circuit.until() == bench.now + 1s);
}
