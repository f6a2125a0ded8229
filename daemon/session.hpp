/* SPDX-License-Identifier: MIT */
/*
 * One client: its bytes in, its commands carried out in order, its answers and
 * events out. What it claims is in a file of its own below, so that its guard is
 * applied when it goes. Everything that it can make grow is bounded.
 */
#pragma once

#include "access.hpp"
#include "hub.hpp"
#include "inbox.hpp"
#include "metrics.hpp"
#include "outbox.hpp"
#include "patience.hpp"
#include "peer.hpp"
#include "proto/protocol.hpp"
#include "reactor.hpp"
#include "subscription.hpp"
#include "throttle.hpp"
#include "timer.hpp"
#include "waits.hpp"

#include <gpiohub/fd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace gpiohub::daemon
{

class Session;

/* A client's share of a turn: so many commands, or as many as it gets done in so
 * long; one that reaches a chip on a slow bus may take longer by itself. */
inline constexpr std::size_t kCommandsPerTurn = 64;
inline constexpr std::chrono::milliseconds kTimePerTurn{1};

/** How long a request may be on its way that is longer than an inbox; docs/protocol.md tells
 * it. Others may need the room. */
inline constexpr std::chrono::milliseconds kRequestPatience{10'000};

/** What all sessions share; the owner of the sessions keeps it. */
struct SessionContext {
	Reactor &reactor;
	Counters &counters;
	/** A hub by its number, or nullptr. */
	std::function<Hub *(unsigned)> find_hub;
	/** Bit n: there is a hub n. */
	std::function<std::uint64_t()> hubs;
	/** Who may do what, for who comes from now on. */
	std::function<std::shared_ptr<const Roles>()> roles;
	/** The answer to STATS. */
	std::function<std::string()> stats;
	/** The session is over: to be retired by who owns it. */
	std::function<void(Session &)> ended;
	std::size_t outbox_bytes = 0;
	/** Of one client; 0: as many as it likes. */
	std::uint32_t commands_per_second = 0;
	/** What the inboxes of all clients share. */
	Inbox::Budget &inbox_budget;
	/** But for tests. */
	std::chrono::milliseconds request_patience = kRequestPatience;
};

class Session final : public Source
{
public:
	Session(const SessionContext &context, UniqueFd socket, Peer peer,
		std::unique_ptr<Protocol> protocol);
	~Session() override;

	/** Answers the first command with this error, and ends. */
	void refuse(Error refusal) { refusal_ = std::move(refusal); }
	bool is_refused() const noexcept { return refusal_.has_value(); }

	/** Nobody said HELLO yet, and since when not. */
	bool is_silent() const noexcept { return !has_greeted_; }
	std::chrono::steady_clock::time_point entered() const noexcept { return entered_; }
	/** Ends at once, without a word. */
	void hang_up() { end(); }

	/** Begins to listen to the client. */
	Result<void> start();
	/** Takes no more commands; ends when the client has what was queued. */
	void finish();
	/** Goes by other roles: ends where these do not know the client. */
	void renew(std::shared_ptr<const Roles> roles);
	/** Forgets a hub that went, and tells the client. */
	void hub_gone(Hub &hub);

	const Peer &peer() const noexcept { return peer_; }
	SessionStats stats() const;

	void ready(std::uint32_t events) override;
	void later() override { turn(); }

private:
	/* What this client has to do with one hub. */
	struct Attachment {
		Attachment(Hub &its_hub, Subscription its_subscription)
			: hub(its_hub),
			  subscription(std::move(its_subscription))
		{
		}

		Hub &hub;
		Subscription subscription;
		Rights rights = Rights::everything();
		std::unique_ptr<HubOwner> owner; /* from the first command to a line on */
		RuleBook rules;                  /* that the client added */
		bool has_file = false;           /* the client was handed one, and gets no other */
	};

	void turn();
	void receive();
	void handle_input();
	bool has_room_for_reply() const noexcept;
	std::size_t handle_requests();
	void expect(std::size_t size);
	void watch_request();
	void handle(Request &request);
	void submit_batch();
	void submit(Attachment &attachment, HubOwner &owner);
	void note_done(Attachment &attachment, const Request &request);
	void note_rule(Attachment &attachment, const Request &request);
	void begin_wait(const Request &request);
	void answer_waits();
	void catch_up();
	void end_if_it_would_lose();
	void settle();
	std::uint64_t next_due() const noexcept;
	bool is_behind() const;
	void send();
	void watch_socket();
	void reply(const Request &request, const Result<Answer> &result);
	void end_after_replies();
	void end();
	void detach_all();

	Result<Attachment *> attach(const gpiohub_command &command);
	Result<HubOwner *> owner_of(Attachment &attachment);

	std::optional<Error> refusal_of(const Request &request);
	std::string missing(Verb verb, std::string_view what) const;
	Error unknown() const;
	Result<Answer> authenticate(const Request &request);
	Result<void> watch_token();
	void apply_rights(Attachment &attachment);

	Result<Answer> execute(const Request &request);
	Result<Answer> hello();
	Result<Answer> info(Attachment &attachment);
	Result<Answer> line_info(Attachment &attachment, const gpiohub_command &command);
	Result<Answer> subscribe(Attachment &attachment, const gpiohub_command &command);
	Result<Answer> open(Attachment &attachment);
	Result<Answer> filter(Attachment &attachment, const gpiohub_command &command);
	Result<Answer> get(Attachment &attachment, const gpiohub_command &command);
	Result<Answer> cancel(Attachment &attachment, const gpiohub_command &command);
	Result<Answer> message(Attachment &attachment, std::span<const std::byte> payload);

	const SessionContext &context_;
	UniqueFd socket_;
	std::unique_ptr<Protocol> protocol_;
	Peer peer_;
	Access access_;
	unsigned wrong_tokens_ = 0;
	std::unique_ptr<Timer> token_timer_; /* of one that expires */
	Outbox out_;
	std::chrono::steady_clock::time_point entered_ = std::chrono::steady_clock::now();

	Inbox in_;
	Patience patience_;          /* with a request that is on its way */
	std::vector<Request> batch_; /* for lines of one hub, not carried out yet */
	/* How many go down at once: fewer, where they take longer than a share. */
	std::size_t batch_limit_ = kCommandsPerTurn;
	/* Subscriptions are known to hubs by address. */
	std::vector<std::unique_ptr<Attachment>> attachments_;
	Waits waits_;
	std::unique_ptr<Timer> settle_timer_;            /* from the first filter on */
	std::uint64_t settle_due_ = FilterChain::kNever; /* what it was set for */
	std::uint64_t gone_hubs_ = 0; /* numbers that this client shall not see again */

	std::uint32_t watched_ = 0; /* EPOLL* bits asked of the reactor */
	std::optional<Error> refusal_;
	bool has_greeted_ = false;
	bool is_finishing_ = false;  /* no more bytes come in; ends when all is sent */
	bool is_deaf_ = false;       /* nor are those carried out that came before */
	bool is_blocked_ = false;    /* the socket is full */
	bool is_share_used_ = false; /* of this turn: others first */
	bool is_held_back_ = false;  /* no room for another reply: no commands are taken */
	bool has_ended_ = false;
	Throttle throttle_;

	std::uint64_t commands_ = 0;
	std::uint64_t errors_ = 0;
	/* Of hubs that went; those of the others are in their subscriptions. */
	std::uint64_t events_before_ = 0;
	std::uint64_t lost_before_ = 0;
};

} // namespace gpiohub::daemon
