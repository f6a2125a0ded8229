/* SPDX-License-Identifier: MIT */
#include "tls_door.hpp"

#include "log.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace gpiohub::daemon
{

/* Both sockets are watched for edges: whatever happens to one, all is moved that can be. */
class TlsDoor::Relay final : public Source
{
public:
	Relay(TlsDoor &door, SslConnection connection, UniqueFd network, UniqueFd plain,
		UniqueFd session)
		: door_(door),
		  peer_(peer_of(network.get())),
		  session_(std::move(session)),
		  pump_(std::move(connection), std::move(network), std::move(plain)),
		  plain_side_(*this)
	{
	}
	~Relay() override
	{
		door_.reactor_.remove(*this);
		door_.reactor_.remove(plain_side_);
	}

	Result<void> start()
	{
		constexpr std::uint32_t kEdges = EPOLLIN | EPOLLOUT | EPOLLET;
		if (auto timed = lose_patience(); !timed)
			return timed;
		if (auto added = door_.reactor_.add(*this, pump_.network(), kEdges); !added)
			return added;
		return door_.reactor_.add(plain_side_, pump_.plain(), kEdges);
	}

	void ready(std::uint32_t) override { turn(); }
	const Peer &peer() const noexcept { return peer_; }
	bool is_shaking() const noexcept { return static_cast<bool>(session_); }
	UniqueFd take_session() noexcept { return std::move(session_); }

private:
	struct PlainSide final : Source {
		explicit PlainSide(Relay &its_relay) : relay(its_relay) {}
		void ready(std::uint32_t events) override
		{
			relay.has_session_ended_ |= (events & EPOLLHUP) != 0;
			relay.turn();
		}
		Relay &relay;
	};

	/* Is over by then, however far it has come. */
	Result<void> lose_patience()
	{
		auto patience = Timer::create(door_.reactor_, [this] { door_.close(*this); });
		if (!patience)
			return patience.error();
		patience_ = *std::move(patience);
		patience_->arm(door_.patience_);
		return {};
	}

	void turn()
	{
		const TlsPump::State state = pump_.pump();
		if (is_shaking() && state == TlsPump::State::Open) {
			patience_.reset();
			door_.open(*this);
		}
		const bool is_over = state == TlsPump::State::Over;
		/* Without a session nobody counts it as a client: it may not stay for long. */
		if (is_over || (has_session_ended_ && !patience_ && !lose_patience()))
			door_.close(*this);
	}

	TlsDoor &door_;
	Peer peer_;
	UniqueFd session_; /* until hands are shaken */
	TlsPump pump_;
	PlainSide plain_side_;
	bool has_session_ended_ = false;
	std::unique_ptr<Timer> patience_; /* until hands are shaken, and after the session */
};

TlsDoor::TlsDoor(Reactor &reactor, SslContext context, std::size_t most, Opened opened,
	std::chrono::milliseconds patience)
	: reactor_(reactor),
	  context_(std::move(context)),
	  most_(most),
	  opened_(std::move(opened)),
	  patience_(patience)
{
}

TlsDoor::~TlsDoor() = default;

void TlsDoor::accept(UniqueFd network)
{
	std::array<int, 2> ends{-1, -1};
	if (relays_.size() >= most_ || is_shaking_enough(peer_of(network.get())))
		return;
	SslConnection connection(SSL_new(context_.get()));
	if (!connection ||
		::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) !=
			0) {
		if (!std::exchange(is_shortage_told_, true))
			log(Level::Warning,
				"clients by TLS are hung up on: there is no room for them");
		return;
	}
	SSL_set_accept_state(connection.get());
	auto relay = std::make_unique<Relay>(*this, std::move(connection), std::move(network),
		UniqueFd(ends[0]), UniqueFd(ends[1]));
	if (auto started = relay->start(); !started) {
		if (!std::exchange(is_shortage_told_, true))
			log(Level::Warning, started.error().what);
		return;
	}
	is_shortage_told_ = false;
	const Relay *key = relay.get();
	relays_.emplace(key, std::move(relay));
}

/* So that one who does nothing else leaves hands for others. */
bool TlsDoor::is_shaking_enough(const Peer &peer) const
{
	const auto shaking = std::count_if(relays_.begin(), relays_.end(), [&](const auto &each) {
		return each.second->is_shaking() && each.second->peer().is_of(peer);
	});
	return static_cast<std::size_t>(shaking) >= kShakingOfOne;
}

void TlsDoor::open(Relay &relay)
{
	opened_(relay.take_session(), relay.peer());
}

void TlsDoor::close(Relay &relay)
{
	auto closed = relays_.extract(&relay);
	if (!closed.empty())
		reactor_.retire(std::move(closed.mapped()));
}

} // namespace gpiohub::daemon
