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

} // namespace

std::string stats_json(const Counters &counters, std::span<const HubStats> hubs,
	std::span<const SessionStats> sessions)
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

	/* A program may call itself anything: what is not UTF-8 is replaced. */
	const auto replace = json::error_handler_t::replace;
	std::size_t size = all.dump(-1, ' ', false, replace).size();
	std::size_t told = 0;
	for (const SessionStats &session : sessions) {
		json client = to_json(session);
		size += client.dump(-1, ' ', false, replace).size() + 1;
		if (size > kMaxStatsBytes)
			break;
		all["clients"].push_back(std::move(client));
		told++;
	}
	if (told < sessions.size())
		all["clients_left_out"] = sessions.size() - told;
	return all.dump(-1, ' ', false, replace);
}

} // namespace gpiohub::daemon
