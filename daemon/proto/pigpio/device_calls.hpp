/* SPDX-License-Identifier: MIT */
/*
 * What is asked of the kernel about a bus's device: the seam between the commands and the
 * system calls, where tests put a device of their own.
 */
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace gpiohub::daemon::pigpio
{

/**
 * Each gives what its system call does, or the errno as a negative number. None makes a call
 * again that was interrupted: its transfer may have happened.
 */
class DeviceCalls
{
public:
	DeviceCalls() = default;
	virtual ~DeviceCalls() = default;
	DeviceCalls(const DeviceCalls &) = delete;
	DeviceCalls &operator=(const DeviceCalls &) = delete;

	/** A descriptor, the caller's: to read and write, closed in programs that are run. */
	virtual int open(const std::string &path) = 0;
	virtual int control(int fd, unsigned long request, void *argument) = 0;
	virtual int read(int fd, std::span<std::byte> bytes) = 0;
	virtual int write(int fd, std::span<const std::byte> bytes) = 0;
};

/** The kernel itself. */
DeviceCalls &kernel_calls();

} // namespace gpiohub::daemon::pigpio
