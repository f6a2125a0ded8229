/* SPDX-License-Identifier: MIT */
/* Prints libFuzzer's dictionary of the native protocol: every command of commands.def, as a
 * record and as the deed that sends it (loop.cpp), so that a new command is fuzzed
 * from its first day. */
#include <gpiohub/wire.hpp>

#include <cstdio>
#include <span>

using namespace gpiohub;

namespace
{

void print(std::span<const std::byte> bytes)
{
	for (const std::byte byte : bytes)
		std::printf("\\x%02x", std::to_integer<unsigned>(byte));
}

/* Something in every field that the command uses. */
gpiohub_command example(const wire::CommandInfo &info)
{
	if (info.op == wire::Op::HELLO)
		return wire::make_command(info.op, 0, wire::kMagic, wire::kVersion);
	if (info.op == wire::Op::SUBSCRIBE)
		return wire::make_command(info.op, 0, 0xff, GPIOHUB_KINDS_ALL, wire::kFromNow);
	gpiohub_command command = wire::make_command(info.op, 0);
	command.mask = info.mask.empty() ? 0 : 3;
	command.value = info.value.empty() ? 0 : 1;
	command.arg = info.arg.empty() ? 0 : 1;
	if (info.op == wire::Op::WAIT)
		command.value = wire::pack_wait(GPIOHUB_KINDS_EDGES, 1);
	else if (info.op == wire::Op::PLAY)
		command.arg = sizeof(gpiohub_play) + sizeof(gpiohub_step);
	else if (info.op == wire::Op::RULE_ADD)
		command.arg = sizeof(gpiohub_rule);
	return command;
}

} // namespace

int main()
{
	for (const wire::CommandInfo &info : wire::commands()) {
		const auto record = wire::to_bytes(example(info));
		const int size = static_cast<int>(info.name.size());
		std::printf("%.*s=\"", size, info.name.data());
		print(record);
		std::printf("\"\nsend_%.*s=\"\\x01\\x00\\x20\\x00", size, info.name.data());
		print(record);
		std::printf("\"\n");
	}
}
