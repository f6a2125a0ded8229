/* SPDX-License-Identifier: MIT */
#include "roles.hpp"

#include <fnmatch.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

namespace gpiohub::daemon
{

namespace
{

template <class T>
bool contains(const std::vector<T> &all, const T &one)
{
	return std::find(all.begin(), all.end(), one) != all.end();
}

bool is_granted(const Role &role, const Peer &peer, std::string_view token)
{
	if (!token.empty() && contains(role.tokens, std::string(token)))
		return true;
	/* Nobody is not a user: who came by TCP is none of this machine's. */
	if (!peer.is_local)
		return false;
	return contains(role.users, peer.uid) ||
		std::any_of(peer.groups.begin(), peer.groups.end(),
			[&role](gid_t group) { return contains(role.groups, group); });
}

std::uint64_t lines_of(const LineSpec &spec, const RoleHub &hub)
{
	std::uint64_t lines = 0;
	if (spec.hub && *spec.hub != hub.number)
		return 0;
	if (spec.name.empty() && !spec.hub && hub.number != 0)
		return 0;
	for (unsigned line = 0; line < hub.lines; line++) {
		const bool is_one = spec.name.empty() ? line >= spec.first && line <= spec.last
						      : spec.name == "*" ||
				::fnmatch(spec.name.c_str(), hub.name(line).c_str(), 0) == 0;
		lines |= std::uint64_t{is_one} << line;
	}
	return lines;
}

} // namespace

const Token *Roles::find(std::string_view text, std::chrono::system_clock::time_point now) const
{
	const auto presented = sha256(text);
	const Token *found = nullptr;
	/* All of them, and each in constant time. */
	for (const Token &token : tokens_) {
		if (CRYPTO_memcmp(token.sha256.data(), presented.data(), presented.size()) == 0)
			found = &token;
	}
	if (found != nullptr && found->expires && *found->expires <= now)
		return nullptr;
	return found;
}

const Token *Roles::named(std::string_view name) const noexcept
{
	const auto found = std::find_if(tokens_.begin(), tokens_.end(),
		[name](const Token &token) { return token.name == name; });
	return found == tokens_.end() ? nullptr : &*found;
}

const Role *Roles::role(std::string_view name) const noexcept
{
	const auto found = std::find_if(roles_.begin(), roles_.end(),
		[name](const Role &role) { return role.name == name; });
	return found == roles_.end() ? nullptr : &*found;
}

std::vector<const Role *> Roles::of(const Peer &peer, std::string_view token) const
{
	std::vector<const Role *> granted;
	for (const Role &role : roles_) {
		if (is_granted(role, peer, token))
			granted.push_back(&role);
	}
	return granted;
}

Rights rights_on(const RoleHub &hub, const std::vector<const Role *> &roles)
{
	Rights rights;
	for (const Role *role : roles) {
		std::uint64_t lines = 0;
		for (const LineSpec &spec : role->lines)
			lines |= lines_of(spec, hub);
		for (std::size_t verb = 0; verb < kVerbs.size(); verb++) {
			if (role->has(static_cast<Verb>(verb)))
				rights.add(static_cast<Verb>(verb), lines);
		}
	}
	return rights;
}

std::array<std::uint8_t, 32> sha256(std::string_view text)
{
	std::array<std::uint8_t, 32> digest{};
	unsigned size = 0;
	EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
	return digest;
}

} // namespace gpiohub::daemon
