/* SPDX-License-Identifier: MIT */
#include "soft_lines.hpp"

#include <gpiohub/clock.hpp>

#include <cerrno>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace gpiohub::daemon
{

namespace
{

bool is_push_pull(gpiohub_drive drive)
{
	/* As is, is push-pull. */
	return drive <= GPIOHUB_DRIVE_PUSH_PULL;
}

/* How a line is to be that is so, and is configured. */
PinSettings merged(PinSettings settings, const LineConfig &config)
{
	if (config.direction != GPIOHUB_DIRECTION_AS_IS)
		settings.direction = config.direction;
	if (config.bias != GPIOHUB_BIAS_AS_IS)
		settings.bias = config.bias;
	if (config.drive != GPIOHUB_DRIVE_AS_IS)
		settings.drive = config.drive;
	if (config.debounce_us != GPIOHUB_DEBOUNCE_AS_IS)
		settings.debounce_us =
			config.debounce_us == GPIOHUB_DEBOUNCE_OFF ? 0 : config.debounce_us;
	return settings;
}

} // namespace

Result<void> SoftLines::check(std::uint64_t lines) const
{
	for (const unsigned line : LineSet(lines)) {
		if (line >= lines_.size())
			return at_line({ENXIO, ""}, line);
	}
	return {};
}

/* --- who uses them -------------------------------------------------------- */

Result<void> SoftLines::watch(std::uint64_t lines)
{
	std::uint64_t done = 0;
	for (const unsigned line : LineSet(lines)) {
		if (lines_[line].watchers++ == 0)
			stream_.mark(&gpiohub_state::watched, line_bit(line), true);
		done |= line_bit(line);
		auto armed = hold(line);
		if (armed)
			armed = arm(line);
		if (!armed) {
			unwatch(done);
			return armed;
		}
	}
	return {};
}

void SoftLines::unwatch(std::uint64_t lines)
{
	for (const unsigned line : LineSet(lines)) {
		if (--lines_[line].watchers == 0)
			stream_.mark(&gpiohub_state::watched, line_bit(line), false);
		(void)settle(line);
	}
}

Result<void> SoftLines::hold(unsigned number)
{
	SoftLine &line = lines_[number];
	if (line.watchers == 0 && line.owner == nullptr && !line.is_kept) {
		let_go(number);
		return {};
	}
	if (line.is_held)
		return {};
	const auto settings = pins_.take(number);
	if (!settings)
		return at_line(settings.error(), number);
	line.settings = *settings;
	line.is_held = true;
	stream_.mark(&gpiohub_state::held, line_bit(number), true);
	return {};
}

void SoftLines::let_go(unsigned number)
{
	SoftLine &line = lines_[number];
	if (!line.is_held)
		return;
	disarm(number);
	stream_.known(number, false, false);
	pins_.let_go(number);
	line.settings = {};
	line.is_held = false;
	stream_.mark(&gpiohub_state::outputs, line_bit(number), false);
	stream_.mark(&gpiohub_state::held, line_bit(number), false);
}

Result<void> SoftLines::settle(unsigned line)
{
	auto held = hold(line);
	if (held && lines_[line].is_held)
		(void)arm(line);
	return held;
}

/* An output is watched by what we drive. */
Result<void> SoftLines::arm(unsigned number)
{
	SoftLine &line = lines_[number];
	if (line.watchers == 0 || line.settings.direction == GPIOHUB_DIRECTION_OUTPUT) {
		disarm(number);
		return {};
	}
	return line.is_armed ? Result<void>() : listen(number);
}

Result<void> SoftLines::listen(unsigned number)
{
	SoftLine &line = lines_[number];
	line.armed_ns = monotonic_ns();
	if (const auto armed = pins_.arm(number); !armed)
		return at_line(armed.error(), number);
	line.is_armed = true;
	const auto level = pins_.level(number);
	if (!level) {
		disarm(number);
		return at_line(level.error(), number);
	}
	line.known_ns = monotonic_ns();
	stream_.known(number, true, *level);
	return {};
}

void SoftLines::disarm(unsigned number)
{
	SoftLine &line = lines_[number];
	if (!line.is_armed)
		return;
	pins_.disarm(number);
	line.is_armed = false;
	stream_.known(number, false, false);
}

/* --- what they are -------------------------------------------------------- */

Result<void> SoftLines::configure(unsigned number, const LineConfig &config)
{
	if (config.wake == GPIOHUB_WAKE_ON)
		return at_line({EOPNOTSUPP, ""}, number);
	const PinSettings wanted = merged(lines_[number].settings, config);
	bool level = (config.levels & line_bit(number)) != 0;
	/* An output already when it was taken goes on with what it drives. */
	if (config.direction == GPIOHUB_DIRECTION_AS_IS &&
		wanted.direction == GPIOHUB_DIRECTION_OUTPUT && !is_output(number)) {
		const auto driven = pins_.level(number);
		if (!driven)
			return at_line(driven.error(), number);
		level = *driven;
	}
	if (auto applied = apply(number, wanted, level); !applied)
		return applied;
	const PinSettings &now = lines_[number].settings;
	const auto value = static_cast<unsigned>(now.direction) |
		static_cast<unsigned>(now.bias) << 8 | static_cast<unsigned>(now.drive) << 16;
	stream_.publish(GPIOHUB_EVENT_CONFIGURED, static_cast<std::uint8_t>(number), value);
	return {};
}

Result<void> SoftLines::input(unsigned line)
{
	PinSettings wanted = lines_[line].settings;
	if (wanted.direction == GPIOHUB_DIRECTION_INPUT)
		return {};
	wanted.direction = GPIOHUB_DIRECTION_INPUT;
	return apply(line, wanted, false);
}

Result<void> SoftLines::output(unsigned line, bool level)
{
	if (auto held = hold(line); !held)
		return held;
	if (is_output(line))
		return drive(line, level);
	PinSettings wanted = lines_[line].settings;
	wanted.direction = GPIOHUB_DIRECTION_OUTPUT;
	return apply(line, wanted, level);
}

/* `level` is for what becomes an output, or drives in another way from now on. */
Result<void> SoftLines::apply(unsigned number, const PinSettings &wanted, bool level)
{
	SoftLine &line = lines_[number];
	const PinSettings old = line.settings;
	const bool drives_otherwise = wanted.drive != old.drive &&
		!(is_push_pull(wanted.drive) && is_push_pull(old.drive));
	const bool is_to_drive = wanted.direction == GPIOHUB_DIRECTION_OUTPUT;
	const bool is_new = is_to_drive && (!is_output(number) || drives_otherwise);

	if (is_to_drive)
		disarm(number);
	const auto done = pins_.configure(number, wanted, is_new ? level : line.is_high);
	if (!done) {
		(void)arm(number);
		return at_line(done.error(), number);
	}
	line.settings = wanted;
	if (is_new)
		became_output(number, level);
	if (wanted.direction == GPIOHUB_DIRECTION_INPUT && is_output(number))
		became_input(number);
	(void)arm(number);
	return {};
}

void SoftLines::became_output(unsigned number, bool level)
{
	lines_[number].is_high = level;
	stream_.mark(&gpiohub_state::outputs, line_bit(number), true);
	/* Others may pull a line of another drive as well. */
	stream_.known(number, is_push_pull(lines_[number].settings.drive), level);
}

void SoftLines::became_input(unsigned number)
{
	stream_.mark(&gpiohub_state::outputs, line_bit(number), false);
	stream_.known(number, false, false);
}

/* --- levels --------------------------------------------------------------- */

Result<void> SoftLines::may_drive(
	const SoftSession &session, std::uint64_t lines, std::uint64_t barred) const
{
	struct Reason {
		std::uint64_t bad;
		int code;
	};
	const std::array<Reason, 3> reasons{{
		{~session.owned, EPERM},
		{~stream_.state().outputs, EIO},
		{barred, EBUSY},
	}};
	for (const Reason &reason : reasons) {
		if ((lines & reason.bad) != 0)
			return at_line({reason.code, ""}, lowest_line(lines & reason.bad));
	}
	return {};
}

Result<void> SoftLines::drive(unsigned number, bool level)
{
	if (const auto driven = pins_.drive(number, level); !driven)
		return at_line(driven.error(), number);
	lines_[number].is_high = level;
	const gpiohub_state &state = stream_.state();
	const bool was = (state.levels & line_bit(number)) != 0;
	if ((state.known & line_bit(number)) != 0 && was != level)
		stream_.edge(number, level, GPIOHUB_EVENT_FLAG_DRIVEN, monotonic_ns());
	return {};
}

Result<void> SoftLines::set(const SoftSession &session, std::uint64_t lines, std::uint64_t levels)
{
	if (auto may = may_drive(session, lines, stream_.state().playing); !may)
		return may;
	for (const unsigned line : LineSet(lines)) {
		if (auto driven = drive(line, (levels & line_bit(line)) != 0); !driven)
			return driven;
	}
	return {};
}

Result<std::uint64_t> SoftLines::get(std::uint64_t lines)
{
	const gpiohub_state &state = stream_.state();
	std::uint64_t levels = state.levels & lines;
	for (const unsigned line : LineSet(lines & ~state.known)) {
		const auto level = look(line);
		if (!level)
			return level.error();
		if (*level)
			levels |= line_bit(line);
	}
	return levels;
}

/* A line that the hub does not hold is taken for the moment. */
Result<bool> SoftLines::look(unsigned line)
{
	const bool is_ours = lines_[line].is_held;
	if (!is_ours) {
		if (const auto taken = pins_.take(line); !taken)
			return at_line(taken.error(), line);
	}
	const auto level = pins_.level(line);
	if (!is_ours)
		pins_.let_go(line);
	return level ? *level : Result<bool>(at_line(level.error(), line));
}

bool SoftLines::take(const PinEdge &edge)
{
	SoftLine &line = lines_[edge.line];
	if (!line.is_armed || edge.time_ns < line.armed_ns)
		return false;
	std::uint16_t flags = edge.flags;
	const bool was = (stream_.state().levels & line_bit(edge.line)) != 0;
	if (edge.level == was) {
		/* The first sample saw it already. */
		if (edge.time_ns <= line.known_ns)
			return false;
		flags |= GPIOHUB_EVENT_FLAG_MISSED;
	}
	stream_.edge(edge.line, edge.level, flags, edge.time_ns);
	return true;
}

void SoftLines::gone()
{
	for (unsigned number = 0; number < lines_.size(); number++) {
		SoftLine &line = lines_[number];
		let_go(number);
		line.is_kept = false;
		line.guard = 0;
		stream_.mark(&gpiohub_state::kept, line_bit(number), false);
		stream_.mark(&gpiohub_state::gone, line_bit(number), true);
		stream_.publish(GPIOHUB_EVENT_GONE, static_cast<std::uint8_t>(number), 1);
	}
}

/* --- what is said of them ------------------------------------------------- */

void SoftLines::describe(wire::LineInfo &answer)
{
	gpiohub_line_info &info = answer.info;
	const SoftLine &line = lines_[info.line];
	const std::uint64_t bit = line_bit(info.line);
	const gpiohub_state &state = stream_.state();
	const struct {
		bool is_so;
		std::uint32_t flag;
	} flags[] = {
		{line.is_held, GPIOHUB_LINE_HELD},
		{line.watchers > 0, GPIOHUB_LINE_WATCHED},
		{line.owner != nullptr, GPIOHUB_LINE_OWNED},
		{line.is_kept, GPIOHUB_LINE_KEPT},
		{(state.known & bit) != 0, GPIOHUB_LINE_KNOWN},
		{(state.playing & bit) != 0, GPIOHUB_LINE_PLAYING},
	};
	for (const auto &each : flags)
		info.flags |= each.is_so ? each.flag : 0;
	info.debounce_us = line.settings.debounce_us;
	info.direction = static_cast<__u8>(line.settings.direction);
	info.bias = static_cast<__u8>(line.settings.bias);
	info.drive = static_cast<__u8>(line.settings.drive);
	info.guard = line.guard;
	info.watchers = line.watchers;
	if (line.owner != nullptr || line.is_kept)
		info.owner_uid = ::geteuid();
	if (line.owner != nullptr) {
		info.owner_pid = static_cast<__u32>(::getpid());
		/* The daemon puts its client's in place of these. */
		std::strncpy(info.owner_comm, program_invocation_short_name,
			sizeof(info.owner_comm) - 1);
	}
	pins_.describe(answer);
}

} // namespace gpiohub::daemon
