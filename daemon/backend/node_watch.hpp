/* SPDX-License-Identifier: MIT */
/*
 * The numbered device nodes of one kind, PREFIX0, PREFIX1 ..., as they come and go. By
 * inotify on their directory, not by uevents: it also tells when a node that was just
 * made gets its rights, needs no netlink, which a sandbox may forbid, and works in a
 * container, whose network namespace gets no uevents.
 */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>

#include <string>
#include <utility>
#include <vector>

namespace gpiohub::daemon
{

class NodeWatch
{
public:
	/** `prefix`: of the names in `directory`. */
	NodeWatch(std::string directory, std::string prefix)
		: directory_(std::move(directory)),
		  prefix_(std::move(prefix))
	{
	}

	/** Becomes ready (EPOLLIN) when nodes may have come, gone, or got other rights. */
	Result<UniqueFd> follow() const;
	/** The numbers of those that are there, in order; quiets what follow() gave. */
	Result<std::vector<unsigned>> numbers(int followed) const;

	const std::string &directory() const noexcept { return directory_; }
	std::string path(unsigned number) const
	{
		return directory_ + "/" + prefix_ + std::to_string(number);
	}

private:
	std::string directory_;
	std::string prefix_;
};

} // namespace gpiohub::daemon
