/* SPDX-License-Identifier: MIT */
/* The checks of docs/protocol.md; the table of commands comes from commands.def. */
#include <gpiohub/wire.hpp>

#include <algorithm>
#include <cerrno>
#include <string>

namespace gpiohub::wire
{

namespace
{

constexpr std::uint64_t kMicrosecond = 1'000; /* ns */

constexpr std::array kCommands = {
#define GPIOHUB_COMMAND(name, number, mask, value, arg, text)                                      \
	CommandInfo{Op::name, #name, mask, value, arg, text},
#include <gpiohub/commands.def>
#undef GPIOHUB_COMMAND
};

bool zero_where_unused(const CommandInfo &info, const gpiohub_command &command) noexcept
{
	return (command.mask == 0 || !info.mask.empty()) &&
		(command.value == 0 || !info.value.empty()) &&
		(command.arg == 0 || !info.arg.empty());
}

Error malformed(const char *what)
{
	return {EPROTO, std::string("the daemon sent ") + what};
}

} // namespace

std::span<const CommandInfo> commands() noexcept
{
	return kCommands;
}

const CommandInfo *find_command(std::uint8_t op) noexcept
{
	const auto *found = std::find_if(kCommands.begin(), kCommands.end(),
		[op](const CommandInfo &info) { return static_cast<std::uint8_t>(info.op) == op; });
	return found == kCommands.end() ? nullptr : found;
}

gpiohub_command make_command(Op op, std::uint8_t hub, std::uint64_t mask, std::uint64_t value,
	std::uint64_t arg) noexcept
{
	gpiohub_command command = {};
	command.op = static_cast<std::uint8_t>(op);
	command.flags = hub;
	command.mask = mask;
	command.value = value;
	command.arg = arg;
	return command;
}

gpiohub_command make_filter(
	std::uint8_t hub, std::uint64_t lines, const EdgeFilter &filter) noexcept
{
	return make_command(Op::FILTER, hub, lines,
		filter.steady_ns / kMicrosecond | std::uint64_t{filter.per_second} << 32,
		filter.quiet_ns / kMicrosecond | filter.active_ns / kMicrosecond << 32);
}

EdgeFilter filter_of(const gpiohub_command &command) noexcept
{
	return {
		.steady_ns = (command.value & UINT32_MAX) * kMicrosecond,
		.quiet_ns = (command.arg & UINT32_MAX) * kMicrosecond,
		.active_ns = (command.arg >> 32) * kMicrosecond,
		.per_second = static_cast<std::uint32_t>(command.value >> 32),
	};
}

int check_command(const gpiohub_command &command) noexcept
{
	const CommandInfo *info = find_command(command.op);

	if (info == nullptr)
		return ENOSYS;
	if (command.flags >> 8 != 0 || !zero_where_unused(*info, command))
		return EINVAL;
	if (command.line != 0 && info->op != Op::LINE_INFO)
		return EINVAL;
	if (!payload_size(command))
		return EINVAL;
	if (info->op == Op::HELLO && command.mask != kMagic)
		return EPROTO;
	if (info->op == Op::HELLO && command.value != kVersion)
		return EPROTONOSUPPORT;
	return 0;
}

bool has_payload(const gpiohub_command &command) noexcept
{
	const auto op = static_cast<Op>(command.op);
	return op == Op::MESSAGE || op == Op::PLAY || op == Op::RULE_ADD || op == Op::AUTH;
}

std::optional<std::size_t> payload_size(const gpiohub_command &command) noexcept
{
	if (!has_payload(command))
		return 0;
	const auto op = static_cast<Op>(command.op);
	std::size_t least = 1;
	std::size_t most = GPIOHUB_MAX_MESSAGE;
	if (op == Op::PLAY) {
		least = sizeof(gpiohub_play) + sizeof(gpiohub_step);
		most = kMaxPlayBytes;
	} else if (op == Op::RULE_ADD) {
		least = most = sizeof(gpiohub_rule);
	} else if (op == Op::AUTH) {
		most = kMaxTokenBytes;
	}
	const bool is_whole = op == Op::MESSAGE || op == Op::AUTH || command.arg % kRecordSize == 0;
	if (command.arg < least || command.arg > most || !is_whole)
		return std::nullopt;
	return padded(command.arg);
}

FrameHeader events_header(std::uint8_t hub, std::uint32_t count, std::uint64_t lost) noexcept
{
	return {FrameKind::Events, hub, 0, count, lost};
}

FrameHeader gone_header(std::uint8_t hub) noexcept
{
	return {FrameKind::HubGone, hub, 0, 0, 0};
}

FrameHeader reply_header(std::uint8_t hub, std::uint32_t size) noexcept
{
	const auto payload = static_cast<std::uint32_t>(padded(size) / kRecordSize);
	return {FrameKind::Reply, hub, 0, 1 + payload, 0};
}

Reply make_reply(const gpiohub_command &command) noexcept
{
	Reply reply = {};
	reply.op = command.op;
	reply.line = GPIOHUB_NO_LINE;
	reply.flags = command.flags;
	reply.id = command.id;
	return reply;
}

Result<FrameHeader> decode_header(std::span<const std::byte> bytes)
{
	const auto header = from_bytes<FrameHeader>(bytes);

	if (header.reserved != 0)
		return malformed("a frame whose reserved field is not 0");
	if (header.count > kMaxFrameRecords)
		return malformed("a frame that is too long");
	switch (header.kind) {
	case FrameKind::Events:
		if (header.count == 0 && header.lost == 0)
			return malformed("an empty frame");
		return header;
	case FrameKind::Reply:
		if (header.count == 0 || header.lost != 0)
			return malformed("a reply frame without a reply, or with a loss");
		return header;
	case FrameKind::HubGone:
		if (header.count != 0 || header.lost != 0)
			return malformed("a hub-gone frame that is not empty");
		return header;
	}
	return malformed("a frame of an unknown kind");
}

Result<Reply> decode_reply(const FrameHeader &header, std::span<const std::byte> record)
{
	const auto reply = from_bytes<Reply>(record);

	if (reply.error < 0)
		return malformed("a reply with a negative errno");
	if (padded(reply.size) / kRecordSize != header.count - 1)
		return malformed("a reply whose payload is not as long as its frame");
	return reply;
}

} // namespace gpiohub::wire
