/* SPDX-License-Identifier: MIT */
/* A device in the kernel's place: it notes what is asked, and answers what a test says. */
#pragma once

#include "proto/pigpio/device_calls.hpp"

#include <fcntl.h>

#include <cerrno>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gpiohub::daemon::pigpio
{

class FakeDevice : public DeviceCalls
{
public:
	int open(const std::string &path) override
	{
		opened.push_back(path);
		return open_fault != 0 ? -open_fault : ::open("/dev/null", O_RDWR | O_CLOEXEC);
	}
	int control(int, unsigned long request, void *argument) override
	{
		requests.push_back(request);
		return on_control ? on_control(request, argument) : 0;
	}
	int read(int, std::span<std::byte> bytes) override
	{
		for (std::byte &each : bytes)
			each = std::byte{0x5a};
		return read_result.value_or(static_cast<int>(bytes.size()));
	}
	int write(int, std::span<const std::byte> bytes) override
	{
		written.emplace_back(reinterpret_cast<const char *>(bytes.data()), bytes.size());
		return write_result.value_or(static_cast<int>(bytes.size()));
	}

	int open_fault = 0;
	std::optional<int> read_result = {};
	std::optional<int> write_result = {};
	std::function<int(unsigned long, void *)> on_control = {};

	std::vector<std::string> opened = {};
	std::vector<unsigned long> requests = {};
	std::vector<std::string> written = {};
};

} // namespace gpiohub::daemon::pigpio
