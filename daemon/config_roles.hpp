/* SPDX-License-Identifier: MIT */
/* The tables [role.NAME] and [token.NAME] of the configuration. */
#pragma once

#include "roles.hpp"
#include "toml.hpp"

#include <gpiohub/result.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace gpiohub::daemon
{

/** What is wrong with a part of the document, and with which. */
struct ConfigFault {
	std::string what;
	const toml::node *where = nullptr;
};

/**
 * The roles and tokens of these tables, either of which may be missing (nullptr). A role
 * without lines, verbs or anybody to have it, a name that this system does not know,
 * and a token that is no token are faults. `of_pigpio`: the role that pigpio's clients have.
 */
std::variant<Roles, ConfigFault> parse_roles(
	const toml::node *roles, const toml::node *tokens, std::string_view of_pigpio);

} // namespace gpiohub::daemon
