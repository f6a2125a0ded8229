/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/command_names.hpp"
#include "proto/pigpio/call.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>
#include <string>

using namespace gpiohub::daemon::pigpio;

namespace
{

using Use = CommandName::Use;

/* "number operands", or "none". */
std::string told(std::string_view name)
{
	const CommandName *const command = find_command(name);
	if (command == nullptr)
		return "none";
	return std::to_string(command->number) + " " + std::string(command->operands);
}

} // namespace

TEST_CASE("a command is known by its name, long or short, in capitals or not")
{
	CHECK(told("WRITE") == "4 xx");
	CHECK(told("w") == "4 xx");
	CHECK(told("Modes") == "0 xm");
	CHECK(told("m") == told("MODES"));
	CHECK(told("mg") == told("modeg"));
	CHECK(told("r") == told("read"));
	CHECK(told("p") == told("pwm"));
	CHECK(told("s") == told("servo"));
	CHECK(told("t") == told("tick"));
	CHECK(told("pud") == "2 xu");
	CHECK(told("trig") == "37 xxx");
	CHECK(told("mics") == "46 x");
	CHECK(told("mils") == "47 x");
	CHECK(told("br1") == "10 ");
	CHECK(told("wvcap") == "118 x");
}

TEST_CASE("what no command is named is none")
{
	for (const char *name : {"", "wr", "writes", "modesmodesmodes", "sys", "\xff", "1", "a"})
		CHECK(find_command(name) == nullptr);
	CHECK(find_command(std::string(70'000, 'w')) == nullptr);
}

TEST_CASE("commands with text or bytes, and those about scripts, are not for scripts")
{
	for (const char *name : {"fl", "fo", "fr", "fw", "bi2cz", "i2cpk", "i2crd", "i2cri",
		     "i2crk", "i2cwd", "i2cwi", "i2cwk", "i2cz", "bscx", "cf1", "cf2", "shell",
		     "parse", "proc", "procd", "procp", "procr", "procs", "procu", "sero", "serr",
		     "serw", "slr", "bspio", "bspix", "spir", "spiw", "spix", "wvag", "wvas",
		     "wvcha", "wvgo", "wvgor", "noib", "help", "h"}) {
		INFO(name);
		REQUIRE(find_command(name) != nullptr);
		CHECK(find_command(name)->use == Use::NotInScripts);
	}
	for (const char *name : {"fc", "fs", "i2co", "spio", "slro", "serwb", "no", "evt", "wvtx"})
		CHECK(find_command(name)->use == Use::Anywhere);
}

TEST_CASE("what only scripts have is no client's")
{
	for (const char *name : {"add", "tag", "jmp", "wait", "evtwt", "halt", "xa"}) {
		REQUIRE(find_command(name) != nullptr);
		CHECK(find_command(name)->use == Use::ScriptsOnly);
		CHECK(find_command(name)->number >= kFirstScriptOp);
	}
	CHECK(told("ld").ends_with(" yx"));
	CHECK(told("x").ends_with(" yy"));
	CHECK(told("jz").ends_with(" L"));
}

TEST_CASE("a script's names have the numbers of the commands")
{
	std::size_t count = 0;
	for (std::uint32_t number = 0; number < 128; number++) {
		const std::string_view name = name_of_command(number);
		if (name.empty() || find_command(name) == nullptr)
			continue;
		INFO(name);
		CHECK(find_command(name)->number == number);
		count++;
	}
	CHECK(count > 100);
}
