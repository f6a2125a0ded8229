/* SPDX-License-Identifier: MIT */
#include "device_calls.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace gpiohub::daemon::pigpio
{

namespace
{

int outcome(ssize_t result)
{
	return result < 0 ? -errno : static_cast<int>(result);
}

class KernelCalls : public DeviceCalls
{
public:
	int open(const std::string &path) override
	{
		return outcome(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
	}
	int control(int fd, unsigned long request, void *argument) override
	{
		return outcome(::ioctl(fd, request, argument));
	}
	int read(int fd, std::span<std::byte> bytes) override
	{
		return outcome(::read(fd, bytes.data(), bytes.size()));
	}
	int write(int fd, std::span<const std::byte> bytes) override
	{
		return outcome(::write(fd, bytes.data(), bytes.size()));
	}
};

} // namespace

/* It has no state. */
DeviceCalls &kernel_calls()
{
	static KernelCalls calls;
	return calls;
}

} // namespace gpiohub::daemon::pigpio
