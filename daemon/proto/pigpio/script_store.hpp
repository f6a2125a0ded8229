/* SPDX-License-Identifier: MIT */
/*
 * The scripts of all clients, by their ids. All run in one thread, a bounded number of
 * steps a turn: what is between two turns is for everything else. What is said of a
 * script from within a turn, by a command of that same script even, holds at once.
 */
#pragma once

#include "script.hpp"
#include "status.hpp"
#include "wire.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace gpiohub::daemon::pigpio
{

class ScriptStore
{
public:
	static constexpr std::size_t kMostScripts = 32;
	/** Of all scripts together, which bounds their memory to some MB. */
	static constexpr std::size_t kMostInstructions = 65'536;

	/** PROC: its id; the errors of parse_script(); NoScriptRoom: kMostScripts, or more
	 * than kMostInstructions. It is ready, and halted. */
	Reply add(std::string_view text);
	/**
	 * PROCR, PROCU: the parameters as they come, 4 bytes each; what they do not reach
	 * stays. BadScriptId; TooManyParameters; run: ScriptNotReady while it runs or waits.
	 */
	Status run(std::uint32_t id, std::span<const std::byte> parameters);
	Status update(std::uint32_t id, std::span<const std::byte> parameters);
	/** PROCP: its state and parameters, 44 bytes. BadScriptId. */
	Reply status(std::uint32_t id) const;
	/** PROCS, PROCD. BadScriptId. */
	Status stop(std::uint32_t id);
	Status remove(std::uint32_t id);

	/**
	 * Runs those whose time it is, at most `budget` steps together, each as many as
	 * another; gives how many. Who got none this time is first the next time. A turn
	 * within a turn does nothing.
	 */
	std::size_t turn(std::size_t budget, Executor &executor);

	/** Whether another turn has something to do without waiting. */
	bool wants_steps() const noexcept;
	/** When the first delay is over, and a turn has something to do. */
	std::optional<std::uint64_t> next_due_ns() const noexcept;
	/** For which edges and events they wait now. What happens while none waits for it is
	 * lost to them, as it is in pigpio. */
	std::uint32_t awaited_gpios() const noexcept;
	std::uint32_t awaited_events() const noexcept;

	void gpios_changed(std::uint32_t bits) noexcept;
	void events_happened(std::uint32_t bits) noexcept;

	std::size_t size() const noexcept;

private:
	Script *find(std::uint32_t id) const noexcept;
	std::size_t instructions() const noexcept;
	std::size_t wanting() const noexcept;
	std::size_t round(std::size_t budget, Executor &executor);

	std::array<std::unique_ptr<Script>, kMostScripts> scripts_; /* by id */
	std::size_t next_ = 0;                                      /* who is first */
	bool is_turning_ = false;
	void forget_removed();

	/* In a turn, or with a reply pending: they go after that. */
	std::vector<std::unique_ptr<Script>> removed_;
};

} // namespace gpiohub::daemon::pigpio
