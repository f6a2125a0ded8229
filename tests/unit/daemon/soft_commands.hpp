/* SPDX-License-Identifier: MIT */
/* Commands to an owner of lines, one at a time. */
#pragma once

#include "backend/backend.hpp"

#include <gpiohub/pattern.hpp>

namespace gpiohub::daemon
{

inline Submitted submit(HubOwner &owner, gpiohub_op op, std::uint64_t mask = 0,
	std::uint64_t value = 0, std::uint64_t arg = 0, std::uint32_t id = 0)
{
	gpiohub_command command{};
	command.op = static_cast<__u8>(op);
	command.id = id;
	command.mask = mask;
	command.value = value;
	command.arg = arg;
	return owner.submit({&command, 1});
}

inline Submitted claim(HubOwner &owner, std::uint64_t lines,
	gpiohub_guard guard = GPIOHUB_GUARD_INPUT, std::uint64_t levels = 0,
	std::uint32_t heartbeat_us = 0)
{
	return submit(owner, GPIOHUB_OP_CLAIM, lines,
		static_cast<std::uint64_t>(guard) | static_cast<std::uint64_t>(heartbeat_us) << 32,
		levels);
}

inline Submitted configure(HubOwner &owner, std::uint64_t lines, gpiohub_direction direction,
	std::uint64_t levels = 0, gpiohub_bias bias = GPIOHUB_BIAS_AS_IS,
	gpiohub_drive drive = GPIOHUB_DRIVE_AS_IS, std::uint32_t debounce_us = 0)
{
	return submit(owner, GPIOHUB_OP_CONFIGURE, lines, levels,
		wire::pack_config(static_cast<std::uint8_t>(direction),
			static_cast<std::uint8_t>(bias), static_cast<std::uint8_t>(drive),
			debounce_us));
}

/* Claimed, and outputs. */
inline bool own_outputs(HubOwner &owner, std::uint64_t lines, std::uint64_t levels = 0)
{
	return claim(owner, lines).code == 0 &&
		configure(owner, lines, GPIOHUB_DIRECTION_OUTPUT, levels).code == 0;
}

inline Submitted set(HubOwner &owner, std::uint64_t lines, std::uint64_t levels)
{
	return submit(owner, GPIOHUB_OP_SET, lines, levels);
}

inline Submitted play(
	HubOwner &owner, std::uint32_t id, const Pattern &pattern, const PlayOptions &options = {})
{
	gpiohub_play play = make_play(pattern, options);
	play.steps = reinterpret_cast<std::uintptr_t>(pattern.steps.data());
	return submit(owner, GPIOHUB_OP_PLAY, 0, reinterpret_cast<std::uintptr_t>(&play), 0, id);
}

inline Submitted cancel(HubOwner &owner, std::uint32_t id, std::uint32_t flags = 0)
{
	return submit(owner, GPIOHUB_OP_CANCEL, 0, id | static_cast<std::uint64_t>(flags) << 32);
}

} // namespace gpiohub::daemon
