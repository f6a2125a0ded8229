/* SPDX-License-Identifier: MIT */
/*
 * trip PEER PORT PID NAME COUNT [COMMAND]: asks a peer, of which process PID's first thread
 * is measured, so many times for the same command of pigpio's, each when the last one is
 * answered. Prints
 *
 *	trip PEER NAME COUNT NANOSECONDS
 *
 * the processor's time that it took the peer. COMMAND is run just before and after.
 */
#include "../bench.hpp"
#include "../peer_time.hpp"

#include <gpiohub/fd.hpp>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string_view>

using bench::must;

namespace
{

/* As in daemon/proto/pigpio/commands.cpp. p2_other: of each second request. */
struct Command {
	std::string_view name;
	std::uint32_t number;
	std::uint32_t p1;
	std::uint32_t p2;
	std::uint32_t p2_other;
};
constexpr Command commands[] = {
	{"PIGPV", 26, 0, 0, 0},
	{"READ", 3, 5, 0, 0},
	{"WRITE", 4, 6, 0, 1},
	{"BR1", 10, 0, 0, 0},
};

using Message = std::array<std::uint32_t, 4>;

const Command &command_of(std::string_view name)
{
	for (const Command &command : commands) {
		if (command.name == name)
			return command;
	}
	bench::fail("commands are PIGPV, READ, WRITE, BR1");
}

gpiohub::UniqueFd connect_to(const char *port)
{
	gpiohub::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	sockaddr_in address{};
	address.sin_family = AF_INET;
	address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(::connect(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)),
		port);
	const int on = 1;
	::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return socket;
}

void ask(int socket, const Command &command, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++) {
		const Message request{
			command.number, command.p1, i % 2 == 0 ? command.p2 : command.p2_other, 0};
		Message reply{};
		must(::send(socket, request.data(), sizeof(request), 0), "send");
		if (::recv(socket, reply.data(), sizeof(reply), MSG_WAITALL) != sizeof(reply) ||
			reply[0] != command.number || static_cast<std::int32_t>(reply[3]) < 0)
			bench::fail(std::string(command.name) + " was not answered");
	}
}

void run(const char *command)
{
	if (command != nullptr && std::system(command) != 0)
		bench::fail(command);
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 6 || argc > 7)
		bench::fail("trip PEER PORT PID NAME COUNT [COMMAND]");
	const Command &command = command_of(argv[4]);
	const unsigned long count = std::strtoul(argv[5], nullptr, 10);
	const char *around = argc == 7 ? argv[6] : nullptr;
	const gpiohub::UniqueFd socket = connect_to(argv[2]);
	ask(socket.get(), command, 100);
	run(around);
	const std::uint64_t before = bench::peer_time(argv[3]);
	ask(socket.get(), command, count);
	const std::uint64_t took = bench::peer_time(argv[3]) - before;
	run(around);
	std::printf("trip %s %s %lu %" PRIu64 "\n", argv[1], argv[4], count, took);
}
