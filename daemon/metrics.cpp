/* SPDX-License-Identifier: MIT */
#include "metrics.hpp"

#include <nlohmann/json.hpp>

namespace gpiohub::daemon
{

namespace
{

using nlohmann::json;

json to_json(const HubStats &hub)
{
	return {{"hub", hub.number}, {"label", hub.label}, {"seq", hub.seq}, {"lost", hub.lost},
		{"subscribers", hub.subscribers}};
}

json to_json(const SessionStats &session)
{
	return {{"peer", session.peer}, {"pid", session.pid}, {"commands", session.commands},
		{"errors", session.errors}, {"events", session.events}, {"lost", session.lost},
		{"queued", session.queued}};
}

json to_json(const MadeStats &made)
{
	return {{"what", made.what}, {"who", made.who}};
}

/* A program may call itself anything: what is not UTF-8 is replaced. */
std::string text_of(const json &value)
{
	return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/* As many as there is room for, and how many there was none for. */
void append(json &all, const std::string &name, auto rows, std::size_t &size)
{
	std::size_t told = 0;
	all[name] = json::array();
	for (const auto &each : rows) {
		json row = to_json(each);
		size += text_of(row).size() + 1;
		if (size > kMaxStatsBytes)
			break;
		all[name].push_back(std::move(row));
		told++;
	}
	if (told < rows.size())
		all[name + "_left_out"] = rows.size() - told;
}

} // namespace

std::string stats_json(const Counters &counters, std::span<const HubStats> hubs,
	std::span<const SessionStats> sessions, std::span<const MadeStats> made)
{
	const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(
		std::chrono::steady_clock::now() - counters.started);
	json all = {
		{"daemon",
			{{"uptime_s", uptime.count()}, {"clients", sessions.size()},
				{"accepted", counters.accepted}, {"refused", counters.refused},
				{"cut_off", counters.cut_off}, {"commands", counters.commands},
				{"errors", counters.errors}}},
		{"hubs", json::array()},
		{"clients", json::array()},
	};
	for (const HubStats &hub : hubs)
		all["hubs"].push_back(to_json(hub));
	std::size_t size = text_of(all).size();
	append(all, "clients", sessions, size);
	if (!made.empty())
		append(all, "pigpio", made, size);
	return text_of(all);
}

} // namespace gpiohub::daemon
