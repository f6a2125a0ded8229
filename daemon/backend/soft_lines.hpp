/* SPDX-License-Identifier: MIT */
/*
 * The lines of a hub in user space: taken from the pins and armed while somebody
 * uses them, configured, driven, sampled, and published. Who may is decided by
 * those who call (soft_claims.hpp, soft_player.hpp). Everything is under the hub's
 * lock, so that what the ring says happened to the pins in that order.
 */
#pragma once

#include "line_set.hpp"
#include "pins.hpp"
#include "soft_session.hpp"
#include "soft_stream.hpp"

#include <gpiohub/device.hpp>

#include <cstdint>
#include <vector>

namespace gpiohub::daemon
{

/**
 * settings: while it is held
 * is_high: what it was last driven to, as an output
 * watchers: who subscribed to it, and patterns that wait for its edge
 * guard: enum gpiohub_guard while owned or kept, else 0
 * heartbeat_us: how long its owner may be silent; 0: for ever
 * armed_ns: what happened before is of an earlier arming
 * known_ns: when its first sample was taken
 */
struct SoftLine {
	PinSettings settings;
	bool is_high = false;
	bool is_held = false;
	bool is_armed = false;
	bool is_kept = false;
	unsigned watchers = 0;
	SoftSession *owner = nullptr;
	std::uint8_t guard = 0;
	bool guard_level = false;
	std::uint32_t heartbeat_us = 0;
	std::uint64_t armed_ns = 0;
	std::uint64_t known_ns = 0;
};

class SoftLines
{
public:
	SoftLines(Pins &pins, SoftStream &stream)
		: pins_(pins),
		  stream_(stream),
		  lines_(pins.lines())
	{
	}

	SoftLine &operator[](unsigned line) { return lines_[line]; }
	/** ENXIO: the hub has not all of them. */
	Result<void> check(std::uint64_t lines) const;

	/** One watcher of each more; all or nothing. */
	Result<void> watch(std::uint64_t lines);
	void unwatch(std::uint64_t lines);

	/** Takes the line or lets it go, as those who use it want. Letting go cannot fail. */
	Result<void> hold(unsigned line);
	/** The same, and arms or disarms it; an owner's business does not fail for want of
	 * an interrupt. */
	Result<void> settle(unsigned line);

	/** One held line, and publishes that. */
	Result<void> configure(unsigned line, const LineConfig &config);
	/** Makes a held line an input. On an error it is as it was. */
	Result<void> input(unsigned line);
	/** Has a line drive a level, whatever it was before. */
	Result<void> output(unsigned line, bool level);

	/** Why a session may not drive lines: EPERM, EIO, EBUSY for those of `barred`. */
	Result<void> may_drive(
		const SoftSession &session, std::uint64_t lines, std::uint64_t barred) const;
	/** Drives an output and publishes what changed. */
	Result<void> drive(unsigned line, bool level);
	/** For a client: checked first, then in line order. */
	Result<void> set(const SoftSession &session, std::uint64_t lines, std::uint64_t levels);

	/** The pins are asked for what is not known. */
	Result<std::uint64_t> get(std::uint64_t lines);
	/** Everything about answer.info.line. */
	void describe(wire::LineInfo &answer);

	/** Publishes what happened to a pin; false: there is nothing new in it. */
	bool take(const PinEdge &edge);

	/** They are gone, whoever uses them; nobody owns any. */
	void gone();

private:
	bool is_output(unsigned line) const
	{
		return (stream_.state().outputs & line_bit(line)) != 0;
	}

	void let_go(unsigned line);
	Result<void> arm(unsigned line);
	Result<void> listen(unsigned line);
	void disarm(unsigned line);
	Result<void> apply(unsigned line, const PinSettings &wanted, bool level);
	void became_output(unsigned line, bool level);
	void became_input(unsigned line);
	Result<bool> look(unsigned line);

	Pins &pins_;
	SoftStream &stream_;
	std::vector<SoftLine> lines_;
};

/** The same error, about that line. */
inline Error at_line(const Error &error, unsigned line)
{
	return {error.code, error.what, static_cast<std::uint8_t>(line)};
}

} // namespace gpiohub::daemon
