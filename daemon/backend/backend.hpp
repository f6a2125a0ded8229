/* SPDX-License-Identifier: MIT */
/*
 * What the daemon needs from below: ten functions. Behind them are the kernel
 * module's hubs, or one in the daemon's own memory with a ring of the same layout;
 * nothing above this file knows which.
 *
 * All calls come from the loop's thread and none of them waits. Errors are those
 * of linux/gpiohub.h, with the culprit line.
 */
#pragma once

#include <gpiohub/device.hpp>
#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>
#include <gpiohub/ring.hpp>
#include <gpiohub/state.hpp>
#include <gpiohub/wire.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace gpiohub::daemon
{

/**
 * The daemon's own view of a hub, shared by all clients: looking, never driving.
 * The memory stays readable for as long as this object lives, also when the hub
 * is gone.
 */
class HubWatch
{
public:
	/**
	 * fd: becomes ready (EPOLLIN, to be watched edge-triggered) when the ring
	 * reaches what the cursor asked for; EPOLLHUP, at least, when the hub or a
	 * watched line's chip is gone
	 */
	struct View {
		int fd = -1;
		RingView ring;
		StateView state{nullptr};
		Cursor cursor{nullptr};
	};

	virtual ~HubWatch() = default;

	View view() const noexcept { return view_; }

	/** ENODEV: the hub was deleted. */
	virtual Result<gpiohub_info> info() = 0;
	virtual Result<wire::LineInfo> line_info(unsigned line) = 0;
	/** The lines to have armed, instead of those before; all or nothing. Where the hub
	 * outlives the daemon they stay so for a while after its end. */
	virtual Result<void> subscribe(std::uint64_t lines) = 0;
	/** Levels of lines, the chip asked where the hub does not know. */
	virtual Result<std::uint64_t> get(std::uint64_t lines) = 0;
	/** A file of the hub for a client, restricted to looking: what a Device is made of.
	 * EOPNOTSUPP: there are none; EDQUOT: there are too many. */
	virtual Result<UniqueFd> look() = 0;

protected:
	View view_;
};

/**
 * What one client owns of a hub. When it is destroyed, the guard of its lines is
 * applied.
 */
class HubOwner
{
public:
	virtual ~HubOwner() = default;

	/** Up to GPIOHUB_MAX_SUBMIT commands, in order, until the first error. */
	virtual Submitted submit(std::span<const gpiohub_command> commands) = 0;
	virtual Result<void> message(std::string_view text) = 0;
};

class Backend
{
public:
	virtual ~Backend() = default;

	/** Becomes ready (EPOLLIN) when hubs may have come or gone. */
	int fd() const noexcept { return fd_.get(); }
	/** The numbers of the hubs that are there now; quiets fd(). */
	virtual Result<std::vector<unsigned>> hubs() = 0;

	virtual Result<std::unique_ptr<HubWatch>> watch(unsigned hub) = 0;
	virtual Result<std::unique_ptr<HubOwner>> own(unsigned hub) = 0;

protected:
	explicit Backend(UniqueFd fd) : fd_(std::move(fd)) {}

private:
	UniqueFd fd_;
};

} // namespace gpiohub::daemon
