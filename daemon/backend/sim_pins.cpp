/* SPDX-License-Identifier: MIT */
#include "sim_pins.hpp"

#include <gpiohub/clock.hpp>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

namespace gpiohub::daemon
{

namespace
{

constexpr unsigned kWired = 16; /* lines in pairs, from 0 on */

struct Generator {
	unsigned line;
	std::uint64_t half_period_ns;
};

constexpr std::array<Generator, 4> kGenerators{{
	{16, 500'000'000},
	{17, 50'000'000},
	{18, 5'000'000},
	{19, 500'000},
}};

/* A process that stood still does not make up for all of it. */
constexpr std::uint64_t kMostBehindNs = 10'000'000'000;

std::optional<unsigned> partner_of(unsigned line)
{
	return line < kWired ? std::optional(line ^ 1) : std::nullopt;
}

template <std::size_t N>
void copy_name(char (&to)[N], const std::string &from)
{
	from.copy(to, N - 1);
}

} // namespace

SimPins::SimPins() : alarm_([this](std::uint64_t now_ns) { return due(now_ns); })
{
	for (const Generator &each : kGenerators)
		pins_[each.line].half_period_ns = each.half_period_ns;
}

void SimPins::describe(wire::LineInfo &answer)
{
	answer.info.offset = answer.info.line;
	copy_name(answer.info.chip, label());
	copy_name(answer.name, "SIM" + std::to_string(answer.info.line));
}

/* --- what the hub does ---------------------------------------------------- */

Result<PinSettings> SimPins::take(unsigned line)
{
	const std::lock_guard lock(mutex_);
	return pins_[line].settings;
}

/* It stays as it is, as real pins do. */
void SimPins::let_go(unsigned) {}

Result<void> SimPins::configure(unsigned line, const PinSettings &settings, bool level)
{
	if (settings.debounce_us != 0 || settings.drive > GPIOHUB_DRIVE_OPEN_DRAIN)
		return Error{EOPNOTSUPP, ""};
	const std::lock_guard lock(mutex_);
	Pin &pin = pins_[line];
	const PinSettings old = std::exchange(pin.settings, settings);
	if (settings.direction == GPIOHUB_DIRECTION_AS_IS)
		pin.settings.direction = old.direction;
	if (settings.bias == GPIOHUB_BIAS_AS_IS)
		pin.settings.bias = old.bias;
	if (settings.drive == GPIOHUB_DRIVE_AS_IS)
		pin.settings.drive = old.drive;
	pin.is_driven_high = level;
	changed(line);
	return {};
}

Result<void> SimPins::drive(unsigned line, bool level)
{
	const std::lock_guard lock(mutex_);
	pins_[line].is_driven_high = level;
	changed(line);
	return {};
}

Result<bool> SimPins::level(unsigned line)
{
	const std::lock_guard lock(mutex_);
	return level_of(line);
}

Result<void> SimPins::arm(unsigned line)
{
	const std::lock_guard lock(mutex_);
	Pin &pin = pins_[line];
	pin.is_armed = true;
	pin.is_high = level_of(line);
	if (pin.half_period_ns != 0) {
		pin.toggles_at_ns = monotonic_ns() + pin.half_period_ns;
		alarm_.wake_by(pin.toggles_at_ns);
	}
	return {};
}

void SimPins::disarm(unsigned line)
{
	const std::lock_guard lock(mutex_);
	pins_[line].is_armed = false;
}

/* --- levels --------------------------------------------------------------- */

/* An open-drain output lets go of its line for high. */
bool SimPins::is_driven(unsigned line) const
{
	const Pin &pin = pins_[line];
	return pin.settings.direction == GPIOHUB_DIRECTION_OUTPUT &&
		(pin.settings.drive != GPIOHUB_DRIVE_OPEN_DRAIN || !pin.is_driven_high);
}

bool SimPins::level_of(unsigned line) const
{
	const Pin &pin = pins_[line];
	if (is_driven(line))
		return pin.is_driven_high;
	const auto partner = partner_of(line);
	if (partner && is_driven(*partner))
		return pins_[*partner].is_driven_high;
	return pin.has_outside ? pin.is_outside_high : pin.settings.bias == GPIOHUB_BIAS_PULL_UP;
}

/* Queues an edge if it changed. */
void SimPins::look(unsigned line, std::uint64_t now_ns)
{
	Pin &pin = pins_[line];
	const bool was = std::exchange(pin.is_high, level_of(line));
	if (pin.is_armed && was != pin.is_high)
		queue_.push_back({line, pin.is_high, 0, now_ns});
}

/* The hub changed a line, and with it what it is wired to. */
void SimPins::changed(unsigned line)
{
	const std::uint64_t now = monotonic_ns();
	look(line, now);
	if (const auto partner = partner_of(line))
		look(*partner, now);
	if (!queue_.empty())
		alarm_.wake_by(now);
}

void SimPins::toggle_once(unsigned line, std::uint64_t now_ns)
{
	Pin &pin = pins_[line];
	pin.has_outside = true;
	pin.is_outside_high = !pin.is_outside_high;
	look(line, now_ns);
}

void SimPins::toggle(unsigned line, std::size_t count)
{
	const std::lock_guard lock(mutex_);
	const std::uint64_t now = monotonic_ns();
	for (std::size_t i = 0; i < count; i++)
		toggle_once(line, now);
	alarm_.wake_by(now);
}

/* --- in the thread -------------------------------------------------------- */

/* Lets the generators do what is due; gives when they are next. */
std::uint64_t SimPins::generate(std::uint64_t now_ns)
{
	std::uint64_t next = Alarm::kNever;
	for (const Generator &each : kGenerators) {
		Pin &pin = pins_[each.line];
		if (!pin.is_armed)
			continue;
		if (now_ns > pin.toggles_at_ns + kMostBehindNs)
			pin.toggles_at_ns = now_ns;
		/* The times are the signal's, whenever this thread came to run. */
		for (; pin.toggles_at_ns <= now_ns; pin.toggles_at_ns += each.half_period_ns)
			toggle_once(each.line, pin.toggles_at_ns);
		next = std::min(next, pin.toggles_at_ns);
	}
	return next;
}

std::uint64_t SimPins::due(std::uint64_t now_ns)
{
	std::vector<PinEdge> edges;
	std::uint64_t next;
	{
		const std::lock_guard lock(mutex_);
		next = generate(now_ns);
		edges.swap(queue_);
	}
	/* Without the lock: the hub calls us under its own. */
	if (!edges.empty())
		sink_->edges(edges);
	return next;
}

} // namespace gpiohub::daemon
