/* SPDX-License-Identifier: MIT */
/* Looking at a hub in user space. */
#pragma once

#include "soft_hub.hpp"

namespace gpiohub::daemon
{

class SoftWatch final : public HubWatch
{
public:
	SoftWatch(std::shared_ptr<SoftHub> hub, SoftBell bell);
	SoftWatch(const SoftWatch &) = delete;
	SoftWatch &operator=(const SoftWatch &) = delete;
	~SoftWatch() override;

	Result<gpiohub_info> info() override;
	Result<wire::LineInfo> line_info(unsigned line) override;
	Result<void> subscribe(std::uint64_t lines) override;
	Result<std::uint64_t> get(std::uint64_t lines) override;
	/** EOPNOTSUPP: the hub is no device. */
	Result<UniqueFd> look() override { return Error{EOPNOTSUPP, "look"}; }

private:
	std::shared_ptr<SoftHub> hub_;
	SoftReader reader_;
};

} // namespace gpiohub::daemon
