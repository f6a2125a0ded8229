/* SPDX-License-Identifier: MIT */
#include "lines.hpp"

#include <gpiohub/pattern.hpp>

#include <bit>
#include <cerrno>
#include <unistd.h>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* What a hub's error is to a client of pigpio's, which knows few. */
Status status_of(int code)
{
	switch (code) {
	case 0:
		return Status::Ok;
	case ENODEV:
	case ENXIO:
		return Status::BadGpio;
	case ENOMEM:
		return Status::NoMemory;
	case EAGAIN:
		return Status::TryAgain; /* a hub takes so many changes a second */
	default:
		return Status::NotPermitted; /* somebody else's, or not as the chip can */
	}
}

gpiohub_command command_of(gpiohub_op op, std::uint64_t lines, std::uint64_t value)
{
	gpiohub_command command{};
	command.op = static_cast<__u8>(op);
	command.mask = lines;
	command.value = value;
	return command;
}

} // namespace

void Lines::attach(Hub &hub, const Bank &bank, gpiohub_guard guard)
{
	hub_ = &hub;
	bank_ = bank;
	guard_ = guard;
}

void Lines::detach()
{
	if (hub_ != nullptr)
		hub_->forget_holder(holder_);
	owner_.reset();
	hub_ = nullptr;
	bank_ = {};
	owned_ = outputs_ = 0;
	last_write_ = {};
	pulls_ = {};
}

/* --- modes ------------------------------------------------------------------ */

Status Lines::set_mode(unsigned gpio, unsigned mode)
{
	const Gpios bit = gpio_bit(gpio);
	if (mode > kModeOutput) {
		alternates_[gpio] = static_cast<std::uint8_t>(mode);
		return Status::Ok;
	}
	if (mode == kModeOutput && is_output(gpio))
		return Status::Ok;
	if (mode == kModeOutput)
		return write(gpio, (latch_ & bit) != 0);
	const bool is_input = (owned_ & ~outputs_ & bit) != 0 && alternates_[gpio] == 0 &&
		(hub_->state().outputs() & bank_.to_lines(bit)) == 0;
	if (is_input)
		return Status::Ok;
	const gpiohub_command commands[] = {
		configure(bit, GPIOHUB_DIRECTION_INPUT, GPIOHUB_BIAS_AS_IS)};
	const int code = submit_owned(bit, commands);
	if (code != 0)
		return status_of(code);
	alternates_[gpio] = 0;
	outputs_ &= ~bit;
	return Status::Ok;
}

unsigned Lines::mode(unsigned gpio) const
{
	if (alternates_[gpio] != 0)
		return alternates_[gpio];
	/* One that lets go is what pigpio has for it: an input. */
	if (hub_ == nullptr || (open_drains() & latch_ & gpio_bit(gpio)) != 0)
		return kModeInput;
	const std::uint64_t line = bank_.to_lines(gpio_bit(gpio));
	return (hub_->state().outputs() & line) != 0 ? kModeOutput : kModeInput;
}

Status Lines::pull(unsigned gpio, unsigned pull)
{
	constexpr std::array<unsigned, 3> kBiases{
		GPIOHUB_BIAS_DISABLE, GPIOHUB_BIAS_PULL_DOWN, GPIOHUB_BIAS_PULL_UP};
	const Gpios bit = gpio_bit(gpio);
	if ((owned_ & bit) != 0 && pulls_[gpio] == pull)
		return Status::Ok;
	const gpiohub_command commands[] = {configure(bit, GPIOHUB_DIRECTION_AS_IS, kBiases[pull])};
	const int code = submit_owned(bit, commands);
	if (code == 0)
		pulls_[gpio] = pull;
	if (code == 0)
		return Status::Ok;
	/* Nothing to switch off. */
	const bool is_without = code == EOPNOTSUPP || code == ENOTSUP || code == EINVAL;
	return is_without && pull == 0 ? Status::Ok : status_of(code);
}

/* --- levels ------------------------------------------------------------------ */

Status Lines::write(unsigned gpio, bool level)
{
	const Gpios bit = gpio_bit(gpio);
	latch_ = level ? latch_ | bit : latch_ & ~bit;
	if ((outputs_ & bit) != 0) {
		const std::uint64_t line = bank_.to_lines(bit);
		const gpiohub_command set[] = {command_of(GPIOHUB_OP_SET, line, level ? line : 0)};
		const int code = submit(set).code;
		if (code == 0 || code == EBUSY)
			alternates_[gpio] = 0;
		if (code == EBUSY)
			return write_after(gpio, level);
		/* EPERM, EIO: it is ours no longer, its chip went meanwhile. */
		if (code != EPERM && code != EIO)
			return status_of(code);
		lose(bit);
	}
	return make_outputs(bit);
}

/* Of a line that a pulse or a wave drives: as soon as that is over. Only the last one counts. */
Status Lines::write_after(unsigned gpio, bool level)
{
	const std::uint64_t line = bank_.to_lines(gpio_bit(gpio));
	if (last_write_[gpio] != 0)
		cancel(last_write_[gpio]);
	const gpiohub_step step[] = {drive_step(level ? line : 0, level ? 0 : line, 0)};
	return play(line, step, 0, last_write_[gpio]);
}

Status Lines::make_outputs(Gpios gpios)
{
	const gpiohub_command commands[] = {
		configure(gpios, GPIOHUB_DIRECTION_OUTPUT, GPIOHUB_BIAS_AS_IS)};
	const int code = submit_owned(gpios, commands);
	if (code != 0)
		return status_of(code);
	for (Gpios rest = gpios; rest != 0; rest &= rest - 1)
		alternates_[static_cast<unsigned>(std::countr_zero(rest))] = 0;
	open_drain_ &= ~gpios;
	outputs_ |= gpios;
	return Status::Ok;
}

Status Lines::make_open_drain(Gpios gpios, bool is_pulled_up)
{
	latch_ |= gpios;
	int code = 0;
	for (const unsigned bias : {GPIOHUB_BIAS_PULL_UP, GPIOHUB_BIAS_AS_IS}) {
		if (bias == GPIOHUB_BIAS_PULL_UP && !is_pulled_up)
			continue;
		gpiohub_command command = configure(gpios, GPIOHUB_DIRECTION_OUTPUT, bias);
		command.arg = GPIOHUB_DIRECTION_OUTPUT | bias << 8 | GPIOHUB_DRIVE_OPEN_DRAIN << 16;
		code = submit_owned(gpios, {&command, 1});
		if (code == 0) {
			open_drain_ |= gpios;
			outputs_ |= gpios;
			return Status::Ok;
		}
	}
	return status_of(code);
}

Status Lines::restore(unsigned gpio, unsigned mode, bool level)
{
	const Gpios bit = gpio_bit(gpio);
	latch_ = level ? latch_ | bit : latch_ & ~bit;
	if (mode == kModeOutput) {
		const bool drives_otherwise = (open_drain_ & bit) != 0;
		outputs_ = drives_otherwise ? outputs_ & ~bit : outputs_;
		return drives_otherwise ? make_outputs(bit) : write(gpio, level);
	}
	const Status status = set_mode(gpio, kModeInput);
	return mode == kModeInput || status != Status::Ok ? status : set_mode(gpio, mode);
}

Status Lines::drive(Gpios gpios, Gpios levels)
{
	latch_ = (latch_ & ~gpios) | (levels & gpios);
	/* What a pattern drives it goes on to drive. */
	std::uint64_t lines =
		hub_ == nullptr ? 0 : bank_.to_lines(gpios & outputs_) & ~hub_->state().playing();
	Status told = Status::Ok;
	while (lines != 0) {
		const gpiohub_command set[] = {
			command_of(GPIOHUB_OP_SET, lines, bank_.to_lines(levels & gpios) & lines)};
		const Submitted submitted = submit(set);
		if (submitted.code == 0)
			return told;
		const auto gpio = submitted.line < 64 ? bank_.gpio(submitted.line) : std::nullopt;
		if (!gpio || (lines >> submitted.line & 1) == 0)
			return status_of(submitted.code);
		/* The others' levels do not depend on it. */
		told = Status::SomePermitted;
		lines &= ~(std::uint64_t{1} << submitted.line);
		if (submitted.code != EBUSY)
			lose(gpio_bit(*gpio));
	}
	return told;
}

Gpios Lines::playing() const
{
	return hub_ == nullptr ? 0 : bank_.to_gpios(hub_->state().playing());
}

Result<bool> Lines::read(unsigned gpio)
{
	const auto levels = hub_->get(bank_.to_lines(gpio_bit(gpio)));
	if (!levels)
		return levels.error();
	return *levels != 0;
}

Gpios Lines::levels(Gpios gpios)
{
	std::uint64_t lines = hub_ == nullptr ? 0 : bank_.to_lines(gpios);
	while (lines != 0) {
		const auto levels = hub_->get(lines);
		if (levels)
			return bank_.to_gpios(*levels);
		const std::uint8_t bad = levels.error().line;
		if (bad >= 64 || (lines >> bad & 1) == 0)
			return 0;
		lines &= ~(std::uint64_t{1} << bad);
	}
	return 0;
}

/* --- patterns ------------------------------------------------------------------ */

Status Lines::play(std::uint64_t lines, std::span<const gpiohub_step> steps, std::uint32_t flags,
	std::uint32_t &id)
{
	gpiohub_play play{};
	play.lines = lines;
	play.steps = reinterpret_cast<std::uintptr_t>(steps.data());
	play.count = static_cast<__u32>(steps.size());
	play.flags = flags;
	gpiohub_command command{};
	command.op = GPIOHUB_OP_PLAY;
	command.value = reinterpret_cast<std::uintptr_t>(&play);
	next_id_ = next_id_ == ~std::uint32_t{0} ? 1 : next_id_ + 1;
	command.id = id = next_id_;
	if (play_listener_)
		play_listener_();
	return status_of(submit({&command, 1}).code);
}

void Lines::cancel(std::uint32_t id)
{
	const gpiohub_command command[] = {command_of(GPIOHUB_OP_CANCEL, 0, id)};
	(void)submit(command); /* it may be over */
}

Status Lines::guard(Gpios gpios, bool is_playing)
{
	const gpiohub_command command[] = {claim(gpios, is_playing)};
	return status_of(submit(command).code);
}

/* --- what goes down -------------------------------------------------------------- */

gpiohub_command Lines::claim(Gpios gpios, bool is_playing) const noexcept
{
	return command_of(GPIOHUB_OP_CLAIM, bank_.to_lines(gpios),
		is_playing ? GPIOHUB_GUARD_LEVELS : guard_);
}

gpiohub_command Lines::configure(Gpios gpios, unsigned direction, unsigned bias) const noexcept
{
	gpiohub_command command = command_of(
		GPIOHUB_OP_CONFIGURE, bank_.to_lines(gpios), bank_.to_lines(gpios & latch_));
	if (direction != GPIOHUB_DIRECTION_OUTPUT)
		command.value = 0;
	command.arg = direction | bias << 8;
	/* What was let go of for high is driven again. */
	if (direction == GPIOHUB_DIRECTION_OUTPUT && (gpios & open_drain_ & ~outputs_) != 0)
		command.arg |= GPIOHUB_DRIVE_PUSH_PULL << 16;
	return command;
}

/* Not ours any more: their chip went. */
void Lines::lose(Gpios gpios)
{
	owned_ &= ~gpios;
	outputs_ &= ~gpios;
}

/* After what makes the lines ours, where they are not. Either all of it is done, or they are
 * whose they were. */
int Lines::submit_owned(Gpios gpios, std::span<const gpiohub_command> commands)
{
	if ((gpios & ~owned_) == 0) {
		const int code = submit(commands).code;
		if (code != EPERM)
			return code;
		lose(gpios);
	}
	const Gpios missing = gpios & ~owned_;
	std::vector<gpiohub_command> all{claim(missing, false)};
	all.insert(all.end(), commands.begin(), commands.end());
	const Submitted submitted = submit(all);
	if (submitted.code != 0) {
		const gpiohub_command release[] = {
			command_of(GPIOHUB_OP_RELEASE, bank_.to_lines(missing), 0)};
		if (submitted.done > 0)
			(void)submit(release);
		return submitted.code;
	}
	owned_ |= gpios;
	for (Gpios rest = missing; rest != 0; rest &= rest - 1)
		pulls_[static_cast<unsigned>(std::countr_zero(rest))].reset();
	hub_->set_holder(bank_.to_lines(gpios), &holder_);
	return 0;
}

/* code: 0, or why they were not all done. */
Submitted Lines::submit(std::span<const gpiohub_command> commands)
{
	if (hub_ == nullptr)
		return {0, ENODEV, GPIOHUB_NO_LINE};
	if (!owner_) {
		holder_.pid = ::getpid();
		holder_.uid = ::getuid();
		auto owner = hub_->own();
		if (!owner)
			return {0, owner.error().code, GPIOHUB_NO_LINE};
		owner_ = *std::move(owner);
	}
	Submitted submitted = owner_->submit(commands);
	if (submitted.done < commands.size() && submitted.code == 0)
		submitted.code = EIO;
	return submitted;
}

} // namespace gpiohub::daemon::pigpio
