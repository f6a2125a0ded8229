/* SPDX-License-Identifier: MIT */
/*
 * The machine that one script runs in: an accumulator A, flags F (the last result),
 * variables, parameters, a stack. It never runs by itself: it is given steps, and says
 * what it waits for. All arithmetic is that of 32 bits and goes round.
 *
 * A command's result goes into A and F, an error too: the script may ask with JM, and
 * goes on. What fails it is a fault of its own: a division by zero, more pushed than
 * the stack holds, more popped than is there, a return to nowhere.
 */
#pragma once

#include "asker.hpp"
#include "script_text.hpp"
#include "wire.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace gpiohub::daemon::pigpio
{

/** Whom a script's commands go to. What it does may lead back to the script: stop it,
 * start it again, tell it of a change. */
class Executor
{
public:
	Executor() = default;
	Executor(const Executor &) = delete;
	Executor &operator=(const Executor &) = delete;
	virtual ~Executor() = default;

	/** asker: who gets a reply that is pending. */
	virtual Reply execute(const Request &request, Asker &asker) = 0;
	/** A delay begins at the time after the command, not at that of the turn: else a
	 * short one was over before it began. */
	virtual std::uint64_t now_ns() = 0;
	/** Commands took so long in this turn that the rest is for the next one. */
	virtual bool is_turn_over() = 0;
};

class Script final : public Asker
{
public:
	/** The numbers are what PROCP says. None of ours is ever Initing. */
	enum class State : std::int32_t { Initing, Halted, Running, Waiting, Failed };

	static constexpr std::size_t kStackSize = 256;

	explicit Script(std::vector<Instruction> program) : program_(std::move(program)) {}

	/** From the beginning; variables and parameters stay as they are. */
	void start() noexcept;
	/** What runs or waits is halted. */
	void stop() noexcept;
	/** Sets the first so many parameters, at most kMostParameters. */
	void set_parameters(std::span<const std::int32_t> values) noexcept;

	/** Runs until it waits, ends, has done that many instructions or the turn is over; gives
	 * how many. */
	std::size_t run(std::size_t budget, Executor &executor);

	/** Whether run() does anything. */
	bool wants_steps() const noexcept
	{
		return state_ == State::Running && due_ns_ == 0 && !is_answer_awaited_;
	}
	/** The reply of a command that takes its time. */
	void answer(const Reply &reply) override;
	/** Replies that are pending, also of commands of runs before: it must be there for them. */
	std::size_t pending() const noexcept { return pending_; }
	/** When its delay ends: wake() then. It is running by PROCP's word. */
	std::optional<std::uint64_t> due_ns() const noexcept;
	/** Which GPIOs of bank 1 it waits for; one edge on any of them ends it. */
	std::uint32_t awaited_gpios() const noexcept;
	std::uint32_t awaited_events() const noexcept;

	/** Those of the bits that it waits for are the wait's result; without any it goes on. */
	void gpios_changed(std::uint32_t bits) noexcept;
	void events_happened(std::uint32_t bits) noexcept;
	void wake(std::uint64_t now_ns) noexcept;

	State state() const noexcept { return state_; }
	std::span<const std::int32_t, kMostParameters> parameters() const noexcept
	{
		return parameters_;
	}
	std::int32_t accumulator() const noexcept { return a_; }
	std::int32_t flags() const noexcept { return f_; }
	std::size_t size() const noexcept { return program_.size(); }

private:
	enum class Awaited : std::uint8_t { Edges, Events };

	void step(Executor &executor);
	void step_command(const Instruction &instruction, Executor &executor);
	void take(const Reply &reply) noexcept;
	void step_op(ScriptOp op, const Instruction &instruction);
	void jump(ScriptOp op, const Operand &place);
	void jump_back();
	void set_accumulator(std::int64_t value) noexcept;
	bool is_divisor(std::int64_t x) noexcept;
	void shift(ScriptOp op, std::int32_t &value, std::int32_t x);

	std::int32_t value_of(const Operand &operand) const noexcept;
	std::int32_t &register_of(const Operand &operand) noexcept;
	void push(std::int32_t value) noexcept;
	std::int32_t pop() noexcept;
	void wait_for(Awaited awaited, std::int32_t bits) noexcept;
	void end_wait(std::uint32_t bits) noexcept;

	const std::vector<Instruction> program_;
	State state_ = State::Halted;
	std::uint64_t runs_ = 0; /* a command's result is of the run that gave it */
	std::size_t pc_ = 0;     /* at most the program's size */
	std::int32_t a_ = 0;
	std::int32_t f_ = 0;
	std::uint64_t due_ns_ = 0; /* 0: no delay */
	std::size_t pending_ = 0;
	bool is_answer_awaited_ = false; /* the last of these is this run's */
	Awaited awaited_ = Awaited::Edges;
	std::uint32_t awaited_bits_ = 0; /* while Waiting */
	std::array<std::int32_t, kMostParameters> parameters_{};
	std::array<std::int32_t, kMostVariables> variables_{};
	std::array<std::int32_t, kStackSize> stack_{};
	std::size_t depth_ = 0;
};

} // namespace gpiohub::daemon::pigpio
