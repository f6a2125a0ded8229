/* SPDX-License-Identifier: MIT */
#include "native.hpp"

#include <gpiohub/wire.hpp>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace gpiohub::daemon
{

namespace
{

/* What check_command() found, in words. */
Error malformed(const gpiohub_command &command, int code)
{
	const wire::CommandInfo *info = wire::find_command(command.op);
	switch (code) {
	case ENOSYS:
		return {code,
			fmt::format("there is no command {}: is the client newer than the "
				    "daemon?",
				command.op)};
	case EPROTO:
		return {code, "this is not the gpiohub protocol: HELLO has another magic"};
	case EPROTONOSUPPORT:
		return {code,
			fmt::format("this daemon speaks version {} of the protocol, not {}",
				wire::kVersion, command.value)};
	default:
		if (info->op == wire::Op::MESSAGE &&
			(command.arg == 0 || command.arg > GPIOHUB_MAX_MESSAGE))
			return {code,
				fmt::format("a message has 1 to {} bytes, not {}",
					GPIOHUB_MAX_MESSAGE, command.arg)};
		return {code, fmt::format("a field that {} does not use is not 0", info->name)};
	}
}

} // namespace

std::size_t Native::parse(std::span<const std::byte> input, Request &request) const
{
	if (input.size() < wire::kRecordSize)
		return 0;
	request = {};
	request.command = wire::from_bytes<gpiohub_command>(input);
	const gpiohub_command &command = request.command;

	const bool is_message = command.op == static_cast<std::uint8_t>(wire::Op::MESSAGE);
	const bool has_length = command.arg >= 1 && command.arg <= GPIOHUB_MAX_MESSAGE;
	std::size_t used = wire::kRecordSize;
	if (is_message && has_length) {
		used += wire::payload_size(command);
		if (input.size() < used)
			return 0;
		request.text = {reinterpret_cast<const char *>(input.data()) + wire::kRecordSize,
			command.arg};
	}

	if (const int code = wire::check_command(command); code != 0) {
		request.error = malformed(command, code);
		/* Of a message without a length nobody knows where it ends. */
		request.is_fatal =
			code == EPROTO || code == EPROTONOSUPPORT || (is_message && !has_length);
	}
	return used;
}

bool Native::reply(Outbox &out, const Request &request, const Result<Answer> &result) const
{
	wire::Reply reply = wire::make_reply(request.command);
	std::string_view payload;
	if (result) {
		reply.value = result->value;
		reply.value2 = result->value2;
		payload = result->payload;
	} else {
		reply.error = result.error().code;
		reply.line = result.error().line;
		payload = result.error().what;
	}
	reply.size = static_cast<std::uint32_t>(payload.size());

	const auto header =
		wire::to_bytes(wire::reply_header(wire::hub_of(request.command.flags), reply.size));
	const auto record = wire::to_bytes(reply);
	if (payload.empty())
		return out.append_reply(header, record);

	/* The rare long way: one piece, with its padding. */
	std::string bytes(reinterpret_cast<const char *>(record.data()), record.size());
	bytes += payload;
	bytes.resize(wire::kRecordSize + wire::padded(payload.size()));
	return out.append_reply(header, std::as_bytes(std::span(bytes)));
}

bool Native::events(
	Outbox &out, unsigned hub, std::uint64_t lost, std::span<const gpiohub_event> events) const
{
	const auto header = wire::to_bytes(wire::events_header(
		static_cast<std::uint8_t>(hub), static_cast<std::uint32_t>(events.size()), lost));
	/* A loss that is told alone is as small and as rare as a reply. */
	if (events.empty())
		return out.append_reply(header, {});
	return out.append_events(header, std::as_bytes(events));
}

std::size_t Native::room(const Outbox &out) const
{
	const std::size_t bytes = out.room_for_events();
	return bytes > sizeof(wire::FrameHeader)
		? (bytes - sizeof(wire::FrameHeader)) / sizeof(gpiohub_event)
		: 0;
}

bool Native::gone(Outbox &out, unsigned hub) const
{
	const auto header = wire::to_bytes(wire::gone_header(static_cast<std::uint8_t>(hub)));
	return out.append_reply(header, {});
}

} // namespace gpiohub::daemon
