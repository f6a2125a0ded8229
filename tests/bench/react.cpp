/* SPDX-License-Identifier: MIT */
/*
 * From an edge to the output that it drives: by a rule, by a program that waits in
 * read(2) and sets the line, and by one that does so with the character device. In
 * time, which in this guest is instructions: from the time of the interrupt to the
 * time of the driven line's event, both in the ring; for the character device to when
 * its ioctl is back. And what a step of a pattern takes of the processor: interrupts.
 */
#include "bench.hpp"

#include <cstdio>
#include <cstring>
#include <ctime>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace bench;

namespace
{

constexpr unsigned hz = 500;
constexpr unsigned long edges = 1000;

void print(const char *operation, const char *who, std::vector<std::uint64_t> &counts)
{
	std::sort(counts.begin(), counts.end());
	std::printf("result %s %s %.1f %.1f %zu\n", operation, who,
		static_cast<double>(counts.front()), static_cast<double>(counts[counts.size() / 2]),
		counts.size());
}

/* From each edge to the event of the line that was driven for it. */
std::vector<std::uint64_t> reactions(gpiohub::Device &witness)
{
	std::vector<std::uint64_t> times;
	std::uint64_t cause = 0;
	gpiohub_event event;
	for (;;) {
		if (must(witness.read({&event, 1})) == 0)
			return times;
		if (event.type != GPIOHUB_EVENT_RISING && event.type != GPIOHUB_EVENT_FALLING)
			continue;
		if (event.line == in_line)
			cause = event.time_ns;
		else if (event.line == out_line && cause != 0)
			times.push_back(event.time_ns - cause);
	}
}

gpiohub::Device driver()
{
	gpiohub::Device hub = open_hub(Chip::Board);
	must(hub.claim(bit(out_line), GPIOHUB_GUARD_INPUT));
	must(hub.configure(bit(out_line), {.direction = GPIOHUB_DIRECTION_OUTPUT}));
	return hub;
}

gpiohub::Device witness()
{
	auto device = gpiohub::Device::open("/dev/gpiohub0", gpiohub::Device::Access::Look, true);
	return must(std::move(device));
}

void by_rule()
{
	gpiohub::Device hub = driver();
	gpiohub_rule rule = {};
	rule.id = 1;
	rule.trigger = in_line;
	rule.kinds = GPIOHUB_KINDS_EDGES;
	rule.toggle = bit(out_line);
	rule.holdoff_ns = GPIOHUB_HOLDOFF_MIN_NS;
	must(ioctl(hub.fd(), GPIOHUB_RULE_ADD, &rule), "GPIOHUB_RULE_ADD");
	gpiohub::Device watcher = witness();
	generate(hz, edges);
	wait_generated();
	auto times = reactions(watcher);
	print("react", "gpiohub", times);
}

void by_reader()
{
	gpiohub::Device hub = driver();
	must(hub.subscribe(bit(in_line), GPIOHUB_KINDS_EDGES));
	must(hub.seek_end());
	gpiohub::Device watcher = witness();
	generate(hz, edges);
	gpiohub_event event;
	for (unsigned long i = 0; i < edges; i++) {
		must(hub.read({&event, 1}));
		must(hub.set(bit(out_line), i % 2 ? 0 : bit(out_line)));
	}
	wait_generated();
	auto times = reactions(watcher);
	print("react", "reader", times);
}

std::uint64_t now()
{
	timespec time = {};
	clock_gettime(CLOCK_MONOTONIC, &time);
	return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
		static_cast<std::uint64_t>(time.tv_nsec);
}

void by_chardev()
{
	const int in = request_line(Chip::Board, in_line, both_edges, 1024);
	const int out = request_line(Chip::Board, out_line, GPIO_V2_LINE_FLAG_OUTPUT);
	std::vector<std::uint64_t> times;
	generate(hz, edges);
	for (unsigned long i = 0; i < edges; i++) {
		gpio_v2_line_event event = {};
		must(read(in, &event, sizeof(event)), "read");
		gpio_v2_line_values values = {.bits = i % 2, .mask = 1};
		must(ioctl(out, GPIO_V2_LINE_SET_VALUES_IOCTL, &values), "set values");
		times.push_back(now() - event.timestamp_ns);
	}
	wait_generated();
	print("react", "chardev", times);
	close(in);
	close(out);
}

/* Interrupts of the processor's timer since the boot. */
std::uint64_t timer_interrupts()
{
	std::uint64_t count = 0;
	char line[256];
	FILE *file = std::fopen("/proc/interrupts", "r");
	if (file == nullptr)
		fail("/proc/interrupts");
	while (std::fgets(line, sizeof(line), file) != nullptr) {
		if (std::strstr(line, "arch_timer") != nullptr)
			count = std::strtoull(std::strchr(line, ':') + 1, nullptr, 10);
	}
	std::fclose(file);
	return count;
}

/* Those of one second in which nothing happens, or a PWM of 1 kHz plays. */
void pwm_interrupts()
{
	constexpr unsigned periods = 1000;
	gpiohub::Device hub = driver();

	std::uint64_t before = timer_interrupts();
	sleep(1);
	const std::uint64_t idle = timer_interrupts() - before;

	gpiohub_step steps[4] = {};
	steps[0].op = GPIOHUB_STEP_LOOP;
	steps[0].count = periods;
	steps[1].set = bit(out_line);
	steps[1].wait_ns = 300'000;
	steps[2].clear = bit(out_line);
	steps[2].wait_ns = 700'000;
	steps[3].op = GPIOHUB_STEP_END;
	gpiohub_play play = {};
	play.lines = bit(out_line);
	play.steps = reinterpret_cast<std::uintptr_t>(steps);
	play.count = 4;
	play.id = 1;
	before = timer_interrupts();
	must(ioctl(hub.fd(), GPIOHUB_PLAY, &play), "GPIOHUB_PLAY");
	must(fsync(hub.fd()), "fsync");
	const double all = static_cast<double>(timer_interrupts() - before);
	const double each = (all - static_cast<double>(idle)) / periods;
	std::printf("result pwm gpiohub %.2f %.2f %u\n", each, each, periods);
}

} // namespace

int main()
{
	by_rule();
	by_reader();
	by_chardev();
	pwm_interrupts();
}
