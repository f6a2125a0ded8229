/* SPDX-License-Identifier: MIT */
/*
 * The hubs and the sessions: who is there. Hubs follow the back end as it says
 * they come and go, sessions come from the listeners; each ends by itself and
 * harms no other.
 */
#pragma once

#include "backend/backend.hpp"
#include "config.hpp"
#include "hub.hpp"
#include "metrics.hpp"
#include "proto/pigpio/front.hpp"
#include "reactor.hpp"
#include "session.hpp"
#include "timer.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>

namespace gpiohub::daemon
{

/** How long a client may take to say HELLO; docs/protocol.md tells it. */
inline constexpr std::chrono::seconds kHelloPatience{10};

class Daemon final : public Source
{
public:
	/** The reactor and the back end outlive the daemon. `hello_patience`: but for
	 * tests. */
	Daemon(Reactor &reactor, Backend &backend, const Config &config,
		std::chrono::milliseconds hello_patience = kHelloPatience);
	~Daemon() override;

	/** Opens the hubs that are there, be it none. One that cannot be opened is
	 * told, and tried again when its rights change. `changed` is called when one
	 * came or went. */
	Result<void> start(std::function<void()> changed = {});
	/** Goes by other roles and limits from now on; the sockets stay as they are. Ends
	 * clients that the roles do not know, and no others. */
	void reload(const Config &config);
	/** Takes a client that a listener accepted: a non-blocking stream socket. */
	void accept(UniqueFd socket);
	/** The same, where it is not the socket that tells who it is. */
	void accept(UniqueFd socket, Peer peer);
	/** The same, of pigpio's door: there is one if the configuration says so. */
	void accept_pigpio(UniqueFd socket);
	/** Lets every client have its replies, then calls `stopped`. */
	void stop(std::function<void()> stopped);

	std::size_t clients() const noexcept
	{
		return admitted_ + (pigpio_ ? pigpio_->clients() : 0);
	}
	std::size_t hubs() const noexcept;
	/** "gpiohub0, gpiohub2"; "": there is none. */
	std::string hub_names() const;

	void ready(std::uint32_t events) override;
	void later() override;

private:
	void scan();
	void open_hub(unsigned number);
	void failed(const Error &error, int &told);
	void hub_gone(Hub &hub);
	std::optional<Error> too_many(const Peer &peer) const;
	void session_ended(Session &session);
	void hang_up_on_silent();
	void look_whether_stopped();
	std::string stats() const;
	pigpio::ClientLimits pigpio_limits() const;
	std::uint64_t hub_mask() const noexcept;

	Reactor &reactor_;
	Backend &backend_;
	Config::Limits limits_;
	pigpio::Settings pigpio_settings_;
	std::shared_ptr<const Roles> roles_;
	Counters counters_;
	Inbox::Budget inbox_budget_;
	SessionContext context_;
	std::array<std::unique_ptr<Hub>, 64> hubs_;
	/* Errnos that were told: of hubs not opened, of looking for them. */
	std::array<int, 64> failures_{};
	int scan_failure_ = 0;
	bool is_too_many_told_ = false; /* hubs beyond those that clients can name */
	std::unique_ptr<Timer> retry_;
	/* After the hubs: sessions refer to them. */
	std::unordered_map<const Session *, std::unique_ptr<Session>> sessions_;
	std::unique_ptr<pigpio::Front> pigpio_; /* nullptr: not enabled */
	std::size_t admitted_ = 0;              /* sessions that are not there to be refused */
	std::chrono::milliseconds hello_patience_;
	std::unique_ptr<Timer> hello_due_; /* armed while anybody is silent */
	bool is_hello_due_armed_ = false;
	std::function<void()> changed_;
	std::function<void()> stopped_;
};

} // namespace gpiohub::daemon
