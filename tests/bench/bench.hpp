/* SPDX-License-Identifier: MIT */
/*
 * What the programs of the bench share: counting instructions around an
 * operation, the virtual board, and the kernel's character device by its own
 * ABI v2, without a library between. An error ends the program.
 */
#pragma once

#include <gpiohub/device.hpp>
#include <linux/gpio.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bench
{

/**
 * The two chips of the bench's guest, in the order of their hubs: the virtual
 * board, whose generator makes as many edges as one likes, and QEMU's PL061, a
 * chip that exists, with the kernel's own driver.
 */
enum class Chip { Board, Pl061 };

/* Lines of either: the outside world drives the first, we the second. */
constexpr unsigned in_line = 0;
constexpr unsigned out_line = 1;

constexpr std::uint64_t bit(unsigned line)
{
	return 1ULL << line;
}

/** Says what went wrong with errno's text, and exits. */
[[noreturn]] void fail(const std::string &what);

/** A result that must be good. */
template <class T>
T must(gpiohub::Result<T> result)
{
	if (!result.ok())
		fail(result.error().what);
	if constexpr (!std::is_void_v<T>)
		return std::move(result).value();
}

/** A system call that must not return -1. */
inline long must(long result, const char *what)
{
	if (result < 0)
		fail(what);
	return result;
}

/** Nothing is known of memory and of `value` from here on. */
template <class T>
void opaque(T &value)
{
	asm volatile("" : "+r"(value) : : "memory");
}

/**
 * Instructions of this thread, its system calls and interrupts included,
 * counted by the processor.
 */
class Meter
{
public:
	Meter();
	Meter(const Meter &) = delete;
	Meter &operator=(const Meter &) = delete;

	/**
	 * Runs `body` `times` times and writes
	 * "result OPERATION WHO MINIMUM MEDIAN TIMES", each divided by `parts`, for
	 * what it does besides the counting itself.
	 */
	template <class Body>
	void measure(
		const char *operation, const char *who, unsigned times, unsigned parts, Body body)
	{
		auto counts = run(times, body);
		auto empty = run(times, [] {});
		report(operation, who, counts, *std::min_element(empty.begin(), empty.end()),
			parts);
	}

	/** One count, with what counting costs. */
	std::uint64_t now() const noexcept;

private:
	template <class Body>
	std::vector<std::uint64_t> run(unsigned times, Body body)
	{
		std::vector<std::uint64_t> counts(times);
		for (auto &count : counts) {
			const std::uint64_t begin = now();
			body();
			count = now() - begin;
		}
		return counts;
	}

	static void report(const char *operation, const char *who,
		std::vector<std::uint64_t> &counts, std::uint64_t overhead, unsigned parts);

	int fd_;
};

/** The hub over a chip. */
gpiohub::Device open_hub(Chip chip);

/** A line requested from the character device. */
int request_line(Chip chip, unsigned line, std::uint64_t flags, unsigned buffer = 0);

constexpr std::uint64_t both_edges =
	GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING;

/** Writes into one of the board's files (docs/vboard.md). */
void board(const char *file, const std::string &text);

/** Edges on the board's in_line: `hz` periods a second, 0: as fast as their handlers allow. */
void generate(unsigned hz, unsigned long edges);

/** Returns when all of them were made. */
void wait_generated();

} // namespace bench
