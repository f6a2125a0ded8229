/* SPDX-License-Identifier: MIT */
/*
 * Rules that were added through this daemon, by their ids: to the kernel all of its clients
 * are one user, so which of them may delete a rule of the hub is looked up here. Of the
 * oldest, beyond as many as a hub has, nothing is remembered.
 */
#pragma once

#include <linux/gpiohub.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpiohub::daemon
{

class RuleBook
{
public:
	static constexpr std::size_t kMost = 64;

	/** In place of one of that id. */
	void note(std::uint32_t id, const gpiohub_rule &rule)
	{
		forget(id);
		if (rules_.size() == kMost) {
			rules_.erase(rules_.begin());
			is_complete_ = false;
		}
		rules_.push_back({id, rule});
	}

	void forget(std::uint32_t id)
	{
		std::erase_if(rules_, [id](const Entry &entry) { return entry.id == id; });
	}

	/** nullptr: not known. Valid until the next call that changes something. */
	const gpiohub_rule *find(std::uint32_t id) const noexcept
	{
		for (const Entry &entry : rules_) {
			if (entry.id == id)
				return &entry.rule;
		}
		return nullptr;
	}

	/** Whether one that is not known was never noted. */
	bool is_complete() const noexcept { return is_complete_; }

private:
	struct Entry {
		std::uint32_t id;
		gpiohub_rule rule;
	};
	std::vector<Entry> rules_;
	bool is_complete_ = true;
};

} // namespace gpiohub::daemon
