/* SPDX-License-Identifier: MIT */
/*
 * The native protocol, docs/protocol.md: the kernel's own 32-byte records in
 * frames. The layouts are in gpiohub/wire.hpp.
 */
#pragma once

#include "protocol.hpp"

namespace gpiohub::daemon
{

class Native final : public Protocol
{
public:
	std::size_t parse(std::span<const std::byte> input, Request &request) const override;
	bool reply(
		Outbox &out, const Request &request, const Result<Answer> &result) const override;
	bool events(Outbox &out, unsigned hub, std::uint64_t lost,
		std::span<const gpiohub_event> events) const override;
	void frame(unsigned hub, std::span<const gpiohub_event> events,
		std::vector<std::byte> &bytes) const override;
	std::size_t room(const Outbox &out) const override;
	bool gone(Outbox &out, unsigned hub) const override;
};

} // namespace gpiohub::daemon
