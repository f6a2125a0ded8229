/* SPDX-License-Identifier: MIT */
#include "chain.hpp"

#include <gpiohub/pattern.hpp>

#include <algorithm>

namespace gpiohub::daemon::pigpio
{

namespace
{

constexpr unsigned kCommand = 255;
constexpr std::size_t kMostLoops = 20; /* counted ones, of a chain */

/* How long so many turns last. */
std::uint64_t times(std::uint64_t length_ns, std::uint32_t turns)
{
	if (turns == 0 || length_ns == kForever || length_ns > kForever / turns)
		return kForever;
	return length_ns * turns;
}

std::uint64_t length_of(std::span<const ChainPart> parts)
{
	std::uint64_t length = 0;
	for (const ChainPart &part : parts) {
		const std::uint64_t each = times(part.length_ns, part.turns);
		if (each == kForever || each > kForever - length)
			return kForever;
		length += each;
	}
	return length;
}

} // namespace

/* --- from bytes ------------------------------------------------------------------ */

class ChainParser
{
public:
	ChainParser(std::span<const std::byte> bytes, const WaveStore &waves)
		: bytes_(bytes),
		  waves_(waves)
	{
	}

	Status parse(Chain &chain)
	{
		if (bytes_.size() > kMostChain)
			return Status::ChainTooBig;
		while (at_ < bytes_.size()) {
			if (const Status status = part(chain); status != Status::Ok)
				return status;
			if (chain.steps_.size() > GPIOHUB_MAX_STEPS)
				return Status::ChainTooBig;
		}
		if (!open_.empty())
			return Status::BadChainLoop;
		return Status::Ok;
	}

private:
	/* A loop that has begun: where its steps do, and what was before it. */
	struct Open {
		std::size_t step;
		std::vector<ChainPart> before;
	};

	unsigned next() { return std::to_integer<unsigned>(bytes_[at_++]); }
	bool has(std::size_t count) const { return bytes_.size() - at_ >= count; }

	Status part(Chain &chain)
	{
		if (is_forever_)
			return Status::BadForever;
		const unsigned first = next();
		if (first != kCommand) {
			const Wave *wave = waves_.find(first);
			if (wave == nullptr)
				return Status::BadWaveId;
			chain.append(first, *wave);
			return Status::Ok;
		}
		if (!has(1))
			return Status::BadChainCommand;
		switch (next()) {
		case 0:
			return begin_loop(chain);
		case 1:
			if (!has(2))
				return Status::BadChainLoopCount;
			return end_loop(chain, word());
		case 2:
			if (!has(2))
				return Status::BadChainDelay;
			delay(chain, word());
			return Status::Ok;
		case 3:
			is_forever_ = true;
			return end_loop(chain, 0);
		default:
			return Status::BadChainCommand;
		}
	}

	unsigned word()
	{
		const unsigned low = next();
		return low | next() << 8;
	}

	void delay(Chain &chain, unsigned micros)
	{
		const std::uint64_t ns = std::uint64_t{micros} * 1000;
		chain.parts_.push_back({ChainPart::kNoWave, ns});
		chain.steps_.push_back(drive_step(0, 0, ns));
		chain.blocks_++;
	}

	Status begin_loop(Chain &chain)
	{
		if (++loops_ > kMostLoops)
			return Status::TooManyChainLoops;
		open_.push_back({chain.steps_.size(), std::move(chain.parts_)});
		chain.parts_.clear();
		if (!is_written_out())
			chain.steps_.push_back(loop_step(1));
		return Status::Ok;
	}

	/* The kernel has no deeper ones than so: of these each turn has its steps. */
	bool is_written_out() const { return open_.size() > GPIOHUB_MAX_DEPTH; }

	static Status write_out(Chain &chain, std::size_t first, unsigned turns)
	{
		const std::size_t size = chain.steps_.size() - first;
		if (turns * size > GPIOHUB_MAX_STEPS)
			return Status::ChainNesting;
		chain.steps_.reserve(first + turns * size);
		for (std::size_t i = 0; i < (turns - 1) * size; i++)
			chain.steps_.push_back(chain.steps_[first + i]);
		return Status::Ok;
	}

	/* None at all is a body that is not played. */
	Status end_loop(Chain &chain, unsigned turns)
	{
		if (open_.empty())
			return Status::BadChainLoop;
		const bool is_steps = is_written_out();
		Open open = std::move(open_.back());
		open_.pop_back();
		/* Those around it would never end. */
		if (is_forever_ && !open_.empty())
			return Status::BadChainLoop;
		const std::uint64_t length = length_of(chain.parts_);
		if (length < GPIOHUB_CYCLE_MIN_NS)
			return Status::BadChainLoop;
		if (turns == 0 && !is_forever_) {
			chain.steps_.resize(open.step);
			chain.parts_ = std::move(open.before);
			return Status::Ok;
		}
		if (is_steps) {
			if (const Status status = write_out(chain, open.step, turns);
				status != Status::Ok)
				return status;
		} else {
			chain.steps_[open.step].count = turns;
			chain.steps_.push_back(end_step());
		}
		open.before.push_back({ChainPart::kNoWave, length, turns, std::move(chain.parts_)});
		chain.parts_ = std::move(open.before);
		return Status::Ok;
	}

	std::span<const std::byte> bytes_;
	const WaveStore &waves_;
	std::size_t at_ = 0;
	std::vector<Open> open_;
	std::size_t loops_ = 0;
	bool is_forever_ = false;
};

std::variant<Chain, Status> Chain::parse(std::span<const std::byte> bytes, const WaveStore &waves)
{
	Chain chain;
	if (const Status status = ChainParser(bytes, waves).parse(chain); status != Status::Ok)
		return status;
	return chain;
}

/* --- what plays -------------------------------------------------------------------- */

Chain Chain::of(std::uint32_t id, const Wave &wave, bool is_repeated)
{
	Chain chain;
	if (!is_repeated) {
		chain.append(id, wave);
		return chain;
	}
	chain.steps_.push_back(loop_step(0));
	chain.append(id, wave);
	if (wave.length_ns < GPIOHUB_CYCLE_MIN_NS)
		chain.steps_.back().wait_ns += GPIOHUB_CYCLE_MIN_NS - wave.length_ns;
	chain.steps_.push_back(end_step());
	const std::uint64_t length = std::max(wave.length_ns, std::uint64_t{GPIOHUB_CYCLE_MIN_NS});
	chain.parts_ = {{ChainPart::kNoWave, length, 0, {{id, length}}}};
	return chain;
}

void Chain::append(std::uint32_t id, const Wave &wave)
{
	for (const WaveStep &step : wave.steps)
		steps_.push_back(drive_step(step.on, step.off, step.wait_ns));
	parts_.push_back({id, wave.length_ns});
	gpios_ |= wave.gpios;
	blocks_ += wave.blocks;
}

std::uint64_t Chain::length_ns() const noexcept
{
	return length_of(parts_);
}

std::uint32_t Chain::wave_at(std::uint64_t elapsed_ns) const noexcept
{
	std::span<const ChainPart> parts = parts_;
	std::size_t i = 0;
	while (i < parts.size()) {
		const ChainPart &part = parts[i];
		const std::uint64_t length = times(part.length_ns, part.turns);
		if (elapsed_ns >= length) {
			elapsed_ns -= length;
			i++;
			continue;
		}
		if (part.parts.empty())
			return part.wave;
		elapsed_ns %= part.length_ns;
		parts = part.parts;
		i = 0;
	}
	return ChainPart::kNoWave;
}

} // namespace gpiohub::daemon::pigpio
