/* SPDX-License-Identifier: MIT */
#include "access.hpp"

#include <algorithm>
#include <cerrno>

namespace gpiohub::daemon
{

using std::chrono::system_clock;

Result<void> Access::present(std::string_view token)
{
	const Token *found = roles_->find(token, system_clock::now());
	if (found == nullptr)
		return Error{EKEYREJECTED,
			"this token is not known here, or it has expired: ask for another one"};
	token_ = found->name;
	digest_ = found->sha256;
	grant();
	return {};
}

std::optional<system_clock::time_point> Access::expires() const
{
	const Token *token = roles_->named(token_);
	return token == nullptr ? std::nullopt : token->expires;
}

void Access::renew(std::shared_ptr<const Roles> roles)
{
	roles_ = std::move(roles);
	const Token *token = roles_->named(token_);
	if (token == nullptr || token->sha256 != digest_ ||
		(token->expires && *token->expires <= system_clock::now()))
		token_.clear();
	grant();
}

void Access::grant()
{
	granted_ = roles_->of(peer_, token_);
}

Rights Access::on(const RoleHub &hub) const
{
	return is_limited() ? rights_on(hub, granted_) : Rights::everything();
}

bool Access::has(Verb verb) const noexcept
{
	return !is_limited() ||
		std::any_of(granted_.begin(), granted_.end(),
			[verb](const Role *role) { return role->has(verb); });
}

std::string Access::names() const
{
	std::string names;
	for (const Role *role : granted_)
		names += (names.empty() ? "" : ", ") + role->name;
	return names.empty() ? "none" : names;
}

} // namespace gpiohub::daemon
