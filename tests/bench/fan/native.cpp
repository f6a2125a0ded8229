/* SPDX-License-Identifier: MIT */
/*
 * gpiohubd with simulated lines, and bare, whose frames are the same. Bursts are made by
 * a pattern of a client's on a line that is wired to nothing: each is driven in one go by
 * the back end's thread, as interrupts would come, and not by the daemon's loop.
 */
#include "peer.hpp"

#include "../bench.hpp"

#include <gpiohub/client.hpp>
#include <gpiohub/clock.hpp>
#include <gpiohub/pattern.hpp>
#include <gpiohub/wire.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <deque>

namespace wire = gpiohub::wire;
using bench::bit;
using bench::must;

namespace fan
{

namespace
{

constexpr unsigned line = 20;
constexpr std::chrono::seconds timeout{60}; /* the daemon may run under valgrind */

/* Two bursts, so that the level is the same after them, over and over. */
gpiohub::Pattern pattern_of(const Bursts &bursts)
{
	gpiohub::Pattern pattern{bit(line), {gpiohub::loop_step(bursts.count / 2)}};
	for (std::uint32_t i = 1; i <= 2 * bursts.size; i++) {
		const std::uint64_t wait = i % bursts.size == 0 ? bursts.period_ns() : 0;
		pattern.steps.push_back(i % 2 != 0 ? gpiohub::drive_step(bit(line), 0, wait)
						   : gpiohub::drive_step(0, bit(line), wait));
	}
	pattern.steps.push_back(gpiohub::end_step());
	return pattern;
}

class NativePeer final : public Peer
{
public:
	explicit NativePeer(const std::string &socket)
		: address_(must(gpiohub::Address::parse("unix:" + socket))),
		  player_(must(gpiohub::Client::connect(address_, timeout)))
	{
		must(player_.claim(0, bit(line), GPIOHUB_GUARD_INPUT));
		must(player_.configure(0, bit(line), {.direction = GPIOHUB_DIRECTION_OUTPUT}));
	}

	gpiohub::UniqueFd subscribe() override
	{
		clients_.push_back(must(gpiohub::Client::connect(address_, timeout)));
		gpiohub::Client &client = clients_.back();
		must(client.subscribe(0, bit(line), GPIOHUB_KINDS_EDGES));
		return gpiohub::UniqueFd(::dup(client.fd()));
	}

	std::size_t take(std::span<const std::byte> bytes, Account &account) const override
	{
		return take_frame(bytes, account);
	}

	void start(const Bursts &bursts, const std::function<void()> &begin) override
	{
		const std::uint64_t soon = gpiohub::monotonic_ns() + lead_ns;
		gpiohub::PlayOptions at{.start = GPIOHUB_START_AT, .start_ns = soon};
		must(player_.play(0, pattern_of(bursts), at));
		begin();
		if (gpiohub::monotonic_ns() >= soon)
			bench::fail("it began before all was ready");
	}

private:
	static constexpr std::uint64_t lead_ns = 3'000'000'000;

	gpiohub::Address address_;
	gpiohub::Client player_;
	std::deque<gpiohub::Client> clients_;
};

class BarePeer final : public Peer
{
public:
	explicit BarePeer(std::string socket) : socket_(std::move(socket)) {}

	gpiohub::UniqueFd subscribe() override { return connect_to(socket_); }

	std::size_t take(std::span<const std::byte> bytes, Account &account) const override
	{
		return take_frame(bytes, account);
	}

	/* It begins when one more comes. */
	void start(const Bursts &, const std::function<void()> &begin) override
	{
		begin();
		conductor_ = connect_to(socket_);
	}

private:
	std::string socket_;
	gpiohub::UniqueFd conductor_;
};

} // namespace

std::unique_ptr<Peer> make_native(const std::string &socket)
{
	return std::make_unique<NativePeer>(socket);
}

std::unique_ptr<Peer> make_bare(const std::string &socket)
{
	return std::make_unique<BarePeer>(socket);
}

gpiohub::UniqueFd connect_to(const std::string &path)
{
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	path.copy(address.sun_path, sizeof(address.sun_path) - 1);
	gpiohub::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
	must(::connect(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)),
		path.c_str());
	return socket;
}

std::size_t take_frame(std::span<const std::byte> bytes, Account &account)
{
	if (bytes.size() < sizeof(wire::FrameHeader))
		return 0;
	const auto header = must(wire::decode_header(bytes));
	const std::size_t size = sizeof(header) + header.count * sizeof(gpiohub_event);
	if (bytes.size() < size)
		return 0;
	if (header.kind != wire::FrameKind::Events)
		bench::fail("a frame that is not of events");
	std::vector<gpiohub_event> events(header.count);
	std::memcpy(events.data(), bytes.data() + sizeof(header), size - sizeof(header));
	account.take(header.lost, events);
	return size;
}

} // namespace fan
