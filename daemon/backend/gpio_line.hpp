/* SPDX-License-Identifier: MIT */
/*
 * The kernel's GPIO character device, version 2 (linux/gpio.h), and nowhere else: a
 * chip, and a line that was requested of it. What is not a system call is pure, so that
 * it can be tested without a chip.
 *
 * Errors are those of linux/gpiohub.h; EIO is what the chip's driver says beyond them.
 */
#pragma once

#include "pins.hpp"

#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>

#include <linux/gpio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gpiohub::daemon
{

/** What a line is told to be. AS_IS: as it is. `was_debounced`: a chip that debounces has to
 * be told to cease, and one that does not is not to be asked. */
gpio_v2_line_config line_config(
	const PinSettings &settings, bool level, bool is_armed, bool was_debounced);
/** How a line is. */
PinSettings settings_of(const gpio_v2_line_info &info);
/** What the contract calls an errno of the character device. */
int pin_errno(int code);

/**
 * What was read of a line becomes its edges. The character device numbers the events of a
 * line, and drops the oldest when its queue is full: what follows a gap is MISSED.
 */
class EdgeSequence
{
public:
	PinEdge take(unsigned line, const gpio_v2_line_event &event) noexcept;

private:
	std::uint32_t last_ = 0;
};

/** A line that this process has for itself; not armed, its events are none. */
class GpioLine
{
public:
	/** Events that the kernel keeps for us: the most that it does. */
	static constexpr std::size_t kQueue = 1024;

	/** `debounces`: as it was found. */
	GpioLine(UniqueFd fd, bool debounces) : fd_(std::move(fd)), debounces_(debounces) {}

	int fd() const noexcept { return fd_.get(); }
	/** EOPNOTSUPP: it has no interrupt, which the kernel's own debounce needs as well. */
	Result<void> configure(const PinSettings &settings, bool level, bool is_armed);
	Result<void> drive(bool level);
	Result<bool> level();
	/** Those that are there, without waiting: at most as many as fit. */
	Result<std::size_t> read(std::span<gpio_v2_line_event> events);

private:
	UniqueFd fd_;
	bool debounces_;
};

/** An open chip, which holds none of its lines. Any thread. */
class GpioChip
{
public:
	/** ENOTTY: it is none. ENOSYS: its kernel does not speak version 2. */
	static Result<GpioChip> open(const std::string &path);

	int fd() const noexcept { return fd_.get(); }
	const std::string &label() const noexcept { return label_; }
	unsigned lines() const noexcept { return lines_; }

	/** False: it was pulled out. */
	bool is_there() const;
	Result<gpio_v2_line_info> line_info(unsigned offset) const;
	struct Taken {
		GpioLine line;
		PinSettings settings;
	};
	/** Has the line and changes nothing on it. EBUSY: somebody else has it. */
	Result<Taken> request(unsigned offset, const std::string &consumer) const;

private:
	GpioChip(UniqueFd fd, std::string label, unsigned lines)
		: fd_(std::move(fd)),
		  label_(std::move(label)),
		  lines_(lines)
	{
	}

	UniqueFd fd_;
	std::string label_;
	unsigned lines_;
};

} // namespace gpiohub::daemon
