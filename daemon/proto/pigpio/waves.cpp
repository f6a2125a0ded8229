/* SPDX-License-Identifier: MIT */
#include "waves.hpp"

#include <gpiohub/clock.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace gpiohub::daemon::pigpio
{

Reply Waves::play(Chain chain, Begin begin, Gpios allowed)
{
	const Gpios driven = chain.gpios() & lines_.outputs();
	if ((driven & ~allowed) != 0)
		return Status::NotPermitted;
	const Reply blocks = Reply::number(chain.blocks());
	std::vector<gpiohub_step> steps = chain.take_steps();
	if (begin == Begin::Now)
		halt();
	/* Nothing that anybody could see. */
	if (driven == 0)
		return blocks;

	std::uint64_t lines = lines_.bank().to_lines(driven);
	for (gpiohub_step &step : steps) {
		step.set = lines_.bank().to_lines(step.set & driven);
		step.clear = lines_.bank().to_lines(step.clear & driven);
	}
	/* Who plays on a line of the one before begins when that is over. */
	if (!runs_.empty())
		lines |= runs_.back().lines;
	std::uint32_t id = 0;
	const Status played = lines_.play(lines, steps,
		begin == Begin::Now ? GPIOHUB_PLAY_REPLACE : GPIOHUB_PLAY_AT_CYCLE, id);
	if (played != Status::Ok)
		return played;
	runs_.push_back({id, lines, monotonic_ns(), std::move(chain)});
	return blocks;
}

std::uint32_t Waves::current() const
{
	if (runs_.empty())
		return kNoWaveNow;
	const Run &run = runs_.front();
	const std::uint32_t wave = run.chain.wave_at(monotonic_ns() - run.start_ns);
	return wave == ChainPart::kNoWave ? kUnknownWave : wave;
}

void Waves::halt()
{
	for (const Run &run : runs_)
		lines_.cancel(run.id);
	runs_.clear();
}

/* Others number their patterns as we do; but nobody else's plays on a line of ours. What
 * follows begins now. */
void Waves::ended(unsigned line, std::uint32_t id)
{
	const auto run = std::find_if(runs_.begin(), runs_.end(), [&](const Run &each) {
		return each.id == id && std::countr_zero(each.lines) == static_cast<int>(line);
	});
	if (run == runs_.end())
		return;
	const bool is_first = run == runs_.begin();
	runs_.erase(run);
	if (is_first && !runs_.empty())
		runs_.front().start_ns = monotonic_ns();
}

} // namespace gpiohub::daemon::pigpio
