/* SPDX-License-Identifier: MIT */
#include "rule_list.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <sstream>

namespace gpiohub::cli
{

namespace
{

std::string_view edges_word(char edges)
{
	switch (edges) {
	case 'r':
		return "rising";
	case 'f':
		return "falling";
	case 'b':
		return "both";
	default:
		return "?";
	}
}

Result<std::string> rules_of(const std::filesystem::path &hub)
{
	const std::string name = hub.filename().string();
	std::ifstream file(hub / "rules");
	if (!file)
		return Error{ENODEV,
			fmt::format(
				"{} tells no rules: is its module older than this program?", name)};
	const std::string text{std::istreambuf_iterator<char>(file), {}};
	const auto rules = parse_rules(text);
	if (!rules)
		return rules.error();
	return rules_text(name, *rules);
}

} // namespace

Result<std::vector<RuleRow>> parse_rules(std::string_view text)
{
	std::vector<RuleRow> rules;
	std::istringstream lines{std::string(text)};
	for (std::string line; std::getline(lines, line);) {
		std::istringstream columns(line);
		RuleRow rule;
		if (!(columns >> rule.id >> rule.uid >> rule.line >> rule.edges >> rule.fired))
			return Error{EPROTO, fmt::format("\"{}\" tells no rule", line)};
		rules.push_back(rule);
	}
	return rules;
}

std::string rules_text(const std::string &hub, const std::vector<RuleRow> &rules)
{
	std::string text =
		fmt::format("{}: {} rule{}\n", hub, rules.size(), rules.size() == 1 ? "" : "s");
	for (const RuleRow &rule : rules)
		text += fmt::format("  {:>10}  line {:<2}  {:<7}  fired {}, of user {}\n", rule.id,
			rule.line, edges_word(rule.edges), rule.fired, rule.uid);
	return text;
}

Result<std::string> list_rules(const std::string &directory)
{
	std::error_code error;
	std::vector<std::filesystem::path> hubs;
	for (const auto &entry : std::filesystem::directory_iterator(directory, error)) {
		if (entry.path().filename().string().starts_with("gpiohub"))
			hubs.push_back(entry.path());
	}
	if (hubs.empty())
		return Error{
			ENODEV, "there is no hub: load the module (modprobe gpiohub hubs=auto)"};
	std::sort(hubs.begin(), hubs.end());
	std::string text;
	for (const auto &hub : hubs) {
		const auto rules = rules_of(hub);
		if (!rules)
			return rules.error();
		text += *rules;
	}
	return text;
}

} // namespace gpiohub::cli
