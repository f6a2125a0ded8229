/* SPDX-License-Identifier: MIT */
/*
 * The back end on gpiohub.ko: the hubs are the device nodes gpiohub0 ... of a
 * directory, followed by inotify, which also tells when a node that was just
 * made gets its rights.
 */
#pragma once

#include "backend.hpp"

#include <gpiohub/fd.hpp>

#include <string>

namespace gpiohub::daemon
{

class KernelBackend final : public Backend
{
public:
	/** `directory`: where the nodes of hubs and chips are; not /dev where a sandbox
	 * keeps something else there. */
	static Result<std::unique_ptr<KernelBackend>> create(std::string directory = "/dev");

	Result<std::vector<unsigned>> hubs() override;
	Result<std::unique_ptr<HubWatch>> watch(unsigned hub) override;
	Result<std::unique_ptr<HubOwner>> own(unsigned hub) override;

private:
	KernelBackend(std::string directory, UniqueFd inotify)
		: Backend(std::move(inotify)),
		  directory_(std::move(directory))
	{
	}

	Result<Device> open(unsigned hub) const;

	std::string directory_;
};

} // namespace gpiohub::daemon
