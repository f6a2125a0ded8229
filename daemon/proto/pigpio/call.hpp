/* SPDX-License-Identifier: MIT */
/* One command of a client's, or of a script's, being carried out. */
#pragma once

#include "board.hpp"
#include "wire.hpp"

#include "roles.hpp"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace gpiohub::daemon::pigpio
{

/**
 * stream: where a handle's reports go that is opened here; nullptr: nowhere, in a script
 * maker: who asks, for people
 * asker: who can wait for a reply; nullptr: nobody, in a script
 */
struct Call {
	Board &board;
	ReportStream *stream;
	std::string_view maker;
	const Request &request;
	Asker *asker = nullptr;

	unsigned gpio() const noexcept { return request.p1; }
	std::uint32_t p1() const noexcept { return request.p1; }
	std::uint32_t p2() const noexcept { return request.p2; }
	/** The number at that place of the extension; nothing: it is shorter. */
	std::optional<std::uint32_t> extra(std::size_t place) const noexcept
	{
		std::uint32_t value = 0;
		if (request.extension.size() < (place + 1) * sizeof(value))
			return std::nullopt;
		std::memcpy(
			&value, request.extension.data() + place * sizeof(value), sizeof(value));
		return value;
	}
	/** GPIOs that it may do that to. */
	Gpios allowed(Verb verb) const noexcept
	{
		return board.lines.bank().to_gpios(board.rights().lines(verb));
	}
};

/** Carries it out: what is wrong with its number, its GPIO or its rights is the reply. */
Reply execute(const Call &call);

/** The name of a command, as the interface has it; "": there is none. */
std::string_view name_of_command(std::uint32_t number) noexcept;

} // namespace gpiohub::daemon::pigpio
