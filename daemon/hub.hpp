/* SPDX-License-Identifier: MIT */
/*
 * One hub as the daemon sees it: reads its ring once for all sessions, keeps
 * armed what any of them wants, and explains its errors. Nobody subscribed, it
 * does not even look at the ring.
 */
#pragma once

#include "backend/backend.hpp"
#include "event_sink.hpp"
#include "peer.hpp"
#include "reactor.hpp"
#include "roles.hpp"
#include "rule_book.hpp"
#include "subscription.hpp"
#include "views.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gpiohub::daemon
{

class Hub final : public Source
{
public:
	/** Called on the loop when the hub was found deleted. */
	using Gone = std::function<void(Hub &)>;

	/** EPROTO: a module of another version of the contract. */
	static Result<std::unique_ptr<Hub>> open(
		Reactor &reactor, Backend &backend, unsigned number, Gone gone);
	~Hub() override;

	unsigned number() const noexcept { return number_; }
	/** As it was when the hub was opened. */
	const gpiohub_info &info() const noexcept { return info_; }
	/** Where the daemon's own reader is. */
	std::uint64_t seq() const noexcept { return reader_.seq(); }
	std::uint64_t lost() const noexcept { return lost_; }
	/** Subscriptions and waits. */
	std::size_t subscribers() const noexcept { return sinks_.size(); }
	RingView ring() const noexcept { return watch_->view().ring; }
	StateView state() const noexcept { return watch_->view().state; }
	/** For subscriptions of this hub. */
	Views &views() noexcept { return views_; }

	/**
	 * Arms the lines and has events delivered from `first` on, wire::kFromNow:
	 * from those that arming makes. Gives the first position; on an error the
	 * subscription is as it was. EINVAL: beyond the end of the stream. Only one of
	 * `lines` can be what is wrong, never a line that others subscribed to. Without
	 * lines, and without a kind that is about none: as unsubscribe().
	 */
	Result<std::uint64_t> subscribe(Subscription &subscription, std::uint64_t lines,
		std::uint32_t kinds, std::uint64_t first);
	/**
	 * Arms what a wait needs, and has events delivered to it. Gives the position from
	 * which it counts: from now on. ENODEV: the chip of one of its lines is gone.
	 */
	Result<std::uint64_t> await(EventSink &wait);
	bool is_subscribed(const EventSink &sink) const noexcept;
	/** No more deliveries; does nothing for who is not subscribed. */
	void unsubscribe(EventSink &sink);

	/** From the state page if it knows all of them, else from the chip. */
	Result<std::uint64_t> get(std::uint64_t lines);
	/** Asks the kernel again. ENODEV: the hub was deleted. */
	Result<gpiohub_info> current_info() { return watch_->info(); }
	/** As `asker` sees it: with clients in place of the daemon as owners. */
	Result<wire::LineInfo> line_info(unsigned line, const Peer &asker);
	/** A file of its own for a client that owns lines. */
	Result<std::unique_ptr<HubOwner>> own();

	/** From now on no line is disarmed: the next daemon's clients go on with them. */
	void stay_armed() noexcept { stays_armed_ = true; }

	/** For as long as the hub is there. */
	RoleHub as_roles_see_it();
	/** A file for a client to look by itself: see HubWatch::look(). */
	Result<UniqueFd> look() { return watch_->look(); }

	/** Remembers which client owns lines; nullptr: none of them does. */
	void set_holder(std::uint64_t lines, const Peer *peer) noexcept;
	/** To be called before a client that may own lines ceases to be. */
	void forget_holder(const Peer &peer) noexcept;

	/** Its rules that belong to no client, for who wants to delete them. */
	RuleBook &rules() noexcept { return rules_; }

	/** The same error with its text for `asker`; `deed` and `detail` as in explain.hpp. */
	Error explained(std::string_view deed, const Error &error, const Peer &asker,
		std::string detail = {});

	/** Looks whether the hub still exists, and has it ended if not. */
	void check();
	/** Delivers what is in the ring; false: that is more than a turn's share. */
	bool deliver_all();
	/** Delivers what is in the ring, to the last event; for its end. */
	void drain();

	void ready(std::uint32_t events) override;
	void later() override;

private:
	Hub(Reactor &reactor, Backend &backend, unsigned number, Gone gone,
		std::unique_ptr<HubWatch> watch, const gpiohub_info &info);

	Result<void> enter(EventSink &sink, std::uint64_t lines, std::uint64_t end);
	Result<void> arm(std::uint64_t own, std::uint64_t others);
	void arm_again(std::span<const gpiohub_event> events);
	std::uint64_t wanted_without(const EventSink *left_out) const noexcept;
	bool deliver_batch();

	Reactor &reactor_;
	Backend &backend_;
	unsigned number_;
	Gone gone_;
	std::unique_ptr<HubWatch> watch_;
	gpiohub_info info_;
	RingReader reader_;
	Cursor cursor_;
	std::uint64_t armed_ = 0;
	std::uint64_t left_out_ = 0; /* wanted, but can no longer be armed */
	bool is_check_due_ = false;
	bool stays_armed_ = false;
	std::uint64_t lost_ = 0; /* positions, to the daemon's own reader */
	std::vector<EventSink *> sinks_;
	Views views_;
	std::array<const Peer *, GPIOHUB_MAX_LINES> holders_{};
	RuleBook rules_;
	std::array<std::optional<std::string>, GPIOHUB_MAX_LINES> names_; /* once asked for */
};

} // namespace gpiohub::daemon
