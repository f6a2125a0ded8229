/* SPDX-License-Identifier: MIT */
/*
 * pigpio's SPI commands, over the kernel's spidev. The interface's channels are those of a
 * Raspberry Pi; which device each of them is, is told.
 *
 * A command waits for its bytes: what would take longer than kLongestNs at the handle's speed
 * is refused. Nobody on the bus can make it wait longer. Loop thread.
 */
#pragma once

#include "device_calls.hpp"
#include "extension.hpp"
#include "handles.hpp"
#include "wire.hpp"

#include <gpiohub/fd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace gpiohub::daemon::pigpio
{

/** The devices of channel 0, 1, ...: names in the devices' directory, or whole paths. */
struct SpiChannels {
	std::vector<std::string> main = {"spidev0.0", "spidev0.1"};
	std::vector<std::string> auxiliary = {"spidev1.0", "spidev1.1", "spidev1.2"};
};

/**
 * What SPIO's flags say; x is the channel.
 *
 *	bit 0, 1	mode: clock's phase, polarity
 *	bit 2 + x	chip select is active high
 *	bit 5 + x	chip select is not used
 *	bit 8		auxiliary bus
 *	bit 9		3 wires: the bytes after the first n are read (main bus)
 *	bit 10 to 13	n
 *	bit 14, 15	low bit first, out and in (auxiliary bus)
 *	bit 16 to 21	bits of a word, 0 is 8 (auxiliary bus)
 *
 * What is of the other bus is ignored, as clients expect: some set bits of a word always.
 */
struct SpiSettings {
	std::uint32_t mode = 0; /* linux/spi/spi.h's */
	std::uint32_t speed = 0;
	std::uint8_t bits = 8;
	std::uint8_t written = 0; /* bytes, of 3 wires */
	bool is_low_first_out = false;
	bool is_low_first_in = false;
};

/** A method per command: its number, and what p1, p2 and the extension are. */
class Spi
{
public:
	static constexpr std::size_t kMostHandles = 32;
	/** Of a command. */
	static constexpr std::size_t kMostBytes = 65'535;
	static constexpr std::uint64_t kLongestNs = 1'000'000'000;
	/** Of a message: what spidev takes unless its parameter bufsiz is changed. */
	static constexpr std::size_t kPiece = 4096;

	/** `devices`: where the channels' names are. The references must outlive it. */
	explicit Spi(const Caller &caller, SpiChannels channels = {}, std::string devices = "/dev",
		DeviceCalls &calls = kernel_calls());

	/**
	 * SPIO 71 (channel, 32,000 to 125,000,000 bits a second; u32 flags) -> handle.
	 * BadSpiChannel; NoAuxiliarySpi; BadSpiSpeed; BadFlags: not such, or more than the
	 * controller can; SpiOpenFailed; BadParameter: no flags.
	 */
	Reply open(std::uint32_t channel, std::uint32_t speed, Extension flags);
	/** SPIC 72 (handle) */
	Reply close(std::uint32_t handle, std::uint32_t, Extension);
	/**
	 * SPIR 73 (handle, count) -> that many bytes, while zeroes are written.
	 * All three: BadSpiCount: too many, too slow, or half of a word; SpiTransferFailed.
	 */
	Reply read(std::uint32_t handle, std::uint32_t count, Extension);
	/** SPIW 74 (handle; bytes) -> how many */
	Reply write(std::uint32_t handle, std::uint32_t, Extension bytes);
	/** SPIX 75 (handle; bytes) -> as many bytes */
	Reply exchange(std::uint32_t handle, std::uint32_t, Extension bytes);

	std::vector<HandleInfo> handles() const { return handles_.list(); }

private:
	struct Device {
		UniqueFd fd;
		SpiSettings settings;
	};
	struct Buffers {
		std::string out;
		std::string in;
	};

	Status transfer(std::uint32_t handle, Buffers &buffers);
	Status send(const Device &device, const Buffers &buffers);

	SpiChannels channels_;
	std::string devices_;
	DeviceCalls &calls_;
	Handles<Device> handles_;
};

} // namespace gpiohub::daemon::pigpio
