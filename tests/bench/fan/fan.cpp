/* SPDX-License-Identifier: MIT */
/*
 * fan PEER SOCKET PID CLIENTS SIZE HZ COUNT [COMMAND]: so many clients of a peer, of
 * which process PID's first thread is measured, are sent so many bursts. Prints
 *
 *	fan PEER CLIENTS SIZE HZ FRAMES EVENTS LOST MISSING NANOSECONDS
 *
 * what all clients got together, and the processor's time that it took the peer. COMMAND
 * is run just before the first burst and after the last one. With a PEER that ends in
 * "+stopped" the first client does not read until the others have everything, is not
 * counted with them, and has a line of its own: "stopped PEER EVENTS LOST MISSING".
 */
#include "peer.hpp"

#include "../bench.hpp"
#include "../peer_time.hpp"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string_view>

using namespace fan;

namespace
{

constexpr std::string_view stopped_suffix = "+stopped";

std::unique_ptr<Peer> make_peer(std::string_view name, const std::string &socket)
{
	if (name == "gpiohub")
		return make_native(socket);
	if (name == "bare")
		return make_bare(socket);
	if (name == "mqtt" || name == "mqtt-batched")
		return make_mqtt(socket, name == "mqtt-batched");
	bench::fail("peers are gpiohub, bare, mqtt, mqtt-batched");
}

void run(const char *command)
{
	if (command != nullptr && std::system(command) != 0)
		bench::fail(command);
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 8 || argc > 9)
		bench::fail("fan PEER SOCKET PID CLIENTS SIZE HZ COUNT [COMMAND]");
	std::string_view name = argv[1];
	const bool has_stopped = name.ends_with(stopped_suffix);
	name.remove_suffix(has_stopped ? stopped_suffix.size() : 0);
	const char *command = argc == 9 ? argv[8] : nullptr;
	const auto number = [&](int i) {
		return static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10));
	};
	const std::uint32_t clients = number(4);
	const Bursts bursts{number(5), number(6), number(7)};

	const auto peer = make_peer(name, argv[2]);
	Crowd crowd([&](auto bytes, Account &account) { return peer->take(bytes, account); });
	for (std::uint32_t i = 0; i < clients; i++)
		crowd.enter(peer->subscribe());
	if (has_stopped)
		crowd.stand_still(true);

	std::uint64_t before = 0;
	peer->start(bursts, [&] {
		run(command);
		before = bench::peer_time(argv[3]);
	});
	const std::chrono::seconds patience(5);
	crowd.listen(bursts.events(), patience);
	const std::uint64_t took = bench::peer_time(argv[3]) - before;
	run(command);

	const Account got = crowd.others();
	std::printf("fan %s %u %u %u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		argv[1], clients, bursts.size, bursts.hz, got.frames, got.events, got.lost,
		got.missing, took);
	if (!has_stopped)
		return 0;
	crowd.stand_still(false);
	crowd.listen(bursts.events(), patience);
	const Account &first = crowd.first();
	std::printf("stopped %.*s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		static_cast<int>(name.size()), name.data(), first.events, first.lost,
		first.missing);
}
