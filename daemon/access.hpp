/* SPDX-License-Identifier: MIT */
/* What the roles allow one client: by who it is, and by the token that it presented. */
#pragma once

#include "peer.hpp"
#include "roles.hpp"

#include <gpiohub/result.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpiohub::daemon
{

class Access
{
public:
	Access(const Peer &peer, std::shared_ptr<const Roles> roles)
		: peer_(peer),
		  roles_(std::move(roles))
	{
		grant();
	}

	/** Does any role name it, or are there none? */
	bool is_known() const noexcept { return roles_->empty() || !granted_.empty(); }
	/** Are there roles at all? */
	bool is_limited() const noexcept { return !roles_->empty(); }

	/** EKEYREJECTED: no such token, or it has expired. */
	Result<void> present(std::string_view token);
	/** When the token that it presented expires; nothing: never, or there is none. */
	std::optional<std::chrono::system_clock::time_point> expires() const;

	/** Goes by other roles from now on. A token that is gone, was replaced under its name, or
	 * has expired grants nothing any more. */
	void renew(std::shared_ptr<const Roles> roles);

	Rights on(const RoleHub &hub) const;
	/** Whether any of its roles has that verb. */
	bool has(Verb verb) const noexcept;
	/** "operator, panel"; "none". */
	std::string names() const;

private:
	void grant();

	const Peer &peer_;
	std::shared_ptr<const Roles> roles_;
	std::string token_;                     /* its name, "": none */
	std::array<std::uint8_t, 32> digest_{}; /* of it */
	std::vector<const Role *> granted_;
};

} // namespace gpiohub::daemon
