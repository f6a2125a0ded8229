/* SPDX-License-Identifier: MIT */
/*
 * The native protocol (docs/protocol.md) as types and pure functions: bytes in,
 * values out, and back. Client and daemon share it; no I/O, no allocation but
 * the error's text.
 */
#pragma once

#include <gpiohub/filter_chain.hpp>
#include <gpiohub/result.hpp>

#include <linux/gpiohub.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace gpiohub::wire
{

inline constexpr std::uint64_t kMagic = 0x306275686f697067; /* "gpiohub0" */
inline constexpr std::uint64_t kVersion = 1;
inline constexpr std::uint16_t kDefaultPort = 8737;
inline constexpr std::uint16_t kDefaultTlsPort = 8738;
inline constexpr std::string_view kDefaultSocket = "/run/gpiohub/gpiohub.sock";
inline constexpr std::uint64_t kFromNow = ~std::uint64_t{0}; /* SUBSCRIBE's arg */
/* Flags of SUBSCRIBE: rather end the connection than lose events. */
inline constexpr std::uint32_t kLoseNothing = 1;
inline constexpr std::size_t kMaxTokenBytes = 128;
inline constexpr std::size_t kRecordSize = 32;
/* A frame longer than this is no frame: 2 MiB of records. */
inline constexpr std::uint32_t kMaxFrameRecords = 65536;
/* What follows a PLAY at most; of a RULE_ADD it is a struct gpiohub_rule. */
inline constexpr std::size_t kMaxPlayBytes =
	sizeof(gpiohub_play) + GPIOHUB_MAX_STEPS * sizeof(gpiohub_step);

/** Every command once: include/gpiohub/commands.def. */
enum class Op : std::uint8_t {
#define GPIOHUB_COMMAND(name, number, mask, value, arg, text) name = number,
#include <gpiohub/commands.def>
#undef GPIOHUB_COMMAND
};

/** How a command's fields are used, from commands.def; "" where it must be 0. */
struct CommandInfo {
	Op op;
	std::string_view name;
	std::string_view mask;
	std::string_view value;
	std::string_view arg;
	std::string_view text;
};

/** All commands, in the order of commands.def. */
std::span<const CommandInfo> commands() noexcept;

/** The entry of an op, or nullptr for a number that is none. */
const CommandInfo *find_command(std::uint8_t op) noexcept;

enum class FrameKind : std::uint8_t { Events = 1, Reply = 2, HubGone = 3 };

/** Before each batch of records from the daemon. */
struct FrameHeader {
	FrameKind kind;
	std::uint8_t hub;
	std::uint16_t reserved;
	std::uint32_t count;
	std::uint64_t lost;
};
static_assert(sizeof(FrameHeader) == 16);

/** The first record of a reply frame. */
struct Reply {
	std::uint8_t op;
	std::uint8_t line;
	std::uint16_t flags;
	std::uint32_t id;
	std::int32_t error;
	std::uint32_t size;
	std::uint64_t value;
	std::uint64_t value2;
};
static_assert(sizeof(Reply) == kRecordSize);

/** The payload of LINE_INFO's reply. Names are zero-padded, cut to fit. */
struct LineInfo {
	gpiohub_line_info info;
	char name[32];
	char consumer[32];
};
static_assert(sizeof(LineInfo) == 160);

/** Bytes rounded up to whole records. */
constexpr std::size_t padded(std::size_t bytes) noexcept
{
	return (bytes + kRecordSize - 1) / kRecordSize * kRecordSize;
}

/** The bytes of a record as they go over the socket. */
template <class T>
std::array<std::byte, sizeof(T)> to_bytes(const T &record) noexcept
{
	static_assert(std::is_trivially_copyable_v<T>);
	std::array<std::byte, sizeof(T)> bytes;
	std::memcpy(bytes.data(), &record, sizeof(T));
	return bytes;
}

/** A record from the first bytes of a buffer that is long enough. */
template <class T>
T from_bytes(std::span<const std::byte> bytes) noexcept
{
	static_assert(std::is_trivially_copyable_v<T>);
	T record;
	std::memcpy(&record, bytes.data(), sizeof(T));
	return record;
}

/** The hub that a command or reply is about. */
constexpr std::uint8_t hub_of(std::uint16_t flags) noexcept
{
	return static_cast<std::uint8_t>(flags & 0xff);
}

gpiohub_command make_command(Op op, std::uint8_t hub, std::uint64_t mask = 0,
	std::uint64_t value = 0, std::uint64_t arg = 0) noexcept;

/** CONFIGURE's arg. */
constexpr std::uint64_t pack_config(std::uint8_t direction, std::uint8_t bias, std::uint8_t drive,
	std::uint32_t debounce_us, std::uint8_t wake = 0) noexcept
{
	return direction | std::uint64_t{bias} << 8 | std::uint64_t{drive} << 16 |
		std::uint64_t{wake} << 24 | std::uint64_t{debounce_us} << 32;
}

/** WAIT's value. */
constexpr std::uint64_t pack_wait(std::uint32_t kinds, std::uint32_t count) noexcept
{
	return kinds | std::uint64_t{count} << 32;
}

/** SUBSCRIBE's value. */
constexpr std::uint64_t pack_subscription(std::uint32_t kinds, std::uint32_t flags) noexcept
{
	return kinds | std::uint64_t{flags} << 32;
}

/** FILTER's, of a filter whose times are whole microseconds, none above 4,294 s. */
gpiohub_command make_filter(
	std::uint8_t hub, std::uint64_t lines, const EdgeFilter &filter) noexcept;
/** The filter that a FILTER asks for. */
EdgeFilter filter_of(const gpiohub_command &command) noexcept;

/** CANCEL's value. */
constexpr std::uint64_t pack_cancel(std::uint32_t id, std::uint32_t flags) noexcept
{
	return id | std::uint64_t{flags} << 32;
}

/**
 * Whether a command is well formed by itself: 0, ENOSYS (no such op), EINVAL (a
 * field that must be 0 is not, a payload of a length that it cannot have),
 * EPROTO or EPROTONOSUPPORT (HELLO's magic or version).
 */
int check_command(const gpiohub_command &command) noexcept;

/** Whether bytes follow the command, arg being how many. */
bool has_payload(const gpiohub_command &command) noexcept;

/** Bytes of payload, padding included, that follow the command; nothing: of a length
 * that it cannot have, so that nobody knows where the next command begins. */
std::optional<std::size_t> payload_size(const gpiohub_command &command) noexcept;

FrameHeader events_header(std::uint8_t hub, std::uint32_t count, std::uint64_t lost) noexcept;
FrameHeader gone_header(std::uint8_t hub) noexcept;
/** Of a reply with `size` bytes of payload. */
FrameHeader reply_header(std::uint8_t hub, std::uint32_t size) noexcept;

/** The reply that belongs to a command: op, flags and id filled in. */
Reply make_reply(const gpiohub_command &command) noexcept;

/** Needs 16 bytes. EPROTO: not a header that a daemon sends. */
Result<FrameHeader> decode_header(std::span<const std::byte> bytes);

/** Needs the frame's first record. EPROTO: does not fit its header. */
Result<Reply> decode_reply(const FrameHeader &header, std::span<const std::byte> record);

} // namespace gpiohub::wire
