/* SPDX-License-Identifier: MIT */
/* What bench.hpp says. */
#include "bench.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <glob.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bench
{

namespace
{

constexpr const char *board_label = "gpiohub-vboard.0";
constexpr const char *pl061_label = "9030000.pl061";

/* An open chip of that label, from all that there are. */
int open_chip(const std::string &label)
{
	glob_t found;
	if (glob("/dev/gpiochip*", 0, nullptr, &found) != 0)
		fail("there is no character device");
	for (std::size_t i = 0; i < found.gl_pathc; i++) {
		const int fd = static_cast<int>(must(open(found.gl_pathv[i], O_RDWR), "open"));
		gpiochip_info info = {};
		must(ioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &info), "GPIO_GET_CHIPINFO_IOCTL");
		if (label == info.label) {
			globfree(&found);
			return fd;
		}
		close(fd);
	}
	fail("there is no chip " + label);
}

} // namespace

void fail(const std::string &what)
{
	std::fprintf(stderr, "bench: %s (%s)\n", what.c_str(), std::strerror(errno));
	std::exit(1);
}

Meter::Meter()
{
	perf_event_attr attr = {};
	attr.size = sizeof(attr);
	attr.type = PERF_TYPE_HARDWARE;
	attr.config = PERF_COUNT_HW_INSTRUCTIONS;
	attr.exclude_hv = 1;
	fd_ = static_cast<int>(must(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0),
		"perf_event_open: in a guest, instructions are counted under --exact-time only"));
}

std::uint64_t Meter::now() const noexcept
{
	std::uint64_t count = 0;
	if (::read(fd_, &count, sizeof(count)) != sizeof(count))
		std::abort();
	return count;
}

void Meter::report(const char *operation, const char *who, std::vector<std::uint64_t> &counts,
	std::uint64_t overhead, unsigned parts)
{
	std::sort(counts.begin(), counts.end());
	const auto each = [overhead, parts](std::uint64_t count) {
		return static_cast<double>(count - overhead) / parts;
	};
	std::printf("result %s %s %.1f %.1f %zu\n", operation, who, each(counts.front()),
		each(counts[counts.size() / 2]), counts.size());
}

gpiohub::Device open_hub(Chip chip)
{
	return must(gpiohub::Device::open(chip == Chip::Board ? "/dev/gpiohub0" : "/dev/gpiohub1"));
}

int request_line(Chip which, unsigned line, std::uint64_t flags, unsigned buffer)
{
	const int chip = open_chip(which == Chip::Board ? board_label : pl061_label);
	gpio_v2_line_request request = {};
	request.offsets[0] = line;
	request.num_lines = 1;
	request.config.flags = flags;
	request.event_buffer_size = buffer;
	std::strcpy(request.consumer, "bench");
	must(ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request), "GPIO_V2_GET_LINE_IOCTL");
	close(chip);
	return request.fd;
}

void board(const char *file, const std::string &text)
{
	const std::string path =
		std::string("/sys/bus/platform/devices/") + board_label + "/" + file;
	const int fd = static_cast<int>(must(open(path.c_str(), O_WRONLY), file));
	must(write(fd, text.data(), text.size()), (path + ": " + text).c_str());
	close(fd);
}

void generate(unsigned hz, unsigned long edges)
{
	board("generate",
		std::to_string(in_line) + (hz ? " " + std::to_string(hz) : " burst") + " " +
			std::to_string(edges));
}

void wait_generated()
{
	board("wait", "3600");
}

} // namespace bench
