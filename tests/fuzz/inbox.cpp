/* SPDX-License-Identifier: MIT */
/* The bytes that came and were not taken: beside a string that does the same. */
#include "fuzz.hpp"

#include "inbox.hpp"

#include <gpiohub/fd.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string>

using namespace gpiohub;
using daemon::Inbox;

namespace
{

constexpr std::size_t kShared = 64 * 1024;

struct Both {
	explicit Both(Inbox::Budget &budget) : inbox(budget)
	{
		std::array<int, 2> ends{};
		fuzz::must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0,
			"no sockets");
		near = UniqueFd(ends[0]);
		far = UniqueFd(ends[1]);
	}

	/* Some bytes that differ from one another. */
	void send(std::size_t size)
	{
		std::string bytes(size, '\0');
		for (char &byte : bytes)
			byte = static_cast<char>(next++);
		const ssize_t sent = ::send(far.get(), bytes.data(), size, MSG_DONTWAIT);
		next -= static_cast<unsigned>(size);
		next += static_cast<unsigned>(std::max<ssize_t>(sent, 0));
		on_the_way += bytes.substr(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
	}

	void receive()
	{
		const std::size_t before = inbox.bytes().size();
		if (inbox.receive(near.get()) != Inbox::Received::More)
			return;
		/* All that there was room for: which is for the inbox to say. */
		std::size_t skipped = std::min(skip, on_the_way.size());
		const std::size_t kept = inbox.bytes().size() - before;
		if (kept == 0)
			skipped = std::min(skipped, Inbox::kSmall);
		skip -= skipped;
		there += on_the_way.substr(skipped, kept);
		on_the_way.erase(0, skipped + kept);
	}

	void look() const
	{
		const auto bytes = inbox.bytes();
		fuzz::must(bytes.size() == there.size(), "more or fewer bytes");
		fuzz::must(std::equal(there.begin(), there.end(),
				   reinterpret_cast<const char *>(bytes.data())),
			"other bytes");
	}

	Inbox inbox;
	UniqueFd near;
	UniqueFd far;
	unsigned next = 0;
	std::size_t skip = 0;
	std::string there;
	std::string on_the_way;
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	fuzz::Input input(data, std::min<std::size_t>(size, 512));
	Inbox::Budget budget{kShared};
	{
		Both both(budget);
		while (!input.empty()) {
			const std::uint8_t what = input.byte();
			const std::size_t number = input.number();
			switch (what % 5) {
			case 0:
				both.send(number);
				break;
			case 1:
				both.receive();
				break;
			case 2: {
				const std::size_t taken = std::min(number, both.there.size());
				both.inbox.take(taken);
				both.there.erase(0, taken);
				both.look();
				both.inbox.tidy();
				break;
			}
			case 3:
				if (number > both.there.size())
					(void)both.inbox.expect(number);
				break;
			case 4: {
				const std::size_t now = std::min(number, both.there.size());
				if (both.skip != 0)
					break;
				both.inbox.skip(number);
				both.there.erase(0, now);
				both.skip = number - now;
				break;
			}
			}
			both.look();
			fuzz::must(budget.left <= kShared, "more than there was");
		}
	}
	fuzz::must(budget.left == kShared, "not given back");
	return 0;
}
