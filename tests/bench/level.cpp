/* SPDX-License-Identifier: MIT */
/*
 * The level of a line that is watched: a load from the state page, our ioctl, the
 * character device's ioctl. And what belongs together, by the sequence count.
 */
#include "bench.hpp"

#include <fcntl.h>
#include <gpiohub/state.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace bench;

namespace
{

constexpr unsigned times = 2000;

void ours(Meter &meter)
{
	gpiohub::Device hub = open_hub(Chip::Pl061);
	must(hub.subscribe(bit(in_line)));
	const gpiohub::MappedState mapped = must(hub.map_state());
	gpiohub::StateView state = mapped.view();

	meter.measure("level", "gpiohub", times, 1, [&state] {
		bool level = state.level(in_line);
		opaque(level);
	});
	meter.measure("snapshot", "gpiohub", times, 1, [&state] {
		auto levels = state.now().levels;
		opaque(levels);
	});
	meter.measure("get", "gpiohub", times, 1, [&hub] {
		gpiohub_levels get = {.lines = bit(in_line), .levels = 0, .line = 0, .reserved = 0};
		must(ioctl(hub.fd(), GPIOHUB_GET, &get), "GPIOHUB_GET");
	});
}

void theirs(Meter &meter)
{
	const int fd = request_line(Chip::Pl061, in_line, both_edges);
	const auto get = [fd] {
		gpio_v2_line_values values = {.bits = 0, .mask = 1};
		must(ioctl(fd, GPIO_V2_LINE_GET_VALUES_IOCTL, &values), "get values");
	};

	meter.measure("level", "chardev", times, 1, get);
	meter.measure("get", "chardev", times, 1, get);
	close(fd);
}

/* An ioctl that no driver sees: what the kernel takes of every other one. */
void nobodys(Meter &meter)
{
	const int fd = static_cast<int>(must(open("/dev/null", O_RDONLY), "/dev/null"));
	const auto ask = [fd] { ioctl(fd, _IO('?', 0)); };

	meter.measure("floor", "gpiohub", times, 1, ask);
	meter.measure("floor", "chardev", times, 1, ask);
	close(fd);
}

} // namespace

int main()
{
	Meter meter;
	ours(meter);
	theirs(meter);
	nobodys(meter);
}
