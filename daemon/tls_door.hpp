/* SPDX-License-Identifier: MIT */
/*
 * Clients that come by TLS: for each a relay between its connection and a plain socket,
 * whose other end is a session's. Until hands are shaken there is no session, and no more
 * memory than the relay.
 */
#pragma once

#include "peer.hpp"
#include "reactor.hpp"
#include "timer.hpp"

#include <gpiohub/tls.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>

namespace gpiohub::daemon
{

/** How long a client may take to shake hands, and to take what is left when its session is
 * over. */
inline constexpr std::chrono::seconds kHandshakePatience{10};

/** Connections of one address that shake hands at once; more are hung up on. */
inline constexpr std::size_t kShakingOfOne = 16;

class TlsDoor
{
public:
	/** Gets the plain socket of who has shaken hands, and who that is. */
	using Opened = std::function<void(UniqueFd, Peer)>;

	/** At most so many connections at once; more are hung up on. */
	TlsDoor(Reactor &reactor, SslContext context, std::size_t most, Opened opened,
		std::chrono::milliseconds patience = kHandshakePatience);
	~TlsDoor();

	/** For who comes from now on; who is there stays. */
	void renew(SslContext context, std::size_t most) noexcept
	{
		context_ = std::move(context);
		most_ = most;
	}

	/** Takes a client that a listener accepted: a non-blocking stream socket. */
	void accept(UniqueFd network);

	std::size_t connections() const noexcept { return relays_.size(); }

private:
	class Relay;

	bool is_shaking_enough(const Peer &peer) const;
	void open(Relay &relay);
	void close(Relay &relay);

	Reactor &reactor_;
	SslContext context_;
	std::size_t most_;
	Opened opened_;
	std::chrono::milliseconds patience_;
	std::unordered_map<const Relay *, std::unique_ptr<Relay>> relays_;
	bool is_shortage_told_ = false; /* once, until there is room again */
};

} // namespace gpiohub::daemon
