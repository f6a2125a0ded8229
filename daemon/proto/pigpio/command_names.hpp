/* SPDX-License-Identifier: MIT */
/*
 * The names that commands have in the text of a script: pigpio's own, and those that
 * scripts add, with what each of them takes. The names and what is permitted are those
 * of the interface's page; SYS, which runs a program, is not among them.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gpiohub::daemon::pigpio
{

/** What only scripts have. Their numbers are ours, and above all of the commands'. */
enum class ScriptOp : std::uint16_t {
	Add = 1000,
	And,
	Call,
	Cmp,
	Dcr,
	Dcra,
	Div,
	Evtwt,
	Halt,
	Inr,
	Inra,
	Jm,
	Jmp,
	Jnz,
	Jp,
	Jz,
	Ld,
	Lda,
	Mlt,
	Mod,
	Or,
	Pop,
	Popa,
	Push,
	Pusha,
	Ret,
	Rl,
	Rla,
	Rr,
	Rra,
	Sta,
	Sub,
	Tag,
	Wait,
	X,
	Xa,
	Xor,
};
inline constexpr std::uint16_t kFirstScriptOp = static_cast<std::uint16_t>(ScriptOp::Add);

inline constexpr std::size_t kMostOperands = 3;

struct CommandName {
	enum class Use : std::uint8_t {
		Anywhere,
		NotInScripts, /* text or bytes follow it, or it is about scripts */
		ScriptsOnly,
	};

	std::string_view name;
	std::uint16_t number; /* the command's, or a ScriptOp */
	Use use;
	/**
	 * A letter each; none of what is not for scripts. A command's are p1, p2 and, as a
	 * u32, its extension.
	 *	x	a number, a variable, a parameter
	 *	y	a variable, a parameter; a number is a variable's
	 *	L	a tag
	 *	m	a mode by its code: R, W, 0 to 5; a variable's is its number
	 *	u	a pull by its code: O, D, U; a variable's is its number
	 */
	std::string_view operands;
};

/** In capitals or not; nullptr: none has it. */
const CommandName *find_command(std::string_view name) noexcept;

} // namespace gpiohub::daemon::pigpio
