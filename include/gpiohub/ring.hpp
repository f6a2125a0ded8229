/* SPDX-License-Identifier: MIT */
/*
 * Reading the event ring that the kernel writes, and writing one like it. Both
 * sides are the loops that linux/gpiohub.h prints; what must hold is said there
 * (struct gpiohub_positions, struct gpiohub_cursor). Neither side makes a system
 * call, waits or allocates.
 */
#pragma once

#include <linux/gpiohub.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace gpiohub
{

/** A ring in memory that somebody else owns and keeps mapped. */
struct RingView {
	const gpiohub_positions *positions = nullptr;
	const gpiohub_event *records = nullptr;
	std::uint32_t size = 0; /* records: a power of two */
};

/**
 * What a read gave.
 *
 * count: events at the start of the caller's buffer, without a gap between them
 * lost: stream positions that were overwritten just before the first of them
 */
struct Batch {
	std::size_t count = 0;
	std::uint64_t lost = 0;
};

/**
 * Where the stream stands, in 64 bits.
 *
 * end: the next event's number
 * oldest: the first number that can still be read, == end if there is none
 */
struct RingBounds {
	std::uint64_t oldest = 0;
	std::uint64_t end = 0;
};

/** Where the stream stands now; true at one moment during the call. */
RingBounds ring_bounds(const RingView &ring) noexcept;

/**
 * One reader of a ring; any number may read the same one. For use by one thread
 * at a time.
 *
 * From one reader the counts and losses of all reads add up to seq() minus the
 * first position, exactly, also across pauses of any length.
 */
class RingReader
{
public:
	/** Begins with event `seq`: 0, or what a seek or the state page said. */
	RingReader(const RingView &ring, std::uint64_t seq) noexcept : ring_(ring), seq_(seq) {}

	/**
	 * Copies the next events, as many as fit and are there. Neither count nor
	 * lost: nothing new. A loss may come with count 0, if all of it happened
	 * during the copy.
	 */
	Batch read(std::span<gpiohub_event> out) noexcept;

	/** The position of the next event to read. */
	std::uint64_t seq() const noexcept { return seq_; }

	const RingView &ring() const noexcept { return ring_; }

private:
	Batch copy(std::span<gpiohub_event> out, std::uint32_t available) noexcept;
	std::uint64_t catch_up() noexcept;

	RingView ring_;
	std::uint64_t seq_;
};

/**
 * The writer's side of a ring: the kernel's, for back ends and tests. One
 * writer per ring, used by one thread at a time.
 */
class RingWriter
{
public:
	/** `first` is the first event's number: other than 0 only for tests. */
	RingWriter(gpiohub_positions *positions, std::span<gpiohub_event> records,
		std::uint64_t first = 0) noexcept;

	/**
	 * Publishes events in one step, at most the ring's size; their seq is
	 * filled in here.
	 */
	void publish(std::span<const gpiohub_event> events) noexcept;

	/** The next event's number. */
	std::uint64_t seq() const noexcept { return seq_; }

	RingView view() const noexcept;

private:
	gpiohub_positions *positions_;
	std::span<gpiohub_event> records_;
	std::uint64_t seq_;
};

/**
 * The cursor page of a reader's file: tells the kernel when poll(2) shall wake
 * it. Owned by the mapping that it points into.
 */
class Cursor
{
public:
	explicit Cursor(gpiohub_cursor *cursor) noexcept : cursor_(cursor) {}

	/**
	 * Asks to be woken when `batch` events are there from the reader's position
	 * on (1: by the next). True: now poll(2), with a timeout of your own if
	 * batch > 1. False: they are there already, read.
	 */
	bool prepare_sleep(const RingReader &reader, std::uint32_t batch = 1) noexcept;

private:
	gpiohub_cursor *cursor_;
};

} // namespace gpiohub
