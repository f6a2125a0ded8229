/* SPDX-License-Identifier: MIT */
#include "waves.hpp"

#include <gpiohub/clock.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace gpiohub::daemon::pigpio
{

Reply Waves::play(Chain chain, Begin begin)
{
	const Gpios driven = chain.gpios() & lines_.outputs();
	Reply blocks = Reply::number(chain.blocks());
	std::vector<gpiohub_step> steps = chain.take_steps();
	if (begin == Begin::Now)
		halt();
	forget_past();
	/* Nothing that anybody could see, but for its time. */
	if (driven == 0) {
		runs_.push_back({0, 0, monotonic_ns(), std::move(chain)});
		return blocks;
	}

	std::uint64_t lines = lines_.bank().to_lines(driven);
	for (gpiohub_step &step : steps) {
		step.set = lines_.bank().to_lines(step.set & driven);
		step.clear = lines_.bank().to_lines(step.clear & driven);
	}
	std::uint32_t flags = GPIOHUB_PLAY_REPLACE;
	if (begin == Begin::After) {
		/* Who plays on a line of the one before begins when that is over: with its
		 * cycle, if it never would be. */
		lines |= runs_.empty() ? 0 : runs_.back().lines;
		const bool is_endless = !runs_.empty() && runs_.back().chain.is_endless();
		flags = is_endless ? GPIOHUB_PLAY_AT_CYCLE : 0;
	}
	std::uint32_t id = 0;
	if (const Status played = lines_.play(lines, steps, flags, id); played != Status::Ok)
		return played;
	runs_.push_back({id, lines, monotonic_ns(), std::move(chain)});
	return blocks;
}

std::uint32_t Waves::current()
{
	forget_past();
	if (runs_.empty())
		return kNoWaveNow;
	const Run &run = runs_.front();
	const std::uint32_t wave = run.chain.wave_at(monotonic_ns() - run.start_ns);
	return wave == ChainPart::kNoWave ? kUnknownWave : wave;
}

bool Waves::is_busy()
{
	forget_past();
	return !runs_.empty();
}

Gpios Waves::driven() const noexcept
{
	std::uint64_t lines = 0;
	for (const Run &run : runs_)
		lines |= run.lines;
	return lines_.bank().to_gpios(lines);
}

void Waves::halt()
{
	for (const Run &run : runs_) {
		if (run.lines != 0)
			lines_.cancel(run.id);
	}
	runs_.clear();
}

/* Others number their patterns as we do; but nobody else's plays on a line of ours. */
void Waves::ended(unsigned line, std::uint32_t id)
{
	const auto run = std::find_if(runs_.begin(), runs_.end(), [&](const Run &each) {
		return each.lines != 0 && each.id == id &&
			std::countr_zero(each.lines) == static_cast<int>(line);
	});
	if (run != runs_.end())
		forget_until(run + 1);
}

void Waves::ends_lost(std::uint64_t playing)
{
	const bool is_over = std::none_of(runs_.begin(), runs_.end(),
		[playing](const Run &run) { return (run.lines & playing) != 0; });
	if (is_over)
		std::erase_if(runs_, [](const Run &run) { return run.lines != 0; });
}

/* What no pattern's end will tell. */
void Waves::forget_past()
{
	if (runs_.empty())
		return;
	const std::uint64_t now = monotonic_ns();
	while (!runs_.empty() && runs_.front().lines == 0 &&
		now - runs_.front().start_ns >= runs_.front().chain.length_ns())
		forget_until(runs_.begin() + 1);
}

/* What follows begins now. */
void Waves::forget_until(std::vector<Run>::const_iterator end)
{
	runs_.erase(runs_.begin(), end);
	if (!runs_.empty())
		runs_.front().start_ns = monotonic_ns();
}

} // namespace gpiohub::daemon::pigpio
