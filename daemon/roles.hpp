/* SPDX-License-Identifier: MIT */
/*
 * Who may do what: roles are lines and verbs, granted to users, groups and tokens.
 * Without any role everybody who gets as far as the socket may do everything.
 * Pure: what a peer is, and what lines are called, is told from outside.
 */
#pragma once

#include "peer.hpp"

#include <gpiohub/line_spec.hpp>

#include <sys/types.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpiohub::daemon
{

/** look: see events and levels. claim: own lines, and configure inputs. drive: make them
 * outputs and drive them. rule: have the kernel react to them. administer: see what
 * other clients do. */
enum class Verb : std::uint8_t { Look, Claim, Drive, Rule, Administer };
inline constexpr std::array<std::string_view, 5> kVerbs{
	"look", "claim", "drive", "rule", "administer"};

constexpr std::string_view name_of(Verb verb) noexcept
{
	return kVerbs[static_cast<std::size_t>(verb)];
}

/** A token as the configuration knows it: no more than its SHA-256. */
struct Token {
	std::string name;
	std::array<std::uint8_t, 32> sha256{};
	std::optional<std::chrono::system_clock::time_point> expires;
};

struct Role {
	std::string name;
	std::vector<LineSpec> lines; /* names may be globs; a number alone is of hub 0 */
	std::uint32_t verbs = 0;     /* bit n: the Verb n */
	std::vector<uid_t> users;
	std::vector<gid_t> groups;
	std::vector<std::string> tokens;

	bool has(Verb verb) const noexcept
	{
		return (verbs >> static_cast<unsigned>(verb) & 1) != 0;
	}
};

/** What the lines of one hub a client may do something to, by verb. */
class Rights
{
public:
	static Rights everything() noexcept
	{
		Rights rights;
		rights.lines_.fill(~std::uint64_t{0});
		return rights;
	}

	void add(Verb verb, std::uint64_t lines) noexcept { of(verb) |= lines; }
	std::uint64_t lines(Verb verb) const noexcept
	{
		return lines_[static_cast<std::size_t>(verb)];
	}

	bool operator==(const Rights &) const = default;

private:
	std::uint64_t &of(Verb verb) noexcept { return lines_[static_cast<std::size_t>(verb)]; }

	std::array<std::uint64_t, kVerbs.size()> lines_{};
};

/** A hub as roles see it. `name`: what a line is called, asked where a role has names. */
struct RoleHub {
	unsigned number = 0;
	unsigned lines = 0;
	std::function<std::string(unsigned)> name;
};

class Roles
{
public:
	Roles() = default;
	Roles(std::vector<Role> roles, std::vector<Token> tokens)
		: roles_(std::move(roles)),
		  tokens_(std::move(tokens))
	{
	}

	/** Nothing is said: everybody may do everything. */
	bool empty() const noexcept { return roles_.empty(); }

	/** Is anything granted to tokens? */
	bool has_tokens() const noexcept
	{
		return std::any_of(roles_.begin(), roles_.end(),
			[](const Role &role) { return !role.tokens.empty(); });
	}

	/** The token of that text, if there is one and it has not expired by then. Takes as
	 * long whatever the text is. */
	const Token *find(std::string_view text, std::chrono::system_clock::time_point now) const;
	/** The token of that name, or nullptr. */
	const Token *named(std::string_view name) const noexcept;

	/** The role of that name, or nullptr. */
	const Role *role(std::string_view name) const noexcept;

	/** Those granted to a peer, who presented that token, "": none. */
	std::vector<const Role *> of(const Peer &peer, std::string_view token) const;

private:
	std::vector<Role> roles_;
	std::vector<Token> tokens_;
};

/** What these roles together allow on a hub. */
Rights rights_on(const RoleHub &hub, const std::vector<const Role *> &roles);

/** SHA-256 of a text. */
std::array<std::uint8_t, 32> sha256(std::string_view text);

} // namespace gpiohub::daemon
