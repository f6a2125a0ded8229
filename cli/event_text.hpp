/* SPDX-License-Identifier: MIT */
/*
 * Events as text for people, as JSON lines or as their raw records. Pure: what
 * was received in, bytes out.
 */
#pragma once

#include "lines.hpp"

#include <gpiohub/client.hpp>
#include <gpiohub/report.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace gpiohub::cli
{

enum class Style { Human, Json, Raw };

/** What hubs and lines are called. */
struct Names {
	std::map<std::uint8_t, std::string> hubs;
	std::map<LineId, std::string> lines;
};

class EventText
{
public:
	EventText(Style style, Names names) : style_(style), names_(std::move(names)) {}

	/**
	 * Appends to `out`, until `limit` events have been shown in all. A message, or a
	 * pattern and its report, counts as one, once it is complete; raw records count
	 * one by one.
	 */
	void append(std::string &out, const Received &received, std::uint64_t limit);

	std::uint64_t shown() const noexcept { return shown_; }
	std::uint64_t lost() const noexcept { return lost_; }

private:
	/* A message whose texts, or a pattern whose report, is still to come. */
	struct Pending {
		gpiohub_event begin = {};
		std::string text;
		Report report;
	};

	std::uint64_t first_lost(const Received &received) const;
	void lose(std::string &out, std::uint8_t hub, std::uint64_t lost, std::uint64_t first);
	void event(std::string &out, std::uint8_t hub, const gpiohub_event &event);
	bool complete(std::uint8_t hub, const gpiohub_event &event);
	void human(std::string &out, std::uint8_t hub, const gpiohub_event &event) const;
	void json(std::string &out, std::uint8_t hub, const gpiohub_event &event) const;
	std::string details(std::uint8_t hub, const gpiohub_event &event) const;
	std::string json_details(std::uint8_t hub, const gpiohub_event &event) const;
	std::string hub_name(std::uint8_t hub) const;
	std::string line_name(std::uint8_t hub, std::uint8_t line) const;

	Style style_;
	Names names_;
	std::map<std::uint8_t, Pending> pending_;    /* by hub */
	std::map<std::uint8_t, std::uint64_t> next_; /* by hub: the position after the last */
	std::uint64_t shown_ = 0;
	std::uint64_t lost_ = 0;
};

} // namespace gpiohub::cli
