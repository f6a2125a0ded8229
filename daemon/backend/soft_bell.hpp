/* SPDX-License-Identifier: MIT */
/*
 * What wakes a reader of a hub in user space, as the module's file would: a descriptor
 * that is readable once it was rung, and hangs up when the hub is gone. (An eventfd
 * cannot hang up.) Rung and hung up under the hub's lock.
 */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>

#include <utility>

namespace gpiohub::daemon
{

class SoftBell
{
public:
	static Result<SoftBell> create();

	/** To sleep on, edge-triggered: EPOLLIN each time it is rung, EPOLLHUP. */
	int fd() const noexcept { return near_.get(); }
	void ring() noexcept;
	/** For good. */
	void hang_up() noexcept { far_.reset(); }

private:
	SoftBell(UniqueFd near, UniqueFd far) : near_(std::move(near)), far_(std::move(far)) {}

	UniqueFd near_;
	UniqueFd far_;
};

} // namespace gpiohub::daemon
