/* SPDX-License-Identifier: MIT */
/*
 * Driving a line to the other level: by one ioctl, by 64 commands in one, and by
 * the character device's ioctl. Ours also publish the change.
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

void ours(Meter &meter)
{
	gpiohub::Device hub = open_hub(Chip::Pl061);
	must(hub.claim(bit(out_line), GPIOHUB_GUARD_INPUT));
	must(hub.configure(bit(out_line), {.direction = GPIOHUB_DIRECTION_OUTPUT}));

	gpiohub_levels set = {.lines = bit(out_line), .levels = 0, .line = 0, .reserved = 0};
	meter.measure("set", "gpiohub", times, 1, [&hub, &set] {
		set.levels ^= bit(out_line);
		must(ioctl(hub.fd(), GPIOHUB_SET, &set), "GPIOHUB_SET");
	});
	if (must(hub.get(bit(out_line))) != set.levels)
		fail("the line is not where it was set to");

	std::array<gpiohub_command, batch> commands = {};
	for (unsigned i = 0; i < batch; i++) {
		commands[i].op = GPIOHUB_OP_SET;
		commands[i].mask = bit(out_line);
		commands[i].value = i % 2 ? 0 : bit(out_line);
	}
	meter.measure("set-batch", "gpiohub", times, batch, [&hub, &commands] {
		gpiohub_submit submit = {};
		submit.commands = reinterpret_cast<std::uintptr_t>(commands.data());
		submit.count = batch;
		must(ioctl(hub.fd(), GPIOHUB_SUBMIT, &submit), "GPIOHUB_SUBMIT");
	});
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
	close(fd);
}

} // namespace

int main()
{
	Meter meter;
	ours(meter);
	theirs(meter);
}
