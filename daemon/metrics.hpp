/* SPDX-License-Identifier: MIT */
/*
 * What the daemon counts, and how STATS tells it. Counted per batch and per
 * command, never per event.
 */
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

namespace gpiohub::daemon
{

/** Since the daemon started. */
struct Counters {
	std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
	std::uint64_t accepted = 0; /* clients */
	std::uint64_t refused = 0;  /* clients, for being too many */
	std::uint64_t cut_off = 0;  /* clients whose queue had no room for what must be said */
	std::uint64_t commands = 0;
	std::uint64_t errors = 0; /* commands that were answered with one */
};

/** One client. */
struct SessionStats {
	std::string peer;
	int pid = 0;
	std::uint64_t commands = 0;
	std::uint64_t errors = 0;
	std::uint64_t events = 0; /* sent */
	std::uint64_t lost = 0;   /* stream positions */
	std::uint64_t queued = 0; /* bytes that its socket has not taken */
};

/** One hub. */
struct HubStats {
	unsigned number = 0;
	std::string label;
	std::uint64_t seq = 0; /* the next event that the daemon will look at */
	std::uint64_t lost = 0;
	std::uint64_t subscribers = 0;
};

/** What clients of pigpio's set up, which stays when they go. */
struct MadeStats {
	std::string what; /* "PWM on GPIO 4" */
	std::string who;
};

/* JSON beyond this leaves clients out, and says how many. */
inline constexpr std::size_t kMaxStatsBytes = 12'288;

/** STATS' answer: a JSON object {daemon, hubs, clients}, and {pigpio} if there is anything
 * made. Pure but for the time. */
std::string stats_json(const Counters &counters, std::span<const HubStats> hubs,
	std::span<const SessionStats> sessions, std::span<const MadeStats> made = {});

} // namespace gpiohub::daemon
