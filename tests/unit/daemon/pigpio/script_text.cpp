/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/script_text.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <random>
#include <string>

using namespace gpiohub::daemon::pigpio;

namespace
{

std::string operand_text(const Operand &operand)
{
	const char *const kinds[] = {"", "v", "p"};
	return kinds[static_cast<std::size_t>(operand.kind)] + std::to_string(operand.value);
}

/* The instructions, as "number operand operand; number ...", or the error's number. */
std::string parsed(std::string_view text)
{
	std::vector<Instruction> program;
	const Status status = parse_script(text, program);
	if (status != Status::Ok)
		return std::to_string(static_cast<int>(status));
	std::string result;
	for (const Instruction &instruction : program) {
		result += (result.empty() ? "" : "; ") + std::to_string(instruction.code);
		for (std::size_t i = 0; i < instruction.count; i++)
			result += " " + operand_text(instruction.operands[i]);
	}
	return result;
}

std::string code(ScriptOp op)
{
	return std::to_string(static_cast<int>(op));
}

std::string tags(int count)
{
	std::string text;
	for (int i = 0; i < count; i++)
		text += "tag " + std::to_string(i) + " ";
	return text + "halt";
}

} // namespace

TEST_CASE("a script is words between blanks, line ends, commas and semicolons")
{
	CHECK(parsed("w 4 1 r 4") == "4 4 1; 3 4");
	CHECK(parsed("\tw 4,1;\r\nR\n4 ,;\n") == "4 4 1; 3 4");
	CHECK(parsed(std::string_view("tick\0nonsense", 13)) == "16");
}

TEST_CASE("a number is decimal, hexadecimal or octal, and fits 32 bits")
{
	CHECK(parsed("bs1 0x400010") == "14 4194320");
	CHECK(parsed("bs1 070") == "14 56");
	CHECK(parsed("bs1 0") == "14 0");
	CHECK(parsed("csi -5") == "96 -5");
	CHECK(parsed("csi -0x10") == "96 -16");
	CHECK(parsed("csi 4294967295") == "96 -1");
	CHECK(parsed("csi -2147483648") == "96 -2147483648");
	for (const char *text : {"csi 4294967296", "csi -2147483649", "csi 0x", "csi 09", "csi 1x",
		     "csi -", "csi --1", "csi +1", "csi", "csi w"})
		CHECK(parsed(text) == "-47");
}

TEST_CASE("variables and parameters stand for numbers")
{
	CHECK(parsed("w p0 V149") == "4 p0 v149");
	CHECK(parsed("ld p9 -1") == code(ScriptOp::Ld) + " p9 -1");
	CHECK(parsed("hp 18 p0 p1") == "86 18 p0 p1");
	CHECK(parsed("w 4 v150") == "-56");
	CHECK(parsed("w 4 v-1") == "-56");
	CHECK(parsed("w 4 p10") == "-52");
	CHECK(parsed("w 4 v") == "-47");
	CHECK(parsed("w 4 v99999999999") == "-47");
	CHECK(parsed("w 4 pp") == "-47");
}

TEST_CASE("where a register must be, a number is a variable's")
{
	CHECK(parsed("dcr 7") == code(ScriptOp::Dcr) + " v7");
	CHECK(parsed("x 1 p2") == code(ScriptOp::X) + " v1 p2");
	CHECK(parsed("inr 150") == "-56");
	CHECK(parsed("sta -1") == "-56");
}

TEST_CASE("modes and pulls are told by their codes")
{
	CHECK(parsed("m 4 r m 4 W m 4 0 m 4 3 m 4 4 m 4 5") ==
		"0 4 0; 0 4 1; 0 4 4; 0 4 7; 0 4 3; 0 4 2");
	CHECK(parsed("pud 4 o pud 4 D pud 4 u") == "2 4 0; 2 4 1; 2 4 2");
	CHECK(parsed("m 4 v1 pud 4 p2") == "0 4 v1; 2 4 p2");
	for (const char *text : {"m 4 6", "m 4 rw", "m 4", "pud 4 1", "pud 4 x"})
		CHECK(parsed(text) == "-47");
}

TEST_CASE("a jump leads behind its tag, which may come later and be at the end")
{
	CHECK(parsed("tag 7 tick jmp 7") == "16; " + code(ScriptOp::Jmp) + " 0");
	CHECK(parsed("jz -3 tick tag -3") == code(ScriptOp::Jz) + " 2; 16");
	CHECK(parsed("call 0x10 halt tag 16 ret") ==
		code(ScriptOp::Call) + " 2; " + code(ScriptOp::Halt) + "; " + code(ScriptOp::Ret));
}

TEST_CASE("tags are unique, not too many, and somewhere")
{
	CHECK(parsed("tag 1 tick tag 1") == "-53");
	CHECK(parsed("tag 123 w 4 0 jmp 12") == "-63");
	CHECK(parsed("tick jmp v1") == "-47");
	CHECK(parsed("tag p0") == "-47");
	CHECK(parsed(tags(50)) == code(ScriptOp::Halt));
	CHECK(parsed(tags(51)) == "-54");
}

TEST_CASE("what is no command, or none for scripts, is refused")
{
	for (const char *text : {"nonsense", "w 4 1 5", "shell x", "procr 0", "sys x", "wvcha 1",
		     "# tick", "serw 1 2"})
		CHECK(parsed(text) == "-55");
	CHECK(parsed("") == "-47");
	CHECK(parsed(" ,\n") == "-47");
}

TEST_CASE("of more errors than one the first is told")
{
	CHECK(parsed("jmp 9 w 4 v150 nonsense") == "-56");
	CHECK(parsed("jmp 9 nonsense w 4 v150") == "-55");
}

TEST_CASE("any text is refused, or becomes a program whose places exist")
{
	std::mt19937 random(20240817);
	const char *const statements[] = {"tag 0", "tag 1", "tag 2", "jmp 0", "jz 1", "call 2",
		"ret", "ld p0 v149", "w p0 v1", "dcr 149", "x v0 p9", "add -1", "m 4 v2", "tick"};
	const char *const faults[] = {"tag", "v150", "p10", "0x", "x", "w 4", "\xff", "jmp -1"};
	int accepted = 0;
	for (int turn = 0; turn < 20'000; turn++) {
		std::string text;
		for (auto left = 1 + random() % 12; left > 0; left--) {
			const bool is_fault = random() % 32 == 0;
			text += is_fault ? faults[random() % std::size(faults)]
					 : statements[random() % std::size(statements)];
			text += random() % 256 == 0 ? static_cast<char>(random()) : ' ';
		}
		std::vector<Instruction> program;
		if (parse_script(text, program) != Status::Ok)
			continue;
		accepted++;
		for (const Instruction &instruction : program) {
			for (const Operand &operand : instruction.operands) {
				if (operand.kind == Operand::Kind::Variable)
					REQUIRE(operand.value < static_cast<int>(kMostVariables));
				if (operand.kind == Operand::Kind::Parameter)
					REQUIRE(operand.value < static_cast<int>(kMostParameters));
			}
			if (instruction.code == static_cast<int>(ScriptOp::Jmp))
				REQUIRE(static_cast<std::size_t>(instruction.operands[0].value) <=
					program.size());
		}
	}
	CHECK(accepted > 1000);
	CHECK(accepted < 19'000);
}
