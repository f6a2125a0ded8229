/* SPDX-License-Identifier: MIT */
#include "soft_owner.hpp"

#include <gpiohub/clock.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace gpiohub::daemon
{

namespace
{

/* The fields that an op of linux/gpiohub.h does not use must be 0. */
bool uses_only(const gpiohub_command &command, bool mask, bool value, bool arg)
{
	return (mask || command.mask == 0) && (value || command.value == 0) &&
		(arg || command.arg == 0);
}

bool is_well_formed(const gpiohub_command &command)
{
	if (command.line != 0 || command.flags != 0)
		return false;
	switch (command.op) {
	case GPIOHUB_OP_SET:
		return uses_only(command, true, true, false);
	case GPIOHUB_OP_CLAIM:
	case GPIOHUB_OP_CONFIGURE:
		return true;
	case GPIOHUB_OP_RELEASE:
		return uses_only(command, true, false, false);
	case GPIOHUB_OP_KICK:
		return uses_only(command, false, false, false);
	case GPIOHUB_OP_PLAY:
	case GPIOHUB_OP_CANCEL:
	case GPIOHUB_OP_RULE_ADD:
		return uses_only(command, false, true, false);
	case GPIOHUB_OP_RULE_DEL:
		return uses_only(command, false, true, false) && command.value >> 32 == 0;
	default:
		return false;
	}
}

const void *at(std::uint64_t address)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): so the contract has it */
	return reinterpret_cast<const void *>(static_cast<std::uintptr_t>(address));
}

} // namespace

SoftOwner::~SoftOwner()
{
	const SoftHub::Access hub(*hub_);
	(void)hub->player.cancel(session_, 0, false);
	hub->claims.end(session_, session_.owned, GPIOHUB_END_CLOSED);
}

Submitted SoftOwner::submit(std::span<const gpiohub_command> commands)
{
	Submitted submitted;
	if (commands.empty() || commands.size() > GPIOHUB_MAX_SUBMIT)
		return {0, EINVAL, GPIOHUB_NO_LINE};
	for (const gpiohub_command &command : commands) {
		/* Each for itself, so that patterns and edges have their turn in between. */
		const SoftHub::Access hub(*hub_);
		if (const auto done = execute(hub, command); !done) {
			submitted.code = done.error().code;
			submitted.line = done.error().line;
			break;
		}
		submitted.done++;
	}
	return submitted;
}

Result<void> SoftOwner::execute(const SoftHub::Access &hub, const gpiohub_command &command)
{
	if (auto there = hub.check(); !there)
		return there;
	if (!is_well_formed(command))
		return Error{EINVAL, ""};
	if (auto exist = hub->lines.check(command.mask); !exist)
		return exist;
	switch (command.op) {
	case GPIOHUB_OP_SET:
		return hub->lines.set(session_, command.mask, command.value);
	case GPIOHUB_OP_CLAIM:
		return claim(hub, command);
	case GPIOHUB_OP_RELEASE:
		return hub->claims.release(session_, command.mask);
	case GPIOHUB_OP_CONFIGURE:
		return configure(hub, command);
	case GPIOHUB_OP_KICK:
		return hub->claims.kick(session_);
	case GPIOHUB_OP_PLAY:
		return play(hub, command);
	case GPIOHUB_OP_CANCEL:
		return cancel(hub, command);
	default:
		return Error{EOPNOTSUPP, ""}; /* rules: they are for interrupts */
	}
}

Result<void> SoftOwner::claim(const SoftHub::Access &hub, const gpiohub_command &command)
{
	/* Bits 8-31 are not used: no guard has so high a number. */
	const auto kind = static_cast<std::uint32_t>(command.value);
	if (kind < GPIOHUB_GUARD_INPUT || kind > GPIOHUB_GUARD_LEVELS)
		return Error{EINVAL, ""};
	Guard guard(static_cast<gpiohub_guard>(kind));
	guard.levels = command.arg;
	guard.heartbeat_us = static_cast<std::uint32_t>(command.value >> 32);
	return hub->claims.claim(session_, command.mask, guard);
}

Result<void> SoftOwner::configure(const SoftHub::Access &hub, const gpiohub_command &command)
{
	const auto byte = [&](unsigned shift) { return command.arg >> shift & 0xff; };
	if (byte(0) > GPIOHUB_DIRECTION_OUTPUT || byte(8) > GPIOHUB_BIAS_PULL_DOWN ||
		byte(16) > GPIOHUB_DRIVE_OPEN_SOURCE || byte(24) > GPIOHUB_WAKE_ON)
		return Error{EINVAL, ""};
	LineConfig config;
	config.direction = static_cast<gpiohub_direction>(byte(0));
	config.bias = static_cast<gpiohub_bias>(byte(8));
	config.drive = static_cast<gpiohub_drive>(byte(16));
	config.wake = static_cast<gpiohub_wake>(byte(24));
	config.debounce_us = static_cast<std::uint32_t>(command.arg >> 32);
	config.levels = command.value;
	if (!session_.spend(monotonic_ns()))
		return Error{EAGAIN, ""};
	return hub->claims.configure(session_, command.mask, config);
}

Result<void> SoftOwner::play(const SoftHub::Access &hub, const gpiohub_command &command)
{
	gpiohub_play play{};
	std::memcpy(&play, at(command.value), sizeof(play));
	play.id = command.id;
	if (play.count > GPIOHUB_MAX_STEPS)
		return Error{EINVAL, ""};
	std::vector<gpiohub_step> steps(play.count);
	if (play.count > 0)
		std::memcpy(steps.data(), at(play.steps), steps.size() * sizeof(gpiohub_step));
	return hub->player.play(session_, play, std::move(steps));
}

Result<void> SoftOwner::cancel(const SoftHub::Access &hub, const gpiohub_command &command)
{
	const auto flags = static_cast<std::uint32_t>(command.value >> 32);
	if ((flags & ~GPIOHUB_CANCEL_AT_CYCLE) != 0)
		return Error{EINVAL, ""};
	return hub->player.cancel(session_, static_cast<std::uint32_t>(command.value), flags != 0);
}

Result<void> SoftOwner::message(std::string_view text)
{
	if (text.empty())
		return Error{EINVAL, ""};
	if (text.size() > GPIOHUB_MAX_MESSAGE)
		return Error{EMSGSIZE, ""};
	const SoftHub::Access hub(*hub_);
	if (auto there = hub.check(); !there)
		return there;
	if (!session_.spend(monotonic_ns()))
		return Error{EAGAIN, ""};
	hub->stream.message(text);
	return {};
}

} // namespace gpiohub::daemon
