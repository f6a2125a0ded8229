/* SPDX-License-Identifier: MIT */
#include "command_names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace gpiohub::daemon::pigpio
{

namespace
{

using Use = CommandName::Use;

constexpr CommandName both(std::string_view name, std::uint16_t number, std::string_view operands)
{
	return {name, number, Use::Anywhere, operands};
}

constexpr CommandName client(std::string_view name, std::uint16_t number)
{
	return {name, number, Use::NotInScripts, ""};
}

constexpr CommandName script(std::string_view name, ScriptOp op, std::string_view operands)
{
	return {name, static_cast<std::uint16_t>(op), Use::ScriptsOnly, operands};
}

constexpr std::array kNames = {
	script("ADD", ScriptOp::Add, "x"),
	script("AND", ScriptOp::And, "x"),
	both("BC1", 12, "x"),
	both("BC2", 13, "x"),
	both("BI2CC", 89, "x"),
	both("BI2CO", 90, "xxx"),
	client("BI2CZ", 91),
	both("BR1", 10, ""),
	both("BR2", 11, ""),
	both("BS1", 14, "x"),
	both("BS2", 15, "x"),
	client("BSCX", 114),
	both("BSPIC", 111, "x"),
	client("BSPIO", 112),
	client("BSPIX", 113),
	script("CALL", ScriptOp::Call, "L"),
	client("CF1", 87),
	client("CF2", 88),
	both("CGI", 95, ""),
	script("CMP", ScriptOp::Cmp, "x"),
	both("CSI", 96, "x"),
	script("DCR", ScriptOp::Dcr, "y"),
	script("DCRA", ScriptOp::Dcra, ""),
	script("DIV", ScriptOp::Div, "x"),
	both("EVM", 115, "xx"),
	both("EVT", 116, "x"),
	script("EVTWT", ScriptOp::Evtwt, "x"),
	both("FC", 105, "x"),
	both("FG", 97, "xx"),
	client("FL", 109),
	both("FN", 98, "xxx"),
	client("FO", 104),
	client("FR", 106),
	both("FS", 108, "xxx"),
	client("FW", 107),
	both("GDC", 83, "x"),
	both("GPW", 84, "x"),
	client("H", 25),
	script("HALT", ScriptOp::Halt, ""),
	both("HC", 85, "xx"),
	client("HELP", 25),
	both("HP", 86, "xxx"),
	both("HWVER", 17, ""),
	both("I2CC", 55, "x"),
	both("I2CO", 54, "xxx"),
	both("I2CPC", 69, "xxx"),
	client("I2CPK", 70),
	both("I2CRB", 61, "xx"),
	client("I2CRD", 56),
	client("I2CRI", 67),
	client("I2CRK", 65),
	both("I2CRS", 59, "x"),
	both("I2CRW", 63, "xx"),
	both("I2CWB", 62, "xxx"),
	client("I2CWD", 57),
	client("I2CWI", 68),
	client("I2CWK", 66),
	both("I2CWQ", 58, "xx"),
	both("I2CWS", 60, "xx"),
	both("I2CWW", 64, "xxx"),
	client("I2CZ", 92),
	script("INR", ScriptOp::Inr, "y"),
	script("INRA", ScriptOp::Inra, ""),
	script("JM", ScriptOp::Jm, "L"),
	script("JMP", ScriptOp::Jmp, "L"),
	script("JNZ", ScriptOp::Jnz, "L"),
	script("JP", ScriptOp::Jp, "L"),
	script("JZ", ScriptOp::Jz, "L"),
	script("LD", ScriptOp::Ld, "yx"),
	script("LDA", ScriptOp::Lda, "x"),
	both("M", 0, "xm"),
	both("MG", 1, "x"),
	both("MICS", 46, "x"),
	both("MILS", 47, "x"),
	script("MLT", ScriptOp::Mlt, "x"),
	script("MOD", ScriptOp::Mod, "x"),
	both("MODEG", 1, "x"),
	both("MODES", 0, "xm"),
	both("NB", 19, "xx"),
	both("NC", 21, "x"),
	both("NO", 18, ""),
	client("NOIB", 99),
	both("NP", 20, "x"),
	script("OR", ScriptOp::Or, "x"),
	both("P", 5, "xx"),
	both("PADG", 103, "x"),
	both("PADS", 102, "xx"),
	client("PARSE", 48),
	both("PFG", 23, "x"),
	both("PFS", 7, "xx"),
	both("PIGPV", 26, ""),
	script("POP", ScriptOp::Pop, "y"),
	script("POPA", ScriptOp::Popa, ""),
	both("PRG", 22, "x"),
	client("PROC", 38),
	client("PROCD", 39),
	client("PROCP", 45),
	client("PROCR", 40),
	client("PROCS", 41),
	client("PROCU", 117),
	both("PRRG", 24, "x"),
	both("PRS", 6, "xx"),
	both("PUD", 2, "xu"),
	script("PUSH", ScriptOp::Push, "y"),
	script("PUSHA", ScriptOp::Pusha, ""),
	both("PWM", 5, "xx"),
	both("R", 3, "x"),
	both("READ", 3, "x"),
	script("RET", ScriptOp::Ret, ""),
	script("RL", ScriptOp::Rl, "yx"),
	script("RLA", ScriptOp::Rla, "x"),
	script("RR", ScriptOp::Rr, "yx"),
	script("RRA", ScriptOp::Rra, "x"),
	both("S", 8, "xx"),
	both("SERC", 77, "x"),
	both("SERDA", 82, "x"),
	client("SERO", 76),
	client("SERR", 80),
	both("SERRB", 78, "x"),
	both("SERVO", 8, "xx"),
	client("SERW", 81),
	both("SERWB", 79, "xx"),
	client("SHELL", 110),
	client("SLR", 43),
	both("SLRC", 44, "x"),
	both("SLRI", 94, "xx"),
	both("SLRO", 42, "xxx"),
	both("SPIC", 72, "x"),
	both("SPIO", 71, "xxx"),
	client("SPIR", 73),
	client("SPIW", 74),
	client("SPIX", 75),
	script("STA", ScriptOp::Sta, "y"),
	script("SUB", ScriptOp::Sub, "x"),
	both("T", 16, ""),
	script("TAG", ScriptOp::Tag, "L"),
	both("TICK", 16, ""),
	both("TRIG", 37, "xxx"),
	both("W", 4, "xx"),
	script("WAIT", ScriptOp::Wait, "x"),
	both("WDOG", 9, "xx"),
	both("WRITE", 4, "xx"),
	client("WVAG", 28),
	client("WVAS", 29),
	both("WVBSY", 32, ""),
	both("WVCAP", 118, "x"),
	client("WVCHA", 93),
	both("WVCLR", 27, ""),
	both("WVCRE", 49, ""),
	both("WVDEL", 50, "x"),
	client("WVGO", 30),
	client("WVGOR", 31),
	both("WVHLT", 33, ""),
	both("WVNEW", 53, ""),
	both("WVSC", 36, "x"),
	both("WVSM", 34, "x"),
	both("WVSP", 35, "x"),
	both("WVTAT", 101, ""),
	both("WVTX", 51, "x"),
	both("WVTXM", 100, "xx"),
	both("WVTXR", 52, "x"),
	script("X", ScriptOp::X, "yy"),
	script("XA", ScriptOp::Xa, "y"),
	script("XOR", ScriptOp::Xor, "x"),
};

constexpr bool is_before(const CommandName &a, const CommandName &b)
{
	return a.name < b.name;
}
static_assert(std::is_sorted(kNames.begin(), kNames.end(), is_before));

constexpr std::size_t longest_name()
{
	std::size_t longest = 0;
	for (const CommandName &name : kNames)
		longest = std::max(longest, name.name.size());
	return longest;
}

} // namespace

const CommandName *find_command(std::string_view name) noexcept
{
	std::array<char, longest_name()> letters{};
	if (name.size() > letters.size())
		return nullptr;
	std::transform(name.begin(), name.end(), letters.begin(),
		[](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
	const std::string_view wanted(letters.data(), name.size());
	const auto *const found = std::lower_bound(kNames.begin(), kNames.end(), wanted,
		[](const CommandName &entry, std::string_view value) {
			return entry.name < value;
		});
	return found != kNames.end() && found->name == wanted ? found : nullptr;
}

} // namespace gpiohub::daemon::pigpio
