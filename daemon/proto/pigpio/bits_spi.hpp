/* SPDX-License-Identifier: MIT */
/*
 * The master of a bit-banged SPI bus: one exchange with one device. Pure. A bit is there for
 * half a clock before the edge at which the device takes it, and what the device has is
 * looked at half a clock after that edge, just before the next bit.
 */
#pragma once

#include "bit_master.hpp"
#include "extension.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace gpiohub::daemon::pigpio
{

struct SpiPins {
	Gpios cs = 0;
	Gpios miso = 0;
	Gpios mosi = 0;
	Gpios sclk = 0;
};

/** As BSPIO has them; what is not here has no meaning. */
struct SpiFlags {
	explicit SpiFlags(std::uint32_t flags)
		: is_second_edge((flags & 1) != 0),
		  is_idle_high((flags & 2) != 0),
		  is_select_high((flags & 4) != 0),
		  is_sent_low_first((flags & 1U << 14) != 0),
		  is_taken_low_first((flags & 1U << 15) != 0)
	{
	}

	bool is_second_edge; /* CPHA: bits are taken at the clock's second edge */
	bool is_idle_high;   /* CPOL */
	bool is_select_high;
	bool is_sent_low_first;
	bool is_taken_low_first;
};

class SpiMaster final : public BitMaster
{
public:
	SpiMaster(const SpiPins &pins, SpiFlags flags, Extension bytes)
		: pins_(pins),
		  flags_(flags),
		  bytes_(text_of(bytes))
	{
	}

	/** What the lines that are driven are while nothing goes over the bus. */
	static Gpios idle(const SpiPins &pins, SpiFlags flags) noexcept
	{
		return (flags.is_select_high ? 0 : pins.cs) | (flags.is_idle_high ? pins.sclk : 0);
	}

	std::optional<BitStep> next(bool sample) override;
	/** Nobody holds this clock. */
	void give_up() override { is_cancelled_ = true; }
	void cancel() override { is_cancelled_ = true; }
	/** As many bytes as were sent. */
	Reply reply() const override { return Reply::bytes(bytes_); }
	Status broken() const override { return Status::SpiTransferFailed; }

private:
	enum class Phase : std::uint8_t { Begin, Select, First, Second, Deselect, Over };

	BitStep clock(bool is_active) const noexcept;
	BitStep select(bool is_selected) const noexcept;
	BitStep first_half() const noexcept;
	bool sent_bit() const noexcept;
	void take_bit(bool level);

	SpiPins pins_;
	SpiFlags flags_;
	std::string bytes_; /* to be sent; what came in place of what was sent */
	Phase phase_ = Phase::Begin;
	std::size_t at_ = 0;
	unsigned bit_ = 0;
	unsigned taken_ = 0; /* the bits of a byte that came */
	bool is_sampling_ = false;
	bool is_cancelled_ = false;
};

} // namespace gpiohub::daemon::pigpio
