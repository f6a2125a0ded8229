/* SPDX-License-Identifier: MIT */
/*
 * The system calls of one hub's file. Structures are zeroed before they go to
 * the kernel, because it refuses fields that it does not know.
 */
#include <gpiohub/device.hpp>

#include "nodes.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace gpiohub
{

namespace
{

/* The ioctls that say on an error which line it is about. */
template <class Argument>
Result<void> call(int fd, unsigned long request, Argument &argument, const char *what)
{
	if (::ioctl(fd, request, &argument) == 0)
		return {};
	const int code = errno;
	std::uint8_t line = GPIOHUB_NO_LINE;
	if constexpr (requires { argument.line; })
		line = static_cast<std::uint8_t>(std::min<__u32>(argument.line, GPIOHUB_NO_LINE));
	return system_error(code, what, line);
}

} // namespace

Error system_error(int code, const std::string &what, std::uint8_t line)
{
	return {code, what + ": " + std::strerror(code), line};
}

Mapping::~Mapping()
{
	if (data_ != nullptr)
		::munmap(data_, size_);
}

Result<Device> Device::open(const std::string &path, Access access, bool nonblocking)
{
	const int flags = O_CLOEXEC | (access == Access::Look ? O_RDONLY : O_RDWR) |
		(nonblocking ? O_NONBLOCK : 0);
	UniqueFd fd(::open(path.c_str(), flags));
	if (!fd)
		return system_error(errno, path);
	return Device(std::move(fd), path);
}

Result<gpiohub_info> Device::info() const
{
	gpiohub_info info = {};
	const Result<void> done = call(fd(), GPIOHUB_INFO, info, "info");
	if (!done)
		return done.error();
	return info;
}

Result<gpiohub_line_info> Device::line_info(unsigned line) const
{
	gpiohub_line_info info = {};
	info.line = line;
	const Result<void> done = call(fd(), GPIOHUB_LINE_INFO, info, "line info");
	if (!done)
		return done.error();
	return info;
}

Result<void> Device::subscribe(
	std::uint64_t lines, std::uint32_t kinds, std::chrono::milliseconds keep)
{
	gpiohub_subscription subscription = {};
	subscription.lines = lines;
	subscription.kinds = kinds;
	subscription.line = GPIOHUB_NO_LINE;
	subscription.keep_ms =
		static_cast<__u32>(std::clamp<std::int64_t>(keep.count(), 0, GPIOHUB_KEEP_MAX_MS));
	return call(fd(), GPIOHUB_SUBSCRIBE, subscription, "subscribe");
}

Result<void> Device::restrict_to(std::uint32_t rights)
{
	__u32 argument = rights;
	return call(fd(), GPIOHUB_RESTRICT, argument, "restrict");
}

Result<std::uint64_t> Device::get(std::uint64_t lines) const
{
	gpiohub_levels levels = {};
	levels.lines = lines;
	levels.line = GPIOHUB_NO_LINE;
	const Result<void> done = call(fd(), GPIOHUB_GET, levels, "get");
	if (!done)
		return done.error();
	return levels.levels;
}

Result<void> Device::claim(std::uint64_t lines, const Guard &guard)
{
	gpiohub_claim claim = {};
	claim.lines = lines;
	claim.guard = guard.kind;
	claim.levels = guard.levels;
	claim.heartbeat_us = guard.heartbeat_us;
	claim.line = GPIOHUB_NO_LINE;
	return call(fd(), GPIOHUB_CLAIM, claim, "claim");
}

Result<void> Device::kick()
{
	if (::ioctl(fd(), GPIOHUB_KICK) != 0)
		return system_error(errno, "heartbeat");
	return {};
}

Result<void> Device::release(std::uint64_t lines)
{
	__u64 argument = lines;
	return call(fd(), GPIOHUB_RELEASE, argument, "release");
}

Result<void> Device::configure(std::uint64_t lines, const LineConfig &config)
{
	gpiohub_config argument = {};
	argument.lines = lines;
	argument.levels = config.levels;
	argument.direction = static_cast<__u8>(config.direction);
	argument.bias = static_cast<__u8>(config.bias);
	argument.drive = static_cast<__u8>(config.drive);
	argument.wake = static_cast<__u8>(config.wake);
	argument.debounce_us = config.debounce_us;
	argument.line = GPIOHUB_NO_LINE;
	return call(fd(), GPIOHUB_CONFIGURE, argument, "configure");
}

Result<void> Device::set(std::uint64_t lines, std::uint64_t levels)
{
	gpiohub_levels argument = {};
	argument.lines = lines;
	argument.levels = levels;
	argument.line = GPIOHUB_NO_LINE;
	return call(fd(), GPIOHUB_SET, argument, "set");
}

Submitted Device::submit(std::span<const gpiohub_command> commands)
{
	gpiohub_submit argument = {};
	argument.commands = reinterpret_cast<std::uintptr_t>(commands.data());
	argument.count = static_cast<__u32>(commands.size());
	argument.line = GPIOHUB_NO_LINE;
	const Result<void> done = call(fd(), GPIOHUB_SUBMIT, argument, "submit");
	if (!done)
		return {argument.done, done.error().code, done.error().line};
	return {argument.done, 0, GPIOHUB_NO_LINE};
}

Result<void> Device::wait(gpiohub_wait &wait) const
{
	for (;;) {
		Result<void> done = call(fd(), GPIOHUB_WAIT, wait, "wait");
		if (done || done.error().code != EINTR)
			return done;
	}
}

Result<void> Device::play(std::uint32_t id, const Pattern &pattern, const PlayOptions &options)
{
	gpiohub_play argument = make_play(pattern, options);
	argument.steps = reinterpret_cast<std::uintptr_t>(pattern.steps.data());
	argument.id = id;
	argument.line = GPIOHUB_NO_LINE;
	argument.step = argument.count;
	Result<void> done = call(fd(), GPIOHUB_PLAY, argument, "play");
	if (done || argument.step >= argument.count)
		return done;
	return system_error(done.error().code, "play: step " + std::to_string(argument.step),
		done.error().line);
}

Result<void> Device::cancel(std::uint32_t id, std::uint32_t flags)
{
	gpiohub_cancel argument = {};
	argument.id = id;
	argument.flags = flags;
	return call(fd(), GPIOHUB_CANCEL, argument, "cancel");
}

Result<void> Device::add_rule(const gpiohub_rule &rule)
{
	gpiohub_rule argument = rule;
	argument.line = GPIOHUB_NO_LINE;
	return call(fd(), GPIOHUB_RULE_ADD, argument, "add rule");
}

Result<void> Device::delete_rule(std::uint32_t id)
{
	__u32 argument = id;
	return call(fd(), GPIOHUB_RULE_DEL, argument, "delete rule");
}

Result<void> Device::message(std::string_view text)
{
	/* A message is published whole or not at all. */
	if (::write(fd(), text.data(), text.size()) < 0)
		return system_error(errno, "message");
	return {};
}

Result<std::size_t> Device::read(std::span<gpiohub_event> out)
{
	const ssize_t bytes = ::read(fd(), out.data(), out.size_bytes());
	if (bytes >= 0)
		return static_cast<std::size_t>(bytes) / sizeof(gpiohub_event);
	if (errno == EAGAIN)
		return std::size_t{0};
	return system_error(errno, "read");
}

namespace
{

/* File positions are sequence numbers times the size of an event. */
Result<std::uint64_t> seek_to(int fd, std::uint64_t seq, int whence)
{
	static_assert(sizeof(off_t) == sizeof(std::uint64_t));
	const auto offset = static_cast<off_t>(seq * sizeof(gpiohub_event));
	const off_t position = ::lseek(fd, offset, whence);
	if (position < 0)
		return system_error(errno, "seek");
	return static_cast<std::uint64_t>(position) / sizeof(gpiohub_event);
}

} // namespace

Result<std::uint64_t> Device::seek(std::uint64_t seq)
{
	return seek_to(fd(), seq, SEEK_SET);
}

Result<std::uint64_t> Device::seek_end()
{
	return seek_to(fd(), 0, SEEK_END);
}

Result<std::uint64_t> Device::seek_oldest(std::uint64_t seq)
{
	return seek_to(fd(), seq, SEEK_DATA);
}

Result<Mapping> Device::map(std::uint64_t offset, std::size_t size, bool writable) const
{
	const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
	const std::size_t length = (size + page - 1) / page * page;
	const int protection = PROT_READ | (writable ? PROT_WRITE : 0);
	void *data =
		::mmap(nullptr, length, protection, MAP_SHARED, fd(), static_cast<off_t>(offset));
	if (data == MAP_FAILED)
		return system_error(errno, "mapping " + path_);
	return Mapping(data, length);
}

Result<MappedState> Device::map_state() const
{
	const auto info = this->info();
	if (!info)
		return info.error();
	auto mapping = map(GPIOHUB_MMAP_STATE, info->state_size, false);
	if (!mapping)
		return mapping.error();
	return MappedState(*std::move(mapping));
}

Result<MappedRing> Device::map_ring() const
{
	const auto info = this->info();
	if (!info)
		return info.error();
	auto positions = map(GPIOHUB_MMAP_POSITIONS, info->positions_size, false);
	if (!positions)
		return positions.error();
	auto records = map(GPIOHUB_MMAP_RECORDS, info->records_size, false);
	if (!records)
		return records.error();
	return MappedRing(*std::move(positions), *std::move(records), info->records);
}

Result<MappedCursor> Device::map_cursor() const
{
	const auto info = this->info();
	if (!info)
		return info.error();
	auto mapping = map(GPIOHUB_MMAP_CURSOR, info->cursor_size, true);
	if (!mapping)
		return mapping.error();
	return MappedCursor(*std::move(mapping));
}

std::vector<std::string> hub_paths()
{
	return device_nodes("gpiohub");
}

} // namespace gpiohub
