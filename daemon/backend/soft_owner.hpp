/* SPDX-License-Identifier: MIT */
/* Commanding a hub in user space: commands taken apart and checked, as in a batch of
 * GPIOHUB_SUBMIT; the hub's parts do what they say. */
#pragma once

#include "soft_hub.hpp"
#include "soft_session.hpp"

namespace gpiohub::daemon
{

class SoftOwner final : public HubOwner
{
public:
	explicit SoftOwner(std::shared_ptr<SoftHub> hub) : hub_(std::move(hub)) {}
	SoftOwner(const SoftOwner &) = delete;
	SoftOwner &operator=(const SoftOwner &) = delete;
	~SoftOwner() override;

	Submitted submit(std::span<const gpiohub_command> commands) override;
	Result<void> message(std::string_view text) override;

private:
	Result<void> execute(const SoftHub::Access &hub, const gpiohub_command &command);
	Result<void> claim(const SoftHub::Access &hub, const gpiohub_command &command);
	Result<void> configure(const SoftHub::Access &hub, const gpiohub_command &command);
	Result<void> play(const SoftHub::Access &hub, const gpiohub_command &command);
	Result<void> cancel(const SoftHub::Access &hub, const gpiohub_command &command);

	std::shared_ptr<SoftHub> hub_;
	SoftSession session_; /* under the hub's lock */
};

} // namespace gpiohub::daemon
