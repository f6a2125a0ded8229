/* SPDX-License-Identifier: MIT */
/* The library's client, before a daemon that says anything at all and hangs up. */
#include "fuzz.hpp"

#include <gpiohub/client.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <array>

using namespace gpiohub;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	std::array<int, 2> ends{};
	fuzz::must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0,
		"no sockets");
	UniqueFd daemon(ends[0]);
	/* What the socket takes at once: more is in nobody's interest. */
	(void)!::send(daemon.get(), data, std::min<std::size_t>(size, 65'536),
		MSG_DONTWAIT | MSG_NOSIGNAL);
	::shutdown(daemon.get(), SHUT_WR);

	auto client = Client::adopt(UniqueFd(ends[1]), std::chrono::milliseconds(1000));
	if (!client)
		return 0;
	(void)client->next(Client::Milliseconds(0));
	(void)client->info(0);
	(void)client->line_info(0, 1);
	(void)client->get(0, 3);
	(void)client->stats();
	(void)client->wait(0, 1, GPIOHUB_KINDS_EDGES, 1, std::chrono::nanoseconds(0));
	(void)client->open(0);
	while (const auto received = client->next(Client::Milliseconds(1000))) {
		if (!*received)
			break;
		fuzz::must((*received)->events.size() <= wire::kMaxFrameRecords, "too many");
	}
	return 0;
}
