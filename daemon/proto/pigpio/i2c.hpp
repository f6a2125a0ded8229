/* SPDX-License-Identifier: MIT */
/*
 * pigpio's I2C commands, over the kernel's adapters (linux/i2c-dev.h). What a device is
 * asked in pieces, segments, is read in i2c_segments.hpp.
 *
 * A command waits for the bus: for its bytes, kMostI2cBytes at most (0.8 s at 100 kHz), and
 * on a bus that is stuck for the adapter's timeout, mostly a second. A transfer that fails
 * is the last of its command. Loop thread.
 */
#pragma once

#include "device_calls.hpp"
#include "extension.hpp"
#include "handles.hpp"
#include "wire.hpp"

#include <gpiohub/fd.hpp>

#include <linux/i2c.h>

#include <cstdint>
#include <string>
#include <vector>

namespace gpiohub::daemon::pigpio
{

/**
 * A method per command: its number, and what p1, p2 and the extension are. `u32`: that, and
 * nothing else, follows. Registers and bytes are 0 to 255, words 0 to 65,535.
 *
 * All: BadHandle; BadParameter: a value out of its range, an extension of another size;
 * BadSmbusCommand: not in the adapter's power; I2cReadFailed, I2cWriteFailed.
 */
class I2c
{
public:
	static constexpr std::size_t kMostHandles = 512;

	/** `devices`: where i2c-0, i2c-1, ... are. The references must outlive it. */
	explicit I2c(const Caller &caller, std::string devices = "/dev",
		DeviceCalls &calls = kernel_calls());

	/**
	 * I2CO 54 (bus, address; u32 flags: 0) -> handle. BadI2cBus: there is none.
	 * BadI2cAddress: not 0 to 0x7f. I2cOpenFailed: as well if a driver has the address.
	 */
	Reply open(std::uint32_t bus, std::uint32_t address, Extension flags);
	/** I2CC 55 (handle) */
	Reply close(std::uint32_t handle, std::uint32_t, Extension);

	/** I2CRD 56 (handle, count: 1 to 8192) -> that many bytes */
	Reply read_device(std::uint32_t handle, std::uint32_t count, Extension);
	/** I2CWD 57 (handle; 1 to 8192 bytes) */
	Reply write_device(std::uint32_t handle, std::uint32_t, Extension bytes);

	/** I2CWQ 58 (handle, bit) */
	Reply write_quick(std::uint32_t handle, std::uint32_t bit, Extension);
	/** I2CRS 59 (handle) -> byte */
	Reply read_byte(std::uint32_t handle, std::uint32_t, Extension);
	/** I2CWS 60 (handle, byte) */
	Reply write_byte(std::uint32_t handle, std::uint32_t byte, Extension);
	/** I2CRB 61 (handle, register) -> byte */
	Reply read_byte_data(std::uint32_t handle, std::uint32_t reg, Extension);
	/** I2CWB 62 (handle, register; u32 byte) */
	Reply write_byte_data(std::uint32_t handle, std::uint32_t reg, Extension byte);
	/** I2CRW 63 (handle, register) -> word */
	Reply read_word_data(std::uint32_t handle, std::uint32_t reg, Extension);
	/** I2CWW 64 (handle, register; u32 word) */
	Reply write_word_data(std::uint32_t handle, std::uint32_t reg, Extension word);
	/** I2CRK 65 (handle, register) -> as many bytes as the device says, 32 at most */
	Reply read_block(std::uint32_t handle, std::uint32_t reg, Extension);
	/** I2CWK 66 (handle, register; 1 to 32 bytes) */
	Reply write_block(std::uint32_t handle, std::uint32_t reg, Extension bytes);
	/** I2CRI 67 (handle, register; u32 count: 1 to 32) -> that many bytes */
	Reply read_i2c_block(std::uint32_t handle, std::uint32_t reg, Extension count);
	/** I2CWI 68 (handle, register; 1 to 32 bytes) */
	Reply write_i2c_block(std::uint32_t handle, std::uint32_t reg, Extension bytes);
	/** I2CPC 69 (handle, register; u32 word) -> word */
	Reply process_call(std::uint32_t handle, std::uint32_t reg, Extension word);
	/** I2CPK 70 (handle, register; 1 to 32 bytes) -> as many bytes as the device says */
	Reply block_process_call(std::uint32_t handle, std::uint32_t reg, Extension bytes);
	/**
	 * I2CZ 92 (handle; segments) -> the bytes read. Errors of segments() before anything
	 * is sent; BadI2cSegment: a transfer failed.
	 */
	Reply zip(std::uint32_t handle, std::uint32_t, Extension segments);

	std::vector<HandleInfo> handles() const { return handles_.list(); }

private:
	struct Device {
		UniqueFd fd;
		std::uint16_t address;
	};

	Status smbus(std::uint32_t handle, std::uint8_t direction, std::uint32_t reg,
		std::uint32_t kind, i2c_smbus_data *data);
	Reply send_block(
		std::uint32_t handle, std::uint32_t reg, std::uint32_t kind, Extension bytes);

	std::string devices_;
	DeviceCalls &calls_;
	Handles<Device> handles_;
};

} // namespace gpiohub::daemon::pigpio
