/* SPDX-License-Identifier: MIT */
/*
 * Handles that NO opens: their reports go into named pipes, pigpioN in the directory that the
 * configuration names, which local programs read. They stay when who asked goes: pigs opens
 * one, and another program reads.
 */
#pragma once

#include "notifier.hpp"

#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace gpiohub::daemon::pigpio
{

/** One of them; its name goes with it. */
class ReportPipe final : public ReportStream
{
public:
	ReportPipe() = default;
	~ReportPipe() override;

	/**
	 * Makes it, in place of one that a daemon before left there: for its user and its group to
	 * read. EEXIST: what has that name is no pipe; or what mkfifo and open give.
	 */
	Result<void> make(std::string path);
	/** What nobody has read for so long that the pipe is full is dropped. */
	void send(std::span<const Report> reports) override;

private:
	std::string path_;
	UniqueFd fd_;
};

class ReportPipes
{
public:
	/** Of all clients together. */
	static constexpr std::size_t kMost = 32;

	/** directory: absolute, or "": there are none. */
	explicit ReportPipes(std::string directory) : directory_(std::move(directory)) {}

	/** A handle of the notifier's, which must not outlive this. NoHandle: no more, none at all,
	 * or the pipe cannot be made, which the log tells once. */
	Reply open(Notifier &notifier, std::string maker);
	/** The handle is closed; it may be another kind's. */
	void closed(std::uint32_t handle) { pipes_.erase(handle); }

private:
	const std::string directory_;
	bool is_told_ = false;
	std::map<std::uint32_t, std::unique_ptr<ReportPipe>> pipes_; /* by handle */
};

} // namespace gpiohub::daemon::pigpio
