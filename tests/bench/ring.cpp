/* SPDX-License-Identifier: MIT */
/*
 * Reading events that are there, in batches of 64: from the mapped ring by the
 * library's reader and by the loop that <linux/gpiohub.h> prints, by read(2) of
 * the hub, and by read(2) of the character device, whose buffer is made to hold
 * as many.
 */
#include "bench.hpp"

#include <array>
#include <gpiohub/ring.hpp>
#include <span>
#include <unistd.h>

using namespace bench;

namespace
{

constexpr unsigned batch = 64;
constexpr unsigned batches = 256;
constexpr unsigned long edges = batch * batches;

using Events = std::array<gpiohub_event, batch>;

/* The header's loop, a batch copied and then checked once. */
[[gnu::noinline]] unsigned plain_read(
	const gpiohub::RingView &ring, std::uint64_t &seq, gpiohub_event *to, unsigned room)
{
	using Word [[gnu::may_alias]] = std::uint64_t;
	const gpiohub_event *records = ring.records;
	const std::uint32_t mask = ring.size - 1;
	auto position = static_cast<std::uint32_t>(seq);
	const std::uint32_t head = __atomic_load_n(&ring.positions->head, __ATOMIC_ACQUIRE);
	const unsigned count = std::min(head - position, room);

	for (gpiohub_event *end = to + count, *event = to; event != end; event++) {
		const auto *from = reinterpret_cast<const Word *>(&records[position++ & mask]);
		auto *copy = reinterpret_cast<Word *>(event);
		copy[0] = __atomic_load_n(&from[0], __ATOMIC_RELAXED);
		copy[1] = __atomic_load_n(&from[1], __ATOMIC_RELAXED);
		copy[2] = __atomic_load_n(&from[2], __ATOMIC_RELAXED);
		copy[3] = __atomic_load_n(&from[3], __ATOMIC_RELAXED);
	}
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	const std::uint32_t claim = __atomic_load_n(&ring.positions->claim, __ATOMIC_RELAXED);
	if (claim - static_cast<std::uint32_t>(seq) > ring.size || (count && to[0].seq != seq))
		return 0;
	seq += count;
	return count;
}

void mapped(Meter &meter)
{
	gpiohub::Device hub = open_hub(Chip::Board);
	must(hub.subscribe(bit(in_line)));
	const std::uint64_t begin = must(hub.seek_end());
	generate(0, edges);
	wait_generated();

	const gpiohub::MappedRing ring = must(hub.map_ring());
	gpiohub::RingReader reader(ring.view(), begin);
	Events events;
	std::size_t got = 0;
	meter.measure("ring", "gpiohub", batches, batch,
		[&] { got += reader.read(std::span(events)).count; });

	const gpiohub::RingView view = ring.view();
	std::uint64_t seq = begin;
	meter.measure("ring-plain", "gpiohub", batches, batch,
		[&] { got += plain_read(view, seq, events.data(), batch); });
	if (got != 2 * edges || reader.seq() != seq)
		fail("the ring did not hold what was generated");
}

void read_hub(Meter &meter)
{
	gpiohub::Device hub = open_hub(Chip::Board);
	must(hub.subscribe(bit(in_line)));
	generate(0, edges);
	wait_generated();

	Events events;
	meter.measure("read", "gpiohub", batches, batch, [&] {
		if (read(hub.fd(), events.data(), sizeof(events)) != sizeof(events))
			fail("read of the hub");
	});
}

void read_chardev(Meter &meter)
{
	const int fd = request_line(Chip::Board, in_line, both_edges, 1024);
	constexpr unsigned fitting = 1024 / batch;
	std::array<gpio_v2_line_event, batch> events;

	/* Paced, so that its thread runs once for each edge. */
	generate(1000, 1024);
	wait_generated();
	const auto read_batch = [&] {
		if (read(fd, events.data(), sizeof(events)) != sizeof(events))
			fail("read of the character device");
	};
	meter.measure("read", "chardev", fitting, batch, read_batch);
	close(fd);
}

} // namespace

int main()
{
	Meter meter;
	mapped(meter);
	read_hub(meter);
	read_chardev(meter);
}
