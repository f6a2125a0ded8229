/* SPDX-License-Identifier: MIT */
/*
 * The text of a script, made instructions. Words between blanks, line ends, commas and
 * semicolons; a zero ends the text. A number is decimal, 0x hexadecimal or 0 octal, and
 * fits 32 bits with a sign or without. What comes out runs without a further look: its
 * variables, parameters and jumps exist.
 */
#pragma once

#include "command_names.hpp"
#include "status.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gpiohub::daemon::pigpio
{

inline constexpr std::size_t kMostTags = 50;
inline constexpr std::size_t kMostVariables = 150;
inline constexpr std::size_t kMostParameters = 10;

struct Operand {
	enum class Kind : std::uint8_t { Number, Variable, Parameter };

	Kind kind = Kind::Number;
	/** Which one; of a jump: the instruction that follows its tag, which may be the end. */
	std::int32_t value = 0;

	bool operator==(const Operand &) const = default;
};

struct Instruction {
	std::uint16_t code = 0; /* a command, or a ScriptOp */
	std::uint16_t count = 0;
	std::array<Operand, kMostOperands> operands{};

	bool operator==(const Instruction &) const = default;
};

/**
 * The first thing that is wrong, from the beginning on; then `program` is of no use.
 *	BadScriptCommand	no command, or none for scripts
 *	BadScript		something else than the operands that a command takes
 *	BadVariableNumber, BadParameterNumber
 *	DuplicateTag, TooManyTags
 *	BadTag			a jump to one that is nowhere: known at the end only
 */
[[nodiscard]] Status parse_script(std::string_view text, std::vector<Instruction> &program);

} // namespace gpiohub::daemon::pigpio
