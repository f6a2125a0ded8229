/* SPDX-License-Identifier: MIT */
#include "gpio_line.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace gpiohub::daemon
{

namespace
{

/* The kernel's own, which some of its drivers let out. */
constexpr int kNotSupported = 524;

constexpr std::uint64_t kBothEdges = GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING;

std::uint64_t bias_flag(gpiohub_bias bias)
{
	switch (bias) {
	case GPIOHUB_BIAS_AS_IS:
		return 0;
	case GPIOHUB_BIAS_DISABLE:
		return GPIO_V2_LINE_FLAG_BIAS_DISABLED;
	case GPIOHUB_BIAS_PULL_UP:
		return GPIO_V2_LINE_FLAG_BIAS_PULL_UP;
	case GPIOHUB_BIAS_PULL_DOWN:
		return GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN;
	}
	return 0;
}

std::uint64_t drive_flag(gpiohub_drive drive)
{
	switch (drive) {
	case GPIOHUB_DRIVE_AS_IS:
	case GPIOHUB_DRIVE_PUSH_PULL:
		return 0;
	case GPIOHUB_DRIVE_OPEN_DRAIN:
		return GPIO_V2_LINE_FLAG_OPEN_DRAIN;
	case GPIOHUB_DRIVE_OPEN_SOURCE:
		return GPIO_V2_LINE_FLAG_OPEN_SOURCE;
	}
	return 0;
}

void add(gpio_v2_line_config &config, const gpio_v2_line_attribute &attribute)
{
	config.attrs[config.num_attrs++] = {attribute, 1};
}

template <class Argument>
Result<void> call(int fd, unsigned long request, Argument &argument)
{
	if (::ioctl(fd, request, &argument) == 0)
		return {};
	return Error{pin_errno(errno), ""};
}

} // namespace

/* --- what is said to it --------------------------------------------------------- */

/* Only an output drives, only an input debounces and has edges. */
gpio_v2_line_config line_config(
	const PinSettings &settings, bool level, bool is_armed, bool was_debounced)
{
	gpio_v2_line_config config{};
	switch (settings.direction) {
	case GPIOHUB_DIRECTION_AS_IS:
		break;
	case GPIOHUB_DIRECTION_INPUT:
		config.flags = GPIO_V2_LINE_FLAG_INPUT | bias_flag(settings.bias) |
			(is_armed ? kBothEdges : 0);
		if (settings.debounce_us != 0 || was_debounced) {
			gpio_v2_line_attribute debounce{};
			debounce.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
			debounce.debounce_period_us = settings.debounce_us;
			add(config, debounce);
		}
		break;
	case GPIOHUB_DIRECTION_OUTPUT: {
		config.flags = GPIO_V2_LINE_FLAG_OUTPUT | bias_flag(settings.bias) |
			drive_flag(settings.drive);
		gpio_v2_line_attribute values{};
		values.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
		values.values = level ? 1 : 0;
		add(config, values);
		break;
	}
	}
	return config;
}

PinSettings settings_of(const gpio_v2_line_info &info)
{
	const auto is = [&](std::uint64_t flag) { return (info.flags & flag) != 0; };
	PinSettings settings;
	settings.direction =
		is(GPIO_V2_LINE_FLAG_OUTPUT) ? GPIOHUB_DIRECTION_OUTPUT : GPIOHUB_DIRECTION_INPUT;
	if (is(GPIO_V2_LINE_FLAG_BIAS_DISABLED))
		settings.bias = GPIOHUB_BIAS_DISABLE;
	else if (is(GPIO_V2_LINE_FLAG_BIAS_PULL_UP))
		settings.bias = GPIOHUB_BIAS_PULL_UP;
	else if (is(GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN))
		settings.bias = GPIOHUB_BIAS_PULL_DOWN;
	if (is(GPIO_V2_LINE_FLAG_OPEN_DRAIN))
		settings.drive = GPIOHUB_DRIVE_OPEN_DRAIN;
	else if (is(GPIO_V2_LINE_FLAG_OPEN_SOURCE))
		settings.drive = GPIOHUB_DRIVE_OPEN_SOURCE;
	const auto attributes =
		std::span(info.attrs)
			.first(std::min<std::size_t>(info.num_attrs, std::size(info.attrs)));
	for (const gpio_v2_line_attribute &each : attributes) {
		if (each.id == GPIO_V2_LINE_ATTR_ID_DEBOUNCE)
			settings.debounce_us = each.debounce_period_us;
	}
	return settings;
}

int pin_errno(int code)
{
	switch (code) {
	case kNotSupported:
		return EOPNOTSUPP;
	case EBUSY:
	case ENODEV:
	case EOPNOTSUPP:
	case EINVAL:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return code;
	default:
		return EIO;
	}
}

PinEdge EdgeSequence::take(unsigned line, const gpio_v2_line_event &event) noexcept
{
	/* Some kernels begin anew when a line is armed again. */
	const bool is_gap = event.line_seqno != last_ + 1 && event.line_seqno != 1;
	last_ = event.line_seqno;
	return {line, event.id == GPIO_V2_LINE_EVENT_RISING_EDGE,
		static_cast<std::uint16_t>(is_gap ? GPIOHUB_EVENT_FLAG_MISSED : 0),
		event.timestamp_ns};
}

/* --- a line --------------------------------------------------------------------- */

Result<void> GpioLine::configure(const PinSettings &settings, bool level, bool is_armed)
{
	gpio_v2_line_config config = line_config(settings, level, is_armed, debounces_);
	if (::ioctl(fd(), GPIO_V2_LINE_SET_CONFIG_IOCTL, &config) == 0) {
		if (settings.direction == GPIOHUB_DIRECTION_INPUT)
			debounces_ = settings.debounce_us != 0;
		return {};
	}
	/* None, or none for both edges. */
	const bool needs_interrupt = is_armed || settings.debounce_us != 0;
	const bool has_none = errno == ENXIO || (is_armed && errno == EINVAL);
	return Error{needs_interrupt && has_none ? EOPNOTSUPP : pin_errno(errno), ""};
}

Result<void> GpioLine::drive(bool level)
{
	gpio_v2_line_values values{level ? 1U : 0U, 1};
	return call(fd(), GPIO_V2_LINE_SET_VALUES_IOCTL, values);
}

Result<bool> GpioLine::level()
{
	gpio_v2_line_values values{0, 1};
	if (auto done = call(fd(), GPIO_V2_LINE_GET_VALUES_IOCTL, values); !done)
		return done.error();
	return (values.bits & 1) != 0;
}

Result<std::size_t> GpioLine::read(std::span<gpio_v2_line_event> events)
{
	const ssize_t bytes = ::read(fd(), events.data(), events.size_bytes());
	if (bytes >= 0)
		return static_cast<std::size_t>(bytes) / sizeof(gpio_v2_line_event);
	if (errno == EAGAIN || errno == EINTR)
		return std::size_t{0};
	return Error{pin_errno(errno), ""};
}

/* --- a chip --------------------------------------------------------------------- */

Result<GpioChip> GpioChip::open(const std::string &path)
{
	UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
	if (!fd)
		return system_error(errno, path);
	gpiochip_info info{};
	if (::ioctl(fd.get(), GPIO_GET_CHIPINFO_IOCTL, &info) != 0)
		return system_error(errno, path);
	gpio_v2_line_info line{};
	if (::ioctl(fd.get(), GPIO_V2_GET_LINEINFO_IOCTL, &line) != 0 && errno != ENODEV)
		return Error{ENOSYS,
			path +
				": this kernel does not speak version 2 of the GPIO character "
				"device (Linux 5.10)"};
	return GpioChip(std::move(fd), info.label, info.lines);
}

bool GpioChip::is_there() const
{
	gpiochip_info info{};
	return ::ioctl(fd(), GPIO_GET_CHIPINFO_IOCTL, &info) == 0 || errno != ENODEV;
}

Result<gpio_v2_line_info> GpioChip::line_info(unsigned offset) const
{
	gpio_v2_line_info info{};
	info.offset = offset;
	if (auto done = call(fd(), GPIO_V2_GET_LINEINFO_IOCTL, info); !done)
		return done.error();
	return info;
}

Result<GpioChip::Taken> GpioChip::request(unsigned offset, const std::string &consumer) const
{
	gpio_v2_line_request request{};
	request.offsets[0] = offset;
	request.num_lines = 1;
	request.event_buffer_size = GpioLine::kQueue;
	consumer.copy(request.consumer, sizeof(request.consumer) - 1);
	if (auto done = call(fd(), GPIO_V2_GET_LINE_IOCTL, request); !done)
		return done.error();
	UniqueFd line(request.fd);
	if (::fcntl(line.get(), F_SETFL, O_NONBLOCK) != 0)
		return Error{pin_errno(errno), ""};
	const auto info = line_info(offset);
	if (!info)
		return info.error();
	const PinSettings settings = settings_of(*info);
	return Taken{GpioLine(std::move(line), settings.debounce_us != 0), settings};
}

} // namespace gpiohub::daemon
