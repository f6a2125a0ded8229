/* SPDX-License-Identifier: MIT */
#include "config_roles.hpp"

#include <fmt/format.h>

#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <functional>
#include <map>

namespace gpiohub::daemon
{

namespace
{

/* Takes one text of an array; what is wrong with it, "" if nothing. */
using Take = std::function<std::string(const std::string &)>;

ConfigFault each_text(const toml::node &node, const Take &take)
{
	const auto *array = node.as_array();
	if (array == nullptr || array->empty() || !array->is_homogeneous<std::string>())
		return {"must be an array of strings, and not empty", &node};
	for (const auto &element : *array) {
		if (auto what = take(element.as_string()->get()); !what.empty())
			return {std::move(what), &element};
	}
	return {};
}

std::string take_line(Role &role, const std::string &text)
{
	const auto specs = parse_lines(text);
	if (!specs)
		return specs.error().what;
	role.lines.insert(role.lines.end(), specs->begin(), specs->end());
	return {};
}

std::string take_verb(Role &role, const std::string &text)
{
	const auto *verb = std::find(kVerbs.begin(), kVerbs.end(), text);
	if (verb == kVerbs.end())
		return fmt::format("\"{}\" is no verb: {}", text, fmt::join(kVerbs, ", "));
	role.verbs |= 1U << (verb - kVerbs.begin());
	return {};
}

std::string take_user(Role &role, const std::string &text)
{
	const passwd *user = ::getpwnam(text.c_str());
	if (user == nullptr)
		return fmt::format("this system has no user \"{}\"", text);
	role.users.push_back(user->pw_uid);
	return {};
}

std::string take_group(Role &role, const std::string &text)
{
	const group *found = ::getgrnam(text.c_str());
	if (found == nullptr)
		return fmt::format("this system has no group \"{}\"", text);
	role.groups.push_back(found->gr_gid);
	return {};
}

std::string take_token(Role &role, const std::vector<Token> &tokens, const std::string &text)
{
	const bool is_there = std::any_of(tokens.begin(), tokens.end(),
		[&text](const Token &token) { return token.name == text; });
	if (!is_there)
		return fmt::format("there is no [token.{}]", text);
	role.tokens.push_back(text);
	return {};
}

ConfigFault parse_role(Role &role, const std::vector<Token> &tokens, std::string_view of_pigpio,
	const toml::table &table)
{
	const std::map<std::string_view, Take> takes{
		{"lines", [&](const std::string &text) { return take_line(role, text); }},
		{"verbs", [&](const std::string &text) { return take_verb(role, text); }},
		{"users", [&](const std::string &text) { return take_user(role, text); }},
		{"groups", [&](const std::string &text) { return take_group(role, text); }},
		{"tokens", [&](const std::string &text) { return take_token(role, tokens, text); }},
	};
	for (const auto &[key, value] : table) {
		const auto take = takes.find(key.str());
		if (take == takes.end())
			return {fmt::format("has no key \"{}\"", key.str()), &value};
		if (auto fault = each_text(value, take->second); !fault.what.empty())
			return fault;
	}
	if (role.lines.empty())
		return {"names no lines: lines = [\"*\"] are all", &table};
	if (role.verbs == 0)
		return {fmt::format("allows nothing: verbs = [...] of {}", fmt::join(kVerbs, ", ")),
			&table};
	if (role.users.empty() && role.groups.empty() && role.tokens.empty() &&
		role.name != of_pigpio)
		return {"is nobody's: name users, groups or tokens, or this role as pigpio.role",
			&table};
	return {};
}

bool parse_sha256(std::string_view text, std::array<std::uint8_t, 32> &digest)
{
	if (text.size() != 2 * digest.size())
		return false;
	for (std::size_t i = 0; i < digest.size(); i++) {
		const char *from = text.data() + 2 * i;
		const auto [end, error] = std::from_chars(from, from + 2, digest[i], 16);
		if (error != std::errc{} || end != from + 2)
			return false;
	}
	return true;
}

/* A date and time of day with an offset, as TOML has them; what the clock does not reach is as
 * far as it goes. */
std::optional<std::chrono::system_clock::time_point> time_of(const toml::node &node)
{
	using std::chrono::system_clock;
	const auto *value = node.as_date_time();
	if (value == nullptr || !value->get().offset)
		return std::nullopt;
	const toml::date_time &time = value->get();
	const std::chrono::sys_days day =
		std::chrono::year_month_day(std::chrono::year(time.date.year),
			std::chrono::month(time.date.month), std::chrono::day(time.date.day));
	const std::chrono::sys_seconds at = day + std::chrono::hours(time.time.hour) +
		std::chrono::minutes(time.time.minute) + std::chrono::seconds(time.time.second) -
		std::chrono::minutes(time.offset->minutes);
	if (at >= std::chrono::floor<std::chrono::seconds>(system_clock::time_point::max()))
		return system_clock::time_point::max();
	return std::max(at, std::chrono::sys_seconds{});
}

ConfigFault parse_token(Token &token, const toml::table &table)
{
	bool has_hash = false;
	for (const auto &[key, value] : table) {
		if (key.str() == "sha256") {
			const auto *text = value.as_string();
			has_hash = text != nullptr && parse_sha256(text->get(), token.sha256);
			if (!has_hash)
				return {"must have in sha256 64 hexadecimal digits: gpiohubd "
					"--make-token",
					&value};
		} else if (key.str() == "expires") {
			token.expires = time_of(value);
			if (!token.expires)
				return {"must have in expires a time with an offset, as "
					"2027-01-31T12:00:00Z",
					&value};
		} else {
			return {fmt::format("has no key \"{}\"", key.str()), &value};
		}
	}
	if (!has_hash)
		return {"has no sha256: gpiohubd --make-token makes one", &table};
	return {};
}

/* Goes through the tables of a kind; `take` gives what is wrong with one. */
template <class TakeTable>
ConfigFault each_table(std::string_view kind, const toml::node *node, TakeTable take)
{
	if (node == nullptr)
		return {};
	/* An empty one is no way to say that nobody may do anything. */
	if (!node->is_table() || node->as_table()->empty())
		return {fmt::format("\"{0}\" must be tables: [{0}.NAME]", kind), node};
	for (const auto &[name, table] : *node->as_table()) {
		const auto about = fmt::format("[{}.{}]", kind, name.str());
		if (!table.is_table())
			return {fmt::format("must be a table: {}", about), &table};
		ConfigFault fault = take(std::string(name.str()), *table.as_table());
		if (!fault.what.empty())
			return {fmt::format("{} {}", about, fault.what), fault.where};
	}
	return {};
}

} // namespace

std::variant<Roles, ConfigFault> parse_roles(
	const toml::node *roles, const toml::node *tokens, std::string_view of_pigpio)
{
	std::vector<Token> all_tokens;
	std::vector<Role> all_roles;
	auto fault = each_table("token", tokens, [&](std::string name, const toml::table &table) {
		all_tokens.push_back({std::move(name), {}, {}});
		return parse_token(all_tokens.back(), table);
	});
	if (!fault.what.empty())
		return fault;
	fault = each_table("role", roles, [&](std::string name, const toml::table &table) {
		all_roles.push_back({});
		all_roles.back().name = std::move(name);
		return parse_role(all_roles.back(), all_tokens, of_pigpio, table);
	});
	if (!fault.what.empty())
		return fault;
	if (all_roles.empty() && !all_tokens.empty())
		return ConfigFault{"there are tokens and no [role.NAME]: everybody may do "
				   "everything without one",
			tokens};
	return Roles(std::move(all_roles), std::move(all_tokens));
}

} // namespace gpiohub::daemon
