/* SPDX-License-Identifier: MIT */
/* pigpio's clients on one hub, without a daemon around them. */
#pragma once

#include "proto/pigpio/front.hpp"

#include "../fake_backend.hpp"

#include <gpiohub/clock.hpp>
#include <gpiohub/wire.hpp>

#include <catch2/catch.hpp>

#include <sys/socket.h>

#include <array>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

namespace gpiohub::daemon::pigpio
{

/** Numbers of commands, by the interface's own names. */
enum : std::uint32_t {
	kModes = 0,
	kModeg = 1,
	kPud = 2,
	kRead = 3,
	kWrite = 4,
	kPwm = 5,
	kPrs = 6,
	kPfs = 7,
	kServo = 8,
	kWdog = 9,
	kBr1 = 10,
	kBc1 = 12,
	kBs1 = 14,
	kTick = 16,
	kHwver = 17,
	kNb = 19,
	kNp = 20,
	kNc = 21,
	kPrg = 22,
	kPfg = 23,
	kPrrg = 24,
	kPigpv = 26,
	kWvclr = 27,
	kWvag = 28,
	kWvas = 29,
	kWvgo = 30,
	kWvbsy = 32,
	kWvhlt = 33,
	kWvsm = 34,
	kWvsp = 35,
	kWvsc = 36,
	kTrig = 37,
	kProc = 38,
	kProcd = 39,
	kProcr = 40,
	kProcs = 41,
	kSlro = 42,
	kSlr = 43,
	kSlrc = 44,
	kProcp = 45,
	kMics = 46,
	kMils = 47,
	kParse = 48,
	kWvcre = 49,
	kWvdel = 50,
	kWvtx = 51,
	kWvtxr = 52,
	kGdc = 83,
	kGpw = 84,
	kBi2cc = 89,
	kBi2co = 90,
	kBi2cz = 91,
	kWvcha = 93,
	kSlri = 94,
	kFg = 97,
	kFn = 98,
	kNoib = 99,
	kWvtxm = 100,
	kWvtat = 101,
	kPads = 102,
	kPadg = 103,
	kFo = 104,
	kShell = 110,
	kBspic = 111,
	kBspio = 112,
	kBspix = 113,
	kEvm = 115,
	kEvt = 116,
	kProcu = 117,
	kWvcap = 118,
};

/** A client's end of the connection; the loop turns while it waits. */
class BenchClient
{
public:
	BenchClient(UniqueFd fd, Reactor &reactor) : fd_(std::move(fd)), reactor_(reactor) {}

	void send(std::uint32_t command, std::uint32_t p1 = 0, std::uint32_t p2 = 0,
		std::string_view its_extension = {})
	{
		const auto header = wire::to_bytes(
			Header{command, p1, p2, static_cast<std::uint32_t>(its_extension.size())});
		send_bytes(header);
		send_bytes(std::as_bytes(std::span(its_extension)));
	}
	void send_bytes(std::span<const std::byte> bytes)
	{
		while (!bytes.empty()) {
			const auto sent = ::send(
				fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
			if (sent > 0)
				bytes = bytes.subspan(static_cast<std::size_t>(sent));
			else
				reactor_.turn(10);
		}
	}

	/** The next reply, whole: its header, and what follows in `extension`. */
	Header reply()
	{
		const auto header = wire::from_bytes<Header>(receive(sizeof(Header)));
		const auto size = static_cast<std::int32_t>(header.last);
		extension.clear();
		if (has_extension && size > 0) {
			const auto bytes = receive(static_cast<std::size_t>(size));
			extension.assign(
				reinterpret_cast<const char *>(bytes.data()), bytes.size());
		}
		return header;
	}

	/** The result of a command. */
	std::int32_t call(std::uint32_t command, std::uint32_t p1 = 0, std::uint32_t p2 = 0,
		std::string_view its_extension = {})
	{
		send(command, p1, p2, its_extension);
		const Header header = reply();
		CHECK(header.command == command);
		CHECK(header.p1 == p1);
		CHECK(header.p2 == p2);
		return static_cast<std::int32_t>(header.last);
	}
	std::int32_t call(Status) = delete;

	Report report() { return wire::from_bytes<Report>(receive(sizeof(Report))); }

	/** How many bytes are there, once the loop has nothing to do. */
	std::size_t waiting()
	{
		for (int i = 0; i < 20; i++)
			reactor_.turn(0);
		std::array<std::byte, 65536> bytes;
		const auto there =
			::recv(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_PEEK);
		return there > 0 ? static_cast<std::size_t>(there) : 0;
	}

	/** Forgets what is there. */
	void drain()
	{
		std::array<std::byte, 65536> bytes;
		while (::recv(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
		}
	}

	/** The connection was ended. */
	bool is_over()
	{
		for (int i = 0; i < 20; i++)
			reactor_.turn(0);
		char byte = 0;
		return ::recv(fd_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0 ||
			(errno != EAGAIN && errno != EWOULDBLOCK);
	}

	void close() { fd_ = UniqueFd(); }

	std::string extension;
	bool has_extension = false; /* replies with a positive res have one */

private:
	std::vector<std::byte> receive(std::size_t size)
	{
		std::vector<std::byte> bytes(size);
		std::size_t got = 0;
		for (int turns = 0; got < size; turns++) {
			const auto part =
				::recv(fd_.get(), bytes.data() + got, size - got, MSG_DONTWAIT);
			if (part > 0)
				got += static_cast<std::size_t>(part);
			else if (part == 0 || turns > 10'000)
				throw std::runtime_error("nothing comes");
			else
				reactor_.turn(100);
		}
		return bytes;
	}

	UniqueFd fd_;
	Reactor &reactor_;
};

inline BenchClient connect_to(Front &front, const Peer &peer, Reactor &reactor)
{
	std::array<int, 2> pair{};
	REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) ==
		0);
	front.accept(UniqueFd(pair[0]), peer);
	return {UniqueFd(pair[1]), reactor};
}

/** What clients may do: on these lines, Verbs by their bits. */
inline std::shared_ptr<const Roles> panel(
	std::string_view lines, std::uint32_t verbs, const std::string &name = "panel")
{
	Role role;
	role.name = name;
	role.lines = *parse_lines(lines);
	role.verbs = verbs;
	return std::make_shared<const Roles>(std::vector<Role>{role}, std::vector<Token>{});
}
inline constexpr std::uint32_t kLookOnly = 0b1;
inline constexpr std::uint32_t kLookClaimDrive = 0b111;

/** With the role above. */
inline Settings panel_settings()
{
	Settings settings;
	settings.role = "panel";
	return settings;
}

struct Bench {
	explicit Bench(Settings settings = {}) : front(make_front(settings))
	{
		fake = backend.add(0, 32, 4096);
		hub = *Hub::open(*reactor, backend, 0, [](Hub &) {});
		front->hub_came(*hub);
	}
	~Bench()
	{
		front->hub_gone(*hub);
		front.reset();
	}

	BenchClient connect() { return connect_to(*front, peer, *reactor); }

	void edge(unsigned line, bool level, std::uint64_t time_ns)
	{
		gpiohub_event event{};
		event.type = level ? GPIOHUB_EVENT_RISING : GPIOHUB_EVENT_FALLING;
		event.line = static_cast<__u8>(line);
		event.time_ns = time_ns;
		const std::uint64_t bit = std::uint64_t{1} << line;
		levels = level ? levels | bit : levels & ~bit;
		event.levels = levels;
		{
			const std::lock_guard lock(fake->mutex);
			fake->levels = (fake->levels & ~bit) | (levels & bit);
		}
		fake->publish({event});
	}

	std::unique_ptr<Front> make_front(const Settings &settings)
	{
		return *Front::create(*reactor, settings, budget, counters, {}, [] {});
	}

	std::unique_ptr<Reactor> reactor = *Reactor::create();
	FakeBackend backend;
	std::shared_ptr<FakeHub> fake;
	std::unique_ptr<Hub> hub;
	Inbox::Budget budget;
	Counters counters;
	Peer peer{"127.0.0.1 port 1"};
	std::uint64_t levels = 0;
	std::unique_ptr<Front> front;
};

/** Numbers as an extension has them. */
inline std::string words(std::initializer_list<std::uint32_t> numbers)
{
	std::string bytes;
	for (const std::uint32_t number : numbers)
		bytes.append(reinterpret_cast<const char *>(&number), sizeof(number));
	return bytes;
}

constexpr std::int32_t res_of(Status status) noexcept
{
	return static_cast<std::int32_t>(status);
}

} // namespace gpiohub::daemon::pigpio
