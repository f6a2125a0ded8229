/* SPDX-License-Identifier: MIT */
/*
 * pigpio's serial commands, over the kernel's terminals: 8 bits, no parity, no flow control,
 * and nothing done to the bytes.
 *
 * No command waits: what is read is there, what is written goes into the terminal's queue, and
 * what does not fit there is an error, of which the part that fitted is on its way. A port is
 * closed only when its queue is empty, as the kernel waits for that, for half a minute.
 * Loop thread.
 */
#pragma once

#include "extension.hpp"
#include "handles.hpp"
#include "wire.hpp"

#include <gpiohub/fd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace gpiohub::daemon::pigpio
{

/** A method per command: its number, and what p1, p2 and the extension are. */
class Serial
{
public:
	static constexpr std::size_t kMostHandles = 16;
	/** Of a command. */
	static constexpr std::size_t kMostBytes = 65'535;

	/**
	 * What clients call /dev is `devices`; what they name must begin with one of
	 * `prefixes`. The caller must outlive it.
	 */
	explicit Serial(const Caller &caller, std::string devices = "/dev",
		std::vector<std::string> prefixes = {"/dev/tty", "/dev/serial"});
	~Serial();
	Serial(const Serial &) = delete;
	Serial &operator=(const Serial &) = delete;

	/**
	 * SERO 76 (bits a second, flags: 0; path) -> handle. BadSerialDevice: not such a path;
	 * BadSerialSpeed: not one of the interface's; BadFlags; SerialOpenFailed: as well if
	 * it is no terminal.
	 */
	Reply open(std::uint32_t speed, std::uint32_t flags, Extension path);
	/** SERC 77 (handle) */
	Reply close(std::uint32_t handle, std::uint32_t, Extension);
	/** SERRB 78 (handle) -> byte. SerialNoData; SerialReadFailed: as well if it is gone. */
	Reply read_byte(std::uint32_t handle, std::uint32_t, Extension);
	/** SERWB 79 (handle, byte). SerialWriteFailed: as well if there is no room. */
	Reply write_byte(std::uint32_t handle, std::uint32_t byte, Extension);
	/** SERR 80 (handle, most) -> the bytes that are there. SerialReadFailed. */
	Reply read(std::uint32_t handle, std::uint32_t most, Extension);
	/** SERW 81 (handle; bytes). SerialWriteFailed: as well if not all of them fit. */
	Reply write(std::uint32_t handle, std::uint32_t, Extension bytes);
	/** SERDA 82 (handle) -> how many bytes are there to read */
	Reply available(std::uint32_t handle, std::uint32_t, Extension);

	std::vector<HandleInfo> handles() const { return handles_.list(); }
	/** Closed by their clients, but not yet written out. */
	std::size_t leaving() const noexcept { return leaving_.size(); }
	/** Looks which of these are now, or have had their time; to be called again and again. */
	void let_go();

private:
	/* The rest is forgotten then: the kernel waits as long for a port of its own. */
	static constexpr std::uint64_t kMostLeavingNs = 30'000'000'000;

	struct Leaving {
		UniqueFd fd;
		std::uint64_t until_ns;
	};

	std::string devices_;
	std::vector<std::string> prefixes_;
	Handles<UniqueFd> handles_;
	std::vector<Leaving> leaving_;
};

} // namespace gpiohub::daemon::pigpio
