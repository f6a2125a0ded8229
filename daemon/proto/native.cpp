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

std::string wrong_length(wire::Op op, std::uint64_t length)
{
	if (op == wire::Op::MESSAGE)
		return fmt::format(
			"a message has 1 to {} bytes, not {}", GPIOHUB_MAX_MESSAGE, length);
	if (op == wire::Op::AUTH)
		return fmt::format(
			"a token has 1 to {} bytes, not {}", wire::kMaxTokenBytes, length);
	if (op == wire::Op::RULE_ADD)
		return fmt::format("a rule has {} bytes, not {}", sizeof(gpiohub_rule), length);
	return fmt::format("a pattern has {} bytes and 1 to {} steps of {}, not {}",
		sizeof(gpiohub_play), GPIOHUB_MAX_STEPS, sizeof(gpiohub_step), length);
}

/* Of a PLAY that is there whole: what only its payload can tell. */
std::optional<Error> fault_of_play(std::span<const std::byte> payload)
{
	const auto play = wire::from_bytes<gpiohub_play>(payload);
	const std::size_t steps = (payload.size() - sizeof(play)) / sizeof(gpiohub_step);
	if (play.count != steps)
		return Error{
			EINVAL, fmt::format("{} steps follow a pattern of {}", steps, play.count)};
	/* It would be an address of ours. */
	if (play.steps != 0)
		return Error{EINVAL, "the field steps of a pattern must be 0: they follow it"};
	return std::nullopt;
}

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
		if (!wire::payload_size(command))
			return {code, wrong_length(info->op, command.arg)};
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

	const auto payload = wire::payload_size(command);
	const std::size_t size = wire::kRecordSize + payload.value_or(0);
	if (const int code = wire::check_command(command); code != 0) {
		request.error = malformed(command, code);
		/* Without a length nobody knows where the next one begins. */
		request.is_fatal = code == EPROTO || code == EPROTONOSUPPORT || !payload;
	}
	if (payload.value_or(0) == 0 || input.size() < size)
		return size;
	request.payload = input.subspan(wire::kRecordSize, command.arg);
	if (!request.error && command.op == GPIOHUB_OP_PLAY)
		request.error = fault_of_play(request.payload);
	return size;
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
		return out.append_reply(header, record, result ? result->file : nullptr);

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

void Native::frame(
	unsigned hub, std::span<const gpiohub_event> events, std::vector<std::byte> &bytes) const
{
	const auto header = wire::to_bytes(wire::events_header(
		static_cast<std::uint8_t>(hub), static_cast<std::uint32_t>(events.size()), 0));
	const auto records = std::as_bytes(events);
	bytes.assign(header.begin(), header.end());
	bytes.insert(bytes.end(), records.begin(), records.end());
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
