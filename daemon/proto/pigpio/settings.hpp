/* SPDX-License-Identifier: MIT */
/* What the configuration says of pigpio's interface; docs/configuration.md has the keys. */
#pragma once

#include "spi.hpp"
#include "wire.hpp"

#include <linux/gpiohub.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gpiohub::daemon::pigpio
{

struct Settings {
	/* Not by default: a loopback port is open to every local user. */
	bool enabled = false;
	std::uint16_t port = kPort;
	/* Not given: the loopback addresses that the machine has. */
	std::optional<std::vector<std::string>> listen;
	/* Not given: the first hub whose lines have the names, else the first one. */
	std::optional<unsigned> hub;
	/* "17=GPIO17"; not given: see Bank::by_default(). */
	std::optional<std::vector<std::string>> gpios;
	/* I2C, SPI, serial port: a Pi's pins that are not for everybody who asks for all. */
	std::vector<unsigned> reserved{2, 3, 7, 8, 9, 10, 11, 14, 15};
	/* A Raspberry Pi 3: by it clients know which GPIOs there are. */
	std::uint32_t hardware = 0xa02082;
	/* Where NO makes its pipes; "": nowhere, and there are none. */
	std::string pipes;
	/* What these clients may do, where there are roles; "": nothing. */
	std::string role;
	/* "18=pwmchip0:2": GPIOs that are channels of the kernel's PWM chips. */
	std::vector<std::string> pwm;
	/* The devices of SPI's channels. */
	SpiChannels spi;
	/* Where clients' files are, and nowhere else; "": they have none. */
	std::string files;
	/* Of outputs, when the daemon goes. */
	gpiohub_guard guard = GPIOHUB_GUARD_KEEP;
};

} // namespace gpiohub::daemon::pigpio
