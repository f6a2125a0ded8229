/* SPDX-License-Identifier: MIT */
#include "bits_spi.hpp"

#include <utility>

namespace gpiohub::daemon::pigpio
{

BitStep SpiMaster::clock(bool is_active) const noexcept
{
	return {.drive = pins_.sclk, .levels = is_active != flags_.is_idle_high ? pins_.sclk : 0};
}

bool SpiMaster::sent_bit() const noexcept
{
	const unsigned place = flags_.is_sent_low_first ? bit_ : 7 - bit_;
	return (static_cast<unsigned char>(bytes_[at_]) >> place & 1) != 0;
}

void SpiMaster::take_bit(bool level)
{
	const unsigned place = flags_.is_taken_low_first ? bit_ : 7 - bit_;
	taken_ |= (level ? 1U : 0U) << place;
	if (++bit_ < 8)
		return;
	bytes_[at_++] = static_cast<char>(taken_);
	bit_ = taken_ = 0;
}

std::optional<BitStep> SpiMaster::next(bool sample)
{
	if (std::exchange(is_sampling_, false))
		take_bit(sample);
	switch (phase_) {
	case Phase::Begin: {
		/* Another device on this clock may have it idle the other way round. */
		phase_ = Phase::Select;
		const Gpios lines = pins_.cs | pins_.mosi | pins_.sclk;
		return BitStep{.drive = lines, .levels = idle(pins_, flags_)};
	}
	case Phase::Select:
		phase_ = Phase::First;
		return select(true);
	case Phase::First:
		if (at_ == bytes_.size() || (bit_ == 0 && is_cancelled_)) {
			phase_ = Phase::Deselect;
			return clock(false);
		}
		phase_ = Phase::Second;
		return first_half();
	case Phase::Second: {
		phase_ = Phase::First;
		is_sampling_ = true;
		BitStep step = clock(!flags_.is_second_edge);
		step.sample = pins_.miso;
		return step;
	}
	case Phase::Deselect:
		phase_ = Phase::Over;
		return select(false);
	case Phase::Over:
		break;
	}
	return std::nullopt;
}

/* A bit, and the edge before the one at which it is taken, if that is the second. */
BitStep SpiMaster::first_half() const noexcept
{
	BitStep step = clock(flags_.is_second_edge);
	step.drive |= pins_.mosi;
	step.levels |= sent_bit() ? pins_.mosi : 0;
	return step;
}

BitStep SpiMaster::select(bool is_selected) const noexcept
{
	return {.drive = pins_.cs, .levels = is_selected == flags_.is_select_high ? pins_.cs : 0};
}

} // namespace gpiohub::daemon::pigpio
