/* SPDX-License-Identifier: MIT */
/* What is pure of it; system calls need a chip (tests/e2e/backends.sh). */
#include "backend/gpio_line.hpp"

#include "device_directory.hpp"

#include <catch2/catch.hpp>

#include <cerrno>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

PinSettings input()
{
	PinSettings settings;
	settings.direction = GPIOHUB_DIRECTION_INPUT;
	return settings;
}

PinSettings output()
{
	PinSettings settings;
	settings.direction = GPIOHUB_DIRECTION_OUTPUT;
	return settings;
}

gpio_v2_line_event event(
	std::uint32_t line_seqno, std::uint32_t id = GPIO_V2_LINE_EVENT_RISING_EDGE)
{
	gpio_v2_line_event event{};
	event.line_seqno = line_seqno;
	event.id = id;
	event.timestamp_ns = 1000 + line_seqno;
	return event;
}

} // namespace

TEST_CASE("nothing is changed of a line whose direction is to stay")
{
	PinSettings settings;
	settings.bias = GPIOHUB_BIAS_PULL_UP;
	const auto config = line_config(settings, true, false, true);
	CHECK(config.flags == 0);
	CHECK(config.num_attrs == 0);
}

TEST_CASE("an input is told its pull, and both edges when it is armed")
{
	PinSettings settings = input();
	settings.bias = GPIOHUB_BIAS_PULL_DOWN;
	CHECK(line_config(settings, false, false, false).flags ==
		(GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN));
	CHECK(line_config(settings, false, true, false).flags ==
		(GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN |
			GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING));
	/* The kernel refuses it. */
	settings.drive = GPIOHUB_DRIVE_OPEN_DRAIN;
	CHECK((line_config(settings, false, false, false).flags & GPIO_V2_LINE_FLAG_OPEN_DRAIN) ==
		0);
}

TEST_CASE("an output is told its level and drive, and never edges")
{
	PinSettings settings = output();
	settings.drive = GPIOHUB_DRIVE_OPEN_SOURCE;
	settings.bias = GPIOHUB_BIAS_DISABLE;
	settings.debounce_us = 100;
	const auto config = line_config(settings, true, true, true);
	CHECK(config.flags ==
		(GPIO_V2_LINE_FLAG_OUTPUT | GPIO_V2_LINE_FLAG_OPEN_SOURCE |
			GPIO_V2_LINE_FLAG_BIAS_DISABLED));
	REQUIRE(config.num_attrs == 1);
	CHECK(config.attrs[0].mask == 1);
	CHECK(config.attrs[0].attr.id == GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES);
	CHECK(config.attrs[0].attr.values == 1);
	CHECK(line_config(output(), false, false, false).attrs[0].attr.values == 0);
}

TEST_CASE("a debounce is asked for, and taken back where there was one")
{
	PinSettings settings = input();
	settings.debounce_us = 2500;
	auto config = line_config(settings, false, true, false);
	REQUIRE(config.num_attrs == 1);
	CHECK(config.attrs[0].mask == 1);
	CHECK(config.attrs[0].attr.id == GPIO_V2_LINE_ATTR_ID_DEBOUNCE);
	CHECK(config.attrs[0].attr.debounce_period_us == 2500);
	config = line_config(input(), false, true, true);
	REQUIRE(config.num_attrs == 1);
	CHECK(config.attrs[0].attr.debounce_period_us == 0);
	CHECK(line_config(input(), false, true, false).num_attrs == 0);
}

TEST_CASE("how a line is found")
{
	gpio_v2_line_info info{};
	info.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_BIAS_PULL_UP;
	info.num_attrs = 1;
	info.attrs[0].id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
	info.attrs[0].debounce_period_us = 70;
	PinSettings settings = settings_of(info);
	CHECK(settings.direction == GPIOHUB_DIRECTION_INPUT);
	CHECK(settings.bias == GPIOHUB_BIAS_PULL_UP);
	CHECK(settings.drive == GPIOHUB_DRIVE_AS_IS);
	CHECK(settings.debounce_us == 70);

	info = {};
	info.flags = GPIO_V2_LINE_FLAG_OUTPUT | GPIO_V2_LINE_FLAG_OPEN_DRAIN;
	info.num_attrs = 1000; /* of a kernel that does not keep to its own limit */
	settings = settings_of(info);
	CHECK(settings.direction == GPIOHUB_DIRECTION_OUTPUT);
	CHECK(settings.bias == GPIOHUB_BIAS_AS_IS);
	CHECK(settings.drive == GPIOHUB_DRIVE_OPEN_DRAIN);
	CHECK(settings.debounce_us == 0);
}

TEST_CASE("what a chip says beyond the contract is that it does not answer")
{
	CHECK(pin_errno(EBUSY) == EBUSY);
	CHECK(pin_errno(ENODEV) == ENODEV);
	CHECK(pin_errno(524) == EOPNOTSUPP); /* the kernel's own ENOTSUPP */
	CHECK(pin_errno(ENXIO) == EIO);
	CHECK(pin_errno(EREMOTEIO) == EIO);
	CHECK(pin_errno(ETIMEDOUT) == EIO);
}

TEST_CASE("events become edges with their level and time")
{
	EdgeSequence sequence;
	const PinEdge rising = sequence.take(3, event(1));
	CHECK(rising.line == 3);
	CHECK(rising.level);
	CHECK(rising.flags == 0);
	CHECK(rising.time_ns == 1001);
	const PinEdge falling = sequence.take(3, event(2, GPIO_V2_LINE_EVENT_FALLING_EDGE));
	CHECK_FALSE(falling.level);
	CHECK(falling.flags == 0);
}

TEST_CASE("what the kernel's queue lost is missed at the next event, once")
{
	EdgeSequence sequence;
	CHECK(sequence.take(0, event(4)).flags == GPIOHUB_EVENT_FLAG_MISSED);
	CHECK(sequence.take(0, event(5)).flags == 0);
	CHECK(sequence.take(0, event(7)).flags == GPIOHUB_EVENT_FLAG_MISSED);
	CHECK(sequence.take(0, event(8)).flags == 0);
	/* Numbered anew; and they wrap. */
	CHECK(sequence.take(0, event(1)).flags == 0);
	CHECK(sequence.take(0, event(0xffffffff)).flags == GPIOHUB_EVENT_FLAG_MISSED);
	CHECK(sequence.take(0, event(0)).flags == 0);
}

TEST_CASE("what is no chip is not opened, and the error names it")
{
	const DeviceDirectory directory;
	directory.make("gpiochip0");
	const auto opened = GpioChip::open(directory.path + "/gpiochip0");
	REQUIRE_FALSE(opened.ok());
	CHECK(opened.error().code == ENOTTY);
	CHECK(opened.error().what.find("/gpiochip0: ") != std::string::npos);
	CHECK(GpioChip::open(directory.path + "/gpiochip1").error().code == ENOENT);
}
