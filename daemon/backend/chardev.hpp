/* SPDX-License-Identifier: MIT */
/*
 * The back end without the module: a hub in the daemon's own memory for each chip that
 * /dev/gpiochipN shows, for each 64 lines of a larger one, numbered as the module does
 * with hubs=auto. A chip that goes takes its hubs with it; plugged in again it has new
 * ones.
 */
#pragma once

#include "backend.hpp"
#include "chardev_pins.hpp"
#include "node_watch.hpp"
#include "soft_hub.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace gpiohub::daemon
{

class ChardevBackend final : public Backend
{
public:
	/** `directory`: /dev, but for tests. */
	static Result<std::unique_ptr<ChardevBackend>> create(std::string directory = "/dev");

	Result<std::vector<unsigned>> hubs() override;
	Result<std::unique_ptr<HubWatch>> watch(unsigned hub) override;
	Result<std::unique_ptr<HubOwner>> own(unsigned hub) override;

private:
	/* Of a chip that could not be opened there is one, with the reason: who is to open
	 * it tells that, as with a node of the module. */
	struct Served {
		unsigned node = 0; /* gpiochipN */
		std::shared_ptr<const GpioChip> chip;
		ChardevPins *pins = nullptr; /* the hub's */
		std::shared_ptr<SoftHub> hub;
		std::optional<Error> failure;
	};

	ChardevBackend(NodeWatch nodes, UniqueFd changed)
		: Backend(std::move(changed)),
		  nodes_(std::move(nodes))
	{
	}

	void drop();
	void serve(unsigned node);
	Result<Served> make(unsigned node, const std::shared_ptr<const GpioChip> &chip,
		unsigned first, unsigned number) const;
	unsigned free_number() const;
	Result<SoftHub *> find(unsigned hub) const;

	NodeWatch nodes_;
	std::map<unsigned, Served> served_; /* by the hub's number */
};

} // namespace gpiohub::daemon
