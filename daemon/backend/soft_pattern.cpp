/* SPDX-License-Identifier: MIT */
#include "soft_pattern.hpp"

namespace gpiohub::daemon
{

const gpiohub_step *SoftPattern::next() noexcept
{
	while (pc_ < steps_.size()) {
		const gpiohub_step &step = steps_[pc_];
		if (step.op == GPIOHUB_STEP_DRIVE)
			return &step;
		if (step.op == GPIOHUB_STEP_LOOP) {
			loops_[depth_++] = {++pc_, step.count};
			continue;
		}
		if (depth_ == 1 && is_ending_)
			return nullptr;
		if (is_last_turn()) {
			depth_--;
			pc_++;
		} else {
			pc_ = loops_[depth_ - 1].begin;
		}
	}
	return nullptr;
}

/* Counts the turn whose end it is. */
bool SoftPattern::is_last_turn() noexcept
{
	Loop &loop = loops_[depth_ - 1];
	if (loop.left == 1)
		return true;
	if (loop.left > 0)
		loop.left--;
	return false;
}

void SoftPattern::rewind() noexcept
{
	pc_ = 0;
	depth_ = 0;
}

} // namespace gpiohub::daemon
