/* SPDX-License-Identifier: MIT */
#include <gpiohub/pattern.hpp>

#include <gpiohub/duration.hpp>

#include <bit>
#include <cerrno>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace gpiohub
{

namespace
{

constexpr std::uint64_t kForEver = std::numeric_limits<std::uint64_t>::max();

std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b)
{
	return a > kForEver - b ? kForEver : a + b;
}

std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b)
{
	return b != 0 && a > kForEver / b ? kForEver : a * b;
}

Error impossible(std::string what)
{
	return {EINVAL, std::move(what)};
}

/* A LOOP that has not come to its END, or the pattern itself. */
struct Open {
	std::size_t step = 0;
	std::uint32_t count = 1;
	std::uint64_t time_ns = 0; /* of one turn, so far */
};

std::string fault_of_drive(const gpiohub_step &step, std::uint64_t lines)
{
	if (step.count != 0)
		return "drives, and has a count";
	if (const std::uint64_t both = step.set & step.clear; both != 0)
		return fmt::format("drives line {} high and low", std::countr_zero(both));
	if (const std::uint64_t others = (step.set | step.clear) & ~lines; others != 0)
		return fmt::format(
			"drives line {}, which is none of the pattern's", std::countr_zero(others));
	if (step.wait_ns > GPIOHUB_STEP_MAX_NS)
		return fmt::format("waits {}, and may {}", duration_text(step.wait_ns),
			duration_text(GPIOHUB_STEP_MAX_NS));
	return {};
}

/* Takes one step; what is wrong with it, "" if nothing. */
std::string take(std::vector<Open> &open, const gpiohub_step &step, std::size_t index)
{
	switch (step.op) {
	case GPIOHUB_STEP_DRIVE:
		open.back().time_ns = saturating_sum(open.back().time_ns, step.wait_ns);
		return {};
	case GPIOHUB_STEP_LOOP:
		open.push_back({index, step.count, 0});
		if (open.size() - 1 > GPIOHUB_MAX_DEPTH)
			return fmt::format("is nested deeper than {} loops", GPIOHUB_MAX_DEPTH);
		return {};
	case GPIOHUB_STEP_END: {
		if (open.size() == 1)
			return "ends a loop that did not begin";
		const Open loop = open.back();
		open.pop_back();
		open.back().time_ns = saturating_sum(open.back().time_ns,
			loop.count == 0 ? kForEver : saturating_product(loop.time_ns, loop.count));
		if (loop.time_ns < GPIOHUB_CYCLE_MIN_NS)
			return fmt::format("ends a loop that takes {} each time, and has to take "
					   "{}",
				duration_text(loop.time_ns), duration_text(GPIOHUB_CYCLE_MIN_NS));
		return {};
	}
	default:
		return fmt::format("has an op {} that is none", step.op);
	}
}

} // namespace

gpiohub_step drive_step(std::uint64_t set, std::uint64_t clear, std::uint64_t wait_ns) noexcept
{
	return {set, clear, wait_ns, GPIOHUB_STEP_DRIVE, 0};
}

gpiohub_step loop_step(std::uint32_t count) noexcept
{
	return {0, 0, 0, GPIOHUB_STEP_LOOP, count};
}

gpiohub_step end_step() noexcept
{
	return {0, 0, 0, GPIOHUB_STEP_END, 0};
}

gpiohub_play make_play(const Pattern &pattern, const PlayOptions &options) noexcept
{
	gpiohub_play play = {};
	play.lines = pattern.lines;
	play.count = static_cast<__u32>(pattern.steps.size());
	play.flags = options.flags;
	play.start = static_cast<__u32>(options.start);
	play.start_ns = options.start_ns;
	play.start_line = options.start_line;
	play.start_kinds = options.start_kinds;
	play.timeout_ns = options.timeout_ns;
	return play;
}

Result<Pattern> make_pulses(std::uint64_t lines, const Pulses &pulses)
{
	if (pulses.width_ns == 0 || pulses.width_ns > GPIOHUB_STEP_MAX_NS)
		return impossible(fmt::format("a pulse takes 1ns to {}, not {}",
			duration_text(GPIOHUB_STEP_MAX_NS), duration_text(pulses.width_ns)));
	if (pulses.gap_ns > GPIOHUB_STEP_MAX_NS)
		return impossible(fmt::format(
			"the gap after a pulse is at most {}", duration_text(GPIOHUB_STEP_MAX_NS)));
	if (pulses.count == 0)
		return impossible("0 pulses are none");
	const gpiohub_step high =
		drive_step(lines, 0, pulses.high ? pulses.width_ns : pulses.gap_ns);
	const gpiohub_step low =
		drive_step(0, lines, pulses.high ? pulses.gap_ns : pulses.width_ns);
	const gpiohub_step first = pulses.high ? high : low;
	const gpiohub_step second = pulses.high ? low : high;
	if (pulses.count == 1)
		return Pattern{lines, {first, second}};
	if (pulses.gap_ns == 0 || pulses.width_ns + pulses.gap_ns < GPIOHUB_CYCLE_MIN_NS)
		return impossible(fmt::format("pulses follow one another with a gap, and {} apart "
					      "at least",
			duration_text(GPIOHUB_CYCLE_MIN_NS)));
	return Pattern{lines, {loop_step(pulses.count), first, second, end_step()}};
}

Result<Pwm> pwm_of(double frequency_hz, double duty_percent)
{
	const double period = 1e9 / frequency_hz;
	/* Written so that what is no number fails too. */
	if (!(period >= GPIOHUB_CYCLE_MIN_NS && period <= GPIOHUB_STEP_MAX_NS))
		return impossible(fmt::format("a frequency is at most {} kHz, and a period at most "
					      "{}",
			1'000'000 / GPIOHUB_CYCLE_MIN_NS, duration_text(GPIOHUB_STEP_MAX_NS)));
	if (!(duty_percent >= 0 && duty_percent <= 100))
		return impossible("a duty cycle is 0 to 100 %");
	return Pwm{static_cast<std::uint64_t>(std::llround(period)),
		static_cast<std::uint64_t>(std::llround(period * duty_percent / 100)), 0};
}

Result<Pattern> make_pwm(std::uint64_t lines, const Pwm &pwm)
{
	if (pwm.period_ns < GPIOHUB_CYCLE_MIN_NS || pwm.period_ns > GPIOHUB_STEP_MAX_NS)
		return impossible(fmt::format("a period is {} to {}, not {}",
			duration_text(GPIOHUB_CYCLE_MIN_NS), duration_text(GPIOHUB_STEP_MAX_NS),
			duration_text(pwm.period_ns)));
	if (pwm.width_ns > pwm.period_ns)
		return impossible(fmt::format("a width of {} is longer than the period of {}",
			duration_text(pwm.width_ns), duration_text(pwm.period_ns)));
	Pattern pattern = {lines, {loop_step(pwm.count)}};
	if (pwm.width_ns > 0)
		pattern.steps.push_back(drive_step(lines, 0, pwm.width_ns));
	if (pwm.width_ns < pwm.period_ns)
		pattern.steps.push_back(drive_step(0, lines, pwm.period_ns - pwm.width_ns));
	pattern.steps.push_back(end_step());
	return pattern;
}

std::optional<PatternFault> find_fault(std::uint64_t lines, std::span<const gpiohub_step> steps)
{
	if (steps.empty() || steps.size() > GPIOHUB_MAX_STEPS)
		return PatternFault{steps.size(),
			fmt::format("has {} steps, and may have 1 to {}", steps.size(),
				GPIOHUB_MAX_STEPS)};
	std::vector<Open> open(1);
	for (std::size_t i = 0; i < steps.size(); i++) {
		const gpiohub_step &step = steps[i];
		const bool is_drive = step.op == GPIOHUB_STEP_DRIVE;
		std::string what = is_drive ? fault_of_drive(step, lines) : std::string();
		if (!is_drive && (step.set | step.clear | step.wait_ns) != 0)
			what = "is of a loop, and drives or waits";
		if (step.op == GPIOHUB_STEP_END && step.count != 0)
			what = "ends a loop, and has a count";
		if (what.empty())
			what = take(open, step, i);
		if (!what.empty())
			return PatternFault{i, std::move(what)};
	}
	if (open.size() > 1)
		return PatternFault{open.back().step, "begins a loop that has no end"};
	return std::nullopt;
}

} // namespace gpiohub
