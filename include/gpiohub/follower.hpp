/* SPDX-License-Identifier: MIT */
/*
 * Subscriptions that outlive their connection: when the daemon restarts, a follower
 * connects again and goes on where it was, by the hub's epoch and sequence number. The
 * kernel keeps the lines armed meanwhile, so that nothing is missed; what the ring
 * overwrote is lost, and counted once.
 *
 * What a client owns ends with its connection, as its guard says. A program that claims
 * has to know of it: it uses a Client, or stops a follower from going on (give_up()).
 */
#pragma once

#include <gpiohub/client.hpp>
#include <gpiohub/place.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpiohub
{

/** For use by one thread at a time. */
class Follower
{
public:
	using Milliseconds = Client::Milliseconds;
	/** How long the daemon may be away. Lines stay armed for longer than that. */
	static constexpr Milliseconds kPatience{30'000};

	/** As Client::connect(); later, with the same address and token. */
	static Result<Follower> connect(const Address &address,
		Milliseconds timeout = Client::kTimeout, std::string_view token = {},
		Milliseconds patience = kPatience);

	/** For its other calls. While the daemon is away they are ECONNRESET. */
	Client &client() noexcept { return client_; }

	/** As Client's: what they ask for is asked again of a daemon that came back. */
	Result<std::uint64_t> subscribe(std::uint8_t hub, std::uint64_t lines, std::uint32_t kinds,
		std::uint64_t from = wire::kFromNow, std::uint32_t flags = 0);
	Result<void> filter(std::uint8_t hub, std::uint64_t lines, const EdgeFilter &filter);

	/**
	 * As Client::next(), over restarts of the daemon. A hub that is not the same one any
	 * more is gone. ECONNRESET: the daemon did not come back in time. What it says to
	 * a subscription of old is an error as it was to the first: EOVERFLOW, what must not
	 * be lost is (wire::kLoseNothing); EACCES, it is not allowed any more.
	 */
	Result<std::optional<Received>> next(Milliseconds timeout);

	/** Readable when there is something for next(); -1 while the daemon is away: call it
	 * when due() is over. */
	int fd() const noexcept { return is_away() ? -1 : client_.fd(); }
	/** Whether it ended the connection, and did not come back yet. */
	bool is_away() const noexcept { return away_.has_value(); }
	/** Nothing: there is no hurry. */
	std::optional<Milliseconds> due() const;

	/** From now on the end of the connection is the end. */
	void give_up() noexcept { patience_ = Milliseconds::zero(); }

private:
	using Clock = std::chrono::steady_clock;

	struct Following {
		std::vector<std::pair<std::uint64_t, EdgeFilter>> filters;
		std::uint64_t lines = 0;
		std::uint32_t kinds = 0; /* 0: not subscribed */
		std::uint32_t flags = 0;
		std::uint64_t epoch = 0;
		Place place{0};
	};
	struct Away {
		Clock::time_point since;
		Clock::time_point retry;
		Milliseconds pause;
	};

	Follower(Client client, Address address, Milliseconds timeout, std::string_view token,
		Milliseconds patience)
		: client_(std::move(client)),
		  address_(std::move(address)),
		  timeout_(timeout),
		  token_(token),
		  patience_(patience)
	{
	}

	Result<std::optional<Received>> take(Milliseconds timeout);
	Result<void> come_back();
	Result<void> resume(Client &client);
	Result<void> resume(Client &client, std::uint8_t hub, Following &following);

	Client client_;
	Address address_;
	Milliseconds timeout_;
	std::string token_;
	Milliseconds patience_;
	std::map<std::uint8_t, Following> following_;
	std::vector<std::uint8_t> gone_; /* found so, and not yet told */
	std::optional<Away> away_;
};

} // namespace gpiohub
