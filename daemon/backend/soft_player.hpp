/* SPDX-License-Identifier: MIT */
/*
 * Patterns asked for, begun, driven and ended, by the rules of struct gpiohub_play.
 * A line is driven by one pattern at a time, and all patterns on lines of a session
 * are that session's. Everything is under the hub's lock; run() is called by the
 * hub's alarm when a step is due. Times are absolute: what is late catches up, in
 * bounded portions.
 */
#pragma once

#include "alarm.hpp"
#include "soft_lines.hpp"
#include "soft_pattern.hpp"

#include <gpiohub/report.hpp>

#include <cstdint>
#include <list>
#include <vector>

namespace gpiohub::daemon
{

class SoftPlayer
{
public:
	/** Of one hub, not over. */
	static constexpr std::size_t kMaxPatterns = 128;
	static constexpr std::size_t kMaxSteps = 1U << 20;

	SoftPlayer(SoftLines &lines, SoftStream &stream, Alarm &alarm)
		: lines_(lines),
		  stream_(stream),
		  alarm_(alarm)
	{
	}

	/** `play.steps` and `play.count` are not looked at. EOPNOTSUPP: a start by a rule. */
	Result<void> play(
		SoftSession &session, const gpiohub_play &play, std::vector<gpiohub_step> steps);
	/** 0: all. ENOENT: there is none. */
	Result<void> cancel(SoftSession &session, std::uint32_t id, bool at_cycle);
	/** Ends those on lines of a session that are no longer its own; `code`: an errno, if
	 * they failed. */
	void release(SoftSession &session, std::uint64_t lines, gpiohub_outcome outcome, int code);
	/** An edge that patterns may wait for. */
	void edge(unsigned line, bool level, std::uint64_t time_ns);
	/** Drives what is due; gives when it is to be called again. */
	std::uint64_t run(std::uint64_t now_ns);

private:
	enum class Progress { Queued, Armed, Active, Over };

	/* lines: what it drives; due: its next step, while active. */
	struct Request {
		SoftSession &session;
		gpiohub_play play;
		SoftPattern pattern;
		Progress progress = Progress::Queued;
		std::uint64_t due = 0;
		std::uint64_t driven = 0;
		std::uint64_t late_sum = 0;
		std::uint64_t late_max = 0;
	};

	Result<void> check(const SoftSession &session, const gpiohub_play &play,
		std::span<const gpiohub_step> steps) const;
	Result<void> check_start(const gpiohub_play &play) const;
	void replace(const Request &request);
	void end_now_or_with_cycle(Request &request, gpiohub_outcome outcome, bool at_cycle);
	void begin(SoftSession &session, std::uint64_t time_ns);
	void begin_one(Request &request, std::uint64_t time_ns);
	void activate(Request &request, std::uint64_t due);
	void expire(std::uint64_t now_ns);
	Request *earliest();
	unsigned step(Request &request, std::uint64_t now_ns);
	Result<void> drive(const gpiohub_step &step, unsigned &driven);
	void ended(Request &request);
	gpiohub_outcome end_of(const Request &request) const;
	bool is_followed(const Request &request, std::uint32_t flags) const;
	void finish(Request &request, gpiohub_outcome outcome, int code = 0);
	void report(const Request &request, gpiohub_outcome outcome, int code);
	std::uint64_t engaged() const;
	std::uint64_t next_due() const;
	void sweep();

	SoftLines &lines_;
	SoftStream &stream_;
	Alarm &alarm_;
	std::list<Request> requests_; /* in the order in which they came */
};

} // namespace gpiohub::daemon
