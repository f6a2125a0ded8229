/* SPDX-License-Identifier: MIT */
/*
 * The back end on gpiohub.ko: the hubs are the device nodes gpiohub0 ... of a
 * directory.
 */
#pragma once

#include "backend.hpp"
#include "node_watch.hpp"

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
	KernelBackend(NodeWatch nodes, UniqueFd changed)
		: Backend(std::move(changed)),
		  nodes_(std::move(nodes))
	{
	}

	Result<Device> open(unsigned hub) const;

	NodeWatch nodes_;
};

} // namespace gpiohub::daemon
