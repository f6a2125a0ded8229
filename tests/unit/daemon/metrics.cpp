/* SPDX-License-Identifier: MIT */
#include "metrics.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <vector>

using namespace gpiohub::daemon;

TEST_CASE("what was counted is told")
{
	Counters counters;
	counters.accepted = 3;
	const std::vector<HubStats> hubs{{2, "board", 100, 5, 1}};
	const std::vector<SessionStats> sessions{{"watch", 42, 7, 1, 90, 5, 0}};
	const auto json = nlohmann::json::parse(stats_json(counters, hubs, sessions));
	CHECK(json["daemon"]["accepted"] == 3);
	CHECK(json["hubs"][0]["hub"] == 2);
	CHECK(json["hubs"][0]["label"] == "board");
	CHECK(json["clients"][0]["peer"] == "watch");
	CHECK(json["clients"][0]["events"] == 90);
	CHECK_FALSE(json.contains("clients_left_out"));
}

TEST_CASE("the keys are those of docs/protocol.md")
{
	const auto keys = [](const nlohmann::json &object) {
		std::set<std::string> names;
		for (const auto &entry : object.items())
			names.insert(entry.key());
		return names;
	};
	using Names = std::set<std::string>;
	const std::vector<HubStats> hubs(1);
	const std::vector<SessionStats> sessions(1);
	const auto json = nlohmann::json::parse(stats_json({}, hubs, sessions));
	CHECK(keys(json) == Names{"daemon", "hubs", "clients"});
	CHECK(keys(json["daemon"]) ==
		Names{"uptime_s", "clients", "accepted", "refused", "cut_off", "commands",
			"errors"});
	CHECK(keys(json["hubs"][0]) == Names{"hub", "label", "seq", "lost", "subscribers"});
	CHECK(keys(json["clients"][0]) ==
		Names{"peer", "pid", "commands", "errors", "events", "lost", "queued"});
}

TEST_CASE("a thousand clients fit by leaving some out, and saying how many")
{
	const std::vector<SessionStats> sessions(1000, SessionStats{"client", 1, 2, 3, 4, 5, 6});
	const std::string text = stats_json({}, {}, sessions);
	CHECK(text.size() <= kMaxStatsBytes + 100);
	const auto json = nlohmann::json::parse(text);
	const std::size_t left_out = json["clients_left_out"];
	CHECK(json["clients"].size() + left_out == 1000);
}

TEST_CASE("a name that is no UTF-8 is told all the same")
{
	const std::vector<SessionStats> sessions{{"\xff\xfe", 0, 0, 0, 0, 0, 0}};
	CHECK(nlohmann::json::accept(stats_json({}, {}, sessions)));
}

TEST_CASE("what clients of pigpio's set up is told, and by whom")
{
	const std::vector<MadeStats> made{{"PWM on GPIO 4", "127.0.0.1 port 7"}};
	const auto json = nlohmann::json::parse(stats_json({}, {}, {}, made));
	CHECK(json["pigpio"][0]["what"] == "PWM on GPIO 4");
	CHECK(json["pigpio"][0]["who"] == "127.0.0.1 port 7");
	CHECK(!nlohmann::json::parse(stats_json({}, {}, {})).contains("pigpio"));
}
