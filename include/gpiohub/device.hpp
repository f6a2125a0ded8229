/* SPDX-License-Identifier: MIT */
/*
 * One open file of a hub's device: each method is one system call of
 * linux/gpiohub.h, with the kernel's errno and the culprit line in the error.
 * Nothing is decided here.
 */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/pattern.hpp>
#include <gpiohub/result.hpp>
#include <gpiohub/ring.hpp>
#include <gpiohub/state.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpiohub
{

/** One mapped region; unmaps it at the end. */
class Mapping
{
public:
	Mapping() = default;
	Mapping(void *data, std::size_t size) noexcept : data_(data), size_(size) {}
	Mapping(Mapping &&other) noexcept
		: data_(std::exchange(other.data_, nullptr)),
		  size_(std::exchange(other.size_, 0))
	{
	}

	Mapping &operator=(Mapping &&other) noexcept
	{
		std::swap(data_, other.data_);
		std::swap(size_, other.size_);
		return *this;
	}

	Mapping(const Mapping &) = delete;
	Mapping &operator=(const Mapping &) = delete;
	~Mapping();

	void *data() const noexcept { return data_; }
	std::size_t size() const noexcept { return size_; }

private:
	void *data_ = nullptr;
	std::size_t size_ = 0;
};

/** The mapped state page. Stays readable after the hub went. */
class MappedState
{
public:
	explicit MappedState(Mapping mapping) noexcept : mapping_(std::move(mapping)) {}

	StateView view() const noexcept
	{
		return StateView(static_cast<const gpiohub_state *>(mapping_.data()));
	}

private:
	Mapping mapping_;
};

/** The mapped ring. Stays readable after the hub went. */
class MappedRing
{
public:
	MappedRing(Mapping positions, Mapping records, std::uint32_t size) noexcept
		: positions_(std::move(positions)),
		  records_(std::move(records)),
		  size_(size)
	{
	}

	RingView view() const noexcept
	{
		return {static_cast<const gpiohub_positions *>(positions_.data()),
			static_cast<const gpiohub_event *>(records_.data()), size_};
	}

private:
	Mapping positions_;
	Mapping records_;
	std::uint32_t size_;
};

/** The mapped cursor page: after this, read(2) on the file answers EBUSY. */
class MappedCursor
{
public:
	explicit MappedCursor(Mapping mapping) noexcept : mapping_(std::move(mapping)) {}

	Cursor cursor() const noexcept
	{
		return Cursor(static_cast<gpiohub_cursor *>(mapping_.data()));
	}

private:
	Mapping mapping_;
};

/** What to make of lines; the defaults leave everything as it is. */
struct LineConfig {
	gpiohub_direction direction = GPIOHUB_DIRECTION_AS_IS;
	gpiohub_bias bias = GPIOHUB_BIAS_AS_IS;
	gpiohub_drive drive = GPIOHUB_DRIVE_AS_IS;
	std::uint32_t debounce_us = GPIOHUB_DEBOUNCE_AS_IS;
	std::uint64_t levels = 0; /* driven from the first moment by new outputs */
	gpiohub_wake wake = GPIOHUB_WAKE_AS_IS;
};

/** What happens to lines when their owner is gone. */
struct Guard {
	/* NOLINTNEXTLINE(google-explicit-constructor): most are nothing but their kind */
	Guard(gpiohub_guard guard) : kind(guard) {}

	gpiohub_guard kind;
	std::uint64_t levels = 0;       /* what GPIOHUB_GUARD_LEVELS drives */
	std::uint32_t heartbeat_us = 0; /* 0: none is expected */
};

/** What came of a batch of commands: `done` of them, then `code` stopped it. */
struct Submitted {
	std::uint32_t done = 0;
	int code = 0; /* 0: all done; else a positive errno of command `done` */
	std::uint8_t line = GPIOHUB_NO_LINE;
};

class Device
{
public:
	/** Look: read-only. Drive: also for changing what others see. */
	enum class Access { Look, Drive };

	/** Opens without blocking on reads if `nonblocking`; always close-on-exec. */
	static Result<Device> open(
		const std::string &path, Access access = Access::Drive, bool nonblocking = false);

	/** Takes over an open file of a hub, as handed on by another process. */
	static Device adopt(UniqueFd fd, std::string path)
	{
		return {std::move(fd), std::move(path)};
	}

	/** Gives the open file away. */
	UniqueFd release() &&noexcept { return std::move(fd_); }

	int fd() const noexcept { return fd_.get(); }
	const std::string &path() const noexcept { return path_; }

	Result<gpiohub_info> info() const;
	Result<gpiohub_line_info> line_info(unsigned line) const;
	/** `keep`: the lines stay armed for so long when the file is closed, for a file of the
	 * same user to go on. */
	Result<void> subscribe(std::uint64_t lines, std::uint32_t kinds = GPIOHUB_KINDS_ALL,
		std::chrono::milliseconds keep = {});
	/** Gives up rights for good: GPIOHUB_RESTRICT_*. */
	Result<void> restrict_to(std::uint32_t rights);
	/** Levels of lines; 0 for the others. */
	Result<std::uint64_t> get(std::uint64_t lines) const;

	Result<void> claim(std::uint64_t lines, const Guard &guard);
	/** The heartbeat. EPERM: it owns nothing (any more). */
	Result<void> kick();
	Result<void> release(std::uint64_t lines);
	Result<void> configure(std::uint64_t lines, const LineConfig &config);
	Result<void> set(std::uint64_t lines, std::uint64_t levels);
	/** Up to GPIOHUB_MAX_SUBMIT commands in one call. */
	Submitted submit(std::span<const gpiohub_command> commands);

	/**
	 * Waits until it happened; in and out as linux/gpiohub.h says, but that it goes
	 * on after a signal. Blocks, also the thread, if the file does.
	 */
	Result<void> wait(gpiohub_wait &wait) const;
	/** Gives the pattern to the kernel, which plays it; `id` is the request's, not 0.
	 * An error's text names the step that it is about. */
	Result<void> play(
		std::uint32_t id, const Pattern &pattern, const PlayOptions &options = {});
	/** Ends a request of this file, 0: all; GPIOHUB_CANCEL_*. ENOENT: there is none. */
	Result<void> cancel(std::uint32_t id, std::uint32_t flags = 0);
	/** `rule` as linux/gpiohub.h has it, with its id. */
	Result<void> add_rule(const gpiohub_rule &rule);
	Result<void> delete_rule(std::uint32_t id);

	/** Publishes a message of 1 to GPIOHUB_MAX_MESSAGE bytes. */
	Result<void> message(std::string_view text);

	/** Next events of the subscription, with LOST records; 0: EAGAIN. */
	Result<std::size_t> read(std::span<gpiohub_event> out);
	/** To a sequence number; gives it back. EINVAL: beyond the end. */
	Result<std::uint64_t> seek(std::uint64_t seq);
	/** To the next event that will happen; gives its number. */
	Result<std::uint64_t> seek_end();
	/** To the oldest event held from `seq` on. ENXIO: none yet. */
	Result<std::uint64_t> seek_oldest(std::uint64_t seq = 0);

	Result<MappedState> map_state() const;
	Result<MappedRing> map_ring() const;
	Result<MappedCursor> map_cursor() const;

private:
	Device(UniqueFd fd, std::string path) noexcept : fd_(std::move(fd)), path_(std::move(path))
	{
	}

	Result<Mapping> map(std::uint64_t offset, std::size_t size, bool writable) const;

	UniqueFd fd_;
	std::string path_;
};

/** The device nodes of all hubs, in the order of their numbers. */
std::vector<std::string> hub_paths();

} // namespace gpiohub
