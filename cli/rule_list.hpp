/* SPDX-License-Identifier: MIT */
/* The rules of a hub, as its attribute in sysfs tells them. */
#pragma once

#include <gpiohub/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gpiohub::cli
{

/** edges: 'r', 'f' or 'b', or what a later version says. */
struct RuleRow {
	std::uint32_t id = 0;
	std::uint32_t uid = 0;
	unsigned line = 0;
	char edges = '?';
	std::uint64_t fired = 0;

	bool operator==(const RuleRow &) const = default;
};

/** One row a line: id, uid, trigger, edges, fired; further columns are skipped. EPROTO:
 * it is nothing of that kind. */
Result<std::vector<RuleRow>> parse_rules(std::string_view text);

/** "gpiohub0: 1 rule" and a row for each. */
std::string rules_text(const std::string &hub, const std::vector<RuleRow> &rules);

/** The same of all hubs of this machine, from `directory`. ENODEV: there are none. */
Result<std::string> list_rules(const std::string &directory = "/sys/class/gpiohub");

} // namespace gpiohub::cli
