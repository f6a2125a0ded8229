/* SPDX-License-Identifier: MIT */
/*
 * The loops of struct gpiohub_positions and struct gpiohub_cursor. Every access
 * to shared memory is atomic, so that no copy is made of a word twice and the
 * thread sanitizer can follow.
 */
#include <gpiohub/ring.hpp>

#include <algorithm>
#include <utility>

namespace gpiohub
{

namespace
{

/* An event moves as four words, each loaded and stored once. */
using Word [[gnu::may_alias]] = std::uint64_t;

/* The inside of the reader's loop: a call would cost it a fifth. */
[[gnu::always_inline]] inline void load_record(
	const gpiohub_event &record, gpiohub_event &copy) noexcept
{
	const auto *from = reinterpret_cast<const Word *>(&record);
	auto *to = reinterpret_cast<Word *>(&copy);

	to[0] = __atomic_load_n(&from[0], __ATOMIC_RELAXED);
	to[1] = __atomic_load_n(&from[1], __ATOMIC_RELAXED);
	to[2] = __atomic_load_n(&from[2], __ATOMIC_RELAXED);
	to[3] = __atomic_load_n(&from[3], __ATOMIC_RELAXED);
}

void store_record(const gpiohub_event &event, gpiohub_event &record) noexcept
{
	const auto *from = reinterpret_cast<const Word *>(&event);
	auto *to = reinterpret_cast<Word *>(&record);

	__atomic_store_n(&to[0], from[0], __ATOMIC_RELAXED);
	__atomic_store_n(&to[1], from[1], __ATOMIC_RELAXED);
	__atomic_store_n(&to[2], from[2], __ATOMIC_RELAXED);
	__atomic_store_n(&to[3], from[3], __ATOMIC_RELAXED);
}

std::uint64_t load_seq(const RingView &ring, std::uint64_t position) noexcept
{
	const __u64 &seq = ring.records[position & (ring.size - 1)].seq;
	return __atomic_load_n(&seq, __ATOMIC_RELAXED);
}

/* Pairs with the store-release of the head in the writer. */
std::uint32_t load_head(const RingView &ring) noexcept
{
	return __atomic_load_n(&ring.positions->head, __ATOMIC_ACQUIRE);
}

/* After a copy. Pairs with the barrier between claim and records in the writer. */
std::uint32_t load_claim(const RingView &ring) noexcept
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&ring.positions->claim, __ATOMIC_RELAXED);
}

/* Records that were never written are zero: no event has type 0. */
bool is_blank(const RingView &ring, std::uint64_t position) noexcept
{
	gpiohub_event copy;

	load_record(ring.records[position & (ring.size - 1)], copy);
	return copy.seq == 0 && copy.type == 0;
}

/*
 * The first event of a ring that was never full, by halves: up to it, from
 * `blank` on, all records are blank.
 */
std::uint64_t first_written(const RingView &ring, std::uint64_t blank, std::uint64_t end) noexcept
{
	std::uint64_t written = end - 1;

	while (written - blank > 1) {
		const std::uint64_t middle = blank + (written - blank) / 2;
		(is_blank(ring, middle) ? blank : written) = middle;
	}
	return written;
}

} // namespace

RingBounds ring_bounds(const RingView &ring) noexcept
{
	for (;;) {
		const std::uint32_t head = load_head(ring);
		const std::uint64_t newest = load_seq(ring, head - 1);
		const std::uint32_t claim = load_claim(ring);

		if (claim - (head - 1) > ring.size)
			continue; /* overwritten while we looked: there is a newer one */
		const std::uint64_t end = newest + 1;
		if (static_cast<std::uint32_t>(end) != head)
			return {head, head}; /* nothing was ever written */
		const std::uint64_t claimed = end + (claim - head);
		const std::uint64_t oldest = claimed > ring.size ? claimed - ring.size : 0;
		if (oldest == end || !is_blank(ring, oldest))
			return {oldest, end};
		return {first_written(ring, oldest, end), end};
	}
}

Batch RingReader::read(std::span<gpiohub_event> out) noexcept
{
	std::uint64_t lost = 0;

	for (;;) {
		const std::uint32_t available = load_head(ring_) - static_cast<std::uint32_t>(seq_);

		if (available == 0) {
			/*
			 * Nothing new, or exactly 2^32 events since we looked:
			 * the newest record tells.
			 */
			if (load_seq(ring_, seq_ - 1) == seq_ - 1)
				return {0, lost};
		} else if (available <= ring_.size) {
			const Batch batch = copy(out, available);
			if (batch.count > 0 || out.empty())
				return {batch.count, batch.lost + lost};
		}
		const std::uint64_t skipped = catch_up();
		if (skipped == 0)
			return {0, lost};
		lost += skipped;
	}
}

/* Gives count 0 if all of it was overwritten before or during the copy. */
Batch RingReader::copy(std::span<gpiohub_event> out, std::uint32_t available) noexcept
{
	const std::size_t count = std::min<std::size_t>(available, out.size());
	const gpiohub_event *records = ring_.records;
	const std::uint32_t mask = ring_.size - 1;
	auto position = static_cast<std::uint32_t>(seq_);

	for (gpiohub_event &event : out.first(count))
		load_record(records[position++ & mask], event);

	const std::uint32_t claimed = load_claim(ring_) - static_cast<std::uint32_t>(seq_);
	const std::size_t lapped = claimed > ring_.size ? claimed - ring_.size : 0;
	/* The claim tells of this lap, the number of those 2^32 events ago. */
	if (lapped >= count || out[lapped].seq != seq_ + lapped)
		return {};
	if (lapped > 0)
		std::copy(out.begin() + static_cast<std::ptrdiff_t>(lapped),
			out.begin() + static_cast<std::ptrdiff_t>(count), out.begin());
	seq_ += count;
	return {count - lapped, lapped};
}

/* Moves on to the oldest event that is still there; gives how many that skips. */
std::uint64_t RingReader::catch_up() noexcept
{
	const std::uint64_t oldest = ring_bounds(ring_).oldest;

	if (oldest <= seq_)
		return 0;
	return oldest - std::exchange(seq_, oldest);
}

RingWriter::RingWriter(gpiohub_positions *positions, std::span<gpiohub_event> records,
	std::uint64_t first) noexcept
	: positions_(positions),
	  records_(records),
	  seq_(first)
{
	__atomic_store_n(&positions_->claim, static_cast<std::uint32_t>(first), __ATOMIC_RELAXED);
	__atomic_store_n(&positions_->head, static_cast<std::uint32_t>(first), __ATOMIC_RELEASE);
}

void RingWriter::publish(std::span<const gpiohub_event> events) noexcept
{
	const auto end = static_cast<std::uint32_t>(seq_ + events.size());

	__atomic_store_n(&positions_->claim, end, __ATOMIC_RELAXED);
	/* The claim before the records. Pairs with load_claim(). */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	for (gpiohub_event event : events) {
		event.seq = seq_;
		store_record(event, records_[seq_ & (records_.size() - 1)]);
		seq_++;
	}
	/* The records before the head. Pairs with load_head(). */
	__atomic_store_n(&positions_->head, end, __ATOMIC_RELEASE);
}

RingView RingWriter::view() const noexcept
{
	return {positions_, records_.data(), static_cast<std::uint32_t>(records_.size())};
}

bool Cursor::prepare_sleep(const RingReader &reader, std::uint32_t batch) noexcept
{
	const auto seq = static_cast<std::uint32_t>(reader.seq());

	__atomic_store_n(&cursor_->tail, seq, __ATOMIC_RELAXED);
	__atomic_store_n(&cursor_->wake_at, seq + batch, __ATOMIC_RELAXED);
	/* Either we see the new head, or the writer sees wake_at. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&reader.ring().positions->head, __ATOMIC_RELAXED) - seq < batch;
}

} // namespace gpiohub
