/* SPDX-License-Identifier: MIT */
#include "wave.hpp"

#include <algorithm>

namespace gpiohub::daemon::pigpio
{

namespace
{

constexpr std::uint64_t kNsPerUs = 1000;
constexpr std::uint64_t kNsPerS = 1'000'000'000;

std::size_t bytes_of_char(std::uint32_t data_bits)
{
	if (data_bits <= 8)
		return 1;
	return data_bits <= 16 ? 2 : 4;
}

/* Serial bits on a line, each edge timed from the beginning: errors do not add up. */
class SerialLine
{
public:
	SerialLine(std::uint32_t bit, std::uint64_t begin_ns, std::uint32_t baud)
		: bit_(bit),
		  begin_ns_(begin_ns),
		  baud_(baud)
	{
	}

	/** The level for so many halves of a bit. */
	void hold(bool level, std::uint32_t half_bits, auto &levels)
	{
		if (level != level_) {
			auto &at = levels[now()];
			(level ? at.on : at.off) |= bit_;
		}
		level_ = level;
		half_bits_ += half_bits;
	}

	std::uint64_t now() const noexcept
	{
		return begin_ns_ + (half_bits_ * kNsPerS + baud_) / (std::uint64_t{2} * baud_);
	}

private:
	std::uint32_t bit_;
	std::uint64_t begin_ns_;
	std::uint64_t baud_;
	std::uint64_t half_bits_ = 0;
	bool level_ = true; /* idle */
};

Status fault_of(const SerialFormat &format)
{
	if (format.baud < 50 || format.baud > 1'000'000)
		return Status::BadWaveBaud;
	if (format.data_bits < 1 || format.data_bits > 32)
		return Status::BadDataBits;
	if (format.half_stop_bits < 2 || format.half_stop_bits > 8)
		return Status::BadStopBits;
	return format.offset_us > WaveStore::kMostMicros ? Status::BadSerialOffset : Status::Ok;
}

} // namespace

void Gauge::set(std::uint64_t value) noexcept
{
	now = static_cast<std::uint32_t>(std::min<std::uint64_t>(value, ~std::uint32_t{0}));
	high = std::max(high, now);
}

std::optional<std::uint32_t> Gauge::ask(std::uint32_t which) const noexcept
{
	switch (which) {
	case 0:
		return now;
	case 1:
		return high;
	case 2:
		return most;
	default:
		return std::nullopt;
	}
}

void WaveStore::clear()
{
	waves_.clear();
	begin_new();
}

void WaveStore::begin_new()
{
	levels_.clear();
	length_ns_ = 0;
	measure();
}

Reply WaveStore::add(std::span<const Pulse> pulses)
{
	Levels levels;
	std::uint64_t now = 0;
	if (pulses.size() > kMostPulses)
		return Status::TooManyPulses;
	for (const Pulse &pulse : pulses) {
		if ((pulse.on | pulse.off) != 0) {
			Level &level = levels[now];
			level.on |= pulse.on;
			level.off |= pulse.off;
		}
		now += pulse.micros * kNsPerUs;
	}
	return merge(levels, now);
}

Reply WaveStore::add_serial(
	unsigned gpio, const SerialFormat &format, std::span<const std::byte> bytes)
{
	if (const Status fault = fault_of(format); fault != Status::Ok)
		return fault;
	const std::size_t each = bytes_of_char(format.data_bits);
	if (bytes.size() / each > kMostChars)
		return Status::TooManyChars;
	if (bytes.size() < each)
		return Reply::number(pulses_.now);

	const std::uint32_t bit = std::uint32_t{1} << gpio;
	Levels levels;
	SerialLine line(bit, format.offset_us * kNsPerUs, format.baud);
	if (format.offset_us > 0)
		levels[0].on |= bit;
	for (; bytes.size() >= each; bytes = bytes.subspan(each)) {
		line.hold(false, 2, levels);
		for (std::uint32_t n = 0; n < format.data_bits; n++) {
			const auto byte = std::to_integer<unsigned>(bytes[n / 8]);
			line.hold((byte >> n % 8 & 1) != 0, 2, levels);
		}
		line.hold(true, format.half_stop_bits, levels);
	}
	return merge(levels, line.now());
}

/* What is switched off and on at one time is off, as the hardware of a Pi does it. */
Reply WaveStore::merge(const Levels &levels, std::uint64_t length_ns)
{
	std::size_t added = 0;
	for (const auto &[at, level] : levels)
		added += levels_.contains(at) ? 0U : 1U;
	if (levels_.size() + added > kMostPulses ||
		std::max(length_ns_, length_ns) > kMostMicros * kNsPerUs)
		return Status::TooManyPulses;
	for (const auto &[at, level] : levels) {
		Level &there = levels_[at];
		there.on |= level.on;
		there.off |= level.off;
	}
	length_ns_ = std::max(length_ns_, length_ns);
	measure();
	return Reply::number(pulses_.now);
}

Wave WaveStore::made() const
{
	Wave wave;
	wave.length_ns = length_ns_;
	wave.blocks = 1;
	std::uint64_t now = 0;
	const auto wait_until = [&](std::uint64_t at) {
		if (at > now && wave.steps.empty())
			wave.steps.push_back({});
		if (at > now)
			wave.steps.back().wait_ns = at - now;
		now = at;
	};
	for (const auto &[at, level] : levels_) {
		wait_until(at);
		wave.steps.push_back({level.on & ~level.off, level.off, 0});
		wave.gpios |= level.on | level.off;
	}
	wait_until(length_ns_);
	for (const WaveStep &step : wave.steps)
		wave.blocks +=
			((step.on | step.off) != 0 ? 1U : 0U) + (step.wait_ns != 0 ? 1U : 0U);
	return wave;
}

void WaveStore::measure()
{
	const bool has_lead = !levels_.empty() && levels_.begin()->first > 0;
	const bool is_wait = levels_.empty() && length_ns_ > 0;
	micros_.set(length_ns_ / kNsPerUs);
	pulses_.set(levels_.size() + (has_lead || is_wait ? 1U : 0U));
	/* One for each, and one for the wait after it: but after the last there may be none. */
	blocks_.set(pulses_.now == 0 ? 0 : made().blocks);
}

Reply WaveStore::create()
{
	Wave wave = made();
	if (wave.steps.empty())
		return Status::EmptyWave;
	std::uint64_t blocks = wave.blocks;
	std::uint32_t id = 0;
	for (const auto &[taken, each] : waves_) {
		blocks += each.blocks;
		id += taken == id ? 1U : 0U;
	}
	if (id >= kMostWaves)
		return Status::NoWaveId;
	if (blocks > kMostBlocks)
		return Status::TooManyBlocks;
	waves_.emplace(id, std::move(wave));
	/* Of its size is told until another one is begun. */
	levels_.clear();
	length_ns_ = 0;
	return Reply::number(id);
}

Status WaveStore::remove(std::uint32_t id)
{
	return waves_.erase(id) > 0 ? Status::Ok : Status::BadWaveId;
}

const Wave *WaveStore::find(std::uint32_t id) const noexcept
{
	const auto found = waves_.find(id);
	return found == waves_.end() ? nullptr : &found->second;
}

} // namespace gpiohub::daemon::pigpio
