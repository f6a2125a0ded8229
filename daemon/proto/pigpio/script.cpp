/* SPDX-License-Identifier: MIT */
#include "script.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace gpiohub::daemon::pigpio
{

namespace
{

constexpr std::uint32_t bits_of(std::int32_t value)
{
	return static_cast<std::uint32_t>(value);
}

constexpr std::int32_t signed_of(std::uint32_t bits)
{
	return static_cast<std::int32_t>(bits);
}

/* What does not fit goes round. */
constexpr std::int32_t cut(std::int64_t value)
{
	return signed_of(static_cast<std::uint32_t>(value));
}

} // namespace

void Script::start() noexcept
{
	runs_++;
	state_ = State::Running;
	pc_ = 0;
	a_ = 0;
	f_ = 0;
	due_ns_ = 0;
	is_answer_awaited_ = false;
	depth_ = 0;
}

void Script::stop() noexcept
{
	if (state_ == State::Running || state_ == State::Waiting)
		state_ = State::Halted;
	due_ns_ = 0;
	is_answer_awaited_ = false;
}

void Script::set_parameters(std::span<const std::int32_t> values) noexcept
{
	std::copy_n(
		values.begin(), std::min(values.size(), parameters_.size()), parameters_.begin());
}

std::size_t Script::run(std::size_t budget, Executor &executor)
{
	std::size_t used = 0;
	for (; used < budget && wants_steps() && !executor.is_turn_over(); used++)
		step(executor);
	return used;
}

/* The end of the program is one step, as a HALT is. */
void Script::step(Executor &executor)
{
	if (pc_ == program_.size()) {
		state_ = State::Halted;
		return;
	}
	const Instruction &instruction = program_[pc_++];
	if (instruction.code < kFirstScriptOp)
		step_command(instruction, executor);
	else
		step_op(static_cast<ScriptOp>(instruction.code), instruction);
}

/* Nothing of the machine is touched after the call, if it was stopped by it. */
void Script::step_command(const Instruction &instruction, Executor &executor)
{
	std::array<std::uint32_t, kMostOperands> values{};
	for (std::size_t i = 0; i < instruction.count; i++)
		values[i] = bits_of(value_of(instruction.operands[i]));
	const auto extension = std::as_bytes(std::span(values).subspan(2));
	const std::uint64_t run = runs_;
	const Reply reply = executor.execute(
		{instruction.code, values[0], values[1],
			extension.first(instruction.count > 2 ? extension.size() : 0)},
		*this);
	pending_ += reply.is_pending ? 1 : 0;
	if (run != runs_ || state_ != State::Running)
		return;
	if (reply.res == static_cast<std::int32_t>(Status::TryAgain)) {
		pc_--;
		due_ns_ = executor.now_ns() + kTryAgainNs;
		return;
	}
	is_answer_awaited_ = reply.is_pending;
	if (reply.is_pending)
		return;
	take(reply);
	if (reply.after_ns == 0)
		return;
	const std::uint64_t now = executor.now_ns();
	due_ns_ = now + std::min(reply.after_ns, std::numeric_limits<std::uint64_t>::max() - now);
}

void Script::take(const Reply &reply) noexcept
{
	a_ = reply.res;
	f_ = a_;
}

/* They come in the order of the commands: of this run is the last one alone. */
void Script::answer(const Reply &reply)
{
	pending_--;
	if (pending_ > 0 || !std::exchange(is_answer_awaited_, false))
		return;
	take(reply);
}

/* Wide enough for any result before it goes round. */
void Script::step_op(ScriptOp op, const Instruction &instruction)
{
	const Operand &first = instruction.operands[0];
	const Operand &second = instruction.operands[1];
	const std::int64_t a = a_;
	const std::int64_t x = value_of(first);
	switch (op) {
	case ScriptOp::Add:
		set_accumulator(a + x);
		break;
	case ScriptOp::Sub:
		set_accumulator(a - x);
		break;
	case ScriptOp::Mlt:
		set_accumulator(a * x);
		break;
	case ScriptOp::Div:
		if (is_divisor(x))
			set_accumulator(a / x);
		break;
	case ScriptOp::Mod:
		if (is_divisor(x))
			set_accumulator(a % x);
		break;
	case ScriptOp::And:
		set_accumulator(a & x);
		break;
	case ScriptOp::Or:
		set_accumulator(a | x);
		break;
	case ScriptOp::Xor:
		set_accumulator(a ^ x);
		break;
	case ScriptOp::Inra:
		set_accumulator(a + 1);
		break;
	case ScriptOp::Dcra:
		set_accumulator(a - 1);
		break;
	case ScriptOp::Cmp:
		f_ = cut(a - x);
		break;
	case ScriptOp::Rl:
	case ScriptOp::Rr:
		shift(op, register_of(first), value_of(second));
		break;
	case ScriptOp::Rla:
	case ScriptOp::Rra:
		shift(op, a_, value_of(first));
		break;
	case ScriptOp::Dcr:
		f_ = register_of(first) = cut(std::int64_t{register_of(first)} - 1);
		break;
	case ScriptOp::Inr:
		f_ = register_of(first) = cut(std::int64_t{register_of(first)} + 1);
		break;
	case ScriptOp::Ld:
		register_of(first) = value_of(second);
		break;
	case ScriptOp::Lda:
		a_ = value_of(first);
		break;
	case ScriptOp::Sta:
		register_of(first) = a_;
		break;
	case ScriptOp::X:
		std::swap(register_of(first), register_of(second));
		break;
	case ScriptOp::Xa:
		std::swap(a_, register_of(first));
		break;
	case ScriptOp::Push:
		push(register_of(first));
		break;
	case ScriptOp::Pusha:
		push(a_);
		break;
	case ScriptOp::Pop:
		register_of(first) = pop();
		break;
	case ScriptOp::Popa:
		a_ = pop();
		break;
	case ScriptOp::Call:
	case ScriptOp::Jm:
	case ScriptOp::Jmp:
	case ScriptOp::Jnz:
	case ScriptOp::Jp:
	case ScriptOp::Jz:
		jump(op, first);
		break;
	case ScriptOp::Ret:
		jump_back();
		break;
	case ScriptOp::Wait:
		wait_for(Awaited::Edges, value_of(first));
		break;
	case ScriptOp::Evtwt:
		wait_for(Awaited::Events, value_of(first));
		break;
	case ScriptOp::Halt:
		state_ = State::Halted;
		break;
	case ScriptOp::Tag: /* none in a program */
		break;
	}
}

void Script::set_accumulator(std::int64_t value) noexcept
{
	f_ = a_ = cut(value);
}

bool Script::is_divisor(std::int64_t x) noexcept
{
	if (x == 0)
		state_ = State::Failed;
	return x != 0;
}

/* To the right the sign stays. More bits than there are: all are out. */
void Script::shift(ScriptOp op, std::int32_t &value, std::int32_t x)
{
	const unsigned count = std::min(bits_of(x), 32U);
	const bool is_left = op == ScriptOp::Rl || op == ScriptOp::Rla;
	const std::int64_t wide = value;
	f_ = value = cut(is_left ? wide << count : wide >> count);
}

void Script::jump(ScriptOp op, const Operand &place)
{
	if (op == ScriptOp::Call)
		push(static_cast<std::int32_t>(pc_));
	const bool is_taken = op == ScriptOp::Call || op == ScriptOp::Jmp ||
		(op == ScriptOp::Jm && f_ < 0) || (op == ScriptOp::Jnz && f_ != 0) ||
		(op == ScriptOp::Jp && f_ >= 0) || (op == ScriptOp::Jz && f_ == 0);
	if (is_taken)
		pc_ = static_cast<std::size_t>(place.value);
}

/* To what was pushed, which may be any number. */
void Script::jump_back()
{
	const std::uint32_t place = bits_of(pop());
	if (place <= program_.size())
		pc_ = place;
	else
		state_ = State::Failed;
}

std::int32_t Script::value_of(const Operand &operand) const noexcept
{
	const auto place = static_cast<std::size_t>(operand.value);
	switch (operand.kind) {
	case Operand::Kind::Number:
		return operand.value;
	case Operand::Kind::Variable:
		return variables_[place];
	case Operand::Kind::Parameter:
		return parameters_[place];
	}
	return 0;
}

std::int32_t &Script::register_of(const Operand &operand) noexcept
{
	const auto place = static_cast<std::size_t>(operand.value);
	return operand.kind == Operand::Kind::Parameter ? parameters_[place] : variables_[place];
}

void Script::push(std::int32_t value) noexcept
{
	if (depth_ == stack_.size())
		state_ = State::Failed;
	else
		stack_[depth_++] = value;
}

std::int32_t Script::pop() noexcept
{
	if (depth_ > 0)
		return stack_[--depth_];
	state_ = State::Failed;
	return 0;
}

void Script::wait_for(Awaited awaited, std::int32_t bits) noexcept
{
	state_ = State::Waiting;
	awaited_ = awaited;
	awaited_bits_ = bits_of(bits);
}

std::uint32_t Script::awaited_gpios() const noexcept
{
	const bool is_awaited = state_ == State::Waiting && awaited_ == Awaited::Edges;
	return is_awaited ? awaited_bits_ : 0;
}

std::uint32_t Script::awaited_events() const noexcept
{
	const bool is_awaited = state_ == State::Waiting && awaited_ == Awaited::Events;
	return is_awaited ? awaited_bits_ : 0;
}

void Script::gpios_changed(std::uint32_t bits) noexcept
{
	end_wait(bits & awaited_gpios());
}

void Script::events_happened(std::uint32_t bits) noexcept
{
	end_wait(bits & awaited_events());
}

void Script::end_wait(std::uint32_t bits) noexcept
{
	if (bits == 0)
		return;
	f_ = a_ = signed_of(bits);
	state_ = State::Running;
}

std::optional<std::uint64_t> Script::due_ns() const noexcept
{
	return due_ns_ != 0 ? std::optional(due_ns_) : std::nullopt;
}

void Script::wake(std::uint64_t now_ns) noexcept
{
	if (due_ns_ <= now_ns)
		due_ns_ = 0;
}

} // namespace gpiohub::daemon::pigpio
