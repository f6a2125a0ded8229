/* SPDX-License-Identifier: MIT */
/*
 * One connection of a client of pigpio's: its requests in order, a reply to each, and
 * the reports of the handles that it opened on it. What it sets up is the board's, and
 * stays when it goes.
 */
#pragma once

#include "board.hpp"
#include "call.hpp"

#include "../../inbox.hpp"
#include "../../metrics.hpp"
#include "../../outbox.hpp"
#include "../../patience.hpp"
#include "../../peer.hpp"
#include "../../reactor.hpp"
#include "../../throttle.hpp"
#include "../../timer.hpp"

#include <gpiohub/fd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace gpiohub::daemon::pigpio
{

class Client;

/** Of one client, as the daemon has them for all. */
struct ClientLimits {
	std::size_t outbox_bytes = 262'144;
	std::uint32_t commands_per_second = 0; /* 0: as many as it likes */
};

/** What all of them share; the owner of the clients keeps it. */
struct ClientContext {
	Reactor &reactor;
	Board &board;
	Inbox::Budget &inbox_budget;
	Counters &counters;
	ClientLimits limits = {};
	/** How long a request may be on its way that is longer than an inbox. */
	std::chrono::milliseconds request_patience{10'000};
	/** It is over: to be retired by who owns it. */
	std::function<void(Client &)> ended;
};

class Client final : public Source, public ReportStream, public Asker
{
public:
	Client(const ClientContext &context, UniqueFd socket, Peer peer);
	~Client() override;

	/** Begins to listen to the client. */
	Result<void> start();
	/** Takes no more commands; ends when the client has what was queued. */
	void finish();

	const Peer &peer() const noexcept { return peer_; }
	std::uint64_t commands() const noexcept { return commands_; }
	std::uint64_t errors() const noexcept { return errors_; }
	std::uint64_t reports() const noexcept { return reports_; }
	std::uint64_t dropped() const noexcept { return dropped_; }
	std::size_t queued() const noexcept { return out_.queued(); }

	void send(std::span<const Report> reports) override;
	void answer(const Reply &reply) override;
	void ready(std::uint32_t events) override;
	void later() override { turn(); }

private:
	/* What has to come before the next command is taken: the time of a delay, that at which
	 * the same command is done again, the answer of who works on it. */
	enum class Awaited : std::uint8_t { Nothing, Time, Again, Answer };

	void turn();
	void receive();
	void receive_rest();
	void nobody_reads();
	bool handle_requests();
	bool take_request();
	void expect_rest();
	bool handle(const Request &request);
	void reply(const Request &request, const Reply &reply);
	bool hold(Awaited awaited, const Request &request, std::uint64_t ns);
	void time_is_up();
	bool is_delayed() const noexcept { return awaited_ != Awaited::Nothing; }
	void send_queued();
	void watch_socket();
	void end();

	const ClientContext &context_;
	UniqueFd socket_;
	Peer peer_;
	Inbox in_;
	Outbox out_;
	std::unique_ptr<Timer> delay_timer_; /* from the first MICS or MILS on */
	Request delayed_;                    /* whose reply comes later */

	std::size_t incomplete_ = 0; /* bytes of the next request, of which some lack */
	Patience patience_;          /* with a request that is longer than an inbox */
	Throttle throttle_;

	std::uint32_t watched_ = 0; /* EPOLL* bits asked of the reactor */
	Awaited awaited_ = Awaited::Nothing;
	bool is_unread_ = false;    /* nobody is there for replies; commands are done */
	bool is_blocked_ = false;   /* the socket is full */
	bool is_finishing_ = false; /* no more bytes come in; ends when all is sent */
	bool is_held_back_ = false; /* no room for another reply: no commands are taken */
	bool has_ended_ = false;

	std::uint64_t commands_ = 0;
	std::uint64_t errors_ = 0;
	std::uint64_t reports_ = 0;
	std::uint64_t dropped_ = 0;
};

} // namespace gpiohub::daemon::pigpio
