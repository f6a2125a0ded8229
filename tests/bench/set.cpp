/* SPDX-License-Identifier: MIT */
/*
 * Driving a line to the other level: by one ioctl, by 64 commands in one (for one
 * line, and for four in turn), and by the character device's ioctl. Ours also
 * publish the change.
 */
#include "bench.hpp"

#include <array>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace bench;

namespace
{

constexpr unsigned times = 1000;
constexpr unsigned batch = 64;

/* 64 commands in one ioctl, each of which moves one of `lines` lines from `first` on. */
void ours_batch(
	Meter &meter, const gpiohub::Device &hub, const char *name, unsigned first, unsigned lines)
{
	std::array<gpiohub_command, batch> commands = {};
	for (unsigned i = 0; i < batch; i++) {
		commands[i].op = GPIOHUB_OP_SET;
		commands[i].mask = bit(first + i % lines);
		commands[i].value = i / lines % 2 ? 0 : commands[i].mask;
	}
	meter.measure(name, "gpiohub", times, batch, [&hub, &commands] {
		gpiohub_submit submit = {};
		submit.commands = reinterpret_cast<std::uintptr_t>(commands.data());
		submit.count = batch;
		must(ioctl(hub.fd(), GPIOHUB_SUBMIT, &submit), "GPIOHUB_SUBMIT");
	});
}

void ours(Meter &meter)
{
	constexpr std::uint64_t outputs = bit(out_line) | 0xf0;
	gpiohub::Device hub = open_hub(Chip::Pl061);
	must(hub.claim(outputs, GPIOHUB_GUARD_INPUT));
	must(hub.configure(outputs, {.direction = GPIOHUB_DIRECTION_OUTPUT}));

	gpiohub_levels set = {.lines = bit(out_line), .levels = 0, .line = 0, .reserved = 0};
	meter.measure("set", "gpiohub", times, 1, [&hub, &set] {
		set.levels ^= bit(out_line);
		must(ioctl(hub.fd(), GPIOHUB_SET, &set), "GPIOHUB_SET");
	});
	if (must(hub.get(bit(out_line))) != set.levels)
		fail("the line is not where it was set to");

	ours_batch(meter, hub, "set-batch", out_line, 1);
	ours_batch(meter, hub, "set-batch-four", 4, 4);
}

void theirs(Meter &meter)
{
	const int fd = request_line(Chip::Pl061, out_line, GPIO_V2_LINE_FLAG_OUTPUT);
	gpio_v2_line_values values = {.bits = 0, .mask = 1};
	const auto set = [fd, &values] {
		values.bits ^= 1;
		must(ioctl(fd, GPIO_V2_LINE_SET_VALUES_IOCTL, &values), "set values");
	};

	meter.measure("set", "chardev", times, 1, set);
	meter.measure("set-batch", "chardev", times, 1, set);
	meter.measure("set-batch-four", "chardev", times, 1, set);
	close(fd);
}

} // namespace

int main()
{
	Meter meter;
	ours(meter);
	theirs(meter);
}
